"""FA016: are the data good enough for the figures to be published."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import answer
from fairness_audits.evidence import Evidence
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.gate_answers import GateAnswer
from fairness_audits.levels import EVERYONE
from fairness_audits.wording import listed, these_women

__all__ = ["DataQuality"]


@dataclass(frozen=True, kw_only=True)
class DataQuality:
    """Fires for each gate of the policy that is closed: the figures that need it are withheld.

    It blocks, whatever the policy makes of it, where so nothing can be judged of anyone: to record fewer outcomes must
    not release a version that more outcomes would have kept back.
    """

    code: str = "FA016"
    title: str = "Data fit to publish"
    next_step: str = (
        "Complete the records first; until then rest nothing on these women, and say that nothing is known."
    )

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        answers = [one for one in evidence.gates.answers if self._counts(one, evidence)]
        if not answers:
            return (answer(self, evidence, NOT_APPLICABLE, "The policy sets no gate that this table could fail."),)
        shut = [one for one in answers if one.is_open is False]
        is_nobody_judged = EVERYONE in evidence.gates.not_judged(row.group for row in evidence.groups)
        findings = [
            answer(
                self,
                evidence,
                FINDING,
                f"Figures of {_whose(one)} are withheld: {one.reason}.",
                group=None if one.group == EVERYONE else one.group,
                figures={"withheld because": one.reason},
                severity="blocking" if one.group == EVERYONE and is_nobody_judged else None,
            )
            for one in shut
        ]
        if unsure := [one for one in answers if one.is_open is None]:
            names = listed(sorted({f"{one.gate.measure.replace('_', ' ')} ({one.group})" for one in unsure}))
            sentence = f"Too little can be printed to say whether the data are good enough: {names}."
            findings.append(answer(self, evidence, CANNOT_TELL, sentence))
        if not findings:
            names = listed(sorted({one.gate.measure.replace("_", " ") for one in answers}))
            findings.append(answer(self, evidence, PASSED, f"The data are what the policy asks for: {names}."))
        return tuple(findings)

    def _counts(self, one: GateAnswer, evidence: Evidence) -> bool:
        """Whether the gate says something of its own: not of finer levels, nor of what nobody was asked to record."""
        if one.level not in ("everyone", "ethnic_group"):
            return False
        if one.gate.measure == "outcome_rate":
            return one.is_open is not None
        row = next(f for f in evidence.figures if (f.level, f.group) == (one.level, one.group))
        if one.gate.measure == "outcome_known":
            return not row["missing_outcomes"].is_undefined
        return one.gate.measure != "flag_known" or bool(evidence.everyone.counts["evaluated"])


def _whose(one: GateAnswer) -> str:
    """Whose figures the gate keeps back: where ethnicity is not known, those of the groups and not of everyone."""
    return "ethnic groups" if one.gate.measure == "ethnicity_known" else these_women(one.group)
