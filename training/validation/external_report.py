"""What an external validation says: which update is called for, whom it leaves wrong, and the four side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fairness_audits.checks.calibration import said_of_ratio
from fairness_audits.figures import GroupFigures
from fairness_audits.report import AuditReport
from fairness_audits.wording import is_missing_ethnicity, listed, these_women
from training.validation.cross_fitting import CrossFitted
from training.validation.harm_by_group import GroupChange
from training.validation.judging import JudgedScorer
from training.validation.printed import Part, PrintedTable, equals, of_everyone, of_groups, said_of_disclosure
from training.validation.recalibration import REFIT
from training.validation.standing import Standing
from training.validation.sufficient_update import CLOSED_TEST, SufficientUpdate, UpdateByGroup

__all__ = ["EXTERNAL", "ExternalValidation"]

EXTERNAL = "external"


@dataclass(frozen=True, kw_only=True)
class ExternalValidation:
    """``judged`` are the four updates on the same births; ``report`` the audit of the version as it is.

    ``what_follows`` says what came of it. ``sufficient`` is None, with ``why_not``, where these births cannot say which
    update is enough.
    """

    title: str
    births: str
    denominator: str
    remarks: tuple[str, ...]
    warnings: tuple[str, ...]
    standing: Standing
    judged: tuple[JudgedScorer, ...]
    crossed: CrossFitted
    sufficient: SufficientUpdate | None
    why_not: str
    report: AuditReport
    threshold: float | None
    is_simulated: bool
    model_digest: str
    data_digest: str
    what_follows: str = "Nothing was changed or registered: an update is a person’s decision."
    kind: str = EXTERNAL

    def parts(self) -> tuple[Part, ...]:
        return (
            Part(
                heading="What these births call for",
                sentences=(*self._verdict(), self.what_follows),
            ),
            Part(
                heading="The version as it is, and under each update",
                sentences=self._how_judged(),
                tables=(of_everyone("Everyone", "Figure (95 % interval)", self.judged),),
            ),
            Part(
                heading="By ethnic group",
                sentences=said_of_disclosure(self.report.rule, first=self.judged[0].name),
                tables=self._of_groups(),
            ),
        )

    def _verdict(self) -> tuple[str, ...]:
        if self.sufficient is None:
            return (f"Which update is enough cannot be told: {self.why_not}.",)
        found = self.sufficient
        tests = (
            f"Sufficient update: {found.update}{_held_back(found)}. Against intercept and slope: the version as it is, "
            f"p {equals(found.p_none)}; in-the-large, p {equals(found.p_in_the_large)}. Fitted on all these "
            f"births: in-the-large {found.shift:+.2f} log-odds; or intercept {found.intercept:+.2f} with slope "
            f"{found.slope:.2f}."
        )
        return (
            found.sentence,
            *self.harm,
            *self._groups_left(),
            tests,
            _refit_told(found, self.crossed),
            f"By the {CLOSED_TEST}.",
        )

    @property
    def harm(self) -> tuple[str, ...]:
        """Whom the updates that were considered harm, what to look at first, and of whom it cannot be told."""
        if self.sufficient is None:
            return ()
        considered = self.sufficient.considered
        harm = tuple(f"Under {one.update}: {self._harmed(one, group)}" for one in considered for group in one.harmed)
        last = considered[-1:] if not self.sufficient.is_without_remedy else ()
        untold = tuple(
            f"Too few events to tell whether {one.update} makes the risks told to some women worse: "
            f"{listed([group.group for group in one.untold])}."
            for one in last
            if one.untold
        )
        return (*harm, *(self._look_first() if harm else ()), *untold)

    def _harmed(self, update: UpdateByGroup, change: GroupChange) -> str:
        women = these_women(change.group)
        if not change.is_of_ratio:
            return (
                f"the log loss of the risks told to {women} surely rises (p {equals(change.p_loss)}, over all groups)."
            )
        now = next((one for one in self.judged if one.name == update.update), self.judged[0])
        was, ratio = (self._ratio_of(one, change.group) for one in (self.judged[0], now))
        seen = "" if "*" in (was, ratio) else f"observed over expected {was} → {ratio}; "
        return (
            f"the risks told to {women} are surely further from what was seen ({seen}p {equals(change.p_ratio)}, over "
            "all groups)."
        )

    def _ratio_of(self, judged: JudgedScorer, group: str) -> str:
        row = next((one for one in judged.groups if one.group == group), None)
        return row["observed_to_expected"].text if row is not None else "*"

    def _look_first(self) -> tuple[str, ...]:
        """At the groups whose O:E, as it is, lies on the side to which everyone's risks would be moved."""
        assert self.sufficient is not None
        is_down = self.sufficient.shift < 0
        moved = [
            row
            for row in self.groups_left(self.judged[0])
            if ((row["observed_to_expected"].value or 1.0) < 1) == is_down
        ]
        if not moved:
            return ()
        women = listed([these_women(row.group) for row in moved])
        seen = "fewer events are recorded than expected" if is_down else "more events are recorded than expected"
        why = (
            "that is how it looks where events of some women are not recorded"
            if is_down
            else "that is how it looks where the outcome is recorded otherwise for some women, or more frequent"
        )
        return (
            f"Look first at how the outcome is recorded for {women}: of them alone {seen}, and {why}. A new number for "
            "everyone cannot mend it.",
        )

    def _groups_left(self) -> tuple[str, ...]:
        """An update of everyone's risks can leave a group's as wrong as they were, or more so."""
        return tuple(f"Under {one.name}: {said_of_ratio(row)}" for one in self.updated for row in self.groups_left(one))

    @property
    def updated(self) -> tuple[JudgedScorer, ...]:
        """The scorer under the sufficient update; none where that cannot be told or could not be judged."""
        return tuple(one for one in self.judged if self.sufficient and one.name == self.sufficient.update)

    def groups_left(self, judged: JudgedScorer) -> tuple[GroupFigures, ...]:
        """Ethnic groups whose O:E is outside the policy's band, and whose interval excludes 1."""
        lowest = 1 - self.report.policy.tolerance("FA002").limit
        return tuple(row for row in judged.groups if row.status == "shown" and _is_off(row, lowest))

    def _how_judged(self) -> tuple[str, ...]:
        how = (
            f"Each update was fitted on {self.crossed.folds - 1} of {self.crossed.folds} parts of these births and "
            "judged on the part left, in turn, by woman; so all births judge, and none judges what it helped to fit. "
            f"{self._offered()}, under every update."
        )
        ranks = (
            "A recalibration keeps the order of women, so its AUROC is that of the version as it is; that of refit "
            "ranks risks of several fits together, which costs it a little. An update moves how many women are "
            "flagged, so its cut is to be set anew from the site’s capacity."
        )
        return (how, ranks, *(f"{name} was not possible: {why}." for name, why in self.crossed.not_possible.items()))

    def _offered(self) -> str:
        if self.threshold is None:
            return "Flagged is whom its own offer policy flags, with its cuts by group"
        return f"Flagged is a risk of at least {self.threshold:.4f}, its own offer threshold"

    def _of_groups(self) -> tuple[PrintedTable, ...]:
        if not self.judged[0].groups:
            return ()
        return (
            of_groups(
                "Observed over expected",
                "observed_to_expected",
                self.judged,
                same_women=self.report.rule,
                also_drawn=self.sufficient.update if self.sufficient else "",
            ),
            of_groups("Sensitivity", "sensitivity", self.judged, same_women=self.report.rule),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "model_digest": self.model_digest,
            "data_digest": self.data_digest,
            "births": self.births,
            "denominator": self.denominator,
            "offer_threshold": self.threshold,
            "folds": self.crossed.folds,
            "updates": [one.to_dict() for one in self.judged],
            "not_possible": dict(self.crossed.not_possible),
            "sufficient_update": self.sufficient.to_dict() if self.sufficient else None,
            "why_no_sufficient_update": self.why_not,
            "groups_it_leaves_wrong": [row.group for one in self.updated for row in self.groups_left(one)],
            "audit_id": self.report.audit_id,
            "blocking_findings": list(self.report.blocking),
        }


def _is_off(row: GroupFigures, lowest: float) -> bool:
    ratio = row["observed_to_expected"]
    if is_missing_ethnicity(row.group) or ratio.value is None or ratio.low is None or ratio.high is None:
        return False
    return (ratio.value > 1 / lowest and ratio.low > 1) or (ratio.value < lowest and ratio.high < 1)


def _held_back(found: SufficientUpdate) -> str:
    return f" (for the births as a whole, {found.called_for})" if found.is_held_back else ""


def _refit_told(found: SufficientUpdate, crossed: CrossFitted) -> str:
    if found.refit_gain is None:
        return f"No model could be fitted anew: {crossed.not_possible.get(REFIT, 'not compared')}."
    value, low, high = (1000 * nats for nats in found.refit_gain)
    return (
        f"Fitted anew, out of fold, the log-likelihood of 1,000 women is {value:+.2f} nats ({low:+.2f} to {high:+.2f}) "
        "beside the recalibrated model."
    )
