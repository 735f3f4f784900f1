"""One row of a frontier for each constrained model, the unconstrained one first, and which of them is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.fair_boost.figures import GroupFigures, RowFigures

__all__ = [
    "LARGEST_LOSS_ALLOWED",
    "LOSS_TO_STOP_AT",
    "SMALLEST_GAIN_TAKEN",
    "Choice",
    "FrontierRow",
    "choose",
    "row_against",
]

#: How far a group's shrunken sensitivity or net benefit may fall below row 0: the project's own limit, no authority's.
LARGEST_LOSS_ALLOWED = 0.01
#: Where rounds are cut short, a quarter of that is kept back: the held-out births are a sample.
LOSS_TO_STOP_AT = 0.75 * LARGEST_LOSS_ALLOWED
#: How far the worst group's shrunken sensitivity must rise before row 0 is given up: as far as a constrained row may
#: lower any other group. The best of several rows on one sample often rises by less than that by chance alone; what
#: larger and smaller gains would have chosen, and at what price, is measured in docs/benchmarks/methods.md.
SMALLEST_GAIN_TAKEN = LARGEST_LOSS_ALLOWED


@dataclass(frozen=True, kw_only=True)
class FrontierRow:
    """A fitted model judged on the held-out births. ``tolerance`` is None for row 0, the unconstrained fit.

    ``fair_rounds`` may be fewer than asked: where the full number lowers some group, the same rounds cut short before
    the first that did are a row of their own.
    ``largest_loss`` is the most any group's shrunken sensitivity fell below row 0 (negative where all rose);
    ``worsened`` the groups that lost more than is allowed in sensitivity or net benefit. ``feasible`` is whether every
    constrained group's shrunken sensitivity is within its bound; ``binding_groups`` those that are not, ``at_cap``
    those among them whose multiplier could rise no further. Row 0 is judged at the tolerance that was asked.
    """

    tolerance: float | None
    fair_rounds: int
    figures: RowFigures
    multipliers: tuple[tuple[str, float], ...]
    feasible: bool
    binding_groups: tuple[str, ...]
    at_cap: tuple[str, ...]
    largest_loss: float
    worsened: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which row is used, and why, in a sentence for the report."""

    row: int
    reason: str


def row_against(
    row_0: RowFigures | None,
    figures: RowFigures,
    *,
    tolerance: float | None,
    fair_rounds: int,
    multipliers: tuple[tuple[str, float], ...],
    binding_groups: tuple[str, ...],
    at_cap: tuple[str, ...],
    seconds: float,
) -> FrontierRow:
    """The row for a fitted model, compared with row 0 group by group."""
    before = (figures if row_0 is None else row_0).groups
    losses = [
        was.shrunken_sensitivity - now.shrunken_sensitivity for was, now in zip(before, figures.groups, strict=True)
    ]
    return FrontierRow(
        tolerance=tolerance,
        fair_rounds=fair_rounds,
        figures=figures,
        multipliers=multipliers,
        feasible=not binding_groups,
        binding_groups=binding_groups,
        at_cap=at_cap,
        largest_loss=max(losses),
        worsened=tuple(now.group for was, now in zip(before, figures.groups, strict=True) if _is_worse(was, now)),
        seconds=seconds,
    )


def choose(rows: Sequence[FrontierRow], *, smallest_gain: float = SMALLEST_GAIN_TAKEN) -> Choice:
    """The highest worst-group shrunken sensitivity among rows that make no group worse, where that is at least
    ``smallest_gain`` above row 0's; otherwise row 0. Ties go to the earlier row."""
    allowed = [index for index, row in enumerate(rows) if not row.worsened]
    best = max(allowed, key=lambda index: (rows[index].figures.worst_sensitivity, -index))
    if best > 0 and _gain(rows[0], rows[best]) >= smallest_gain:
        reason = f"raises the worst group ({rows[best].figures.worst_group}) the most and makes no group worse"
        return Choice(row=best, reason=f"row {best} ({_named(rows[best])}): {reason}")
    reasons = [f"{_named(row)} {_why_not(rows[0], row, smallest_gain)}" for row in rows[1:]]
    return Choice(row=0, reason="row 0 (unconstrained)" + (": " + "; ".join(reasons) if reasons else ""))


def _gain(row_0: FrontierRow, row: FrontierRow) -> float:
    return row.figures.worst_sensitivity - row_0.figures.worst_sensitivity


def _why_not(row_0: FrontierRow, row: FrontierRow, smallest_gain: float) -> str:
    if row.worsened:
        return f"would leave {', '.join(row.worsened)} worse off"
    gain = _gain(row_0, row)
    if gain <= 0:
        return "does not raise the worst group"
    return f"raises the worst group by {gain:.4f}, less than the {smallest_gain} for which row 0 is given up"


def _named(row: FrontierRow) -> str:
    return f"tolerance {row.tolerance}, {row.fair_rounds} fair rounds"


def _is_worse(was: GroupFigures, now: GroupFigures) -> bool:
    lost_sensitivity = was.shrunken_sensitivity - now.shrunken_sensitivity
    lost_benefit = was.shrunken_net_benefit - now.shrunken_net_benefit
    return max(lost_sensitivity, lost_benefit) > LARGEST_LOSS_ALLOWED
