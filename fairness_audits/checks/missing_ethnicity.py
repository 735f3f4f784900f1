"""FA009: for how many women is ethnicity not recorded."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import UNRECORDED, answer
from fairness_audits.evidence import Evidence
from fairness_audits.figures import count_text
from fairness_audits.findings import CANNOT_TELL, FINDING, PASSED, Finding
from fairness_audits.printed_rates import share
from fairness_audits.wording import so_many_of_100
from records.groups import MISSING_ETHNICITY, not_known_in

__all__ = ["MissingEthnicity"]


@dataclass(frozen=True, kw_only=True)
class MissingEthnicity:
    """Fires above the limit, and blocks where nobody's ethnicity is recorded: what nobody can look at is not fair."""

    code: str = "FA009"
    title: str = "Ethnicity recorded"
    next_step: str = (
        "Ask women, and record what they say; see who the unrecorded are (site, interpreter, late booking)."
    )

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if not evidence.ethnicity_recorded:
            return (answer(self, evidence, FINDING, UNRECORDED, severity="blocking"),)
        not_known = not_known_in(evidence.group_scheme, [row.group for row in evidence.ethnic_rows])
        missing = sum(row.counts["n"] or 0 for row in evidence.ethnic_rows if row.group in not_known)
        everyone = evidence.everyone.counts["n"] or 0
        missing_share = share("flag_rate", min(missing, everyone), everyone, evidence.rule)
        if missing_share.value is None:
            sentence = "Too few women to say for how many of them ethnicity is not recorded."
            return (answer(self, evidence, CANNOT_TELL, sentence, gather=self.next_step),)
        sentence = f"For {so_many_of_100(missing_share)} of 100 women ethnicity is not stated or not known."
        sentence += _outside_scheme(evidence, not_known.difference(MISSING_ETHNICITY))
        above = missing_share.value > evidence.policy.tolerance(self.code).limit
        return (
            answer(
                self, evidence, FINDING if above else PASSED, sentence, figures={"not recorded": missing_share.text}
            ),
        )


def _outside_scheme(evidence: Evidence, labels: frozenset[str]) -> str:
    """How many labels the coding scheme does not have, and of how many women, as printed; '' where there is none."""
    if not labels:
        return ""
    printed = [row.counts["n"] for row in evidence.ethnic_rows if row.group in labels]
    women = count_text(sum(n or 0 for n in printed))
    told = f"{women} women" if None not in printed else f"{women} women or more"
    plural = "labels" if len(labels) > 1 else "label"
    return f" Among them: {len(labels)} {plural} that the coding scheme does not have, {told}."
