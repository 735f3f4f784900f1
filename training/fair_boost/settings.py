"""The settings of a constrained fit, checked before any birth is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from models.calibrator import CALIBRATOR_KINDS
from training.fair_boost.constraints import CONSTRAINTS, sensitivity_tolerance

__all__ = ["Settings"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What `FairBoostClassifier` was constructed with; `ValueError` names the setting that is out of range."""

    constraint: str
    alert_rate: float
    tolerance: float
    frontier: Sequence[float] | None
    fair_rounds: int
    dual_rate: float
    width: float
    dual_cap: float
    pseudo_events: float
    calibration: str
    validation_fraction: float
    certificate_fraction: float

    def __post_init__(self) -> None:
        if self.constraint not in CONSTRAINTS:
            raise ValueError(f"constraint {self.constraint!r} is not supported; choose one of {', '.join(CONSTRAINTS)}")
        if self.calibration not in CALIBRATOR_KINDS:
            raise ValueError(f"calibration {self.calibration!r} is not one of {', '.join(CALIBRATOR_KINDS)}")
        _between("alert_rate", self.alert_rate, 0, 1, ends=False)
        _between("tolerance", self.tolerance, 0, 1)
        _between("dual_rate", self.dual_rate, 0, float("inf"))
        _between("width", self.width, 0, float("inf"), ends=False)
        _between("dual_cap", self.dual_cap, 0, float("inf"), ends=False)
        _between("pseudo_events", self.pseudo_events, 0, float("inf"))
        _between("validation_fraction", self.validation_fraction, 0, 1, ends=False)
        _between("certificate_fraction", self.certificate_fraction, 0, 1)
        if self.validation_fraction + self.certificate_fraction >= 1:
            raise ValueError("validation_fraction and certificate_fraction leave no births to train on")
        _between("fair_rounds", self.fair_rounds, 0, 100_000)
        if self.fair_rounds != int(self.fair_rounds):
            raise ValueError(f"fair_rounds is a whole number; found {self.fair_rounds!r}")
        if self.frontier is not None:
            for tolerance in self.frontier:
                _between("frontier", tolerance, 0, 1)
            if list(self.frontier) != sorted(set(self.frontier), reverse=True):
                raise ValueError("frontier lists tolerances once each, from the loosest (largest) to the strictest")

    @property
    def tolerances(self) -> tuple[float, ...]:
        """The tolerances to fit, loosest first; `tolerance` is always among them."""
        if self.constraint == "none":
            return ()
        return tuple(sorted({*(self.frontier or ()), self.tolerance}, reverse=True))

    @property
    def sensitivity_tolerance(self) -> float:
        """By what the certificate and level-up cuts judge, which are about sensitivity under every constraint."""
        return sensitivity_tolerance(self.constraint, self.tolerance)


def _between(name: str, value: Any, low: float, high: float, *, ends: bool = True) -> None:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not (low <= value <= high if ends else low < value < high):
        raise ValueError(
            f"{name} must be a number from {low} to {high}{'' if ends else ', ends excluded'}; found {value!r}"
        )
