"""What the chosen settings gain on the births held out, where nothing was chosen: told, and never chosen by."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.risk_model import RiskModel
from training.cohort import OBSERVED, Cohort
from training.fitting import fit
from training.tuning.gain import paired_gain
from training.tuning.tuned import Tuned, gain_in_words

__all__ = ["sentences_on"]


def sentences_on(
    tuned: Tuned | None, model: RiskModel, cohort: Cohort, training: pl.DataFrame, holdout: pl.DataFrame
) -> tuple[str, ...]:
    """For the audit's notes. Where the settings were changed, the default ones are fitted too, and both compared."""
    if tuned is None:
        return ()
    if tuned.is_default:
        return (tuned.sentence,)
    default = fit(tuned.untuned, cohort, training).model
    known = holdout.drop_nulls(OBSERVED)
    _, woman = np.unique(known.select(pl.coalesce("woman_id", "pregnancy_id")).to_series(), return_inverse=True)
    event = known[OBSERVED].to_numpy().astype(np.float64)
    gain = paired_gain(_offered(model, known), _offered(default, known), event, woman, default.offer_policy.threshold)
    held_out = f"tuning: on the births held out the chosen settings gained {gain_in_words(gain, known.height)}."
    return (tuned.sentence, held_out)


def _offered(model: RiskModel, known: pl.DataFrame) -> NDArray[np.float64]:
    return (model.predict(known) >= model.offer_policy.threshold).astype(np.float64)
