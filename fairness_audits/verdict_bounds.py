"""Whether the outcomes that were never recorded could turn a verdict: then it is suspended, whichever way it went.

A verdict stands where it would be the same with the untested women's outcomes at their worst for the group and best for
the others, and the other way round. Limits of chance are counted in at both ends.
"""

from __future__ import annotations

from collections.abc import Mapping

from fairness_audits.bounds import Extremes, extremes
from fairness_audits.evidence import Evidence
from fairness_audits.figures import GroupFigures
from fairness_audits.findings import FINDING
from fairness_audits.intervals import Interval, newcombe_difference
from fairness_audits.printed_rates import difference

__all__ = ["RESTS_ON_OUTCOMES", "verdict_could_turn"]


# The rate that a check compares, and the side of its limit on which it fires.
_COMPARED: Mapping[str, tuple[str, str]] = {
    "FA003": ("sensitivity", "below"),
    "FA005": ("told_low_risk", "above"),
    "FA006": ("positive_predictive_value", "below"),
}
RESTS_ON_OUTCOMES = frozenset({"FA002", "FA007", *_COMPARED})

Ends = tuple[Interval, Interval]


def verdict_could_turn(code: str, state: str, group: str, evidence: Evidence) -> bool:
    """Whether check ``code`` could answer otherwise than ``state`` (finding or passed) of an ethnic group.

    True where a count that would tell is hidden. False for a check that does not rest on outcomes.
    """
    if code not in RESTS_ON_OUTCOMES:
        return False
    row = next((row for row in evidence.groups if row.group == group), None)
    if row is None:
        return True
    if code == "FA002":
        return _ratio_could_turn(state, row, evidence)
    limit = evidence.policy.tolerance(code).limit
    if code == "FA007":
        ends, fires = _against_rules(row, evidence), "below"
    else:
        rate, fires = _COMPARED[code]
        ends = [_against_others(rate, row, evidence)]
    return any(one is None or not _stands(state, one, limit, fires) for one in ends)


def _stands(state: str, ends: Ends, limit: float, fires: str) -> bool:
    lowest, highest = ends
    if fires == "below":
        return highest.high < -limit if state == FINDING else lowest.low >= -limit
    return lowest.low > limit if state == FINDING else highest.high <= limit


def _against_others(rate: str, row: GroupFigures, evidence: Evidence) -> Ends | None:
    """The group at its lowest less the others at their highest, and the other way round."""
    own, other = extremes(rate, row.counts, evidence.rule), _others(rate, row, evidence)
    if own is None or other is None:
        return None
    lowest, highest = difference(own[0], other[1], evidence.rule), difference(own[1], other[0], evidence.rule)
    if lowest is None or highest is None:
        return None
    if rate == "sensitivity" and evidence.policy.reference == "overall":
        # FA003 judges the distance from everyone, of whom the group is a part.
        lowest, highest = (
            _scaled(end, 1 - evidence.share_of_total(row, "evaluated_events")) for end in (lowest, highest)
        )
    return lowest, highest


def _scaled(interval: Interval, scale: float) -> Interval:
    return Interval(interval.value * scale, interval.low * scale, interval.high * scale)


def _others(rate: str, row: GroupFigures, evidence: Evidence) -> Extremes | None:
    reference = evidence.policy.reference
    if reference != "overall":
        named = next((f for f in evidence.groups if f.group == reference), None)
        return None if named is None else extremes(rate, named.counts, evidence.rule)
    left: dict[str, int | None] = {}
    for name, total in evidence.everyone.counts.items():
        own = row.counts[name]
        left[name] = None if total is None or own is None else max(total - own, 0)
    return extremes(rate, left, evidence.rule)


def _against_rules(row: GroupFigures, evidence: Evidence) -> list[Ends | None]:
    """Of each rule: all untested women had the outcome and only the rule flagged them; then only the model did."""
    untested = row.counts["untested_evaluated"]
    ends: list[Ends | None] = []
    for comparison in evidence.comparisons:
        for one in comparison.rows:
            if one.group != row.group or not comparison.flag_rate.value:
                continue
            if untested is None or one.events is None or one.found_by_model is None or one.found_by_rule is None:
                ends.append(None)
                continue
            most = evidence.rule.possible(untested)[1]
            whole = one.events + most
            model, rule = (float(min(n, one.events)) for n in (one.found_by_model, one.found_by_rule))
            lowest = newcombe_difference(model, whole, rule + most, whole)
            highest = newcombe_difference(model + most, whole, rule, whole)
            ends.append((lowest, highest))
    return ends


def _ratio_could_turn(state: str, row: GroupFigures, evidence: Evidence) -> bool:
    """FA002: O:E outside the band on one side of 1 at both ends, or inside the band at both."""
    bounds = next((b for b in evidence.untested if (b.group, b.estimand) == (row.group, "observed_to_expected")), None)
    ratio = row["observed_to_expected"]
    if bounds is None or ratio.value is None:
        return True
    low, high = bounds.lowest, bounds.highest
    if low.value is None or high.value is None or low.low is None or high.high is None or high.low is None:
        return True
    least = 1 - evidence.policy.tolerance("FA002").limit
    if state != FINDING:
        return not (least <= low.low and high.high <= 1 / least)
    if ratio.value > 1:
        return not (low.value > 1 / least and low.low > 1)
    return not (high.value < least and high.high < 1)
