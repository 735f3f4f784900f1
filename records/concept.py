"""Clinical facts: what one is, in which unit, within which range it is believable, and how it is coded.

A concept is the only name a fact has here, whoever recorded it. Plausible ranges separate a recording error from an
extreme but real woman; they are wide on purpose and are not reference ranges.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from records.errors import EquipartumError
from records.reading import Reading

__all__ = ["Concept", "ConceptKind", "ImplausibleValue", "UnknownCategory", "WrongUnit"]

ConceptKind = Literal["quantity", "count", "flag", "category"]


class ImplausibleValue(EquipartumError):
    """A value no pregnancy has, or not a number."""


class WrongUnit(EquipartumError):
    """A quantity without its unit, or in a unit this concept is not recorded in."""


class UnknownCategory(EquipartumError):
    """A category that this concept does not have."""


@dataclass(frozen=True, kw_only=True)
class Concept:
    """One clinical fact.

    ``unit`` is a UCUM code (None for counts, flags and categories). ``other_units`` maps further accepted UCUM codes
    to the factor that brings a value to ``unit``. ``plausible`` is a closed range in ``unit``. ``defined_if`` names a
    concept without which this one has no meaning (a previous preterm birth needs a previous birth, the days since a
    diagnosis that it was made): then it is undefined, not zero, and neither recorded nor missing. ``reading`` says how
    it is read from dated observations; see `read_by`. ``caution`` is said wherever a figure of it is shown.
    """

    name: str
    title: str
    kind: ConceptKind
    unit: str | None = None
    other_units: Mapping[str, float] = field(default_factory=dict)
    plausible: tuple[float, float] | None = None
    categories: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    icd10: tuple[str, ...] = ()
    loinc: tuple[str, ...] = ()
    defined_if: str | None = None
    reading: Reading | None = None
    caution: str | None = None

    @property
    def read_by(self) -> Reading:
        """Its own reading; else of a flag whether one observation says so, and of anything else the last."""
        return self.reading or Reading(of=self.name, how="maximum" if self.kind == "flag" else "last")

    def check(self, value: float | str | bool | None, unit: str | None = None) -> float | str | bool | None:
        """The value in the canonical unit. None is 'not recorded' and passes.

        Raises `ImplausibleValue`, `WrongUnit` or `UnknownCategory`.
        """
        if value is None:
            return None
        if self.kind == "category":
            return self._check_category(value)
        if self.kind == "flag":
            if not isinstance(value, bool):
                raise ImplausibleValue(f"{self.name} is true, false or null; got {type(value).__name__}")
            return value
        return self._check_number(value, unit)

    def _check_category(self, value: object) -> str:
        if value not in self.categories:
            raise UnknownCategory(f"{self.name} is one of {', '.join(self.categories)}; got another value")
        return str(value)

    def _check_number(self, value: object, unit: str | None) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ImplausibleValue(f"{self.name} is a number; got {type(value).__name__}")
        number = float(value)
        if not math.isfinite(number):
            raise ImplausibleValue(f"{self.name} must be a finite number")
        number *= self._factor(unit)
        if self.kind == "count" and number != int(number):
            raise ImplausibleValue(f"{self.name} is a whole number; got {number:g}")
        if self.plausible is not None and not self.plausible[0] <= number <= self.plausible[1]:
            low, high = self.plausible
            raise ImplausibleValue(f"{self.name} is from {low:g} to {high:g} {self.unit or ''}".rstrip())
        return number

    def _factor(self, unit: str | None) -> float:
        if self.unit is None:
            if unit not in (None, "1"):
                raise WrongUnit(f"{self.name} has no unit; got {unit!r}")
            return 1.0
        if unit == self.unit:
            return 1.0
        if unit is not None and unit in self.other_units:
            return self.other_units[unit]
        accepted = ", ".join((self.unit, *self.other_units))
        raise WrongUnit(f"{self.name} needs a UCUM unit, one of: {accepted}; got {unit!r}")
