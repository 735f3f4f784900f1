"""Printed figures as they would be had a share of one group's events been recorded as 'no', and been put right.

If a share u of the group's true events was entered as none, whatever their risk and flag, then the events recorded are
(1 - u) of the true ones: true events are recorded / (1 - u), and as many 'no' less. Of those found, missed and told a
low risk alike, because what was lost was lost at random. Everything is made from printed counts, so nothing exact comes
back through the share at which something changes; a disguised count says too little to be moved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fairness_audits.comparators import Comparison, ComparisonRow
from fairness_audits.disclosure import DisclosureRule
from fairness_audits.effective_counts import EffectiveCounts
from fairness_audits.estimate import COUNTED, OBSERVED_TO_EXPECTED
from fairness_audits.figures import Figure, GroupFigures, figure, hidden
from fairness_audits.policy import AuditPolicy
from fairness_audits.printed_rates import difference, ratio, share
from records.errors import EquipartumError

__all__ = [
    "InvalidUnderRecording",
    "UnderRecording",
    "everyone_with",
    "group_with",
    "parse_under_recording",
    "rule_with",
]

STEPS_A_HUNDRED = 100
HIGHEST = 0.9
WRITTEN = re.compile(r"(?P<group>.+)=(?P<lowest>\d*\.?\d+)\.\.(?P<highest>\d*\.?\d+)")

EVENTS = ("events", "evaluated_events", "found", "missed", "low_risk_events", "scored_events")
# Each count of women without the outcome, and the events that were hidden in it.
NON_EVENTS = {"evaluated_non_events": "evaluated_events", "cleared": "missed", "false_alarms": "found"}
# Rates whose whole are events, and rates whose whole is not.
OF_EVENTS = ("sensitivity", "told_low_risk")
BY_EVENTS = ("event_rate", "positive_predictive_value", OBSERVED_TO_EXPECTED)


class InvalidUnderRecording(EquipartumError):
    """A slide of under-recording that is not written as one, or names a group that was not audited."""


@dataclass(frozen=True, kw_only=True)
class UnderRecording:
    """The share of ``group``'s true events taken to be recorded as 'no', from ``lowest`` to ``highest``."""

    group: str
    lowest: float
    highest: float

    @property
    def shares(self) -> tuple[float, ...]:
        """In steps of one in a hundred, both ends among them."""
        first, last = round(self.lowest * STEPS_A_HUNDRED), round(self.highest * STEPS_A_HUNDRED)
        return tuple(step / STEPS_A_HUNDRED for step in range(first, last + 1))


def parse_under_recording(text: str) -> UnderRecording:
    """``Black=0.0..0.5`` as an `UnderRecording`; raises `InvalidUnderRecording`."""
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise InvalidUnderRecording(f"{text!r}: write GROUP=FROM..TO, such as Black=0.0..0.5")
    lowest, highest = float(found["lowest"]), float(found["highest"])
    if not 0 <= lowest < highest <= HIGHEST:
        raise InvalidUnderRecording(
            f"{text!r}: the shares run upwards from 0 to at most {HIGHEST:g}; at 1 every event would be unrecorded"
        )
    return UnderRecording(group=found["group"].strip(), lowest=lowest, highest=highest)


def group_with(row: GroupFigures, lost: float, policy: AuditPolicy, rule: DisclosureRule) -> GroupFigures:
    """The group's figures with its lost events put back."""
    more = 1 / (1 - lost)
    counts = {name: _moved(name, row.counts, more) for name in row.counts}
    effective = {
        name: _scaled(name, row.effective[name], more)
        if all(_may_be_moved(row.counts[part], rule) for part in COUNTED[name])
        else EffectiveCounts(part=None, whole=None)
        for name in row.effective
    }
    return _refigured(row, counts, effective, policy, rule)


def everyone_with(
    total: GroupFigures, before: GroupFigures, after: GroupFigures, policy: AuditPolicy, rule: DisclosureRule
) -> GroupFigures:
    """Everyone's figures with what was put back of one group."""
    counts = {name: _with(total.counts[name], before.counts[name], after.counts[name]) for name in total.counts}
    effective = {
        name: _joined(total.effective[name], before.effective[name], after.effective[name]) for name in total.effective
    }
    return _refigured(total, counts, effective, policy, rule)


def rule_with(comparison: Comparison, group: str, lost: float, rule: DisclosureRule) -> Comparison:
    """The group beside a rule: both find the same share of what was put back as of what was recorded."""
    rows = tuple(_beside(row, 1 / (1 - lost), rule) for row in comparison.rows if row.group == group)
    return replace(comparison, rows=rows)


def _beside(row: ComparisonRow, more: float, rule: DisclosureRule) -> ComparisonRow:
    events, model, ruled = (
        None if n is None or rule.is_disguised(n) else n * more
        for n in (row.events, row.found_by_model, row.found_by_rule)
    )
    interval = difference((model, events), (ruled, events), rule)
    name = "difference_from_others"
    return replace(row, difference=hidden(name) if interval is None else figure(name, interval))


def _may_be_moved(count: int | None, rule: DisclosureRule) -> bool:
    return count is not None and not rule.is_disguised(count)


def _moved(name: str, counts: Mapping[str, int | None], more: float) -> int | None:
    count = counts[name]
    if count is None or name not in (*EVENTS, *NON_EVENTS):
        return count
    if name in EVENTS:
        return round(count * more)
    hidden_in_it = counts[NON_EVENTS[name]]
    return None if hidden_in_it is None else max(round(count - (more - 1) * hidden_in_it), 0)


def _with(total: int | None, before: int | None, after: int | None) -> int | None:
    return None if total is None or before is None or after is None else max(total + after - before, 0)


def _scaled(name: str, counted: EffectiveCounts, more: float) -> EffectiveCounts:
    part, whole = counted.pair
    if part is None or whole is None or name not in (*OF_EVENTS, *BY_EVENTS):
        return counted
    whole = whole * more if name in OF_EVENTS else whole
    return replace(counted, part=min(part * more, whole), whole=whole)


def _joined(total: EffectiveCounts, before: EffectiveCounts, after: EffectiveCounts) -> EffectiveCounts:
    """Sums of weights are added, then brought back to everyone's effective numbers."""
    if total.part is None or total.whole is None or before.part is None or before.whole is None:
        return total
    if after.part is None or after.whole is None:
        return EffectiveCounts(part=None, whole=None)
    to_total = total.scale / before.scale
    whole = total.whole + (after.whole - before.whole) * to_total
    return replace(total, part=min(total.part + (after.part - before.part) * to_total, whole), whole=whole)


def _refigured(
    row: GroupFigures,
    counts: Mapping[str, int | None],
    effective: Mapping[str, EffectiveCounts],
    policy: AuditPolicy,
    rule: DisclosureRule,
) -> GroupFigures:
    figures: dict[str, Figure] = dict(row.figures)
    for name, counted in effective.items():
        if name == OBSERVED_TO_EXPECTED:
            figures[name] = ratio(*counted.pair, row["mean_risk"], rule, design=counted.design)
        elif name in (*OF_EVENTS, *BY_EVENTS):
            figures[name] = share(name, *counted.pair, rule, design=counted.design)
    status = "shown" if (counts["events"] or 0) >= policy.minimum_events else "cannot tell"
    return replace(row, counts=counts, figures=figures, effective=effective, status=status)
