"""FA010: are the facts the model needs recorded less often for a group."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import Verdict, answer, by_group
from fairness_audits.evidence import Evidence
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.predictor_missingness import MissingnessRow, printed_missingness
from fairness_audits.wording import is_missing_ethnicity, listed, these_women

__all__ = ["MissingPredictors"]


@dataclass(frozen=True, kw_only=True)
class MissingPredictors:
    """Fires where a predictor is missing more often for a group than for everyone else, surely and beyond the limit."""

    code: str = "FA010"
    title: str = "Facts recorded for the model"
    next_step: str = "See at which visit the fact is asked for and with what help (interpreter, time), for these women."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if evidence.context is None or not evidence.context.missingness:
            sentence = "What was missing, by group, was not given with the predictions."
            return (answer(self, evidence, NOT_APPLICABLE, sentence),)
        rows = printed_missingness(evidence.context, evidence.rule)
        limit = evidence.policy.tolerance(self.code).limit
        groups = [g for g in dict.fromkeys(row.group for row in rows) if not is_missing_ethnicity(g)]
        verdicts = {g: self._verdict(g, [row for row in rows if row.group == g], limit) for g in groups}
        return by_group(
            self,
            evidence,
            verdicts,
            passed="Facts are recorded about as often as for everyone else: {groups}.",
            cannot_tell="Too few women to say whether facts are recorded as often: {groups}.",
        )

    def _verdict(self, group: str, rows: list[MissingnessRow], limit: float) -> Verdict:
        known = [row for row in rows if row.low is not None and row.high is not None]
        off = [row for row in known if (row.low or 0.0) > limit]
        if off:
            names = listed([row.predictor.replace("_", " ") for row in off])
            sentence = f"Recorded less often for {these_women(group)} than for others: {names}."
            return Verdict(state=FINDING, sentence=sentence, figures={row.predictor: row.share.text for row in off})
        sure = len(known) == len(rows) and all((row.high or 0.0) <= limit for row in known)
        return Verdict(state=PASSED if sure else CANNOT_TELL)
