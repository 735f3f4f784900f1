"""Recalibration to a site, where it is known how wrong the risks told are: outcomes are drawn from the risks told,
moved by a known intercept and slope."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from fairness_audits.policy import DEFAULT_POLICY
from models.home import Home, Settings
from models.offer_policy import OfferPolicy
from models.release import CHALLENGER
from records.sources.simulated import simulate
from training.batch_scoring import load_version
from training.cohort import OBSERVED
from training.diagnosis import TooFewEvents
from training.promotion import promote
from training.recalibration_to_site.comparison import Comparison, compare, compare_here
from training.recalibration_to_site.held_out import AS_IT_IS_NOW, AS_IT_WAS
from training.recalibration_to_site.local_births import GroupsRead, LocalBirths, SeenBirths
from training.recalibration_to_site.recalibrate import Recalibrated, recalibrate
from training.recalibration_to_site.updated import updated
from training.registry import Registry
from training.validation.files import VALIDATION_FILE
from training.validation.new_births import NewBirths, births_for
from training.validation.openings import read_ledger
from training.validation.overlap import unseen
from training.validation.recalibration import (
    IN_THE_LARGE,
    NONE,
    REFIT,
    SLOPE,
    UnusableRecalibration,
    log_odds_of,
)
from training.version import BlockedRelease, Version

SHIFT = 0.5
WRONG = {IN_THE_LARGE: (SHIFT, 1.0), SLOPE: (-1.0, 0.6)}


@pytest.fixture(scope="session")
def model(twice):
    return load_version(twice.registry, twice.first.version)


@pytest.fixture(scope="session")
def births(model) -> NewBirths:
    """Other births than the version was fitted on, of the same sites."""
    return births_for(model, simulate(8_000, seed=79, scenario="england").records)


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(root=tmp_path / "home").prepare()


def drawn(births: NewBirths, risk, *, seed=0) -> NewBirths:
    """The same women, who have the outcome by ``risk``."""
    happened = np.random.default_rng(seed).random(births.frame.height) < risk
    return replace(births, frame=births.frame.with_columns(pl.Series(OBSERVED, happened)))


def told_wrong(births: NewBirths, *, intercept=0.0, slope=1.0, seed=0) -> NewBirths:
    return drawn(births, expit(intercept + slope * log_odds_of(births.risk)), seed=seed)


def at_site(births: NewBirths, site: str) -> NewBirths:
    return replace(
        births,
        frame=births.frame.with_columns(site=pl.lit(site)),
        cohort=replace(births.cohort, frame=births.cohort.frame.with_columns(site=pl.lit(site))),
    )


def compared(births: NewBirths, version: Version, home: Home) -> Comparison:
    return compare(version, LocalBirths.of(births), home, DEFAULT_POLICY)


def made_champion(done: Recalibrated, home: Home, settings: Settings) -> Version:
    return promote(Registry(home, settings), done.version, home, settings)


@pytest.fixture(scope="session")
def shifted(births, twice, tmp_path_factory) -> tuple[Recalibrated, Comparison, Home]:
    """A site at which every risk is told too low by `SHIFT` log-odds."""
    home = Home(root=tmp_path_factory.mktemp("shifted") / "home").prepare()
    found = compared(at_site(told_wrong(births, intercept=SHIFT), "HERE"), twice.first.version, home)
    done = recalibrate(found, home, Settings(), DEFAULT_POLICY)
    assert done is not None
    return done, found, home


def test_no_woman_is_in_both_parts(births):
    local = LocalBirths.of(births)
    assert not set(local.learning.women) & set(local.held_out.women)
    assert local.learning.frame.height + local.held_out.frame.height <= births.frame.height


def test_a_known_shift_is_recovered_within_its_interval_and_named_as_enough(shifted):
    _, found, _ = shifted
    assert found.sufficient.update == IN_THE_LARGE
    told = found.validation.judged[0].everyone["calibration_in_the_large"]
    assert told.low <= SHIFT <= told.high
    assert told.low > 0


def test_observed_over_expected_held_out_is_off_before_and_covers_one_after(shifted):
    done, _, _ = shifted
    before, after = (one.everyone["observed_to_expected"] for one in done.judged)
    assert [one.name for one in done.judged] == [AS_IT_WAS, AS_IT_IS_NOW]
    assert before.low > 1
    assert after.low <= 1 <= after.high


@pytest.mark.parametrize("update", [IN_THE_LARGE, SLOPE])
def test_over_many_draws_the_update_is_right_on_average_where_it_was_not_learnt(births, update):
    """Mean of 40 samples: learning and judging each add 1 / sqrt(events), some 0.06, so the mean's is 0.013."""
    intercept, slope = WRONG[update]
    ratios = []
    for seed in range(40):
        local = LocalBirths.of(told_wrong(births, intercept=intercept, slope=slope, seed=seed))
        made = updated(update, local, alert_rate=None).model
        ratios.append(local.held_out.observed.sum() / made.predict(local.held_out.frame).sum())
    assert np.mean(ratios) == pytest.approx(1, abs=0.05)


def test_recalibrated_risks_are_the_map_of_those_told_and_keep_their_order(births):
    local = LocalBirths.of(told_wrong(births, intercept=-1.0, slope=0.6))
    made = updated(SLOPE, local, alert_rate=None).model
    before, after = log_odds_of(births.risk), log_odds_of(made.predict(births.frame))
    slope, intercept = np.polyfit(before, after, 1)
    assert np.allclose(after, intercept + slope * before, atol=1e-9)
    assert slope == pytest.approx(0.6, abs=0.25)
    assert np.array_equal(np.argsort(before, kind="stable"), np.argsort(after, kind="stable"))


def test_under_none_every_risk_is_equal_to_the_bit_and_no_cut_moves(births):
    made = updated(NONE, LocalBirths.of(at_site(births, "ELSEWHERE")), alert_rate=None)
    assert made.is_changed
    assert np.array_equal(made.model.predict(births.frame), births.risk)
    assert made.model.digest == births.model.digest
    assert made.model.intended_population.sites == (*["ELSEWHERE"], *births.model.intended_population.sites)


def test_a_share_of_places_moves_the_cut_and_no_risk(births):
    local = LocalBirths.of(births)
    made = updated(NONE, local, alert_rate=0.05).model
    assert np.array_equal(made.predict(births.frame), births.risk)
    flagged = made.offer_policy.apply(local.learning.risk).mean()
    assert 0.045 <= flagged <= 0.05


def test_where_nothing_would_change_nothing_is_registered_and_no_held_out_birth_is_looked_at(births, twice, home):
    found = compared(told_wrong(births, seed=2), twice.first.version, home)
    assert found.sufficient.update == NONE
    assert recalibrate(found, home, Settings(), DEFAULT_POLICY) is None
    assert Registry(home, Settings()).versions() == []
    assert not read_ledger(home).openings(found.local.holdout_name)


def test_women_of_another_site_are_added_where_no_update_is_called_for(births, twice, home):
    found = compared(at_site(told_wrong(births, seed=2), "ELSEWHERE"), twice.first.version, home)
    done = recalibrate(found, home, Settings(), DEFAULT_POLICY)
    assert done is not None
    assert done.told == "no risk moved"
    assert done.version.tags.model_digest == births.model.digest
    assert done.model.intended_population.why_not_for("ELSEWHERE") is None
    assert "SIM01" in done.model.intended_population.sites


def test_what_is_registered_says_where_it_comes_from_and_whom_it_is_for(shifted, twice, births):
    done, found, home = shifted
    version, parent = done.version, twice.first.version
    assert version.aliases == (CHALLENGER,)
    lineage = version.lineage
    assert lineage is not None
    assert (lineage.parent_version, lineage.parent_run) == (parent.version, parent.run_id)
    assert (lineage.parent_digest, lineage.update) == (births.model.digest, IN_THE_LARGE)
    assert lineage.births == (parent.tags.data_digest,)
    assert version.tags.audit_id == done.audit_folder.name
    loaded = load_version(Registry(home, Settings()), version)
    assert loaded.intended_population.sites == ("HERE",)
    assert loaded.calibrator.slope == births.model.calibrator.slope
    assert loaded.average_risk == pytest.approx(found.local.learning.observed.mean())
    card = Registry(home, Settings()).card(version)
    assert f"Comes from {parent}, run {parent.run_id[:8]}" in card
    assert lineage.validation in card
    assert "(recalibrated; fitted on" in card


def test_the_cut_is_that_of_the_sites_capacity(shifted):
    done, found, _ = shifted
    flagged = done.model.offer_policy.apply(done.model.predict(found.local.learning.frame)).mean()
    assert flagged == pytest.approx(done.model.design.alert_rate, abs=0.005)
    assert flagged <= done.model.design.alert_rate


def test_a_version_is_refused_at_a_site_it_was_not_validated_at(shifted, twice):
    done, _, home = shifted
    with pytest.raises(BlockedRelease, match="was not validated at THERE"):
        made_champion(done, home, Settings(site="THERE"))
    with pytest.raises(BlockedRelease, match="was not validated at HERE"):
        promote(twice.registry, twice.first.version, twice.home, Settings(site="HERE"))


def test_a_version_whose_validation_is_missing_or_altered_is_not_promoted(shifted):
    done, _, home = shifted
    file = done.validation.folder / VALIDATION_FILE
    kept = file.read_bytes()
    try:
        file.write_bytes(kept.replace(b'"in-the-large"', b'"none"', 1))
        with pytest.raises(BlockedRelease, match="was altered"):
            made_champion(done, home, Settings())
        file.unlink()
        with pytest.raises(BlockedRelease, match="is not in this home"):
            made_champion(done, home, Settings())
    finally:
        file.write_bytes(kept)


def test_risks_that_rank_other_facts_call_for_trees_of_the_sites_own(births, twice, home):
    """The outcome follows age and a first birth, beside what the version tells, as it did not where it was fitted."""
    age = births.frame["maternal_age"].fill_null(30).to_numpy()
    first = (births.frame["parity"].fill_null(0) == 0).to_numpy()
    told = log_odds_of(births.risk)
    risk = expit(-2.8 + 2.4 * first * (age < 30) + 1.2 * (age >= 36) + 0.9 * (told - told.mean()))
    found = compared(drawn(births, risk), twice.first.version, home)
    assert found.sufficient.update == REFIT
    done = recalibrate(found, home, Settings(), DEFAULT_POLICY)
    assert done is not None
    assert done.told.startswith("fitted anew on births of this site")
    assert done.version.lineage is not None
    assert done.version.lineage.births == ()
    was, now = (one.everyone["auroc"] for one in done.judged)
    assert now.low > was.high
    ratio = done.judged[1].everyone["observed_to_expected"]
    assert ratio.low <= 1 <= ratio.high


def test_risks_that_order_these_women_the_wrong_way_are_refused(births, twice, home):
    with pytest.raises(UnusableRecalibration, match="slope is not above zero"):
        compared(told_wrong(births, intercept=-3.5, slope=-0.6), twice.first.version, home)


def test_that_they_may_not_order_these_women_at_all_is_said(births, twice, home, shifted):
    found = compared(told_wrong(births, intercept=-2.0, slope=0.2, seed=4), twice.first.version, home)
    (doubt,) = found.doubts
    assert "is not surely above zero" in doubt
    assert shifted[1].doubts == ()


def test_too_few_events_are_refused_with_how_many_are_needed_and_why(births):
    with pytest.raises(TooFewEvents, match=r"At least 100 with and 100 without .* Collins"):
        LocalBirths.of(replace(births, frame=births.frame.head(1_500)))


def test_births_that_the_version_or_one_before_it_was_made_from_are_refused(shifted, twice, model):
    done, _, home = shifted
    asked = (model, twice.records, twice.home, DEFAULT_POLICY)
    with pytest.raises(SeenBirths, match="fitted on births of these very files"):
        compare_here(twice.first.version, *asked)
    with pytest.raises(SeenBirths, match="fitted on births of these very files"):
        compare_here(done.version, done.model, twice.records, home, DEFAULT_POLICY)


def test_a_version_with_cuts_by_group_is_left_to_a_decision_of_the_site(model, twice, home):
    policy = OfferPolicy(kind="level_up", threshold=0.1, group_cuts=(("Black", 0.08),))
    with pytest.raises(GroupsRead, match="equipartum methods"):
        compare_here(twice.first.version, replace(model, offer_policy=policy), twice.records, home, DEFAULT_POLICY)


def test_births_read_again_are_refused_and_those_of_a_version_before_it_too(shifted, twice, model):
    """Of the version recalibrated here the home has a sketch of its own births, and none of the version before."""
    done, found, home = shifted
    again = replace(twice.records, source="msds", data_digest="f" * 64)
    with pytest.raises(SeenBirths, match="though they come from other files"):
        compare_here(twice.first.version, model, again, twice.home, DEFAULT_POLICY)
    births = unseen(done.version, found.local.births, home, round)
    assert "was made from" in births.warnings[0]


@pytest.fixture(scope="session")
def unrecorded(model, twice, tmp_path_factory) -> tuple[Comparison, Home]:
    """A site where three in five White women's preterm births are not recorded, and all else is as it was."""
    home = Home(root=tmp_path_factory.mktemp("unrecorded") / "home").prepare()
    plant = "under_recording:White=0.6,outcome=preterm_birth"
    records = simulate(36_000, seed=80, scenario="england", plants=(plant,)).records
    return compared(at_site(births_for(model, records), "HERE"), twice.first.version, home), home


def test_an_update_that_harms_groups_whose_risks_were_right_is_not_made(unrecorded):
    found, _ = unrecorded
    sufficient = found.sufficient
    assert sufficient.called_for in (IN_THE_LARGE, SLOPE)
    assert sufficient.update == NONE
    harmed = {group.group for one in sufficient.considered for group in one.harmed}
    assert "White" not in harmed
    assert {"Asian", "Black"} & harmed
    assert any("Look first at how the outcome is recorded for White women" in one for one in found.harm)


def test_risks_that_are_wrong_and_that_no_update_mends_do_not_make_a_version_of_the_site(unrecorded):
    found, home = unrecorded
    assert "HERE" not in found.local.births.model.intended_population.sites
    assert recalibrate(found, home, Settings(), DEFAULT_POLICY) is None
    assert Registry(home, Settings()).versions() == []
    assert not read_ledger(home).openings(found.local.holdout_name)


def test_were_it_made_it_is_blocked_on_the_births_held_out(unrecorded):
    found, home = unrecorded
    made = replace(found, sufficient=replace(found.sufficient, update=found.sufficient.called_for))
    done = recalibrate(made, home, Settings(), DEFAULT_POLICY)
    assert done is not None
    assert "FA004" in done.version.tags.blocking_findings
    with pytest.raises(BlockedRelease, match="FA004"):
        made_champion(done, home, Settings())


def test_a_shift_of_everyone_harms_nobody_on_the_births_held_out(shifted):
    done, found, _ = shifted
    assert not found.sufficient.is_held_back
    assert "FA004" not in done.version.tags.blocking_findings
