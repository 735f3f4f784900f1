"""Temporal validation: fitted on the earlier births, judged on each later period, and whether O:E drifts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fairness_audits.disclosure import RULES, DisclosureRule
from fairness_audits.figures import count_text, figure
from fairness_audits.heterogeneity import Heterogeneity, heterogeneity
from fairness_audits.intervals import Interval, normal_interval
from fairness_audits.policy import AuditPolicy
from models.design import ModelDesign
from models.home import Home
from training.cohort import OBSERVED, Cohort
from training.validation.cross_fitting import model_fitted_on
from training.validation.effects import effects_of
from training.validation.judging import JudgedScorer, judge, scored_at, table_of, threshold_of
from training.validation.new_births import are_also_in
from training.validation.openings import holdout_of
from training.validation.periods import periods_of
from training.validation.plan import Plan, analysis
from training.validation.printed import Part, equals, of_groups, of_one_figure, said_of_disclosure
from training.validation.standing import Standing, open_holdout

__all__ = ["TEMPORAL", "Drift", "TemporalValidation", "drift", "planned_temporal", "validate_over_time"]

TEMPORAL = "temporal"
BY_PERIOD = ("auroc", "observed_to_expected", "calibration_slope", "brier", "net_benefit", "sensitivity", "flag_rate")
DECISION = (
    "fitted on the earliest periods that hold half of the births, judged on each later one; drift of O:E by weighted "
    "regression of its logarithm on time"
)
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Drift:
    """``a_year`` is the factor by which O:E changes in a year; ``heterogeneity`` whether periods differ at all."""

    a_year: Interval
    heterogeneity: Heterogeneity

    @property
    def sentence(self) -> str:
        told = figure("observed_to_expected", self.a_year).text
        moved = "is not shown to drift" if self.a_year.low <= 1 <= self.a_year.high else "drifts"
        differ = f"Whether periods differ by more than chance: p {equals(self.heterogeneity.p_value)} (Cochran’s Q)."
        return f"Observed over expected {moved}: times {told} a year. {differ}"

    def to_dict(self) -> dict[str, Any]:
        return {
            "observed_to_expected_a_year": figure("observed_to_expected", self.a_year).to_dict(),
            "heterogeneity": self.heterogeneity.to_dict(),
            "sentence": self.sentence,
        }


@dataclass(frozen=True, kw_only=True)
class TemporalValidation:
    """``judged`` are the later periods, in order; ``drift`` is None with fewer than two that have an event."""

    title: str
    births: str
    denominator: str
    remarks: tuple[str, ...]
    warnings: tuple[str, ...]
    standing: Standing
    fitted_on: tuple[str, ...]
    fitted_births: int | None
    judged: tuple[JudgedScorer, ...]
    drift: Drift | None
    is_simulated: bool
    rule: DisclosureRule
    kind: str = TEMPORAL

    def parts(self) -> tuple[Part, ...]:
        span = self.fitted_on[0] if len(self.fitted_on) == 1 else f"{self.fitted_on[0]} to {self.fitted_on[-1]}"
        fitted = f"Fitted on {count_text(self.fitted_births)} births of {span}; judged on those after, of other women."
        drifted = self.drift.sentence if self.drift else "Fewer than two later periods: no drift can be told."
        by_group = tuple(
            of_groups(title, name, self.judged)
            for title, name in (("Observed over expected", "observed_to_expected"), ("Sensitivity", "sensitivity"))
            if any(one.groups for one in self.judged)
        )
        return (
            Part(
                heading="Later periods",
                sentences=(fitted, drifted),
                tables=(of_one_figure("Everyone, by period", "Period", self.judged, BY_PERIOD),),
            ),
            Part(heading="By ethnic group and period", sentences=said_of_disclosure(self.rule), tables=by_group),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "births": self.births,
            "denominator": self.denominator,
            "fitted_on": list(self.fitted_on),
            "fitted_births": self.fitted_births,
            "periods": [one.to_dict() for one in self.judged],
            "drift": self.drift.to_dict() if self.drift else None,
        }


def planned_temporal(design: ModelDesign, cohort: Cohort, policy: AuditPolicy) -> Plan:
    return analysis(kind=TEMPORAL, design=design, records=cohort.records, policy=policy, decision_rule=DECISION)


def validate_over_time(
    design: ModelDesign,
    cohort: Cohort,
    home: Home,
    policy: AuditPolicy,
    *,
    plan: Plan | None = None,
    by: str = "",
    say: Callable[[str], None] = lambda _: None,
) -> TemporalValidation:
    """Raises `OnePeriod` where time cannot be told, or what a fit of the earlier births raises. Registers nothing.

    A woman fitted on is not judged: her later births are left out.
    """
    if plan is not None:
        plan.refuse_other(planned_temporal(design, cohort, policy))
    frame = cohort.frame
    periods = periods_of(frame)
    is_early = periods.of_row < periods.fitted_on
    early = frame.filter(is_early)
    standing = open_holdout(
        home,
        plan,
        by=by,
        what=f"temporal validation of {design.registered_name}",
        holdout=holdout_of(data_digest=cohort.records.data_digest, design=design, is_split=False),
        design_digest=design.digest,
    )
    model = model_fitted_on(design, cohort, early)
    say(f"fitted on {early.height:,} births of {periods.names[0]} to {periods.names[periods.fitted_on - 1]}")
    seen_before = are_also_in(frame, early)
    judged: list[JudgedScorer] = []
    ratios: list[tuple[float, float, float]] = []
    for place in periods.judged:
        part = frame.filter((periods.of_row == place) & ~seen_before)
        if not part[OBSERVED].count():
            continue
        risk = model.predict(part)
        scored = {periods.names[place]: scored_at(risk, model.offer_policy, part)}
        judged += judge(table_of(model, cohort, part), scored, policy, threshold=threshold_of(model.offer_policy))
        known = part[OBSERVED].is_not_null().to_numpy()
        found = effects_of(risk[known], part.filter(known)[OBSERVED].cast(float).to_numpy()).estimates
        if "observed_to_expected" in found:
            ratios.append((periods.years[place], *found["observed_to_expected"]))
        say(f"judged {periods.names[place]}: {part.height:,} births")
    rule = RULES[policy.disclosure]
    return TemporalValidation(
        title=design.registered_name,
        births=cohort.records.description,
        denominator=cohort.denominator.told(rule.count),
        remarks=(*cohort.records.notes, *cohort.records.doubts_told(rule.count)),
        warnings=(),
        standing=standing,
        fitted_on=periods.names[: periods.fitted_on],
        fitted_births=rule.count(early.height),
        judged=tuple(judged),
        drift=drift(*(np.array(column) for column in zip(*ratios, strict=True))) if len(ratios) > 1 else None,
        is_simulated=cohort.records.is_simulated,
        rule=rule,
    )


def drift(years: Array, log_ratio: Array, variance: Array) -> Drift:
    """By inverse-variance weighted least squares on time; variances are taken as known. Two periods or more."""
    weight = 1 / variance
    middle = weight @ years / weight.sum()
    spread = float(weight @ (years - middle) ** 2)
    slope = float(weight @ ((years - middle) * log_ratio)) / spread
    limits = normal_interval(slope, 1 / math.sqrt(spread))
    return Drift(
        a_year=Interval(math.exp(limits.value), math.exp(limits.low), math.exp(limits.high)),
        heterogeneity=heterogeneity(log_ratio, variance),
    )
