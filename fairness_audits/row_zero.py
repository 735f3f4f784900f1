"""Each group against row 0, the unconstrained fit: who gained, who lost, and whether it can be told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import GroupAgainstRowZero
from fairness_audits.disclosure import DisclosureRule, publish
from fairness_audits.figures import WITHHELD, Figure
from fairness_audits.gates import OPEN, Gates
from fairness_audits.intervals import Z95
from fairness_audits.printed_rates import share

__all__ = [
    "RowZeroRow",
    "events_to_see",
    "paired_limits",
    "printed_against_row_zero",
    "status_against_row_zero",
    "status_told",
    "uses_row_zero",
]

# From this many events a loss counts even where it is not known which women were lost (project default).
ENOUGH_EVENTS = 100
# A loss of the size tolerated is seen where it takes at least one woman in 19 samples of 20.
SEEN = 0.95


@dataclass(frozen=True, kw_only=True)
class RowZeroRow:
    """``status``: 'no worse', 'worse', 'cannot tell' or 'withheld'."""

    group: str
    events: int | None
    found_by_row_zero: int | None
    found_by_chosen: int | None
    before: Figure
    after: Figure
    status: str

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "before": self.before.to_dict(), "after": self.after.to_dict()}


def printed_against_row_zero(
    context: AuditContext, rule: DisclosureRule, limit: float, gates: Gates = OPEN
) -> tuple[RowZeroRow, ...]:
    exact = {
        row.group: {"events": row.events, "before": row.found_by_row_zero, "after": row.found_by_chosen}
        for row in context.against_row_zero
    }
    printed = publish(rule, exact, ())
    is_row_zero = uses_row_zero(context)
    rows = []
    for row in context.against_row_zero:
        counts = printed[row.group]
        rows.append(
            RowZeroRow(
                group=row.group,
                events=counts["events"],
                found_by_row_zero=gates.counted(counts["before"], row.group),
                found_by_chosen=gates.counted(counts["after"], row.group),
                before=gates.shown(share("sensitivity", counts["before"], counts["events"], rule), row.group),
                after=gates.shown(share("sensitivity", counts["after"], counts["events"], rule), row.group),
                status=status_told(row, limit, gates, is_row_zero=is_row_zero),
            )
        )
    return tuple(rows)


def status_told(row: GroupAgainstRowZero, limit: float, gates: Gates, *, is_row_zero: bool) -> str:
    """`status_against_row_zero`, or 'withheld' where the outcomes are not fit to publish.

    A loss is told all the same: to record fewer outcomes must release nothing. And the same flags lose nobody, whatever
    the outcomes were.
    """
    status = status_against_row_zero(row, limit, is_row_zero=is_row_zero)
    is_same = is_row_zero and row.gained == row.lost == 0
    return WITHHELD if gates.why(row.group) and status != "worse" and not is_same else status


def status_against_row_zero(row: GroupAgainstRowZero, limit: float, *, is_row_zero: bool = False) -> str:
    """'worse', 'no worse' or 'cannot tell', on the same women.

    Where the model ``is_row_zero`` itself and flags the same women, nobody can have lost, however few they are.

    A loss of sensitivity that chance does not explain is worse whatever net benefit on few events can say. That no loss
    was seen says nothing where one of the size tolerated would not have been: below `events_to_see`, only a group that
    surely gained is no worse.
    """
    if is_row_zero and row.gained == row.lost == 0:
        return "no worse"
    if row.events == 0:
        return "cannot tell"
    has_lost = (row.found_by_row_zero - row.found_by_chosen) / row.events > limit
    if has_lost and _surely_lost(row):
        return "worse"
    if _benefit_lost(row) > limit:
        return "worse" if row.events >= ENOUGH_EVENTS else "cannot tell"
    if has_lost:
        return "cannot tell"
    return "no worse" if row.events >= events_to_see(limit) or _surely_gained(row) else "cannot tell"


def uses_row_zero(context: AuditContext) -> bool:
    """Whether the model is the unconstrained fit itself, as where no constraint helped anyone."""
    return any(point.chosen and point.tolerance is None for point in context.frontier)


def events_to_see(limit: float) -> float:
    """The fewest events of which a true loss of ``limit`` takes one woman or more, in 95 of 100 samples.

    299 for a loss of 1 in 100: the rule of three (Hanley and Lippman-Hand, JAMA 1983;249:1743), before rounding. With
    no loss tolerated no number of events is enough.
    """
    return math.ceil(math.log(1 - SEEN) / math.log(1 - limit)) if limit > 0 else math.inf


def _benefit_lost(row: GroupAgainstRowZero) -> float:
    if row.net_benefit_row_zero is None or row.net_benefit_chosen is None:
        return 0.0
    return row.net_benefit_row_zero - row.net_benefit_chosen


def _surely_lost(row: GroupAgainstRowZero) -> bool:
    """Whether chance does not explain the loss: the paired 95 % interval of the change lies below 0.

    Both fits are judged on the same women, so only those that one of them found count (Wald with half a pair added to
    each, Agresti and Min, Stat Med 2005;24:729). A loss of .01 of 300 events is three women: in simulations whose true
    risks are known, a rule on the point estimate alone blocked 7 of 10 fits and 2 had truly lost. Where the pairs are
    not known, a loss on enough events counts as it stands.
    """
    if row.gained is None or row.lost is None:
        return row.events >= ENOUGH_EVENTS
    return paired_limits(row.gained, row.lost, row.events)[1] < 0


def _surely_gained(row: GroupAgainstRowZero) -> bool:
    if row.gained is None or row.lost is None:
        return False
    return paired_limits(row.gained, row.lost, row.events)[0] > 0


def paired_limits(gained: int, lost: int, events: int) -> tuple[float, float]:
    """95 % limits of the change in sensitivity on the same women."""
    more, fewer, size = gained + 0.5, lost + 0.5, events + 2.0
    change = (more - fewer) / size
    error = Z95 * math.sqrt(max(more + fewer - (more - fewer) ** 2 / size, 0.0)) / size
    return change - error, change + error
