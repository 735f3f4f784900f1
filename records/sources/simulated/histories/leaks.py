"""What leaks into a booking record: a count that goes on to the birth, the treatment of what is predicted, or a history
written with hindsight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import polars as pl

from records.histories.tables import OBSERVATION_COLUMNS
from records.sources.simulated.drawing import Women
from records.sources.simulated.exact_arithmetic import Numbers, from_quantiles, rounded
from records.sources.simulated.histories.clock import NO_DAY, Clock, Flags
from records.sources.simulated.plants import EVERYONE, Plant, share_of

__all__ = ["HINDSIGHT", "LEAKED", "leaked_fact", "whom", "with_hindsight"]

#: What each outcome becomes in the history of a record that was written with hindsight.
HINDSIGHT = {
    "postpartum_depression": "previous_depression",
    "preterm_birth": "previous_preterm_birth",
    "haemorrhage": "previous_postpartum_haemorrhage",
    "gestational_diabetes": "previous_gestational_diabetes",
}
_CONCEPTION_DAY = 14
_DAYS_A_MONTH = 365.25 / 12
# kg by which a woman's gain differs from 0.45 kg a week after 12 weeks; assumption.
_GAIN_A_WEEK, _GAIN_FROM = 0.45, 84
_GAIN_DIFFERS = ((0.0, -9.0), (0.25, -2.0), (0.75, 2.5), (1.0, 12.0))


def with_hindsight(observations: pl.DataFrame, women: Women, clock: Clock, plant: Plant) -> pl.DataFrame:
    """Of women whose history was asked, it holds what this pregnancy came to."""
    outcome = plant.outcome or next(iter(HINDSIGHT))
    written = whom(women, plant) & clock.born & women.facts[f"{outcome}_recorded"].astype(bool)
    written &= women.happens(f"hindsight of {outcome}", share_of(plant))
    known = (pl.col("concept") == HINDSIGHT[outcome]) & pl.lit(pl.Series(written)).gather(pl.col("pregnancy"))
    return observations.with_columns(pl.when(known).then(1.0).otherwise("value").alias("value"))


def leaked_fact(observations: pl.DataFrame, women: Women, clock: Clock, plant: Plant, name: str) -> pl.DataFrame:
    """The fact as it turns out, written down on the day of booking of women who gave birth."""
    found = _FINAL[name](observations, women)
    there = whom(women, plant) & clock.born & (clock.booked != NO_DAY) & ~np.isnan(found)
    rows = np.flatnonzero(there & women.happens(f"leaked {name}", share_of(plant)))
    return pl.DataFrame(
        {
            "pregnancy": rows,
            "concept": pl.repeat(name, len(rows), eager=True, dtype=pl.String),
            "day": clock.booked[rows],
            "value": found[rows],
        }
    ).cast(dict(OBSERVATION_COLUMNS))  # type: ignore[arg-type]


def _visits(observations: pl.DataFrame, women: Women) -> Numbers:
    """Contacts at which her blood pressure was taken."""
    visits = observations.filter(pl.col("concept") == "systolic_blood_pressure")["pregnancy"].to_numpy()
    return np.bincount(visits, minlength=women.rows).astype(np.float64)


def _weight_gain(observations: pl.DataFrame, women: Women) -> Numbers:
    differs = from_quantiles(women.streams.uniform("weight gain", women.rows), _GAIN_DIFFERS)
    weeks = np.maximum(women.facts["gestation_at_birth"] - _GAIN_FROM, 0.0) / 7.0
    return rounded(weeks * _GAIN_A_WEEK + differs, 1)


def _interval_to_this_birth(observations: pl.DataFrame, women: Women) -> Numbers:
    pregnant = (women.facts["gestation_at_birth"] - _CONCEPTION_DAY) / _DAYS_A_MONTH
    return rounded(women.facts["interpregnancy_interval"] + pregnant, 0)


def _transfusion(observations: pl.DataFrame, women: Women) -> Numbers:
    return np.where(women.facts["maternal_transfusion"], 1.0, np.nan)


_FINAL: Mapping[str, Callable[[pl.DataFrame, Women], Numbers]] = MappingProxyType(
    {
        "antenatal_visits": _visits,
        "weight_gain": _weight_gain,
        "interval_to_this_birth": _interval_to_this_birth,
        "maternal_transfusion": _transfusion,
    }
)
#: Facts that a record can be made to claim at booking.
LEAKED = tuple(_FINAL)


def whom(women: Women, plant: Plant) -> Flags:
    """The women a plant is of."""
    return np.ones(women.rows, dtype=bool) if plant.group == EVERYONE else women.in_group(plant.group)
