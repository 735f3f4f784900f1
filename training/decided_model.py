"""What a signed decision about ethnicity adds to a fitted model: a step for each group, lower cuts, or both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from models.design import ModelDesign
from models.group_adjustment import GroupAdjustment
from models.offer_policy import OfferPolicy
from models.risk_model import RiskBand, RiskModel
from records.groups import NOT_KNOWN
from training.cohort import OBSERVED
from training.fair_boost.constraints import sensitivity_tolerance
from training.group_adjustment import fit_group_intercept, fit_subgroup_recalibration
from training.offer_band import offer_band
from training.offer_policy import absolute_threshold, level_up

__all__ = ["ADJUSTMENTS", "adjustment_for", "as_decided", "bands_of", "floor_of", "policy_of"]

Risks = npt.NDArray[np.float64]
#: Options that move a blind model's risks afterwards.
ADJUSTMENTS = ("group_intercept", "subgroup_recalibration")
# How far apart a band lets the sensitivities of groups be: the gap that an audit's policy tolerates (project default).
BAND_WIDTH = 0.05


def as_decided(model: RiskModel, held_out: pl.DataFrame, offered_to: tuple[pl.DataFrame, Risks]) -> RiskModel:
    """``model`` as its design's decision wants it; itself without one, or under 'blind' with one cut.

    All is fitted on ``held_out``, births that the trees have not seen. ``offered_to`` are the women that the site's
    capacity is a share of, and their weights.
    """
    decided = model.design.ethnicity
    if decided is None:
        return model
    if decided.option in ADJUSTMENTS:
        adjusted = replace(model, group_adjustment=adjustment_for(decided.option, model.predict(held_out), held_out))
        women, weight = offered_to
        threshold = absolute_threshold(adjusted.predict(women), model.design.alert_rate, weight)
        policy = OfferPolicy(kind="absolute", threshold=threshold)
        model = replace(adjusted, offer_policy=policy, bands=bands_of(model.average_risk, threshold))
    if decided.cuts == "absolute":
        return model
    policy = policy_of(decided.cuts, model.design, model.predict(held_out), held_out, model.offer_policy.threshold)
    return replace(model, offer_policy=policy.signed(decided.signed_off_by))


def adjustment_for(option: str, risk: Risks, held_out: pl.DataFrame) -> GroupAdjustment:
    """The step for each group that one of `ADJUSTMENTS` takes. ``risk`` is of ``held_out``, births that the trees have
    not seen."""
    observed = held_out[OBSERVED].to_numpy().astype(np.float64)
    groups = held_out["ethnic_group"].to_list()
    if option == "group_intercept":
        return fit_group_intercept(risk, observed, groups)
    quintiles = held_out["deprivation_quintile"].to_list()
    women = held_out.select(pl.coalesce("woman_id", "pregnancy_id")).to_series().to_numpy()
    return fit_subgroup_recalibration(risk, observed, groups, quintiles, women=women)


def policy_of(cuts: str, design: ModelDesign, risk: Risks, held_out: pl.DataFrame, threshold: float) -> OfferPolicy:
    """The unsigned policy of 'level_up' or 'band' cuts around ``threshold``. Raises `HarmfulBand`."""
    events = held_out[OBSERVED].to_numpy().astype(bool)
    groups = held_out["ethnic_group"].fill_null(NOT_KNOWN).to_numpy()
    if cuts == "band":
        return offer_band(risk, events, groups, BAND_WIDTH, threshold=threshold).policy
    return level_up(risk, events, groups, floor_of(design, risk, events, threshold), threshold=threshold).policy


def floor_of(design: ModelDesign, risk: Risks, events: npt.NDArray[np.bool_], threshold: float) -> float:
    """The sensitivity that level-up cuts bring each group to: everyone's at ``threshold``, less the tolerance."""
    overall = float((risk[events] >= threshold).mean())
    return max(0.0, overall - sensitivity_tolerance(design.constraint, design.tolerance))


def bands_of(average: float, threshold: float) -> tuple[RiskBand, ...]:
    """Below the population's average, from there to the offer threshold, and from the threshold on."""
    bands = [RiskBand(name="lower", low=0.0)]
    if average < threshold:
        bands.append(RiskBand(name="intermediate", low=average))
    return (*bands, RiskBand(name="higher", low=threshold))
