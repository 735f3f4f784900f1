"""The offer threshold of a site's capacity: the share of *all* women it can offer to, tested or not.

The fit sees only women whose outcome was ascertained, who can be at higher risk than the rest (a glucose test is
offered to those at risk). A threshold from them alone would leave places of the site unused.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from models.encoding import Encoding
from training.cohort import OBSERVED, ascertained
from training.fair_boost import FairBoostClassifier
from training.fair_boost.parts import HELD_OUT
from training.offer_policy import absolute_threshold

__all__ = ["capacity_threshold", "women_offered_to"]

Parts = np.ndarray[tuple[int], np.dtype[np.int8]]


def capacity_threshold(
    classifier: FairBoostClassifier,
    row: int,
    *,
    encoding: Encoding,
    training: pl.DataFrame,
    parts: Parts,
    alert_rate: float,
) -> float:
    """The cut for one row of the frontier. ``parts`` are of the ascertained births of ``training``, in order."""
    if training[OBSERVED].null_count() == 0:
        return float(classifier.frontier_[row].figures.threshold)
    women, weight = women_offered_to(training, parts)
    return absolute_threshold(classifier.risk_at(encoding.encode(women), row), alert_rate, weight)


def women_offered_to(
    training: pl.DataFrame, parts: Parts
) -> tuple[pl.DataFrame, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Women who stand for all those a site can offer to, and their weights.

    Held-out births stand for all ascertained ones; births without an ascertained outcome, which took no part in the
    fit, stand for themselves.
    """
    known, unknown = ascertained(training), training.filter(pl.col(OBSERVED).is_null())
    held_out = known.filter(parts == HELD_OUT)
    if unknown.is_empty():
        return held_out, np.ones(held_out.height)
    weight = np.r_[np.full(held_out.height, known.height / held_out.height), np.ones(unknown.height)]
    return pl.concat([held_out, unknown]), weight
