"""How far the women without a recorded outcome could move a figure, and whether they could turn a verdict.

Nothing is assumed of them: each bound gives them the outcomes that move the figure furthest (Manski, Am Econ Rev
1990;80:319). So the bounds are wide where many are untested, and that width is what is not known.
"""

from __future__ import annotations

from collections.abc import Mapping

from fairness_audits.disclosure import DisclosureRule, PublishedCounts

__all__ = ["BOUNDED", "Extremes", "extremes"]

Part = tuple[int, int]
Extremes = tuple[Part, Part]

# For each rate: its part and whole, then the untested women who would add to both (it rises), and those who would add
# to the whole alone (it falls).
BOUNDED: Mapping[str, tuple[str, str, str, str]] = {
    "event_rate": ("events", "ascertained", "untested", "untested"),
    "sensitivity": ("found", "evaluated_events", "untested_flagged", "untested_not_flagged"),
    "told_low_risk": ("low_risk_events", "scored_events", "untested_low_risk", "untested_not_low_risk"),
    "positive_predictive_value": ("found", "followed_flagged", "untested_flagged", "untested_flagged"),
}


def extremes(rate: str, counts: PublishedCounts, rule: DisclosureRule) -> Extremes | None:
    """The lowest and the highest that a rate could be, each as (part, whole); None where a count is hidden."""
    part_name, whole_name, *adding = BOUNDED[rate]
    part, whole = counts[part_name], counts[whole_name]
    rising, falling = (_untested(name, counts, rule) for name in adding)
    if part is None or whole is None or rising is None or falling is None:
        return None
    part = min(part, whole)
    return (part, whole + falling), (part + rising, whole + rising)


def _untested(name: str, counts: PublishedCounts, rule: DisclosureRule) -> int | None:
    """The most women there may be: a disguised count may stand for more than is shown."""
    if name == "untested_not_flagged":
        return _left("untested_evaluated", "untested_flagged", counts, rule)
    if name == "untested_not_low_risk":
        return _left("untested_scored", "untested_low_risk", counts, rule)
    count = counts[name]
    return None if count is None else int(rule.possible(count)[1])


def _left(whole: str, part: str, counts: PublishedCounts, rule: DisclosureRule) -> int | None:
    total, taken = counts[whole], counts[part]
    return None if total is None or taken is None else max(int(rule.possible(total)[1]) - taken, 0)
