"""Each plant does what it says, to whom it says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from records.clock import BOOKING
from records.sources.simulated import Plant, SimulatedBirths, UnknownPlant, parse_plant, simulate

BIRTHS, SEED = 30_000, 8


@pytest.fixture(scope="module")
def plain() -> SimulatedBirths:
    return simulate(BIRTHS, seed=SEED)


@pytest.fixture(scope="module")
def with_plant() -> Callable[[str], SimulatedBirths]:
    return lambda plant: simulate(BIRTHS, seed=SEED, plants=[plant])


def records(births: SimulatedBirths) -> pl.DataFrame:
    """In order of id, with the true group."""
    return births.records.pregnancies.collect().with_columns(births.truth["ethnic_group"].alias("true_group"))


def test_under_recording_loses_that_share_of_that_group_and_leaves_the_truth_alone(
    plain: SimulatedBirths, with_plant: Callable[[str], SimulatedBirths]
) -> None:
    planted = with_plant("under_recording:Black=0.3,outcome=preterm_birth")
    told = [c for c in plain.truth.columns if not c.startswith("preterm_birth")]
    assert_frame_equal(planted.truth[told], plain.truth[told])
    for column in ("preterm_birth_true", "preterm_birth_true_risk"):
        assert planted.truth[column].equals(plain.truth[column])
    events = planted.truth.filter("preterm_birth_true")
    kept = dict(events.group_by("ethnic_group").agg(pl.col("preterm_birth_recorded").mean()).rows())
    black_events = events.filter(pl.col("ethnic_group") == "Black").height
    # Four standard errors of the share 0.7.
    assert kept.pop("Black") == pytest.approx(0.7, abs=4 * (0.21 / black_events) ** 0.5)
    assert set(kept.values()) == {1.0}


def test_under_recording_of_a_birth_shows_in_the_recorded_gestation_only_of_the_missed(
    plain: SimulatedBirths, with_plant: Callable[[str], SimulatedBirths]
) -> None:
    planted = with_plant("under_recording:Black=0.3,outcome=preterm_birth")
    before, after = records(plain)["gestation_at_birth"], records(planted)["gestation_at_birth"]
    missed = planted.truth["preterm_birth_true"] & ~planted.truth["preterm_birth_ascertained"]
    changed = before != after
    assert changed.sum() == missed.fill_null(False).sum() > 20
    assert (after.filter(changed) >= 259).all()


def test_missingness_only_takes_booking_facts_of_that_group_away(
    plain: SimulatedBirths, with_plant: Callable[[str], SimulatedBirths]
) -> None:
    planted = with_plant("missingness:Asian=0.4")
    assert_frame_equal(planted.truth, plain.truth)
    before, after = records(plain), records(planted)
    others = pl.col("true_group") != "Asian"
    assert_frame_equal(after.filter(others), before.filter(others))
    asian_before, asian_after = before.filter(~others), after.filter(~others)
    for name, since in plain.records.known_from.items():
        lost = asian_before[name].is_not_null() & asian_after[name].is_null()
        still = asian_after[name].is_not_null()
        assert asian_after[name].filter(still).equals(asian_before[name].filter(still)), name
        if since > BOOKING or name in ("maternal_age", "parity"):
            assert lost.sum() == 0, name
    weight = asian_after["weight"].null_count() / asian_after.height
    # Recorded for 94 % of Asian women in the scenario, then 60 % of those.
    assert weight == pytest.approx(1 - 0.94 * 0.6, abs=0.03)


def test_a_proxy_reveals_the_group_and_changes_no_risk(
    plain: SimulatedBirths, with_plant: Callable[[str], SimulatedBirths]
) -> None:
    planted = with_plant("proxy:Black=0.95,predictor=chronic_hypertension")
    assert_frame_equal(planted.truth, plain.truth)
    before, after = records(plain), records(planted)
    assert_frame_equal(after.drop("chronic_hypertension"), before.drop("chronic_hypertension"))
    agrees = after["chronic_hypertension"] == (after["true_group"] == "Black")
    assert agrees.mean() > 0.95


def test_a_group_signal_matters_in_its_group_only(
    plain: SimulatedBirths, with_plant: Callable[[str], SimulatedBirths]
) -> None:
    planted = with_plant("group_signal:Asian=2")
    # First pregnancies of women who do not return: a changed birth changes the history of the next pregnancy.
    truth = pl.concat([plain.truth, planted.truth.select(pl.all().name.suffix("_planted"))], how="horizontal")
    both = truth.with_columns(records(plain)["family_history_of_diabetes"], records(plain)["parity"])
    firsts = both.filter((pl.col("parity") == 0) & pl.col("preterm_birth_true_risk").is_not_null())
    changed = pl.col("preterm_birth_true_risk") != pl.col("preterm_birth_true_risk_planted")
    assert firsts.filter(changed)["ethnic_group"].unique().to_list() == ["Asian"]
    asian = firsts.filter(pl.col("ethnic_group") == "Asian")
    assert asian.filter("family_history_of_diabetes").select(changed.all()).item()
    assert asian.filter(~pl.col("family_history_of_diabetes")).select((~changed).all()).item()
    assert firsts["haemorrhage_true_risk"].equals(firsts["haemorrhage_true_risk_planted"])


def test_a_planted_signal_replaces_what_the_predictor_meant_elsewhere() -> None:
    from records.sources.simulated.plants import planted
    from records.sources.simulated.scenario_file import scenario

    england = scenario("england")
    effects = planted(england, ["group_signal:Black=1,predictor=smokes"]).outcome("preterm_birth").effects
    assert [effect.in_groups for effect in effects if effect.of == "smokes"] == [("Black",)]
    assert england.outcome("preterm_birth").effects[2].of == "smokes"


def test_the_odds_of_a_site_change_its_births_alone(
    plain: SimulatedBirths, with_plant: Callable[[str], SimulatedBirths]
) -> None:
    planted = with_plant("odds:SIM02=2")
    before, after = records(plain), records(planted)
    elsewhere = before["site"] != "SIM02"
    assert_frame_equal(after.filter(elsewhere), before.filter(elsewhere))
    assert_frame_equal(planted.truth.filter(elsewhere), plain.truth.filter(elsewhere))
    assert after["site"].equals(before["site"])


@pytest.mark.parametrize("group", ["White", "Black"])
def test_the_odds_of_a_site_are_so_many_times_those_elsewhere_in_every_group(
    plain: SimulatedBirths, with_plant: Callable[[str], SimulatedBirths], group: str
) -> None:
    planted = with_plant("odds:SIM02=2")
    # An outcome without later facts has a risk at booking that is one logistic: its odds are doubled exactly. A first
    # pregnancy has no history that an earlier birth at the site could have changed.
    women = (
        (records(plain)["site"] == "SIM02") & (records(plain)["parity"] == 0) & (plain.truth["ethnic_group"] == group)
    )
    before, after = (
        births.truth.filter(women)["postpartum_depression_true_risk"].drop_nulls() for births in (plain, planted)
    )
    ratio = (after / (1 - after)) / (before / (1 - before))
    assert ratio.len() > 50
    assert ratio.to_list() == pytest.approx([2.0] * ratio.len())


def test_a_site_with_other_odds_has_the_events_that_its_true_risks_tell(
    with_plant: Callable[[str], SimulatedBirths],
) -> None:
    planted = with_plant("odds:SIM02=3")
    there = planted.truth.filter(records(planted)["site"] == "SIM02")
    for outcome in ("preterm_birth", "haemorrhage", "gestational_diabetes", "postpartum_depression"):
        women = there.drop_nulls(f"{outcome}_true_risk")
        risk = women[f"{outcome}_true_risk"]
        # Four standard errors of a sum of events with these probabilities.
        assert women[f"{outcome}_true"].sum() == pytest.approx(risk.sum(), abs=4 * (risk * (1 - risk)).sum() ** 0.5)


def test_the_odds_of_one_outcome_leave_the_others_risks_alone(
    plain: SimulatedBirths, with_plant: Callable[[str], SimulatedBirths]
) -> None:
    planted = with_plant("odds:SIM02=2,outcome=haemorrhage")
    firsts = records(plain)["parity"] == 0
    both = plain.truth.filter(firsts), planted.truth.filter(firsts)
    assert both[0]["preterm_birth_true_risk"].equals(both[1]["preterm_birth_true_risk"])
    assert not both[0]["haemorrhage_true_risk"].equals(both[1]["haemorrhage_true_risk"])


def test_plants_are_named_in_the_records(with_plant: Callable[[str], SimulatedBirths]) -> None:
    births = with_plant("under_recording:Black=0.3")
    assert "under_recording:Black=0.3" in births.records.description
    assert births.simulation.plants == ("under_recording:Black=0.3",)


@pytest.mark.parametrize(
    ("text", "plant"),
    [
        ("proxy", Plant(kind="proxy")),
        ("odds", Plant(kind="odds", group="SIM02")),
        ("missingness:Asian", Plant(kind="missingness", group="Asian")),
        ("under_recording:Black=0.3", Plant(kind="under_recording", strength=0.3)),
        (
            "group_signal:More than one race=2,predictor=smokes,outcome=haemorrhage",
            Plant(
                kind="group_signal",
                group="More than one race",
                strength=2.0,
                predictor="smokes",
                outcome="haemorrhage",
            ),
        ),
    ],
)
def test_a_plant_is_read_from_one_word(text: str, plant: Plant) -> None:
    assert parse_plant(text) == plant
    again = parse_plant(str(plant))
    assert (again.kind, again.group, again.amount) == (plant.kind, plant.group, plant.amount)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("weeds", "there are: group_signal, under_recording, missingness, proxy"),
        ("proxy:Black=much", "not a number"),
        ("proxy:Martian", "White, Mixed, Asian, Black, Other"),
        ("proxy:Black=1.2", "from 0 to 1"),
        ("missingness:Black=-0.1", "from 0 to 1"),
        ("missingness:Black=0.1,predictor=birth_weight", "not recorded at booking"),
        ("proxy:Black=0.1,predictor=birth_weight", "no flag that is recorded at booking"),
        ("group_signal:Black=1,predictor=birth_weight", "no fact drawn for booking"),
        ("odds:Black=2", "SIM01, SIM02"),
        ("odds:SIM02=0", "above 0"),
        ("odds:SIM02=2,predictor=smokes", "of an outcome"),
        ("odds:SIM02=2,outcome=weeds", "has the outcomes preterm_birth"),
    ],
)
def test_a_plant_that_cannot_be_is_refused(text: str, because: str) -> None:
    with pytest.raises(UnknownPlant, match=because):
        simulate(10, seed=1, plants=[text])
