"""The first page on the risk that women are told: for whom it is wrong, and whether that is a finding."""

from __future__ import annotations

from collections.abc import Sequence

from fairness_audits.checks.calibration import FEWEST_EVENTS, said_of_ratio
from fairness_audits.figures import GroupFigures
from fairness_audits.findings import PASSED, Finding
from fairness_audits.wording import listed, nothing_recorded, these_women

__all__ = ["risk_not_wrong_of", "risk_wrong_of"]

WITHIN_BAND = " That is within what the policy allows, and no finding."
UNSURE_OF_BAND = " Whether it is by more than the policy allows cannot be told."


def risk_wrong_of(rows: Sequence[GroupFigures], found: Sequence[Finding]) -> list[str]:
    """Groups whose interval of O:E excludes 1, furthest from 1 first, and where FA002 makes no finding of it, that."""
    off = []
    named = {finding.group for finding in found if finding.code == "FA002"}
    passed = {name.partition(": ")[0] for f in found if (f.code, f.state) == ("FA002", PASSED) for name in f.figures}
    for row in rows:
        ratio = row["observed_to_expected"]
        if (row.counts["scored_events"] or 0) < FEWEST_EVENTS:
            continue
        if ratio.value and ratio.low is not None and ratio.high is not None and not ratio.low <= 1 <= ratio.high:
            no_finding = "" if row.group in named else WITHIN_BAND if row.group in passed else UNSURE_OF_BAND
            off.append((max(ratio.value, 1 / ratio.value), said_of_ratio(row) + no_finding))
    return [sentence for _, sentence in sorted(off, reverse=True)]


def risk_not_wrong_of(everyone: GroupFigures, less_recorded: Sequence[str], *, is_any_judged: bool) -> str:
    """``is_any_judged`` says whether figures of any ethnic group are published."""
    if unrecorded := nothing_recorded(everyone.counts):
        return unrecorded
    if kept := everyone["observed_to_expected"].not_published:
        others = " For no ethnic group whose figures are published is it shown to be wrong." if is_any_judged else ""
        return f"Whether the risk told is right for all women together is withheld: {kept}.{others}"
    if less_recorded:
        whom = listed([these_women(group) for group in less_recorded])
        others = "For no other ethnic group is the risk told shown to be wrong."
        return f"For {whom} it cannot be told: their outcomes are recorded less often. {others}"
    return (
        "For no ethnic group is the risk told shown to be wrong. Where intervals are wide this is not the same as "
        "shown to be right."
    )
