"""FA004: was anyone made worse off than by the unconstrained fit (row 0), or than by the version before an update."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import Verdict, answer, by_group
from fairness_audits.context import AuditContext
from fairness_audits.context_rows import GroupAgainstVersion
from fairness_audits.evidence import Evidence
from fairness_audits.figures import GroupFigures
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.row_zero import RowZeroRow, printed_against_row_zero
from fairness_audits.wording import SMALLER_GROUPS, outcome_name, so_many_of_100, these_women, went_on_to

__all__ = ["NobodyMadeWorse"]

AFTER_AN_UPDATE = (
    "Do not release this update: keep the version it was made from. Look first at how the outcome is recorded in the "
    "groups whose risks moved towards what was seen."
)


@dataclass(frozen=True, kw_only=True)
class NobodyMadeWorse:
    """Fires where a group lost more sensitivity or net benefit than the limit; and where an update made the risks told
    to a group surely worse than the version before told them, as `training.validation.harm_by_group` judges it.

    The loss is judged on the exact counts, because rounding to 5 can be larger than the limit; the figures shown are
    rounded. 'Cannot tell' where chance could explain a loss above the limit, by the paired interval, and where events
    are too few for a loss of the limit's size to be seen: no loss among 20 women is not the same as none. Where a
    data-quality gate is closed a loss is told without its figures, and nobody passes on outcomes not fit to publish.
    """

    code: str = "FA004"
    title: str = "Nobody made worse by the constraint or by an update"
    next_step: str = "Do not release this fit: take row 0, a smaller constraint, or a new decision about ethnicity."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        context = evidence.context
        if context is None or not (context.against_row_zero or context.against_version):
            sentence = "No unconstrained fit was given to compare with."
            return (answer(self, evidence, NOT_APPLICABLE, sentence),)
        by_row_zero = self._against_row_zero(context, evidence) if context.against_row_zero else ()
        by_version = self._against_version(context, evidence) if context.against_version else ()
        return (*by_row_zero, *by_version)

    def _against_version(self, context: AuditContext, evidence: Evidence) -> tuple[Finding, ...]:
        printed = {row.group: row for row in evidence.groups}
        return by_group(
            self,
            evidence,
            {
                one.group: Verdict(
                    state=one.state,
                    sentence=_said_of_update(one, printed.get(one.group), outcome_name(evidence.section)),
                    next_step=AFTER_AN_UPDATE if one.state == FINDING else "",
                )
                for one in context.against_version
                if one.group in printed or one.group == SMALLER_GROUPS
            },
            passed="Told risks that are no worse than those of the version before the update: {groups}.",
            cannot_tell="Too few events to say whether the update made the risks told to them worse: {groups}.",
        )

    def _against_row_zero(self, context: AuditContext, evidence: Evidence) -> tuple[Finding, ...]:
        limit = evidence.policy.tolerance(self.code).limit
        rows = printed_against_row_zero(context, evidence.rule, limit, evidence.gates)
        verdicts = {row.group: self._verdict(row, evidence) for row in rows}
        return by_group(
            self,
            evidence,
            verdicts,
            passed="Found at least as often as by the unconstrained fit, within the limit: {groups}.",
            cannot_tell="Too few events, or outcomes known of too few, to say whether they are found as often as by "
            "the unconstrained fit: {groups}.",
        )

    def _verdict(self, row: RowZeroRow, evidence: Evidence) -> Verdict:
        figures = {"unconstrained": row.before.text, "this model": row.after.text}
        if row.status == "worse":
            return Verdict(state=FINDING, sentence=_said_of_loss(row, evidence), figures=figures)
        return Verdict(state=PASSED if row.status == "no worse" else CANNOT_TELL, figures=figures)


def _said_of_update(row: GroupAgainstVersion, now: GroupFigures | None, name: str) -> str:
    """Without the figures of the version before: what was printed of it may have been under another rule. Of groups
    that are judged together no row is printed (``now`` is None)."""
    women = these_women(row.group)
    if not row.is_of_ratio:
        return f"The update made the risks of {name} told to {women} worse: their log loss surely rose."
    direction = "lowered" if row.moved < 0 else "raised"
    told = f"The update {direction} the risk of {name} told to {women} by {abs(100 * row.moved):.0f} %"
    if now is None:
        return f"{told}, away from what was seen."
    ratio = now["observed_to_expected"]
    if ratio.value is None or ratio.low is None or ratio.high is None:
        return f"{told}, away from what was seen."
    low, value, high = (round(100 * limit) for limit in (ratio.low, ratio.value, ratio.high))
    return f"{told}, away from what was seen: for every 100 expected now, {value} ({low} to {high}) had the outcome."


def _said_of_loss(row: RowZeroRow, evidence: Evidence) -> str:
    women = f"{these_women(row.group)} who {went_on_to(evidence.section)}"
    if why := evidence.gates.why(row.group):
        return (
            f"The unconstrained fit does better for {women}, of those known; how many each flagged is withheld: {why}."
        )
    if row.before.value is None or row.after.value is None:
        return f"The unconstrained fit does better for {women}; too few of them to print how many each flagged."
    return (
        f"Of 100 {women}, the unconstrained fit flagged {so_many_of_100(row.before)} and this model "
        f"{so_many_of_100(row.after)}."
    )
