"""The obstetric shock index, heart rate over systolic pressure, beside the chart and never part of its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from models.early_warning.observation import Observation

__all__ = ["ALERT", "EMERGENCY", "SHOCK_INDEX_SOURCE", "ShockIndex", "shock_index"]

# Nathan et al., BJOG 2015;122:268: 233 women with postpartum haemorrhage of 1500 mL or more, outcome intensive care.
# At 0.9 sensitivity 100 %, specificity 43.4 %; at 1.7 sensitivity 25.0 %, specificity 97.7 %.
ALERT = 0.9
EMERGENCY = 1.7
SHOCK_INDEX_SOURCE = "Nathan et al., BJOG 2015;122:268 (233 women, postpartum haemorrhage of 1500 mL or more)"

NEVER_REASSURES = "A normal shock index never reassures."

ShockLevel = Literal["not available", "below alert", "alert", "emergency"]


@dataclass(frozen=True, kw_only=True)
class ShockIndex:
    """``index`` None with the reason in ``note`` where it cannot be worked out. ``measured_blood_loss`` is in mL, the
    latest measured, None where none was. Times are of the two readings that the index was made from."""

    index: float | None
    level: ShockLevel
    heart_rate_at: datetime | None
    systolic_at: datetime | None
    measured_blood_loss: float | None
    note: str
    source: str = SHOCK_INDEX_SOURCE


def shock_index(history: Mapping[str, Sequence[Observation]]) -> ShockIndex:
    """From the latest heart rate and the latest systolic pressure."""
    rate, systolic = _latest(history, "heart_rate"), _latest(history, "systolic_blood_pressure")
    loss = _latest(history, "measured_blood_loss")
    index = _number(rate) / _number(systolic) if rate and systolic else None
    return ShockIndex(
        index=index,
        level=_level(index),
        heart_rate_at=rate.observed_at if rate else None,
        systolic_at=systolic.observed_at if systolic else None,
        measured_blood_loss=_number(loss) if loss else None,
        note=_note(rate, systolic, loss),
    )


def _level(index: float | None) -> ShockLevel:
    if index is None:
        return "not available"
    if index >= EMERGENCY:
        return "emergency"
    return "alert" if index >= ALERT else "below alert"


def _note(rate: Observation | None, systolic: Observation | None, loss: Observation | None) -> str:
    missing = [name for name, seen in (("heart rate", rate), ("systolic pressure", systolic)) if seen is None]
    sentences = [f"Not available: {' and '.join(missing)} not recorded."] if missing else []
    if rate and systolic and rate.observed_at != systolic.observed_at:
        sentences.append("Heart rate and systolic pressure were taken at different times.")
    if loss is None:
        sentences.append("Measured blood loss is not recorded.")
    return " ".join([*sentences, NEVER_REASSURES])


def _latest(history: Mapping[str, Sequence[Observation]], concept: str) -> Observation | None:
    return history[concept][-1] if concept in history else None


def _number(observation: Observation) -> float:
    assert isinstance(observation.value, float)
    return observation.value
