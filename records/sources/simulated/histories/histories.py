"""simulate_histories(): the births of `simulate`, as whole English histories with dates."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from records.histories.earlier_pregnancies import with_earlier_pregnancies
from records.histories.histories import Histories
from records.histories.tables import PREGNANCY_COLUMNS
from records.identity import IDENTITY_COLUMNS
from records.records import Records
from records.sources.nhs_facts import NHS_CLOSED, NHS_KNOWN_FROM
from records.sources.simulated.births import (
    NoBirths,
    Simulation,
    in_order_of_delivery,
    live,
    numbered,
    through_birth,
    truth_of,
)
from records.sources.simulated.digest import content_digest
from records.sources.simulated.drawing import Women
from records.sources.simulated.histories.clock import NO_DAY, Clock, clock_of_births, clock_of_losses
from records.sources.simulated.histories.observed import observations_of
from records.sources.simulated.histories.one_woman import one_record_of_each_woman
from records.sources.simulated.histories.parameters import HistoryParameters, history_parameters
from records.sources.simulated.histories.true_risks import true_risks_at_points
from records.sources.simulated.histories.writing_down import in_order
from records.sources.simulated.plants import Plant, parse_plant, planted
from records.sources.simulated.pregnancies import lost_pregnancies
from records.sources.simulated.recorded import recorded_pregnancies
from records.sources.simulated.scenario import Scenario
from records.sources.simulated.scenario_file import scenario as scenario_named

__all__ = ["SimulatedHistories", "records_of_histories", "simulate_histories"]


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
    births: int, *, seed: int, scenario: str = "england", plants: Sequence[Plant | str] = ()
) -> SimulatedHistories:
    """The births that `simulate` gives for the same arguments, with the pregnancies that were lost beside them.

    Raises `NoBirths`, `ImpossibleSeed`, `UnknownScenario`, `UnknownPlant` or `NoHistories`.
    """
    if births < 1:
        raise NoBirths(f"births is 1 or more; got {births}")
    numbers = history_parameters(scenario_named(scenario).name)
    parsed = tuple(parse_plant(plant) if isinstance(plant, str) else plant for plant in plants)
    simulation = Simulation(births=births, seed=seed, scenario=scenario, plants=tuple(str(plant) for plant in parsed))
    drawn_from = planted(scenario_named(scenario), parsed)
    lived = live(births, seed=seed, scenario=drawn_from)
    stem = f"{scenario}-{seed}"
    order = in_order_of_delivery(lived)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    pregnancies, observations, truth, start = [], [], [], 0
    for women, truths in lived:
        rows = rank[start : start + women.rows]
        ids = numbered(f"{stem}-p", rows)
        clock = clock_of_births(women, numbers)
        one, seen = _written(women, clock, ids, stem, numbers)
        pregnancies.append(one)
        observations.append(_moved_to(seen, rows))
        truth.append(truth_of(women, truths, ids).with_columns(true_risks_at_points(women, truths, clock, numbers)))
        start += women.rows
    lost = _lost(births, seed, drawn_from, numbers)
    one, seen = _written(
        lost, clock_of_losses(lost, numbers), numbered(f"{stem}-l", np.arange(lost.rows)), stem, numbers
    )
    observations.append(_moved_to(seen, births + np.arange(lost.rows)))
    told, seen = one_record_of_each_woman(pl.concat([pl.concat(pregnancies)[order], one]), pl.concat(observations))
    histories = Histories(pregnancies=told.rechunk(), observations=in_order(seen).lazy(), closed=NHS_CLOSED)
    return SimulatedHistories(
        simulation=simulation,
        histories=histories,
        records=records_of_histories(simulation, histories, digest_of(histories)),
        truth=pl.concat(truth)[order].rechunk(),
    )


def records_of_histories(simulation: Simulation, histories: Histories, digest: str) -> Records:
    """The one way simulated histories become Records, drawn just now or read back."""
    described = (
        f"{simulation.births:,} births simulated as histories, scenario {simulation.scenario}, seed {simulation.seed}"
    )
    notes = ["Simulated births: not for care."]
    if simulation.plants:
        described += f", with {'; '.join(simulation.plants)}"
        notes.append(f"Planted defects: {'; '.join(simulation.plants)}.")
    return Records.dated(
        source="simulated",
        description=described,
        data_digest=digest,
        histories=with_earlier_pregnancies(histories),
        known_from=NHS_KNOWN_FROM,
        notes=tuple(notes),
        is_simulated=True,
    )


def digest_of(histories: Histories) -> str:
    """Of both tables, whatever holds them."""
    parts = (content_digest(histories.pregnancies), content_digest(histories.observations.collect()))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _lost(births: int, seed: int, scenario: Scenario, numbers: HistoryParameters) -> Women:
    """Drawn at the highest share, then thinned to each group's own."""
    shares = numbers.shares["lost"]
    highest = max(shares.values())
    drawn = lost_pregnancies(max(1, round(births * highest)), seed=seed, scenario=scenario, first_woman=births)
    kept = np.flatnonzero(drawn.happens("lost", drawn.by_group_or_default(shares) / highest))
    lost = Women(
        scenario=scenario,
        streams=drawn.streams,
        rows=len(kept),
        facts={name: column[kept] for name, column in drawn.facts.items()},
    )
    through_birth(lost)
    return lost


def _written(
    women: Women, clock: Clock, ids: pl.Series, stem: str, numbers: HistoryParameters
) -> tuple[pl.DataFrame, pl.DataFrame]:
    snapshot = recorded_pregnancies(women, ids, numbered(f"{stem}-w", women.facts["woman"]))
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
    return pregnancies.select(*PREGNANCY_COLUMNS), observations_of(women, clock, snapshot, numbers)


def _moved_to(observations: pl.DataFrame, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.DataFrame:
    """The observations, of pregnancies that stand at these rows of the whole table."""
    place = pl.Series(rows.astype(np.uint32))
    return observations.with_columns(place.gather(observations["pregnancy"]).alias("pregnancy"))
