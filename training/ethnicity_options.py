"""Four ways to treat ethnicity, side by side on the births held out: who would be found, and whose risk would be right.

Blind; blind with an intercept for each group; ethnicity as an input; today's rule. Each at the capacity the site
names, each with and without level-up cuts. Nothing here is served: a person decides, outcome by outcome, on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.metrics import roc_auc_score

from fairness_audits.context import EthnicityOption, OptionGroup
from models.calibrator import Calibrator
from models.design import ModelDesign
from models.encoding import ROWS_AT_ONCE
from models.offer_policy import OfferPolicy
from records.groups import MISSING_ETHNICITY, NOT_KNOWN
from training.calibration import fit_calibrator
from training.capacity import women_offered_to
from training.cohort import OBSERVED, Cohort, ascertained
from training.comparators import AppliedRule
from training.fair_boost.lightgbm_parameters import booster_parameters
from training.fair_boost.parts import HELD_OUT, TRAINING
from training.fitting import FittedModel, estimator_of
from training.offer_policy import absolute_threshold, level_up
from training.scored_once import RiskOf, ScoredOnce

__all__ = ["ethnicity_options"]

# Enough births to tell the options apart by group; more would cost a second fit of a national year.
MOST_BIRTHS_TO_FIT = 300_000
# What a group's own births must outweigh before its intercept moves far: the intercept is log((O + 30) / (E + 30)), the
# posterior mean of O:E under a Gamma prior worth 30 expected events (project default).
PRIOR_EVENTS = 30.0


@dataclass(frozen=True, kw_only=True)
class _Births:
    """What every option is judged on. ``row_0`` flags the held-out births as the unconstrained fit does."""

    design: ModelDesign
    known: pl.DataFrame
    held_out: pl.DataFrame
    offered_to: pl.DataFrame
    weight: npt.NDArray[np.float64]
    holdout: pl.DataFrame
    row_0: npt.NDArray[np.bool_]


def ethnicity_options(
    design: ModelDesign, cohort: Cohort, fitted: FittedModel, training: pl.DataFrame, holdout: pl.DataFrame
) -> tuple[EthnicityOption, ...]:
    """Counts by group for each option on ``holdout``; empty where nobody's ethnicity is recorded."""
    if not cohort.has_ethnicity:
        return ()
    known = ascertained(training)
    held_out = known.filter(fitted.parts == HELD_OUT)
    offered_to, weight = women_offered_to(training, fitted.parts)
    births = _Births(
        design=design,
        known=known,
        held_out=held_out,
        offered_to=held_out if offered_to.height == held_out.height else offered_to,
        weight=weight,
        holdout=holdout,
        row_0=_flags(fitted.row_0.offer_policy, fitted.row_0_risk_of(holdout), holdout),
    )
    return (
        _option("blind", fitted.risk_of, births),
        _option("group_intercept", _with_intercepts(fitted.risk_of, births.held_out), births, uses_ethnicity=True),
        _option("ethnicity_as_input", _with_ethnicity(births, fitted), births, uses_ethnicity=True),
        *(_rule(one, births) for one in cohort.rules if one.rule.conditions),
    )


def _with_intercepts(model_risk: RiskOf, held_out: pl.DataFrame) -> RiskOf:
    """The model's log-odds plus an intercept for each stated group, learnt on births the booster has not seen."""
    risks = held_out.select("ethnic_group", OBSERVED).with_columns(risk=pl.Series(model_risk(held_out)))
    totals = (
        risks.filter(~_is_missing())
        .group_by("ethnic_group")
        .agg(events=pl.col(OBSERVED).sum(), expected=pl.col("risk").sum())
    )
    intercepts = {
        group: float(np.log((events + PRIOR_EVENTS) / (expected + PRIOR_EVENTS)))
        for group, events, expected in totals.iter_rows()
    }

    def risk_of(women: pl.DataFrame) -> npt.NDArray[np.float64]:
        risk = np.clip(model_risk(women), 1e-12, 1 - 1e-12)
        moved = _groups(women).replace_strict(intercepts, default=0.0, return_dtype=pl.Float64).to_numpy()
        return Calibrator(kind="identity").apply(np.log(risk / (1 - risk)) + moved)

    return risk_of


def _with_ethnicity(births: _Births, fitted: FittedModel) -> RiskOf:
    """A plain fit, of the same trees on the same births, that also reads the stated group (one column each)."""
    training = births.known.filter(fitted.parts == TRAINING)
    fitted_on = training.sample(min(training.height, MOST_BIRTHS_TO_FIT), seed=births.design.seed)
    stated = fitted_on.filter(~_is_missing())["ethnic_group"].unique().sort().to_list()

    def encode(women: pl.DataFrame) -> npt.NDArray[np.float64]:
        group = _groups(women)
        columns = pl.DataFrame({f"g{n}": (group == name).cast(pl.Float64) for n, name in enumerate(stated)}).to_numpy()
        columns[group.is_in(list(MISSING_ETHNICITY)).to_numpy()] = np.nan
        return np.hstack([fitted.model.encoding.encode(women), columns])

    parameters, rounds = booster_parameters(estimator_of(births.design), births.design.seed)
    data = lightgbm.Dataset(encode(fitted_on), fitted_on[OBSERVED].cast(pl.Int8).to_numpy())
    booster = lightgbm.train(parameters, data, rounds)
    held_out = booster.predict(encode(births.held_out), raw_score=True)
    calibrator = fit_calibrator(held_out, births.held_out[OBSERVED].cast(pl.Int8).to_numpy())

    def risk_of(women: pl.DataFrame) -> npt.NDArray[np.float64]:
        scores = [np.asarray(booster.predict(encode(part), raw_score=True)) for part in women.iter_slices(ROWS_AT_ONCE)]
        return calibrator.apply(np.concatenate(scores))

    return ScoredOnce(risk_of)


def _option(name: str, risk_of: RiskOf, births: _Births, *, uses_ethnicity: bool = False) -> EthnicityOption:
    threshold = absolute_threshold(risk_of(births.offered_to), births.design.alert_rate, births.weight)
    held_out = risk_of(births.held_out)
    events = births.held_out[OBSERVED].to_numpy()
    overall = float((held_out[events] >= threshold).mean())
    raised = level_up(
        held_out,
        events,
        _groups(births.held_out).to_numpy(),
        max(0.0, overall - births.design.tolerance),
        threshold=threshold,
    )
    risk = risk_of(births.holdout)
    return EthnicityOption(
        name=name,
        uses_ethnicity=uses_ethnicity,
        groups=_counted(births, risk >= threshold, risk=risk, raised=_raised(raised.policy, risk, births.holdout)),
        level_up_flags_per_1000=raised.extra_flags_per_1000,
        auroc=_auroc(births.holdout, risk),
    )


def _rule(applied: AppliedRule, births: _Births) -> EthnicityOption:
    name, uses_ethnicity = applied.rule.scored_by, applied.rule.reads_ethnicity
    flags = births.holdout[applied.column]
    evaluated = flags.is_not_null()
    if not evaluated.any():
        return EthnicityOption(name=name, uses_ethnicity=uses_ethnicity, is_evaluated=False)
    return EthnicityOption(
        name=name,
        uses_ethnicity=uses_ethnicity,
        groups=_counted(births, flags.fill_null(value=False).to_numpy(), evaluated),
    )


def _counted(
    births: _Births,
    flags: npt.NDArray[np.bool_],
    evaluated: pl.Series | None = None,
    *,
    risk: npt.NDArray[np.float64] | None = None,
    raised: npt.NDArray[np.bool_] | None = None,
) -> tuple[OptionGroup, ...]:
    """Largest group first. Women whom a rule cannot evaluate are in nobody's count."""
    event, flag, before = pl.col(OBSERVED), pl.col("flag"), pl.col("before")
    table = births.holdout.select(OBSERVED, group=_groups(births.holdout)).with_columns(
        flag=pl.Series(flags),
        before=pl.Series(births.row_0),
        raised=pl.Series(raised if raised is not None else flags),
        risk=pl.Series(risk if risk is not None else np.full(len(flags), np.nan)),
    )
    counted = (
        (table.filter(evaluated) if evaluated is not None else table)
        .group_by("group")
        .agg(
            women=pl.len(),
            flagged=flag.sum(),
            ascertained=event.count(),
            events=event.sum(),
            found=(event & flag).sum(),
            found_by_row_zero=(event & before).sum(),
            gained=(event & flag & ~before).sum(),
            lost=(event & before & ~flag).sum(),
            found_with_level_up=(event & pl.col("raised")).sum(),
            mean_risk=pl.col("risk").filter(event.is_not_null()).mean(),
        )
        .sort("women", "group", descending=[True, False])
    )
    return tuple(
        OptionGroup(
            **{
                **row,
                "mean_risk": row["mean_risk"] if risk is not None else None,
                "found_with_level_up": row["found_with_level_up"] if raised is not None else None,
            }
        )
        for row in counted.iter_rows(named=True)
    )


def _raised(policy: OfferPolicy, risk: npt.NDArray[np.float64], women: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Who would be flagged by cuts that nobody has signed: a comparison, so no policy is applied."""
    cuts = _groups(women).replace_strict(dict(policy.group_cuts), default=policy.threshold, return_dtype=pl.Float64)
    return np.asarray(risk >= cuts.to_numpy())


def _flags(policy: OfferPolicy, risk: npt.NDArray[np.float64], women: pl.DataFrame) -> npt.NDArray[np.bool_]:
    return np.asarray(policy.apply(risk, _groups(women).to_numpy()), dtype=bool)


def _auroc(women: pl.DataFrame, risk: npt.NDArray[np.float64]) -> float | None:
    known = women[OBSERVED].is_not_null().to_numpy()
    events = women[OBSERVED].drop_nulls().to_numpy()
    return float(roc_auc_score(events, risk[known])) if 0 < events.sum() < len(events) else None


def _groups(women: pl.DataFrame) -> pl.Series:
    return women["ethnic_group"].fill_null(NOT_KNOWN)


def _is_missing(missing: Sequence[str] = MISSING_ETHNICITY) -> pl.Expr:
    return pl.col("ethnic_group").is_null() | pl.col("ethnic_group").is_in(list(missing))
