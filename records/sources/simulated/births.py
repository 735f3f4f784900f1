"""simulate(): births whose true risks are known exactly, as records beside a separate table of the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from records.records import Records
from records.sources.simulated.birth import add_birth_facts, add_screening_facts
from records.sources.simulated.course import OutcomeTruth, draw_later_facts, true_outcome
from records.sources.simulated.digest import content_digest
from records.sources.simulated.drawing import Women
from records.sources.simulated.plants import Plant
from records.sources.simulated.pregnancies import first_pregnancies, returning_pregnancies
from records.sources.simulated.recorded import SIMULATED_KNOWN_FROM, recorded_pregnancies
from records.sources.simulated.scenario import Scenario
from records.sources.simulated.simulation import Simulation
from records.sources.simulated.treatments import add_advice

__all__ = [
    "SimulatedBirths",
    "in_order_of_delivery",
    "live",
    "numbered",
    "records_of",
    "simulate",
    "through_birth",
    "truth_of",
]


@dataclass(frozen=True, kw_only=True)
class SimulatedBirths:
    """``records`` as any source gives them; ``truth`` with one row a pregnancy, in the order of the records.

    Truth columns: pregnancy_id, woman's true ``ethnic_category`` and ``ethnic_group``, and for each outcome O
    ``O_true_risk`` (at booking, given everything known there), ``O_true``, ``O_recorded`` (null: nothing looked for
    it), ``O_ascertained`` (an event of hers would be recorded), and with treatments ``O_true_risk_untreated`` (at
    booking, had she taken none). All are null where the outcome cannot happen: diabetes that was there before, a
    depression that is ongoing, a stillbirth for preterm live birth.
    """

    simulation: Simulation
    records: Records
    truth: pl.DataFrame


def simulate(
    births: int,
    *,
    seed: int,
    scenario: str = "england",
    plants: Sequence[Plant | str] = (),
    treatments: bool = False,
    begun: Callable[[], None] = lambda: None,
) -> SimulatedBirths:
    """Births of a scenario; the same ones for the same arguments, on any machine. With ``treatments`` some women take
    those of the scenario, which changes what happens to them and nothing else. ``begun`` is called once
    what was asked for can be drawn, before it is.

    Raises `NoBirths`, `ImpossibleSeed`, `UnknownScenario`, `UnknownPlant` or `NoTreatments`.
    """
    simulation, parsed = Simulation.asked(births, seed=seed, scenario=scenario, plants=plants, treatments=treatments)
    drawn_from = simulation.drawn_from(parsed)
    begun()
    return _as_records(simulation, live(births, seed=seed, scenario=drawn_from))


def live(births: int, *, seed: int, scenario: Scenario) -> list[tuple[Women, list[OutcomeTruth]]]:
    """The women through pregnancy, birth and the year after: the first pregnancies, then the returning women's."""
    first = first_pregnancies(births, seed=seed, scenario=scenario)
    lived = [(first, through_birth(first))]
    if births > first.rows:
        again = returning_pregnancies(first, births)
        lived.append((again, through_birth(again)))
    return lived


def through_birth(women: Women) -> list[OutcomeTruth]:
    """Draws what happens after booking, adds it to the women's facts, and says what is true of each outcome."""
    add_advice(women)
    draw_later_facts(women)
    add_screening_facts(women)
    truths = [true_outcome(women, outcome) for outcome in women.scenario.outcomes]
    add_birth_facts(women, truths)
    return truths


def _as_records(simulation: Simulation, lived: list[tuple[Women, list[OutcomeTruth]]]) -> SimulatedBirths:
    """Both tables in the order of delivery, numbered in that order."""
    order = in_order_of_delivery(lived)
    stem = f"{simulation.scenario}-{simulation.seed}"
    rank = np.empty(len(order), dtype=np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    recorded, truth, start = [], [], 0
    for women, truths in lived:
        ids = numbered(f"{stem}-p", rank[start : start + women.rows])
        recorded.append(recorded_pregnancies(women, ids, numbered(f"{stem}-w", women.facts["woman"])))
        truth.append(truth_of(women, truths, ids))
        start += women.rows
    pregnancies = pl.concat(recorded)[order].rechunk()
    return SimulatedBirths(
        simulation=simulation,
        records=records_of(simulation, pregnancies.lazy(), content_digest(pregnancies)),
        truth=pl.concat(truth)[order].rechunk(),
    )


def in_order_of_delivery(lived: Sequence[tuple[Women, list[OutcomeTruth]]]) -> pl.Series:
    """The rows of all women, one part after the other, in the order in which records hold them."""
    delivered = np.concatenate([women.facts["delivered"] for women, _ in lived])
    return pl.Series(np.argsort(delivered, kind="stable"))


def records_of(simulation: Simulation, pregnancies: pl.LazyFrame, digest: str) -> Records:
    """The one way simulated births become Records, drawn just now or read back."""
    return Records(
        source="simulated",
        description=simulation.described("simulated"),
        data_digest=digest,
        pregnancies=pregnancies,
        known_from=SIMULATED_KNOWN_FROM,
        notes=simulation.notes,
        is_simulated=True,
    )


def numbered(stem: str, numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.Series:
    """Identifiers of one kind, as long as each other."""
    digits = pl.Series("number", numbers).cast(pl.String).str.zfill(8)
    return pl.select(pl.lit(f"{stem}") + digits).to_series()


def truth_of(women: Women, truths: Sequence[OutcomeTruth], ids: pl.Series) -> pl.DataFrame:
    """The columns of `SimulatedBirths.truth`, in the order of the women."""
    codes = list(women.scenario.categories)
    category = pl.Series(codes).gather(pl.Series(women.facts["ethnic_category"]))
    groups = {code: women.scenario.scheme.group_of(code) for code in codes}
    told = [
        ids.alias("pregnancy_id"),
        category.alias("ethnic_category"),
        category.replace_strict(groups, return_dtype=pl.String).alias("ethnic_group"),
    ]
    return pl.DataFrame([*told, *(column for truth in truths for column in _truth_columns(truth))])


def _truth_columns(truth: OutcomeTruth) -> list[pl.Series]:
    possible, looked_for = pl.Series(truth.possible), pl.Series(truth.looked_for)
    name = truth.outcome.name
    columns = pl.select(
        pl.when(possible).then(pl.Series(truth.risk)).alias(f"{name}_true_risk"),
        pl.when(possible).then(pl.Series(truth.happened)).alias(f"{name}_true"),
        pl.when(looked_for).then(pl.Series(truth.recorded)).alias(f"{name}_recorded"),
        pl.when(possible).then(pl.Series(truth.ascertained)).alias(f"{name}_ascertained"),
        *(
            [pl.when(possible).then(pl.Series(truth.risk_untreated)).alias(f"{name}_true_risk_untreated")]
            if truth.risk_untreated is not None
            else []
        ),
    )
    return columns.get_columns()
