"""FA012: for which groups can nothing be told yet, and how many events would it take."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import GATHER_ETHNICITY, UNRECORDED, answer, without_outcomes
from fairness_audits.evidence import Evidence
from fairness_audits.figures import GroupFigures, count_text
from fairness_audits.findings import CANNOT_TELL, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.wording import events_seen, these_women

__all__ = ["SmallGroups"]


@dataclass(frozen=True, kw_only=True)
class SmallGroups:
    """'Cannot tell' for each group below the policy's minimum of events, or whose sensitivity may not be printed."""

    code: str = "FA012"
    title: str = "Groups too small to tell"
    next_step: str = "Pool years or sites, and read the notes of every woman missed. Name an owner."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if not evidence.ethnicity_recorded:
            return (answer(self, evidence, CANNOT_TELL, UNRECORDED, gather=GATHER_ETHNICITY),)
        if not evidence.groups:
            return (answer(self, evidence, NOT_APPLICABLE, "There are no groups to compare."),)
        if unrecorded := without_outcomes(self, evidence):
            return unrecorded
        small = [row for row in evidence.groups if row.status == "cannot tell" or _may_not_be_printed(row)]
        if not small:
            fewest = evidence.policy.minimum_events
            sentence = f"Every group has {fewest} events or more; whether they are enough to compare, each check says."
            return (answer(self, evidence, PASSED, sentence),)
        margin = round(evidence.policy.tolerance(self.code).limit * 100)
        answers = []
        for row in small:
            events = row.counts["events"]
            needed = (
                f"; about {row.events_needed:,} would be needed to know their sensitivity to within {margin} in 100"
                if row.events_needed
                else ""
            )
            seen = events_seen(events, evidence.rule)
            sentence = f"How often {these_women(row.group)} are missed cannot be told firmly: {seen}{needed}."
            figures = {"events": count_text(events), "events needed": f"{row.events_needed or 0:,}"}
            answers.append(
                answer(self, evidence, CANNOT_TELL, sentence, group=row.group, figures=figures, gather=self.next_step)
            )
        return tuple(answers)


def _may_not_be_printed(row: GroupFigures) -> bool:
    """Hidden because its counts are small; what a data-quality gate keeps back is FA016's to tell."""
    return row["sensitivity"].is_hidden and not row["sensitivity"].not_published
