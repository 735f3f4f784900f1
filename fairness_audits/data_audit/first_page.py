"""What the first page and the terminal say, heading by heading: findings, or what it means that there are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fairness_audits.data_audit.report import (
    BESIDE,
    CANNOT_TELL,
    IMPLAUSIBLE,
    LATE,
    LESS_KNOWN,
    LESS_RECORDED,
    NOT_COLLECTED,
    OFTEN_NOT_RECORDED,
    DataAudit,
)

__all__ = ["Paragraph", "first_page"]

HEADINGS = {
    LESS_RECORDED: "What is recorded less often, and of whom",
    OFTEN_NOT_RECORDED: "What is not recorded for many women",
    LATE: "Who comes into care later",
    LESS_KNOWN: "Whose outcomes are known less often",
    IMPLAUSIBLE: "Rates that cannot be right",
    BESIDE: "Beside what others have published",
    CANNOT_TELL: "What cannot be told",
    NOT_COLLECTED: "What was not collected",
}
# Of these nothing can be said where ethnicity is recorded of nobody.
BY_GROUP = (LESS_RECORDED, LATE, LESS_KNOWN)
UNTOLD = "Cannot be told: ethnicity is recorded of nobody in this file."
OF_NONE = {
    LESS_RECORDED: "No fact is shown to be recorded less often of any ethnic group by more than the policy's limit; "
    "women of unknown ethnicity are no group. Where intervals are wide this is not the same as shown to be recorded "
    "alike.",
    LATE: "No group is shown to come into care later by more than the policy's limit.",
    LESS_KNOWN: "No outcome is shown to be known less often of any group by more than the policy's limit.",
    IMPLAUSIBLE: "No rate lies outside what a cohort of women can be expected to show.",
    BESIDE: "No published rate is of the same births by the same definition: nothing is compared.",
}


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """``sentences`` are findings, or, where ``is_empty``, the one sentence that says there is none."""

    heading: str
    sentences: tuple[str, ...]
    is_empty: bool


def first_page(audit: DataAudit) -> Iterator[Paragraph]:
    """In reading order; a heading with nothing to say under it is left out."""
    for kind, heading in HEADINGS.items():
        sentences = tuple(finding.sentence for finding in audit.findings_of(kind))
        instead = _instead(kind, audit)
        if sentences:
            yield Paragraph(heading=heading, sentences=sentences, is_empty=False)
        elif instead:
            yield Paragraph(heading=heading, sentences=(instead,), is_empty=True)


def _instead(kind: str, audit: DataAudit) -> str:
    if kind == LATE and not audit.passport.everyone.late:
        return ""
    if kind in BY_GROUP and not audit.passport.ethnicity_recorded:
        return UNTOLD
    return OF_NONE.get(kind, "")
