"""What is said of an oxygen saturation near a chart's boundary: to every woman alike, and never in the score."""

from __future__ import annotations

from collections.abc import Sequence

from models.early_warning.bands import boundaries
from models.early_warning.readings import ChartReading

__all__ = ["NEAR_POINTS", "saturation_note"]

SATURATION = "oxygen_saturation"

# ISO 80601-2-61 accepts a root mean square error of up to 4 percentage points (as stated in JMIR Form Res
# 2024;8:e54256): a reading within it of a boundary may belong on the other side.
NEAR_POINTS = 4


def saturation_note(readings: Sequence[ChartReading]) -> str | None:
    """Readings are worse on the darkest skin in most devices tested: Leeb et al., eBioMedicine 2024;102:105051."""
    for reading in readings:
        if reading.parameter.concept == SATURATION and isinstance(reading.latest.value, float):
            near = [edge for edge in boundaries(reading.parameter) if abs(reading.latest.value - edge) <= NEAR_POINTS]
            if near:
                return _words(near)
    return None


def _words(near: Sequence[float]) -> str:
    edges = " and ".join(f"{edge:g} %" for edge in near)
    return (
        f"This oxygen saturation is within {NEAR_POINTS} points of a boundary of the chart ({edges}), which is as far "
        "as an accepted oximeter may be out. Oximeters can read high on darker skin, and pallor and a blue tinge can "
        "be missed: look at the woman, and take an arterial sample if in doubt. This note is shown for every woman "
        "and changes no score."
    )
