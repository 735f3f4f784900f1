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
from training.group_adjustment import fit_group_intercept, fit_subgroup_recalibration
from training.offer_policy import LevelUp, absolute_threshold, level_up

__all__ = ["ADJUSTMENTS", "adjustment_for", "as_decided", "bands_of", "floor_of", "level_up_of"]

Risks = npt.NDArray[np.float64]
#: Options that move a blind model's risks afterwards.
ADJUSTMENTS = ("group_intercept", "subgroup_recalibration")
# A floor is a sensitivity; the tolerance of 'group_loss' is in nats, so that its floor takes this share (the default
# of every other constraint).
SHARE_BELOW_OVERALL = 0.02


def as_decided(model: RiskModel, held_out: pl.DataFrame, offered_to: tuple[pl.DataFrame, Risks]) -> RiskModel:
    """``model`` as its design's decision wants it; itself without one, or under 'blind' without level-up cuts.

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
    if not decided.level_up:
        return model
    raised = level_up_of(model, held_out)
    return replace(model, offer_policy=raised.policy.signed(decided.signed_off_by))


def adjustment_for(option: str, risk: Risks, held_out: pl.DataFrame) -> GroupAdjustment:
    """The step for each group that one of `ADJUSTMENTS` takes. ``risk`` is of ``held_out``, births that the trees have
    not seen."""
    observed = held_out[OBSERVED].to_numpy().astype(np.float64)
    groups = held_out["ethnic_group"].to_list()
    if option == "group_intercept":
        return fit_group_intercept(risk, observed, groups)
    return fit_subgroup_recalibration(
        risk, observed, groups, held_out["deprivation_quintile"].cast(pl.String).to_list()
    )


def level_up_of(model: RiskModel, held_out: pl.DataFrame) -> LevelUp:
    """Level-up cuts on the model's own risks."""
    risk, threshold = model.predict(held_out), model.offer_policy.threshold
    events = held_out[OBSERVED].to_numpy().astype(bool)
    groups = held_out["ethnic_group"].fill_null(NOT_KNOWN).to_numpy()
    return level_up(risk, events, groups, floor_of(model.design, risk, events, threshold), threshold=threshold)


def floor_of(design: ModelDesign, risk: Risks, events: npt.NDArray[np.bool_], threshold: float) -> float:
    """The sensitivity that level-up cuts bring each group to: everyone's at ``threshold``, less the tolerance."""
    tolerance = SHARE_BELOW_OVERALL if design.constraint == "group_loss" else design.tolerance
    return max(0.0, float((risk[events] >= threshold).mean()) - tolerance)


def bands_of(average: float, threshold: float) -> tuple[RiskBand, ...]:
    """Below the population's average, from there to the offer threshold, and from the threshold on."""
    bands = [RiskBand(name="lower", low=0.0)]
    if average < threshold:
        bands.append(RiskBand(name="intermediate", low=average))
    return (*bands, RiskBand(name="higher", low=threshold))
