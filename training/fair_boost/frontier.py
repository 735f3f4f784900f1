"""One row of a frontier for each constrained model, the unconstrained one first, and which of them is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.fair_boost.constraints import CONSTRAINTS, Constraint, Measure
from training.fair_boost.figures import GroupFigures, RowFigures
from training.fair_boost.judging import standing, worst_groups

__all__ = [
    "LARGEST_LOSS_ALLOWED",
    "LOSS_TO_STOP_AT",
    "SMALLEST_GAIN_TAKEN",
    "SMALLEST_LOG_LOSS_GAIN_TAKEN",
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
#: The same for log-loss, in nats: a little more than its chance error between two fits in a group of 2,400 births
#: (0.0016, on simulated 'benchmark' births).
SMALLEST_LOG_LOSS_GAIN_TAKEN = 0.002


@dataclass(frozen=True, kw_only=True)
class FrontierRow:
    """A fitted model judged on the held-out births. ``tolerance`` is None for row 0, the unconstrained fit.

    ``fair_rounds`` may be fewer than asked: where the full number lowers some group, the same rounds cut short before
    the first that did are a row of their own.
    ``largest_loss`` is the most any group's shrunken sensitivity fell below row 0 (negative where all rose);
    ``worsened`` the groups that lost more than is allowed in sensitivity or net benefit, whatever the constraint.
    ``feasible`` is whether every constrained group's shrunken figure (each of them, of equalized odds) is within its
    bound; ``binding_groups`` those that are not, ``at_cap`` those among them whose multiplier could go no further. Row
    0 is judged at the tolerance that was asked. ``multipliers`` are by group; of 'equalized_odds' they are those of
    sensitivity, and ``false_positive_multipliers``, empty otherwise, those of its second rate. ``rise_is_sure`` is
    whether row 0's worst group is found more often beyond chance (`training.fair_boost.sure_rise`).
    """

    tolerance: float | None
    fair_rounds: int
    figures: RowFigures
    multipliers: tuple[tuple[str, float], ...]
    false_positive_multipliers: tuple[tuple[str, float], ...] = ()
    feasible: bool
    binding_groups: tuple[str, ...]
    at_cap: tuple[str, ...]
    largest_loss: float
    worsened: tuple[str, ...]
    seconds: float
    rise_is_sure: bool = True


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
    false_positive_multipliers: tuple[tuple[str, float], ...],
    binding_groups: tuple[str, ...],
    at_cap: tuple[str, ...],
    rise_is_sure: bool,
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
        false_positive_multipliers=false_positive_multipliers,
        feasible=not binding_groups,
        binding_groups=binding_groups,
        at_cap=at_cap,
        largest_loss=max(losses),
        worsened=tuple(now.group for was, now in zip(before, figures.groups, strict=True) if _is_worse(was, now)),
        rise_is_sure=rise_is_sure,
        seconds=seconds,
    )


def choose(rows: Sequence[FrontierRow], *, smallest_gain: float | None = None, constraint: str = "tpr_floor") -> Choice:
    """Of rows that make no group worse, the one whose worst group stands best by what ``constraint`` asks (of a floor,
    the highest worst-group shrunken sensitivity), where that is at least ``smallest_gain`` better than in row 0 (None:
    the project's own bar for that figure) and no work of chance (`training.fair_boost.sure_rise`); otherwise row 0.
    Ties go to the earlier row."""
    asked = CONSTRAINTS[constraint]
    if smallest_gain is None:
        smallest_gain = SMALLEST_LOG_LOSS_GAIN_TAKEN if Measure.LOG_LOSS in asked.measures else SMALLEST_GAIN_TAKEN
    gains = [standing(row.figures, constraint) - standing(rows[0].figures, constraint) for row in rows]
    allowed = [index for index, row in enumerate(rows) if not row.worsened and (index == 0 or row.rise_is_sure)]
    best = max(allowed, key=lambda index: (gains[index], -index))
    if best > 0 and gains[best] >= smallest_gain:
        worst = ", ".join(worst_groups(rows[best].figures, constraint))
        reason = f"{asked.verb} {asked.aim} ({worst}) the most and makes no group worse"
        return Choice(row=best, reason=f"row {best} ({_named(rows[best], asked)}): {reason}")
    reasons = [
        f"{_named(row, asked)} {_why_not(row, gain, smallest_gain, asked)}"
        for row, gain in zip(rows[1:], gains[1:], strict=True)
    ]
    return Choice(row=0, reason="row 0 (unconstrained)" + (": " + "; ".join(reasons) if reasons else ""))


def _why_not(row: FrontierRow, gain: float, smallest_gain: float, asked: Constraint) -> str:
    if row.worsened:
        return f"would leave {', '.join(row.worsened)} worse off"
    if gain <= 0:
        return f"does not {asked.verb.removesuffix('s')} {asked.aim}"
    if gain < smallest_gain:
        return f"{asked.verb} {asked.aim} by {gain:.4f}, less than the {smallest_gain} for which row 0 is given up"
    return f"{asked.verb} {asked.aim} by {gain:.4f}, which may be chance on so few events"


def _named(row: FrontierRow, asked: Constraint) -> str:
    rounds = f", {row.fair_rounds} fair rounds" if row.fair_rounds else ""
    return f"tolerance {row.tolerance}{asked.unit}{rounds}"


def _is_worse(was: GroupFigures, now: GroupFigures) -> bool:
    lost_sensitivity = was.shrunken_sensitivity - now.shrunken_sensitivity
    lost_benefit = was.shrunken_net_benefit - now.shrunken_net_benefit
    return max(lost_sensitivity, lost_benefit) > LARGEST_LOSS_ALLOWED
