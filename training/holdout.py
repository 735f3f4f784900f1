"""Predictions on the holdout: the model, today's rules and 'flag nobody', as one predictions table."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from fairness_audits.intervals import wilson
from models.observed_curve import CalibrationBand
from models.risk_model import RiskModel
from records.groups import NOT_KNOWN
from records.predictions import complete_predictions
from training.cohort import OBSERVED, Cohort
from training.observed_curve import observed_curve

__all__ = [
    "calibration_bands",
    "holdout_predictions",
    "predict_holdout",
    "record_ids_of_events",
    "shown_with_a_risk",
]

CALIBRATION_BANDS = 10


def predict_holdout(
    model: RiskModel,
    cohort: Cohort,
    holdout: pl.DataFrame,
    *,
    model_version: str,
    bounds: Sequence[npt.NDArray[np.float64]] = (),
) -> pl.DataFrame:
    """`holdout_predictions` of women not scored yet, as a whole.

    ``bounds`` are their risks of the outcomes that this one lies within: none is told a higher one.
    """
    risk = np.minimum.reduce([model.predict(holdout), *bounds])
    return holdout_predictions(model, cohort, holdout, risk, model_version=model_version).collect()


def holdout_predictions(
    model: RiskModel, cohort: Cohort, holdout: pl.DataFrame, risk: npt.NDArray[np.float64], *, model_version: str
) -> pl.LazyFrame:
    """One row a woman for the model and one for each rule of today, nobody and everyone among them.

    ``risk`` is the model's, one a row of ``holdout``. A rule of which these records lack a part says nothing of any
    woman: its rows have no alert. Lazy, because every scorer repeats what is known of every woman.
    """
    alert = model.offer_policy.apply(risk, holdout["ethnic_group"].to_numpy())
    women = _women(holdout, cohort, model_version)
    scored = women.with_columns(
        scored_by=pl.lit("model"),
        alert=pl.Series(alert),
        risk=pl.Series(risk),
        band=pl.Series(model.bands_of(risk)),
    )
    ruled = [
        women.with_columns(scored_by=pl.lit(one.rule.scored_by), alert=holdout[one.column]) for one in cohort.rules
    ]
    return complete_predictions(pl.concat([part.lazy() for part in (scored, *ruled)], how="diagonal"))


def _women(holdout: pl.DataFrame, cohort: Cohort, model_version: str) -> pl.DataFrame:
    """What a predictions table says of each woman, whoever scored her."""
    return holdout.select(
        pregnancy_id=_pseudonyms(holdout["pregnancy_id"], cohort.records.data_digest),
        woman_id=_pseudonyms(holdout["woman_id"], cohort.records.data_digest),
        outcome=pl.lit(cohort.outcome.name),
        prediction_point=pl.lit(cohort.prediction_point.name),
        model_version=pl.lit(model_version),
        outcome_definition=pl.lit(str(cohort.definition)),
        predicted_at=pl.lit(datetime.now(UTC)).cast(pl.Datetime("us", "UTC")),
        observed=pl.col(OBSERVED),
        ascertained=pl.col(OBSERVED).is_not_null(),
        group_scheme=pl.col("group_scheme"),
        ethnic_category=pl.col("ethnic_category"),
        ethnic_group=pl.col("ethnic_group").fill_null(NOT_KNOWN),
        deprivation_quintile=pl.col("deprivation_quintile"),
        age_band=pl.col("age_band"),
        interpreter_needed=pl.col("interpreter_needed"),
        site=pl.col("site"),
        is_simulated=pl.lit(cohort.records.is_simulated),
    )


def _pseudonyms(identifiers: pl.Series, key: str) -> pl.Series:
    """The table needs to tell women apart, not to name them."""
    hashed = [
        None if identifier is None else hashlib.blake2b(f"{key}:{identifier}".encode(), digest_size=12).hexdigest()
        for identifier in identifiers
    ]
    return pl.Series(identifiers.name, hashed, dtype=pl.String)


def record_ids_of_events(cohort: Cohort, holdout: pl.DataFrame) -> pl.DataFrame:
    """The pseudonym (``pregnancy_id``) and the source's own ``record_id`` of each held-out woman who had the outcome.

    By it alone can the notes of a woman who was missed be found; of all others no key is kept.
    """
    events = holdout.filter(pl.col(OBSERVED))
    return pl.DataFrame(
        {
            "pregnancy_id": _pseudonyms(events["pregnancy_id"], cohort.records.data_digest),
            "record_id": events["pregnancy_id"],
        }
    )


def shown_with_a_risk(model: RiskModel, holdout: pl.DataFrame, risk: npt.NDArray[np.float64]) -> RiskModel:
    """The model with what only the holdout can say: how often women scored alike had the outcome, and its tenths.

    Births of the holdout alone, with the ``risk`` of each: the calibrator, the threshold and the choice of the fit rest
    on others.
    """
    is_known = holdout[OBSERVED].is_not_null()
    known, risk = holdout.filter(is_known), np.asarray(risk)[is_known.to_numpy()]
    women = known.select(pl.coalesce("woman_id", "pregnancy_id")).to_series().to_numpy()
    return replace(
        model,
        calibration_bands=calibration_bands(risk, known[OBSERVED].to_list()),
        observed_curve=observed_curve(risk, known[OBSERVED].to_numpy(), women, seed=model.design.seed),
    )


def calibration_bands(risk: npt.NDArray[np.float64], observed: Sequence[bool | None]) -> tuple[CalibrationBand, ...]:
    """Tenths of the held-out women by risk, with how often the outcome happened in each; the ends reach 0 and 1."""
    answered = np.array([answer is not None for answer in observed])
    risks = np.asarray(risk)[answered]
    events = np.array([bool(answer) for answer in observed])[answered]
    edges = np.unique(np.quantile(risks, np.linspace(0, 1, CALIBRATION_BANDS + 1)))
    edges[0], edges[-1] = 0.0, np.nextafter(1.0, 2.0)
    bands = []
    for low, high in itertools.pairwise(edges.tolist()):
        inside = (risks >= low) & (risks < high)
        seen = wilson(float(events[inside].sum()), float(inside.sum()))
        # Three digits: more would give back the exact counts of a small band.
        observed_share, lower, upper = (round(share, 3) for share in (seen.value, seen.low, seen.high))
        bands.append(CalibrationBand(low=low, high=high, observed=observed_share, lower=lower, upper=upper))
    return tuple(bands)
