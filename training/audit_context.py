"""What the audit cannot read from predictions: missing facts, proxies, reach, the frontier and the certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import lightgbm
import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import (
    CertificateRow,
    CrossFittedGroup,
    EthnicityOption,
    FrontierPoint,
    GroupAgainstRowZero,
    GroupHeld,
    GroupProxy,
    GroupSensitivity,
    PredictorMissingness,
)
from models.encoding import Encoding
from models.risk_model import RiskModel
from records.concepts import CONCEPTS
from records.groups import MISSING_ETHNICITY
from training.cascade import offered_and_received
from training.causes import by_cause
from training.cohort import OBSERVED, Cohort, ascertained
from training.fair_boost.certificate import Certificate
from training.fair_boost.constraints import CONSTRAINTS, Measure
from training.fair_boost.figures import GroupFigures
from training.fair_boost.frontier import FrontierRow
from training.fitting import FittedModel
from training.missing_facts import by_missing_facts
from training.reach import never_scored, reached_in_time

__all__ = ["audit_context", "context_of"]

# Enough births to see a proxy; more would only cost time.
PROXY_SAMPLE = 30_000
PROXY_ROUNDS = 60
PROXY_FOLDS = 3
FEWEST_FOR_PROXY = 50


def audit_context(
    cohort: Cohort,
    fitted: FittedModel,
    holdout: pl.DataFrame,
    *,
    model_version: str,
    notes: Sequence[str],
    options: Sequence[EthnicityOption] = (),
    cross_fitted: Sequence[CrossFittedGroup] = (),
) -> AuditContext:
    """Aggregates for the audit of one fitted model; ``holdout`` is compared with row 0 woman by woman."""
    classifier = fitted.classifier
    told = f"{classifier.constraint}: {classifier.chosen_}"
    risk = fitted.risk_of(holdout)
    return replace(
        context_of(fitted.model, cohort, holdout, risk, model_version=model_version, constraint=told, notes=notes),
        against_row_zero=_against_row_zero(fitted, holdout),
        frontier=tuple(
            _frontier_point(row, classifier.constraint, chosen=index == classifier.chosen_row_)
            for index, row in enumerate(classifier.frontier_)
        ),
        certificate=_certificate_rows(classifier.certificate_),
        ethnicity_options=tuple(options),
        cross_fitted=tuple(cross_fitted),
    )


def context_of(
    model: RiskModel,
    cohort: Cohort,
    women: pl.DataFrame,
    risk: npt.NDArray[np.float64],
    *,
    model_version: str,
    constraint: str,
    notes: Sequence[str],
) -> AuditContext:
    """What any model's audit on ``women`` needs beside their predictions; ``risk`` is theirs by the model."""
    population, design = model.intended_population, model.design
    return AuditContext(
        outcome=design.outcome,
        prediction_point=design.prediction_point,
        model_version=model_version,
        source=population.source,
        data_description=cohort.records.description,
        intended_population=population.description,
        intended_sites=population.sites,
        group_scheme=population.group_scheme,
        outcome_definition=str(design.outcome_definition),
        is_simulated=population.is_simulated,
        constraint=constraint,
        predictors=design.predictors,
        notes=tuple(notes),
        missingness=_missingness(cohort),
        proxies=_proxies(cohort, design.seed),
        reach=reached_in_time(cohort),
        never_scored=never_scored(cohort),
        cascade=offered_and_received(cohort),
        causes=by_cause(cohort, model, women),
        missing_facts=by_missing_facts(model, women, risk),
        rules=tuple(one.description for one in cohort.rules),
        reference_histograms=model.reference_histograms,
    )


def _missingness(cohort: Cohort) -> tuple[PredictorMissingness, ...]:
    """Not recorded, among women of whom it could be: a first pregnancy's history is undefined, not missing."""
    rows = []
    for name in cohort.predictors:
        condition = CONCEPTS[name].defined_if
        undefined = pl.col(condition) == 0 if condition in cohort.frame.columns else pl.lit(value=False)
        asked = dict.fromkeys(["ethnic_group", name, *([condition] if condition in cohort.frame.columns else [])])
        defined = cohort.frame.select(list(asked)).filter(undefined.is_null() | ~undefined)
        counted = defined.group_by("ethnic_group").agg(births=pl.len(), missing=pl.col(name).is_null().sum())
        rows += [
            PredictorMissingness(group=group, predictor=name, pregnancies=births, missing=missing)
            for group, births, missing in counted.sort("births", descending=True).iter_rows()
        ]
    return tuple(rows)


def _proxies(cohort: Cohort, seed: int) -> tuple[GroupProxy, ...]:
    """AUROC, out of fold, of telling each stated group from all other stated women by the predictors alone."""
    group = cohort.frame["ethnic_group"]
    stated = (~group.is_in(list(MISSING_ETHNICITY))).fill_null(value=False).arg_true()
    if group[stated].n_unique() < 2:
        return ()
    sample = cohort.frame[stated.sample(min(PROXY_SAMPLE, len(stated)), seed=seed)]
    encoded = Encoding.of(cohort.predictors).encode(sample)
    groups = sample["ethnic_group"].to_numpy()
    large = [group for group, births in sample["ethnic_group"].value_counts().iter_rows() if births >= FEWEST_FOR_PROXY]
    return tuple(
        GroupProxy(
            group=group,
            auroc=_out_of_fold_auroc(encoded, groups == group, seed),
            women=int((groups == group).sum()),
            others=int((groups != group).sum()),
        )
        for group in sorted(large)
    )


def _out_of_fold_auroc(encoded: npt.NDArray[np.float64], member: npt.NDArray[np.bool_], seed: int) -> float:
    parameters = {
        "objective": "binary",
        "max_depth": 4,
        "num_leaves": 16,
        "verbosity": -1,
        "seed": seed,
        "num_threads": 1,
    }
    scores = np.empty(len(member))
    for fitted_on, scored in StratifiedKFold(PROXY_FOLDS, shuffle=True, random_state=seed).split(encoded, member):
        births = lightgbm.Dataset(encoded[fitted_on], member[fitted_on].astype(np.int8))
        scores[scored] = np.asarray(lightgbm.train(parameters, births, PROXY_ROUNDS).predict(encoded[scored]))
    return float(roc_auc_score(member, scores))


def _against_row_zero(fitted: FittedModel, holdout: pl.DataFrame) -> tuple[GroupAgainstRowZero, ...]:
    known = ascertained(holdout)
    is_known = holdout[OBSERVED].is_not_null().to_numpy()
    odds = fitted.row_0.offer_policy.threshold / (1 - min(fitted.row_0.offer_policy.threshold, 1 - 1e-9))
    flags = {
        name: model.offer_policy.apply(risk_of(holdout)[is_known], known["ethnic_group"].to_numpy())
        for name, model, risk_of in (
            ("before", fitted.row_0, fitted.row_0_risk_of),
            ("after", fitted.model, fitted.risk_of),
        )
    }
    event, before, after = pl.col(OBSERVED), pl.col("before"), pl.col("after")
    counted = (
        known.select("ethnic_group", OBSERVED)
        .with_columns(before=pl.Series(flags["before"]), after=pl.Series(flags["after"]))
        .group_by("ethnic_group")
        .agg(
            births=pl.len(),
            events=event.sum(),
            found_by_row_zero=(event & before).sum(),
            found_by_chosen=(event & after).sum(),
            gained=(event & after & ~before).sum(),
            lost=(event & before & ~after).sum(),
            net_benefit_row_zero=((event & before).sum() - odds * (~event & before).sum()) / pl.len(),
            net_benefit_chosen=((event & after).sum() - odds * (~event & after).sum()) / pl.len(),
        )
        .sort("births", descending=True)
        .rename({"ethnic_group": "group"})
        .drop("births")
    )
    return tuple(GroupAgainstRowZero(**row) for row in counted.iter_rows(named=True))


def _frontier_point(row: FrontierRow, constraint: str, *, chosen: bool) -> FrontierPoint:
    figures = row.figures
    ratios = [g.observed_over_expected for g in figures.groups if g.observed_over_expected and g.events]
    asked = CONSTRAINTS[constraint]
    return FrontierPoint(
        label="row 0: unconstrained"
        if row.tolerance is None
        else f"tolerance {row.tolerance:g}{asked.unit}, {row.fair_rounds} fair rounds",
        tolerance=row.tolerance,
        sensitivity=tuple(GroupSensitivity(group=g.group, events=g.events, found=g.found) for g in figures.groups),
        held=tuple(_held(group, measure) for measure in asked.held for group in figures.groups),
        worst_group=figures.worst_group,
        largest_loss=row.largest_loss,
        level_up_flags_per_1000=figures.level_up_flags_per_1000,
        positive_predictive_value=figures.positive_predictive_value,
        net_benefit=figures.net_benefit,
        auroc=figures.auroc,
        brier=figures.brier,
        worst_observed_to_expected=max(ratios, key=lambda ratio: abs(np.log(ratio)), default=None),
        feasible=row.feasible,
        chosen=chosen,
        seconds=row.seconds,
    )


def _held(figures: GroupFigures, measure: Measure) -> GroupHeld:
    if measure is Measure.LOG_LOSS:
        return GroupHeld(group=figures.group, estimand="log_loss", births=figures.births, mean=figures.log_loss)
    return GroupHeld(
        group=figures.group,
        estimand="false_positive_rate",
        births=figures.births - figures.events,
        flagged=figures.false_alarms,
    )


def _certificate_rows(certificate: Certificate) -> tuple[CertificateRow, ...]:
    return tuple(
        CertificateRow(
            group=group.group,
            events=group.events,
            found=group.found,
            probability_below_floor=group.below_floor,
            probability_below_row_zero=group.below_row_0,
            status=group.status,
            events_needed=certificate.events_needed,
        )
        for group in certificate.groups
    )
