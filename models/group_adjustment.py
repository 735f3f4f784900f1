"""Moving a calibrated risk by a woman's group, as a value that can be saved with a model: the second half of a risk
that is right for women of her group.

Fitting lives in `training.group_adjustment`; applying needs nothing but numpy, so the service can do it. It reads
ethnicity at prediction, so a named person must have decided that it may (`models.ethnicity_decision`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.offer_policy import UnusableRisk
from records.errors import EquipartumError
from records.groups import MISSING_ETHNICITY, NOT_KNOWN

__all__ = [
    "GROUP_ADJUSTMENT_KINDS",
    "LEAST_SLOPE",
    "GroupAdjustment",
    "UnusableAdjustment",
    "group_text",
    "knots_of",
]

GROUP_ADJUSTMENT_KINDS = ("group_intercept", "subgroup_recalibration")

#: Two women of one subgroup keep at least this share of the distance between their log-odds (project default): above
#: zero their order never turns, and well above it a difference that is seen stays one.
LEAST_SLOPE = 0.1

#: Shifts are sums of rounded numbers; a slope may lie below the least by this much.
ROUNDING = 1e-9

_BY = (("ethnic_group",), ("ethnic_group", "deprivation_quintile"))

#: A subgroup: its ethnic group and, where that is read, its quintile, as text.
Key = tuple[str, ...]
Values = Sequence[str | int | float | None] | NDArray[Any]


class UnusableAdjustment(EquipartumError, ValueError):
    """Shifts that contradict their kind or would turn the order of women, or groups that are not given."""


@dataclass(frozen=True, kw_only=True)
class GroupAdjustment:
    """Log-odds of a calibrated risk, moved by what was seen in the woman's subgroup.

    ``by`` are the columns read, ethnic group first. A 'group_intercept' has one shift a group. A
    'subgroup_recalibration' has one a score bin: ``bins`` are the edges between them, log-odds rising, at least two.
    A bin's shift holds in its middle, and that of the lowest and highest bin beyond the outermost edges; between these
    points (`knots_of`) it is drawn out linearly. So the map of a subgroup is a broken line, refused unless every piece
    rises by at least `LEAST_SLOPE`: the order of women within a subgroup never turns.

    ``shifts`` pair a subgroup with its shifts, sorted by subgroup. A subgroup that is not there moves by nothing, nor
    do women of missing ethnicity; a quintile that is not recorded is 'Not known', and may be there.
    """

    kind: str
    by: tuple[str, ...]
    bins: tuple[float, ...] = ()
    shifts: tuple[tuple[Key, tuple[float, ...]], ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in GROUP_ADJUSTMENT_KINDS:
            known = ", ".join(GROUP_ADJUSTMENT_KINDS)
            raise UnusableAdjustment(f"no group adjustment is called {self.kind!r}; there are: {known}")
        if self.by not in (_BY[:1] if self.kind == "group_intercept" else _BY):
            raise UnusableAdjustment(f"a {self.kind!r} is not by {' and '.join(self.by) or 'nothing'}")
        self._refuse_unusable_bins()
        keys = [key for key, _ in self.shifts]
        if keys != sorted(set(keys)):
            raise UnusableAdjustment("subgroups are listed once each, in order of their names")
        for key, shifts in self.shifts:
            self._refuse_unusable_shifts(key, shifts)

    @property
    def reads_deprivation(self) -> bool:
        return "deprivation_quintile" in self.by

    def apply(self, risk: ArrayLike, groups: Mapping[str, Values]) -> NDArray[np.float64]:
        """Risks in [0, 1], one a woman; ``groups`` holds for each column of ``by`` one value a woman (None: unknown).

        Risks of 0 and 1, and of women who move by nothing, stay what they are to the last bit. Raises `UnusableRisk`
        and `UnusableAdjustment`.
        """
        risks = np.ascontiguousarray(risk, dtype=np.float64)
        if not np.all((risks >= 0) & (risks <= 1)):
            row = int(np.flatnonzero(~((risks >= 0) & (risks <= 1)))[0])
            raise UnusableRisk(f"row {row}: a risk must be a number in [0, 1] before it is moved")
        moved = risks.copy()
        for key, rows in self._rows_by_key(risks.size, groups).items():
            broken_line = self._lines.get(key)
            if broken_line is not None:
                moved[rows] = broken_line.apply(risks[rows])
        return moved

    def apply_one(self, risk: float, groups: Mapping[str, str | int | None]) -> float:
        """`apply` for one woman, equal to the last bit; ``groups`` holds her value of each column of ``by``."""
        return float(self.apply([risk], {name: [groups[name]] for name in self.by if name in groups})[0])

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "by": list(self.by),
            "bins": list(self.bins),
            "shifts": [[list(key), list(shifts)] for key, shifts in self.shifts],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> GroupAdjustment:
        """The adjustment that `to_dict` wrote; unknown or missing keys raise `UnusableAdjustment`."""
        if set(data) != {"kind", "by", "bins", "shifts"}:
            raise UnusableAdjustment(
                f"a group adjustment holds kind, by, bins and shifts; found: {', '.join(sorted(data))}"
            )
        try:
            return cls(
                kind=str(data["kind"]),
                by=tuple(str(name) for name in data["by"]),
                bins=tuple(float(edge) for edge in data["bins"]),
                shifts=tuple(
                    (tuple(str(part) for part in key), tuple(float(shift) for shift in shifts))
                    for key, shifts in data["shifts"]
                ),
            )
        except UnusableAdjustment:
            raise
        except (TypeError, ValueError):
            raise UnusableAdjustment(
                "a group adjustment holds names as by, numbers as bins, and pairs of a subgroup's names and its "
                "numbers as shifts"
            ) from None

    @cached_property
    def _lines(self) -> dict[Key, _BrokenLine]:
        knots = knots_of(self.bins)
        return {key: _BrokenLine(knots=knots, shifts=np.asarray(shifts)) for key, shifts in self.shifts if any(shifts)}

    def _rows_by_key(self, women: int, groups: Mapping[str, Values]) -> dict[Key, NDArray[np.intp]]:
        columns = []
        for name in self.by:
            if name not in groups:
                raise UnusableAdjustment(f"this adjustment reads each woman's {name} (None where unknown)")
            column = [group_text(value) for value in groups[name]]
            if len(column) != women:
                raise UnusableAdjustment(f"{women} risks and {len(column)} values of {name}: one a risk is needed")
            columns.append(column)
        codes: dict[Key, int] = {}
        row_codes = np.fromiter(
            (codes.setdefault(key, len(codes)) for key in zip(*columns, strict=True)), dtype=np.intp, count=women
        )
        return {key: np.flatnonzero(row_codes == code) for key, code in codes.items()}

    def _refuse_unusable_bins(self) -> None:
        if not all(math.isfinite(edge) for edge in self.bins) or any(b <= a for a, b in itertools.pairwise(self.bins)):
            raise UnusableAdjustment(f"edges of score bins are log-odds, each above the last; found {self.bins}")
        if self.kind == "group_intercept" and self.bins:
            raise UnusableAdjustment("a 'group_intercept' has one shift a group and no bins")
        if self.kind == "subgroup_recalibration" and len(self.bins) < 2:
            raise UnusableAdjustment("a 'subgroup_recalibration' has at least two edges, so three bins")

    def _refuse_unusable_shifts(self, key: Key, shifts: tuple[float, ...]) -> None:
        if len(key) != len(self.by):
            raise UnusableAdjustment(f"subgroup {key} does not say one value of each of {', '.join(self.by)}")
        if key[0] in MISSING_ETHNICITY:
            raise UnusableAdjustment(f"subgroup {key} has shifts; women of missing ethnicity are not moved")
        if len(shifts) != len(self.bins) + 1 or not all(math.isfinite(shift) for shift in shifts):
            raise UnusableAdjustment(
                f"subgroup {key} needs {len(self.bins) + 1} numbers, one a score bin; found {shifts}"
            )
        knots = knots_of(self.bins)
        if (np.diff(np.asarray(shifts)) < (LEAST_SLOPE - 1) * np.diff(knots) - ROUNDING).any():
            raise UnusableAdjustment(f"the shifts of subgroup {key} fall so steeply that they would turn women's order")


@dataclass(frozen=True, kw_only=True, eq=False)
class _BrokenLine:
    """One subgroup's map of log-odds. ``knots`` is empty where one shift holds for all."""

    knots: NDArray[np.float64]
    shifts: NDArray[np.float64]

    def apply(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        # Each step below rises, or stays, with the risk even after rounding: two women change places by no bit.
        with np.errstate(divide="ignore", over="ignore"):
            moved = self._moved(np.log(risk) - np.log1p(-risk))
            return np.asarray(1.0 / (1.0 + np.exp(-moved)))

    def _moved(self, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.knots.size == 0:
            return np.asarray(log_odds + self.shifts[0])
        images = self.knots + self.shifts
        moved = np.where(log_odds < self.knots[0], log_odds + self.shifts[0], log_odds + self.shifts[-1])
        slopes = np.diff(images) / np.diff(self.knots)
        piece = np.searchsorted(self.knots, log_odds, side="right") - 1
        inside = (piece >= 0) & (piece < slopes.size)
        at = piece[inside]
        drawn = images[at] + (log_odds[inside] - self.knots[at]) * slopes[at]
        # rounding must not carry her past where the next piece begins
        moved[inside] = np.minimum(drawn, images[at + 1])
        return np.asarray(moved)


def knots_of(bins: Sequence[float]) -> NDArray[np.float64]:
    """Log-odds at which each bin's shift holds exactly: the outermost edges, and the middles of the bins between."""
    if not bins:
        return np.empty(0)
    edges = np.asarray(bins, dtype=np.float64)
    return np.concatenate([edges[:1], (edges[:-1] + edges[1:]) / 2, edges[-1:]])


def group_text(value: Any) -> str:
    """A group or quintile as text: 3, 3.0 and '3' are one; None, NaN and empty text are 'Not known'."""
    if value is None or value == "" or value != value:  # NaN alone differs from itself
        return NOT_KNOWN
    return str(int(value)) if isinstance(value, float | np.floating) and float(value).is_integer() else str(value)
