"""The version with its update: the risks moved, the cut set anew at the site's capacity, and whom it is for now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.calibrator import Calibrator
from models.design import ModelDesign
from models.intended_population import IntendedPopulation
from models.offer_policy import OfferPolicy
from models.risk_model import RiskModel
from training.cohort import ascertained
from training.decided_model import bands_of
from training.fitting import population_of
from training.histograms import reference_histograms
from training.offer_policy import absolute_threshold
from training.recalibration_to_site.local_births import LocalBirths
from training.validation.recalibration import IN_THE_LARGE, NONE, Recalibration, fit_recalibration, log_odds_of

__all__ = ["Updated", "population_here", "updated"]


@dataclass(frozen=True, kw_only=True)
class Updated:
    """``told`` says what was done to the risks, and ``is_changed`` whether that, the cut or the women it
    is for changed at all."""

    model: RiskModel
    told: str
    is_changed: bool


def updated(update: str, local: LocalBirths, *, alert_rate: float | None) -> Updated:
    """Under one of the updates that keep the trees, learnt on the births to learn from.

    ``alert_rate`` is the share of women that the site has places for, None: as the version has it. Under 'none' the cut
    stays too unless a share is named, so that no number moves.
    """
    model, learning = local.births.model, local.learning
    known = learning.is_known
    recalibration = fit_recalibration(update, log_odds_of(learning.risk)[known], learning.observed[known])
    here = population_here(update, local)
    if update == NONE:
        kept = replace(model, intended_population=here)
        cut = kept if alert_rate is None else _cut_at(kept, local, alert_rate)
        return Updated(
            model=cut,
            told="no risk moved" if alert_rate is None else "no risk moved, only the offer threshold",
            is_changed=cut.digest != model.digest or _is_for_others(here, model.intended_population),
        )
    moved = replace(
        model,
        calibrator=_after(recalibration, model.calibrator),
        data_digest=learning.cohort.records.data_digest,
        intended_population=here,
        average_risk=here.events / here.births,
        reference_histograms=_histograms(local),
    )
    return Updated(
        model=_cut_at(moved, local, model.design.alert_rate if alert_rate is None else alert_rate),
        told=_told(recalibration),
        is_changed=True,
    )


def _told(recalibration: Recalibration) -> str:
    if recalibration.name == IN_THE_LARGE:
        return f"{recalibration.intercept:+.2f} was added to every log-odds"
    return f"every log-odds became {recalibration.intercept:+.2f} and {recalibration.slope:.2f} of what it was"


def population_here(update: str, local: LocalBirths) -> IntendedPopulation:
    """The women of the site in place of those the version was for; beside them where no risk moved and both are coded
    alike."""
    before = local.births.model.intended_population
    here = population_of(local.births.cohort, ascertained(local.learning.frame))
    is_simulated = here.is_simulated or before.is_simulated
    if update == NONE and before.group_scheme == here.group_scheme:
        return replace(
            before,
            source=here.source,
            description=f"{before.description}; validated on {here.description}",
            is_simulated=is_simulated,
            sites=tuple(sorted({*before.sites, *here.sites})),
        )
    done = "validated" if update == NONE else "recalibrated"
    return replace(
        here, description=f"{here.description} ({done}; fitted on {before.description})", is_simulated=is_simulated
    )


def _is_for_others(now: IntendedPopulation, before: IntendedPopulation) -> bool:
    told = ("source", "group_scheme", "is_simulated", "sites")
    return any(getattr(now, name) != getattr(before, name) for name in told)


def _after(recalibration: Recalibration, calibrator: Calibrator) -> Calibrator:
    """One map in place of two: intercept + slope (a + b x)."""
    return Calibrator(
        kind="platt",
        intercept=recalibration.intercept + recalibration.slope * calibrator.intercept,
        slope=recalibration.slope * calibrator.slope,
    )


def _cut_at(model: RiskModel, local: LocalBirths, alert_rate: float) -> RiskModel:
    """All women to learn from stand for those of the site, whether their outcome is known or not: no tree saw any."""
    threshold = absolute_threshold(model.predict(local.learning.frame), alert_rate)
    design: ModelDesign = replace(model.design, alert_rate=alert_rate)
    policy = OfferPolicy(kind="absolute", threshold=threshold)
    return replace(model, design=design, offer_policy=policy, bands=bands_of(model.average_risk, threshold))


def _histograms(local: LocalBirths) -> dict[str, dict[str, int]]:
    model = local.births.model
    return reference_histograms(ascertained(local.learning.frame), model.design.predictors)
