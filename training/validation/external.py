"""External validation: a registered version on births of another file, as it is and under each update."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fairness_audits.audit import audit
from fairness_audits.checks.calibration import said_of_ratio
from fairness_audits.context import AuditContext
from fairness_audits.disclosure import RULES
from fairness_audits.figures import GroupFigures
from fairness_audits.policy import AuditPolicy
from fairness_audits.report import AuditReport
from fairness_audits.wording import is_missing_ethnicity
from models.home import Home
from models.outcomes import outcome
from models.risk_model import RiskModel
from records.records import Records
from training.cohort import definition_in
from training.missing_facts import by_missing_facts
from training.validation.cross_fitting import CrossFitted, cross_fit
from training.validation.judging import JudgedScorer, judge, scored_at, table_of, threshold_of
from training.validation.new_births import NewBirths
from training.validation.openings import holdout_of
from training.validation.plan import Plan, analysis
from training.validation.printed import Part, PrintedTable, equals, of_everyone, of_groups
from training.validation.recalibration import (
    NONE,
    REFIT,
    SLOPE,
    UPDATES,
    UnusableRecalibration,
    log_likelihood,
    log_odds_of,
)
from training.validation.standing import Standing, open_holdout
from training.validation.sufficient_update import CLOSED_TEST, SufficientUpdate, gain_by_woman, sufficient_update

__all__ = ["EXTERNAL", "ExternalValidation", "planned_external", "validate_elsewhere"]

EXTERNAL = "external"
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class ExternalValidation:
    """``judged`` are the four updates on the same births; ``report`` the audit of the version as it is.

    ``sufficient`` is None, with ``why_not``, where these births cannot say which update is enough.
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
    kind: str = EXTERNAL

    def parts(self) -> tuple[Part, ...]:
        return (
            Part(
                heading="What these births call for",
                sentences=(*self._verdict(), "Nothing was changed or registered: an update is a person’s decision."),
            ),
            Part(
                heading="The version as it is, and under each update",
                sentences=self._how_judged(),
                tables=(of_everyone("Everyone", "Figure (95 % interval)", self.judged),),
            ),
            Part(heading="By ethnic group", tables=self._of_groups()),
        )

    def _verdict(self) -> tuple[str, ...]:
        if self.sufficient is None:
            return (f"Which update is enough cannot be told: {self.why_not}.",)
        found = self.sufficient
        tests = (
            f"Sufficient update: {found.update}. Against intercept and slope: the version as it is, "
            f"p {equals(found.p_none)}; in-the-large, p {equals(found.p_in_the_large)}. Fitted on all these "
            f"births: in-the-large {found.shift:+.2f} log-odds; or intercept {found.intercept:+.2f} with slope "
            f"{found.slope:.2f}."
        )
        return (found.sentence, *self._groups_left(), tests, _refit_told(found, self.crossed), f"By the {CLOSED_TEST}.")

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
        return (how, *(f"{name} was not possible: {why}." for name, why in self.crossed.not_possible.items()))

    def _offered(self) -> str:
        if self.threshold is None:
            return "Flagged is whom its own offer policy flags, with its cuts by group"
        return f"Flagged is a risk of at least {self.threshold:.4f}, its own offer threshold"

    def _of_groups(self) -> tuple[PrintedTable, ...]:
        if not self.judged[0].groups:
            return ()
        return (
            of_groups("Observed over expected", "observed_to_expected", self.judged),
            of_groups("Sensitivity", "sensitivity", self.judged),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
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


def planned_external(model: RiskModel, records: Records, policy: AuditPolicy) -> Plan:
    """What would be judged; made from digests and definitions, without a look at any birth."""
    design = model.design
    definition_in(outcome(design.outcome), records, design.definition)
    return analysis(
        kind=EXTERNAL,
        design=design,
        records=records,
        policy=policy,
        decision_rule=CLOSED_TEST,
        model_digest=model.digest,
    )


def validate_elsewhere(
    births: NewBirths,
    home: Home,
    policy: AuditPolicy,
    *,
    title: str,
    warnings: tuple[str, ...] = (),
    plan: Plan | None = None,
    by: str = "",
    say: Say = lambda _: None,
) -> ExternalValidation:
    """Judges the version on ``births`` as it is and under every update. Nothing is registered.

    Raises `NotAsPlanned` before any outcome is told where ``plan`` is another analysis.
    """
    model, cohort = births.model, births.cohort
    rule = RULES[policy.disclosure]
    if plan is not None:
        plan.refuse_other(planned_external(model, cohort.records, policy))
    standing = open_holdout(
        home,
        plan,
        by=by,
        what=f"external validation of {title}",
        holdout=holdout_of(data_digest=cohort.records.data_digest, design=model.design, is_split=False),
        design_digest=model.design.digest,
    )
    table = table_of(model, cohort, births.frame)
    report = audit(table, policy, _context(births))
    say(f"audited {births.frame.height:,} births: blocking findings: {', '.join(report.blocking) or 'none'}")
    crossed = cross_fit(births, say=say)
    offers = model.offer_policy
    scored = {n: scored_at(crossed.risks[n], offers, births.frame) for n in UPDATES if n in crossed.risks}
    judged = judge(table, scored, policy, threshold=threshold_of(offers))
    sufficient, why_not = _sufficient(births, crossed)
    return ExternalValidation(
        title=title,
        births=cohort.records.description,
        denominator=cohort.denominator.told(rule.count),
        remarks=(*births.remarks, *cohort.records.notes, *cohort.records.doubts_told(rule.count)),
        warnings=warnings,
        standing=standing,
        judged=judged,
        crossed=crossed,
        sufficient=sufficient,
        why_not=why_not,
        report=report,
        threshold=threshold_of(offers),
        is_simulated=cohort.records.is_simulated or model.intended_population.is_simulated,
    )


def _context(births: NewBirths) -> AuditContext:
    """What the audit cannot read from the predictions: whom the version was made for, and what was missing here."""
    model, cohort = births.model, births.cohort
    made_for = model.intended_population
    return AuditContext(
        outcome=model.design.outcome,
        prediction_point=model.design.prediction_point,
        model_version=model.label,
        source=model.design.source,
        data_description=cohort.records.description,
        intended_population=made_for.description,
        group_scheme=made_for.group_scheme,
        outcome_definition=str(model.design.outcome_definition),
        is_simulated=made_for.is_simulated,
        predictors=model.design.predictors,
        notes=births.remarks,
        missing_facts=by_missing_facts(model, births.frame, births.risk),
        rules=tuple(one.description for one in cohort.rules),
    )


def _sufficient(births: NewBirths, crossed: CrossFitted) -> tuple[SufficientUpdate | None, str]:
    known = births.is_known
    observed = births.observed[known]
    try:
        gain = None
        log_odds = {name: log_odds_of(risk[known]) for name, risk in crossed.risks.items()}
        if {REFIT, SLOPE} <= log_odds.keys():
            by_birth = {name: log_likelihood(log_odds[name], observed) for name in (REFIT, SLOPE)}
            gain = gain_by_woman(by_birth[REFIT] - by_birth[SLOPE], births.women[known])
        return sufficient_update(log_odds[NONE], observed, gain), ""
    except UnusableRecalibration as refusal:
        return None, str(refusal)


def _is_off(row: GroupFigures, lowest: float) -> bool:
    ratio = row["observed_to_expected"]
    if is_missing_ethnicity(row.group) or ratio.value is None or ratio.low is None or ratio.high is None:
        return False
    return (ratio.value > 1 / lowest and ratio.low > 1) or (ratio.value < lowest and ratio.high < 1)


def _refit_told(found: SufficientUpdate, crossed: CrossFitted) -> str:
    if found.refit_gain is None:
        return f"No model could be fitted anew: {crossed.not_possible.get(REFIT, 'not compared')}."
    value, low, high = (1000 * nats for nats in found.refit_gain)
    return (
        f"Fitted anew, out of fold, the log-likelihood of 1,000 women is {value:+.2f} nats ({low:+.2f} to {high:+.2f}) "
        "beside the recalibrated model."
    )
