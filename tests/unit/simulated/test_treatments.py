"""Treatments change the risk of those who take them, by what the numbers say, and of nobody else."""

from __future__ import annotations

import tomllib
from importlib import resources

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from records.sources.simulated import (
    SIMULATED,
    NoTreatments,
    SimulatedHistories,
    simulate,
    simulate_histories,
    write_histories,
)
from records.sources.simulated.scenario import ImplausibleScenario
from records.sources.simulated.treatments import TREATMENTS_NOTE, treatments_from, treatments_of

BIRTHS, SEED = 60_000, 31
ASPIRIN = ("aspirin_offered", "aspirin_accepted", "aspirin_taken")
CLINIC = ("preterm_clinic_offered", "preterm_clinic_accepted", "preterm_clinic_attended")
OUTCOMES = ("preterm_birth", "haemorrhage", "gestational_diabetes", "postpartum_depression")


@pytest.fixture(scope="module")
def treated() -> SimulatedHistories:
    return simulate_histories(BIRTHS, seed=SEED, treatments=True)


@pytest.fixture(scope="module")
def untreated() -> SimulatedHistories:
    return simulate_histories(BIRTHS, seed=SEED)


@pytest.fixture(scope="module")
def steps(treated: SimulatedHistories) -> pl.DataFrame:
    """What the record says of each birth: the offers, what they were made by, and when she booked."""
    rule = ("parity", "maternal_age", "body_mass_index", "chronic_hypertension", "pre_existing_diabetes")
    facts = treated.records.facts(*ASPIRIN, *CLINIC, *rule, "previous_preterm_birth").collect()
    booked = treated.histories.pregnancies.select("pregnancy_id", "booked_day", "ended_by")
    return facts.join(booked, on="pregnancy_id", validate="1:1").head(BIRTHS)


def test_without_treatments_nobody_is_offered_any(untreated: SimulatedHistories) -> None:
    facts = untreated.records.facts(*ASPIRIN, *CLINIC).collect()
    assert all(facts[name].null_count() == facts.height for name in (*ASPIRIN, *CLINIC))
    assert not [name for name in untreated.truth.columns if "untreated" in name]


@pytest.mark.parametrize("names", [ASPIRIN, CLINIC])
def test_who_takes_it_had_accepted_and_who_accepted_was_offered(
    steps: pl.DataFrame, names: tuple[str, str, str]
) -> None:
    offered, accepted, taken = (pl.col(name) for name in names)
    assert steps.filter(taken & accepted.is_not_null()).select(accepted.all()).item()
    assert steps.filter(accepted).select(offered.all()).item()
    # Each step loses some, and of some nothing is noted.
    noted = steps.drop_nulls(list(names[:1]))
    counts = [noted[name].fill_null(value=False).sum() for name in names]
    assert noted.height > counts[0] > counts[1] > counts[2] > 0
    assert steps.filter(taken & offered.is_null()).height > 0


def test_aspirin_is_advised_by_the_rule_of_the_guideline(steps: pl.DataFrame) -> None:
    """NICE NG133, 1.1.2 and 1.1.3, worked out again from what was recorded, where everything was."""
    known = steps.drop_nulls(
        ["parity", "maternal_age", "body_mass_index", "chronic_hypertension", "pre_existing_diabetes"]
    ).filter(pl.col("ended_by") == "birth", pl.col("booked_day") <= 140)
    high = pl.col("chronic_hypertension") | pl.col("pre_existing_diabetes")
    moderate = (
        (pl.col("parity") == 0).cast(pl.Int8)
        + (pl.col("maternal_age") >= 40).cast(pl.Int8)
        + (pl.col("body_mass_index") >= 35).cast(pl.Int8)
    )
    advised, others = known.filter(high | (moderate > 1)), known.filter(~(high | (moderate > 1)))
    assert advised["aspirin_offered"].null_count() / advised.height == pytest.approx(0.1, abs=0.015)
    # A BMI near 35 that height and weight give again can differ in its last digit.
    assert others["aspirin_offered"].null_count() / others.height > 0.995


def test_nobody_is_offered_anything_who_has_not_booked_or_books_too_late(steps: pl.DataFrame) -> None:
    late = steps.filter((pl.col("booked_day") > 140).fill_null(value=True))
    assert late.height > 100
    assert all(late[name].null_count() == late.height for name in (*ASPIRIN, *CLINIC))


def test_an_event_of_a_treated_world_would_have_happened_without_treatment(
    treated: SimulatedHistories, untreated: SimulatedHistories
) -> None:
    """The same chance decides, at a risk that is lower or the same: of women in their first record here."""
    first = treated.histories.pregnancies.head(BIRTHS)["woman_id"].is_first_distinct()
    both = treated.truth.filter(first).join(
        untreated.truth, on="pregnancy_id", suffix="_before", how="inner", validate="1:1"
    )
    assert both.height > BIRTHS // 2
    for outcome in OUTCOMES:
        happened, before = both[f"{outcome}_true"], both[f"{outcome}_true_before"]
        assert (before | ~happened).drop_nulls().all(), outcome
    prevented = (~both["preterm_birth_true"] & both["preterm_birth_true_before"]).sum()
    assert 0 < prevented < 0.05 * both["preterm_birth_true_before"].sum()


def test_the_risk_without_treatment_is_the_one_of_births_without_treatments(
    treated: SimulatedHistories, untreated: SimulatedHistories
) -> None:
    first = treated.histories.pregnancies.head(BIRTHS)["woman_id"].is_first_distinct()
    both = treated.truth.filter(first).join(
        untreated.truth, on="pregnancy_id", suffix="_before", how="inner", validate="1:1"
    )
    for outcome in OUTCOMES:
        here, before = both[f"{outcome}_true_risk_untreated"], both[f"{outcome}_true_risk_before"]
        assert (here - before).abs().max() == pytest.approx(0.0, abs=1e-12), outcome  # type: ignore[comparison-overlap]
        # Under the care given it is no higher.
        assert (both[f"{outcome}_true_risk"] <= here + 1e-12).all(), outcome


@pytest.mark.parametrize("point", ["booking", "weeks_16", "weeks_20", "weeks_28"])
def test_true_risks_are_right_of_those_who_took_it_and_of_those_who_did_not(
    treated: SimulatedHistories, steps: pl.DataFrame, point: str
) -> None:
    column = f"preterm_birth_true_risk_at_{point}"
    beside = treated.truth.join(steps, on="pregnancy_id", validate="1:1").drop_nulls(column)
    if point == "booking":
        # Who will take it is not known there: only all of those it is advised to can be right.
        parts = [pl.col("aspirin_offered").is_not_null(), pl.col("preterm_clinic_offered").is_not_null()]
    else:
        parts = [pl.col("aspirin_taken"), pl.col("aspirin_offered") & ~pl.col("aspirin_taken")]
    if point in ("weeks_20", "weeks_28"):
        parts += [
            pl.col("preterm_clinic_attended"),
            pl.col("preterm_clinic_offered") & ~pl.col("preterm_clinic_attended"),
        ]
    for part in parts:
        women = beside.filter(part)
        risk, happened = women[column].to_numpy(), women["preterm_birth_true"].to_numpy()
        error = np.sqrt((risk * (1 - risk)).sum()) / len(risk)
        assert len(risk) > 500
        assert happened.mean() == pytest.approx(risk.mean(), abs=4 * error), (point, str(part))


def test_aspirin_prevents_the_share_of_pre_eclampsia_that_was_published(
    treated: SimulatedHistories, untreated: SimulatedHistories, steps: pl.DataFrame
) -> None:
    first = treated.histories.pregnancies.head(BIRTHS)["woman_id"].is_first_distinct()
    took = steps.filter(first).filter(pl.col("aspirin_taken")).select("pregnancy_id")
    ill = {
        name: took.join(births.records.facts("pre_eclampsia").collect(), on="pregnancy_id")["pre_eclampsia"].sum()
        for name, births in (("with", treated), ("without", untreated))
    }
    assert ill["without"] > 150
    # Relative risk .82 (Duley 2019); what is prevented is a binomial share of what would have been.
    prevented = 1 - ill["with"] / ill["without"]
    assert prevented == pytest.approx(0.18, abs=4 * np.sqrt(0.18 * 0.82 / ill["without"]))


def test_births_without_dates_are_changed_alike(treated: SimulatedHistories) -> None:
    births = simulate(BIRTHS, seed=SEED, treatments=True)
    assert_frame_equal(births.truth, treated.truth.select(births.truth.columns))
    assert TREATMENTS_NOTE in births.records.notes
    assert births.records.data_digest != simulate(BIRTHS, seed=SEED).records.data_digest


def test_histories_with_treatments_are_read_back_as_what_they_are(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("treated") / "histories"
    written = simulate_histories(500, seed=3, treatments=True)
    write_histories(written, folder, truth=True)
    read = SIMULATED.scan([folder])
    assert (read.data_digest, read.description, read.notes) == (
        written.records.data_digest,
        written.records.description,
        written.records.notes,
    )
    assert "with treatments" in read.description
    assert TREATMENTS_NOTE in read.notes


def test_a_scenario_without_treatments_says_so() -> None:
    with pytest.raises(NoTreatments, match="england"):
        simulate(100, seed=1, scenario="benchmark", treatments=True)


def test_each_lowers_what_it_is_for() -> None:
    ratios = {one.name: dict(one.log_odds_ratios) for one in treatments_of("england")}
    assert {name: list(changed) for name, changed in ratios.items()} == {
        "aspirin_taken": ["pre_eclampsia"],
        "preterm_clinic_attended": ["preterm_birth"],
    }
    assert all(ratio < 0 for changed in ratios.values() for ratio in changed.values())


@pytest.mark.parametrize("table", ["taken", "offered_only", "accepted_only", "not_noted", "log_odds_ratios", None])
def test_a_number_without_a_source_is_refused(table: str | None) -> None:
    text = resources.files("records.sources.simulated").joinpath("scenarios", "england", "treatments.toml")
    parsed = tomllib.loads(text.read_text(encoding="utf-8"))
    first = parsed["treatments"][0]
    del (first if table is None else first[table])["source"]
    with pytest.raises(ImplausibleScenario, match="has numbers and no source"):
        treatments_from(parsed)


@pytest.mark.parametrize("share", [0.0, 1.0, 1.5])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    text = resources.files("records.sources.simulated").joinpath("scenarios", "england", "treatments.toml")
    parsed = tomllib.loads(text.read_text(encoding="utf-8"))
    parsed["treatments"][0]["taken"]["White"] = share
    with pytest.raises(ImplausibleScenario, match=r"aspirin_taken\.taken"):
        treatments_from(parsed)
