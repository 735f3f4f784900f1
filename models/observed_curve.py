"""ObservedCurve: how often women scored alike had the outcome, with an interval, for any risk; a value that is saved.

Fitting lives in `training.observed_curve`; reading one risk off it needs nothing but numpy, so the service can do it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from records.errors import EquipartumError

__all__ = ["CalibrationBand", "ObservedCurve", "UnusableCurve"]


class UnusableCurve(EquipartumError, ValueError):
    """A curve whose places do not rise, or whose shares do not lie within their limits."""


@dataclass(frozen=True, kw_only=True)
class CalibrationBand:
    """Of held-out women scored from ``low`` to below ``high``, how often the outcome happened, with 95 % limits.

    Of a curve the three shares are those at one risk; in models saved before there were curves they are those of a
    tenth of the women, with Wilson's limits (JASA 1927;22:209).
    """

    low: float
    high: float
    observed: float
    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True)
class ObservedCurve:
    """Shares with the outcome at fixed places of the scale of risk, which rise; straight lines between them.

    Places are the same for every model and shares have three digits, so that neither a woman's risk nor a count can be
    read off. ``scored_from`` and ``scored_to`` are the places between which held-out women were scored; beyond them
    the curve is drawn on, and its limits part.
    """

    risk: tuple[float, ...]
    observed: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    scored_from: float
    scored_to: float

    def __post_init__(self) -> None:
        lengths = {len(self.risk), len(self.observed), len(self.lower), len(self.upper)}
        if len(lengths) != 1 or len(self.risk) < 2:
            raise UnusableCurve("an observed curve has two places or more, and one share and two limits at each")
        if any(before >= after for before, after in itertools.pairwise(self.risk)):
            raise UnusableCurve("the places of an observed curve must rise")
        for place, low, share, high in zip(self.risk, self.lower, self.observed, self.upper, strict=True):
            if not 0 <= low <= share <= high <= 1:
                raise UnusableCurve(f"at a risk of {place:g}: {low}, {share}, {high} are no limits about a share")

    def at(self, risk: float) -> CalibrationBand:
        """What was seen of women scored ``risk``; beyond the outermost places, what was seen there."""
        right = int(np.clip(np.searchsorted(self.risk, risk, side="right"), 1, len(self.risk) - 1))
        observed, lower, upper = (
            float(np.interp(risk, self.risk, shares)) for shares in (self.observed, self.lower, self.upper)
        )
        return CalibrationBand(
            low=self.risk[right - 1], high=self.risk[right], observed=observed, lower=lower, upper=upper
        )

    def covers(self, risk: float) -> bool:
        """Whether held-out women were scored about ``risk``, to the nearest places outwards."""
        return self.scored_from <= risk <= self.scored_to

    def to_dict(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ObservedCurve:
        shares = {name: tuple(data[name]) for name in ("risk", "observed", "lower", "upper")}
        return cls(**shares, scored_from=data["scored_from"], scored_to=data["scored_to"])
