"""Ways to treat ethnicity, side by side on the births held out: who would be found, and whose risk would be right.

Blind; blind with an intercept for each group; blind, recalibrated within each subgroup; ethnicity as an input; today's
rule. Each at the capacity the site names, each with and without level-up cuts. Nothing here is served: a person
decides, outcome by outcome, on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.metrics import roc_auc_score

from fairness_audits.context_rows import CapacityGroup, CapacityPoint, EthnicityOption, OptionGroup
from models.design import ModelDesign
from models.encoding import ROWS_AT_ONCE, Encoding
from models.offer_policy import OfferPolicy
from records.groups import MISSING_ETHNICITY, NOT_KNOWN
from training.calibration import fit_calibrator
from training.capacity import women_offered_to
from training.cohort import OBSERVED, Cohort, ascertained
from training.comparators import AppliedRule
from training.decided_model import adjustment_for, policy_of
from training.fair_boost import HELD_OUT, TRAINING
from training.fair_boost.lightgbm_parameters import booster_parameters
from training.fitting import FittedModel, estimator_of, with_ethnicity_masked
from training.offer_band import HarmfulBand
from training.offer_policy import absolute_threshold
from training.scored_once import RiskOf, ScoredOnce

__all__ = ["MODEL_OPTIONS", "ethnicity_options"]

Flags = npt.NDArray[np.bool_]

#: In the order in which they are shown.
MODEL_OPTIONS = ("blind", "group_intercept", "subgroup_recalibration", "ethnicity_as_input")
# Enough births to tell the options apart by group; more would cost a second fit of a national year.
MOST_BIRTHS_TO_FIT = 300_000


@dataclass(frozen=True, kw_only=True)
class _Births:
    """What every option is judged on. ``row_0`` flags the held-out births as the unconstrained fit does;
    ``capacities`` are the shares of women at which each option is also counted."""

    design: ModelDesign
    known: pl.DataFrame
    held_out: pl.DataFrame
    offered_to: pl.DataFrame
    weight: npt.NDArray[np.float64]
    holdout: pl.DataFrame
    row_0: Flags
    capacities: Sequence[float]


def ethnicity_options(
    design: ModelDesign,
    cohort: Cohort,
    fitted: FittedModel,
    training: pl.DataFrame,
    holdout: pl.DataFrame,
    *,
    capacities: Sequence[float] = (),
    say: Callable[[str], None] = lambda _: None,
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
        capacities=capacities,
    )
    risks = _risks(births, fitted)
    counted = []
    for name in MODEL_OPTIONS:
        say(f"counting '{name}'")
        counted.append(_option(name, risks[name], births))
    return (*counted, *(_rule(one, births) for one in cohort.rules if one.rule.conditions))


def _risks(births: _Births, fitted: FittedModel) -> dict[str, RiskOf]:
    """The fitted model where the option is its own; the others are made from its trees, or from a plain fit."""
    reads_ethnicity = fitted.model.encoding.reads_ethnicity
    stated = births.known.filter(~_is_missing())["ethnic_group"].unique().sort().to_list()
    with_groups = Encoding.of(births.design.predictors, stated)
    risks: dict[str, RiskOf]
    if reads_ethnicity:
        risks = {"ethnicity_as_input": fitted.risk_of, "blind": fitted.row_0_risk_of}
    else:
        risks = {"ethnicity_as_input": _plain_fit(births, fitted, with_groups), "blind": fitted.unadjusted_risk_of}
    for option in ("group_intercept", "subgroup_recalibration"):
        risks[option] = _adjusted(option, risks["blind"], births.held_out)
    return risks


def _adjusted(option: str, blind: RiskOf, held_out: pl.DataFrame) -> RiskOf:
    """Learnt on births that the trees have not seen."""
    adjustment = adjustment_for(option, blind(held_out), held_out)

    def risk_of(women: pl.DataFrame) -> npt.NDArray[np.float64]:
        by = {name: women[name].cast(pl.String).to_list() for name in adjustment.by}
        return adjustment.apply(blind(women), by)

    return risk_of


def _plain_fit(births: _Births, fitted: FittedModel, encoding: Encoding) -> RiskOf:
    """A plain fit, of the same trees on the same births, of the columns of ``encoding``."""
    training = births.known.filter(fitted.parts == TRAINING)
    fitted_on = training.sample(min(training.height, MOST_BIRTHS_TO_FIT), seed=births.design.seed)
    parameters, rounds = booster_parameters(estimator_of(births.design), births.design.seed)
    shown = with_ethnicity_masked(fitted_on, births.design.seed)
    data = lightgbm.Dataset(encoding.encode(shown), fitted_on[OBSERVED].cast(pl.Int8).to_numpy())
    booster = lightgbm.train(parameters, data, rounds)

    def scores_of(women: pl.DataFrame) -> npt.NDArray[np.float64]:
        parts = (encoding.encode(part) for part in women.iter_slices(ROWS_AT_ONCE))
        return np.concatenate([np.asarray(booster.predict(part, raw_score=True)) for part in parts])

    held_out = births.held_out[OBSERVED].cast(pl.Int8).to_numpy()
    calibrator = fit_calibrator(scores_of(births.held_out), held_out)
    return ScoredOnce(lambda women: calibrator.apply(scores_of(women)))


def _option(name: str, risk_of: RiskOf, births: _Births) -> EthnicityOption:
    offered_to, risk = risk_of(births.offered_to), risk_of(births.holdout)
    threshold = absolute_threshold(offered_to, births.design.alert_rate, births.weight)
    held_out = risk_of(births.held_out)

    def policy(cuts: str) -> OfferPolicy:
        return policy_of(cuts, births.design, held_out, births.held_out, threshold)

    flags, refused = {"": risk >= threshold, "_with_level_up": _raised(policy("level_up"), risk, births.holdout)}, ""
    try:
        flags["_with_band"] = _raised(policy("band"), risk, births.holdout)
    except HarmfulBand as refusal:
        refused = str(refusal)
    cuts = {share: absolute_threshold(offered_to, share, births.weight) for share in births.capacities}
    return EthnicityOption(
        name=name,
        uses_ethnicity=name != "blind",
        groups=_counted(births, flags, risk=risk),
        level_up_flags_per_1000=_extra_flags(policy("level_up"), held_out, births.held_out),
        band_refused=refused,
        auroc=_auroc(births.holdout, risk),
        curve=tuple(
            CapacityPoint(alert_rate=share, groups=_at_capacity(births.holdout, risk >= cut))
            for share, cut in cuts.items()
        ),
    )


def _extra_flags(policy: OfferPolicy, risk: npt.NDArray[np.float64], women: pl.DataFrame) -> float:
    """Further flags in 1,000 women by the policy's cuts, beside those of its threshold alone."""
    return float(1000 * (_raised(policy, risk, women).mean() - (risk >= policy.threshold).mean()))


def _at_capacity(holdout: pl.DataFrame, flags: Flags) -> tuple[CapacityGroup, ...]:
    """Largest group first."""
    event, flag = pl.col(OBSERVED), pl.col("flag")
    counted = (
        holdout.select(OBSERVED, group=_groups(holdout))
        .with_columns(flag=pl.Series(flags))
        .group_by("group")
        .agg(women=pl.len(), flagged=flag.sum(), events=event.sum(), found=(event & flag).sum())
        .sort("women", "group", descending=[True, False])
    )
    return tuple(CapacityGroup(**row) for row in counted.iter_rows(named=True))


def _rule(applied: AppliedRule, births: _Births) -> EthnicityOption:
    name, uses_ethnicity = applied.rule.scored_by, applied.rule.reads_ethnicity
    flags = births.holdout[applied.column]
    evaluated = flags.is_not_null()
    if not evaluated.any():
        return EthnicityOption(name=name, uses_ethnicity=uses_ethnicity, is_evaluated=False)
    return EthnicityOption(
        name=name,
        uses_ethnicity=uses_ethnicity,
        groups=_counted(births, {"": flags.fill_null(value=False).to_numpy()}, evaluated),
    )


def _counted(
    births: _Births,
    flags: Mapping[str, Flags],
    evaluated: pl.Series | None = None,
    *,
    risk: npt.NDArray[np.float64] | None = None,
) -> tuple[OptionGroup, ...]:
    """Largest group first; ``flags`` by the suffix of the counts they make. Women whom a rule cannot evaluate are in
    nobody's count."""
    event, before = pl.col(OBSERVED), pl.col("before")
    table = births.holdout.select(OBSERVED, group=_groups(births.holdout)).with_columns(
        before=pl.Series(births.row_0),
        risk=pl.Series(risk if risk is not None else np.full(births.holdout.height, np.nan)),
        **{f"flag{suffix}": pl.Series(flagged) for suffix, flagged in flags.items()},
    )
    counts = {
        name: counted for suffix in flags for name, counted in _counts_of(pl.col(f"flag{suffix}"), suffix).items()
    }
    counted = (
        (table.filter(evaluated) if evaluated is not None else table)
        .group_by("group")
        .agg(
            women=pl.len(),
            ascertained=event.count(),
            events=event.sum(),
            found_by_row_zero=(event & before).sum(),
            mean_risk=pl.col("risk").filter(event.is_not_null()).mean(),
            **counts,
        )
        .sort("women", "group", descending=[True, False])
    )
    undefined = dict.fromkeys(() if risk is not None else ("mean_risk",))
    return tuple(OptionGroup(**{**row, **undefined}) for row in counted.iter_rows(named=True))


def _counts_of(flag: pl.Expr, suffix: str) -> dict[str, pl.Expr]:
    event, before = pl.col(OBSERVED), pl.col("before")
    return {
        f"flagged{suffix}": flag.sum(),
        f"found{suffix}": (event & flag).sum(),
        f"gained{suffix}": (event & flag & ~before).sum(),
        f"lost{suffix}": (event & before & ~flag).sum(),
    }


def _raised(policy: OfferPolicy, risk: npt.NDArray[np.float64], women: pl.DataFrame) -> Flags:
    """Who would be flagged by cuts that nobody has signed: a comparison, so no policy is applied."""
    cuts = _groups(women).replace_strict(dict(policy.group_cuts), default=policy.threshold, return_dtype=pl.Float64)
    return np.asarray(risk >= cuts.to_numpy())


def _flags(policy: OfferPolicy, risk: npt.NDArray[np.float64], women: pl.DataFrame) -> Flags:
    return np.asarray(policy.apply(risk, _groups(women).to_numpy()), dtype=bool)


def _auroc(women: pl.DataFrame, risk: npt.NDArray[np.float64]) -> float | None:
    known = women[OBSERVED].is_not_null().to_numpy()
    events = women[OBSERVED].drop_nulls().to_numpy()
    return float(roc_auc_score(events, risk[known])) if 0 < events.sum() < len(events) else None


def _groups(women: pl.DataFrame) -> pl.Series:
    return women["ethnic_group"].fill_null(NOT_KNOWN)


def _is_missing(missing: Sequence[str] = MISSING_ETHNICITY) -> pl.Expr:
    return pl.col("ethnic_group").is_null() | pl.col("ethnic_group").is_in(list(missing))
