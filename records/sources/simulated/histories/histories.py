"""simulate_histories(): the births of `simulate`, as whole English histories with dates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from records.histories.histories import Histories
from records.histories.ordering import in_order
from records.histories.tables import PREGNANCY_COLUMNS
from records.identity import IDENTITY_COLUMNS
from records.records import Records
from records.sources.nhs_facts import NHS_CLOSED
from records.sources.simulated.births import (
    in_order_of_delivery,
    live,
    numbered,
    truth_of,
)
from records.sources.simulated.course import OutcomeTruth
from records.sources.simulated.drawing import Women
from records.sources.simulated.histories.as_records import digest_of, records_of_histories
from records.sources.simulated.histories.clock import NO_DAY, Clock, clock_of_births, clock_of_losses
from records.sources.simulated.histories.lost import women_who_lose
from records.sources.simulated.histories.observed import observations_of
from records.sources.simulated.histories.one_woman import one_record_of_each_woman
from records.sources.simulated.histories.parameters import HistoryParameters, history_parameters
from records.sources.simulated.histories.plants import (
    check_plants,
    less_asked,
    mistaken_units,
    with_plants,
)
from records.sources.simulated.histories.true_risks import true_risks_at_points
from records.sources.simulated.plants import DATED_KINDS, Plant
from records.sources.simulated.recorded import recorded_pregnancies
from records.sources.simulated.scenario_file import scenario as scenario_named
from records.sources.simulated.simulation import Simulation

__all__ = ["SimulatedHistories", "simulate_histories"]


@dataclass(frozen=True, kw_only=True)
class SimulatedHistories:
    """``histories`` as they were written down, before what an earlier pregnancy tells is added; ``records`` with it.

    ``truth`` has one row a birth, as `SimulatedBirths.truth`, and ``O_true_risk_at_P`` for points of the dated record.
    Pregnancies lost before 24 weeks stand after the births and have no truth.
    """

    simulation: Simulation
    histories: Histories
    records: Records
    truth: pl.DataFrame


def simulate_histories(
    births: int,
    *,
    seed: int,
    scenario: str = "england",
    plants: Sequence[Plant | str] = (),
    treatments: bool = False,
    begun: Callable[[], None] = lambda: None,
) -> SimulatedHistories:
    """The births that `simulate` gives for the same arguments, with the pregnancies that were lost beside them.
    ``begun`` is called as by `simulate`.

    Raises `NoBirths`, `ImpossibleSeed`, `UnknownScenario`, `UnknownPlant`, `NoTreatments` or `NoHistories`.
    """
    simulation, parsed = Simulation.asked(births, seed=seed, scenario=scenario, plants=plants, treatments=treatments)
    numbers = less_asked(history_parameters(scenario_named(scenario).name), parsed)
    check_plants(parsed, scenario_named(scenario))
    dated = [plant for plant in parsed if plant.kind in DATED_KINDS]
    drawn_from = simulation.drawn_from([plant for plant in parsed if plant not in dated])
    begun()
    lived = live(births, seed=seed, scenario=drawn_from)
    lost = women_who_lose(births, seed=seed, scenario=drawn_from, numbers=numbers)
    return _as_histories(simulation, lived, lost, numbers, dated)


def _as_histories(
    simulation: Simulation,
    lived: Sequence[tuple[Women, list[OutcomeTruth]]],
    lost: Women,
    numbers: HistoryParameters,
    dated: Sequence[Plant],
) -> SimulatedHistories:
    """The births in the order of delivery and numbered in that order, then the lost pregnancies."""
    order = in_order_of_delivery(lived)
    stem = f"{simulation.scenario}-{simulation.seed}"
    rank = np.empty(len(order), dtype=np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    pregnancies, observations, truth, start = [], [], [], 0
    for women, truths in lived:
        rows = rank[start : start + women.rows]
        ids, clock = numbered(f"{stem}-p", rows), clock_of_births(women, numbers)
        one, seen = _written(women, clock, ids, stem, numbers, dated)
        pregnancies.append(one)
        observations.append(_moved_to(seen, rows))
        truth.append(truth_of(women, truths, ids).with_columns(true_risks_at_points(women, truths, clock, numbers)))
        start += women.rows
    ids, clock = numbered(f"{stem}-l", np.arange(lost.rows)), clock_of_losses(lost, numbers)
    one, seen = _written(lost, clock, ids, stem, numbers, dated)
    observations.append(_moved_to(seen, len(order) + np.arange(lost.rows)))
    told, seen = one_record_of_each_woman(pl.concat([pl.concat(pregnancies)[order], one]), pl.concat(observations))
    histories = Histories(pregnancies=told.rechunk(), observations=in_order(seen).lazy(), closed=NHS_CLOSED)
    return SimulatedHistories(
        simulation=simulation,
        histories=histories,
        records=records_of_histories(simulation, histories, digest_of(histories)),
        truth=pl.concat(truth)[order].rechunk(),
    )


def _written(
    women: Women, clock: Clock, ids: pl.Series, stem: str, numbers: HistoryParameters, dated: Sequence[Plant]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    snapshot = recorded_pregnancies(women, ids, numbered(f"{stem}-w", women.facts["woman"]))
    snapshot = mistaken_units(snapshot, women, clock, dated)
    born, month = pl.Series(clock.born), pl.Series(clock.day_zero + clock.ended.astype("timedelta64[D]"))
    days = {"booked_day": clock.booked, "admitted_day": clock.admitted, "ended_day": clock.ended}
    days["followed_days"] = clock.followed
    told = {
        # Who did not give birth under this record has no delivery in it.
        "delivered_year": pl.when(born).then(month.dt.year()),
        "delivered_month": pl.when(born).then(month.dt.month()),
        "day_zero": pl.lit(pl.Series(clock.day_zero)),
        "ended_by": pl.when(born).then(pl.lit("birth")).when(pl.Series(clock.lost)).then(pl.lit("loss"))
        .otherwise(pl.lit("transfer")),
        **{name: pl.when(pl.Series(column) != NO_DAY).then(pl.Series(column)) for name, column in days.items()},
    }  # fmt: skip
    pregnancies = snapshot.select(*IDENTITY_COLUMNS).with_columns(
        expression.cast(PREGNANCY_COLUMNS[name]).alias(name) for name, expression in told.items()
    )
    return pregnancies.select(*PREGNANCY_COLUMNS), with_plants(
        observations_of(women, clock, snapshot, numbers), women, clock, dated
    )


def _moved_to(observations: pl.DataFrame, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.DataFrame:
    """The observations, of pregnancies that stand at these rows of the whole table."""
    place = pl.Series(rows.astype(np.uint32))
    return observations.with_columns(place.gather(observations["pregnancy"]).alias("pregnancy"))
