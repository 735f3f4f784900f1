"""A registered version on births it has not seen: another draw of births, later quarters, sites left out."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.policy import DEFAULT_POLICY
from models.home import Home
from records.records import Records
from records.sources.simulated import simulate
from training.batch_scoring import load_version
from training.cohort import OBSERVED, UnavailableOutcome
from training.kept_predictions import KeptPredictions
from training.validation.cross_fitting import cross_fit
from training.validation.external import planned_external, validate_elsewhere
from training.validation.files import VALIDATION_FILE, VALIDATION_PAGE, VALIDATION_SCHEMA, write_validation
from training.validation.internal_external import OneSite, validate_over_sites
from training.validation.judging import table_of
from training.validation.new_births import births_for, fold_of, of_a_design
from training.validation.overlap import same_files, unseen
from training.validation.plan import NotAsPlanned, register_plan
from training.validation.recalibration import IN_THE_LARGE, NONE, SLOPE, UPDATES
from training.validation.temporal import validate_over_time

IDENTIFIER = re.compile(r"SIM\w*-[pw]\d+|-p\d{8}|-w\d{8}")


@pytest.fixture(scope="session")
def elsewhere() -> Records:
    """Other births of the same scenario, which lack body mass index."""
    records = simulate(5_000, seed=77, scenario="england").records
    lacking = "this hospital does not record it"
    return replace(
        records,
        pregnancies=records.pregnancies.with_columns(pl.lit(None, dtype=pl.Float64).alias("body_mass_index")),
        lacking={"body_mass_index": lacking},
        data_digest="e" * 64,
    )


@pytest.fixture(scope="session")
def model(twice):
    return load_version(twice.registry, twice.first.version)


@pytest.fixture(scope="session")
def births(model, elsewhere):
    return births_for(model, elsewhere)


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Home:
    return Home(root=tmp_path_factory.mktemp("validated") / "home").prepare()


@pytest.fixture(scope="session")
def validated(births, home, twice):
    return validate_elsewhere(births, home, DEFAULT_POLICY, title=str(twice.first.version))


def test_a_fact_that_the_births_lack_is_unknown_of_everyone_and_said(births, model):
    assert births.lacking == ("body_mass_index",)
    assert births.frame["body_mass_index"].null_count() == births.frame.height
    assert "unknown of every woman: body mass index" in births.remarks[0]
    column = model.encoding.names.index("body_mass_index")
    assert np.isnan(model.encoding.encode(births.frame)[:, column]).all()


def test_births_that_lack_the_versions_definition_are_refused_and_not_read_by_another(model, elsewhere):
    needed = model.design.outcome_definition.needs[0]
    other = replace(elsewhere, lacking={needed: "not asked"})
    with pytest.raises(UnavailableOutcome, match="not asked"):
        births_for(model, other)
    with pytest.raises(UnavailableOutcome, match="tells a risk at booking"):
        births_for(model, elsewhere, at="weeks_20")


def test_folds_keep_a_woman_together_and_are_the_same_anywhere():
    women = [f"w{number % 400}" for number in range(1_000)]
    folds = fold_of(women, 5, seed=0)
    assert np.array_equal(folds[:400], folds[400:800])
    assert np.array_equal(folds[::-1], fold_of(women[::-1], 5, seed=0))
    assert np.bincount(folds).min() > 100
    assert not np.array_equal(folds, fold_of(women, 5, seed=1))


def test_no_birth_moves_the_risk_that_judges_it(births):
    """Turning every outcome of one fold leaves each update's risks of that fold as they were."""
    few = replace(births, frame=births.frame.head(2_500))
    fold = fold_of(few.women, 5, seed=few.model.design.seed)
    turned = few.frame.with_columns(
        pl.when(pl.Series(fold == 2)).then(~pl.col(OBSERVED)).otherwise(pl.col(OBSERVED)).alias(OBSERVED)
    )
    before, after = cross_fit(few), cross_fit(replace(few, frame=turned))
    for name in (IN_THE_LARGE, SLOPE):
        there = fold == 2
        assert np.array_equal(before.risks[name][there], after.risks[name][there])
        assert not np.array_equal(before.risks[name][~there], after.risks[name][~there])


def test_the_four_updates_stand_side_by_side_with_intervals(validated):
    assert [one.name for one in validated.judged] == list(UPDATES)
    for one in validated.judged:
        for name in ("auroc", "observed_to_expected", "calibration_slope", "brier", "net_benefit"):
            told = one.everyone[name]
            assert told.value is not None
            assert told.low <= told.value <= told.high
        assert {row.group for row in one.groups} >= {"White", "Black", "Asian"}
    by_name = {one.name: one.everyone for one in validated.judged}
    assert by_name[NONE]["auroc"] == by_name[IN_THE_LARGE]["auroc"] == by_name[SLOPE]["auroc"]
    assert by_name[IN_THE_LARGE]["observed_to_expected"].value == pytest.approx(1, abs=0.05)


def test_the_version_as_it_is_has_the_figures_of_its_audit(validated):
    section = validated.report.models[0]
    as_it_is = next(one for one in validated.judged if one.name == NONE)
    for name in ("auroc", "observed_to_expected", "sensitivity", "flag_rate", "brier", "calibration_slope"):
        assert as_it_is.everyone[name] == validated.report.group(section)[name]
    for row in as_it_is.groups:
        assert row["sensitivity"] == validated.report.group(section, row.group, "ethnic_group")["sensitivity"]


def test_births_of_the_same_kind_call_for_no_more_than_a_shift(validated):
    """The births are drawn from the same scenario; without body mass index the risks may be off on average."""
    assert validated.sufficient is not None
    assert validated.sufficient.update in (NONE, IN_THE_LARGE, SLOPE)


def test_a_known_shift_is_named(births, home, twice):
    """The same births, and a version whose log-odds are moved by 1: in-the-large or slope, never none."""
    told = births.model.calibrator
    moved = replace(births.model, calibrator=replace(told, intercept=told.intercept + 1.0))
    found = validate_elsewhere(replace(births, model=moved), home, DEFAULT_POLICY, title="moved")
    assert found.sufficient is not None
    assert found.sufficient.update in (IN_THE_LARGE, SLOPE)
    assert found.sufficient.shift == pytest.approx(found.judged[0].everyone["calibration_in_the_large"].value, abs=0.1)
    assert found.sufficient.shift < -0.7


def test_nothing_is_registered(validated, twice):
    assert len(twice.registry.versions()) == 2
    assert "Nothing was changed or registered" in " ".join(validated.parts()[0].sentences)


def test_both_files_say_the_same_and_name_no_woman(validated, tmp_path):
    write_validation(validated, tmp_path, audit_page="audit/report.html")
    page = (tmp_path / VALIDATION_PAGE).read_text(encoding="utf-8")
    plain = json.loads((tmp_path / VALIDATION_FILE).read_text(encoding="utf-8"))
    assert plain["schema"] == VALIDATION_SCHEMA
    assert plain["kind"] == "external"
    assert plain["is_simulated"] is True
    assert "SIMULATED: NOT FOR CARE" in page
    assert plain["sufficient_update"]["update"] == validated.sufficient.update
    for update in plain["updates"]:
        for told in update["figures"].values():
            value = told["text"].partition(" (")[0]
            assert value in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "<script" not in page
    for text in (page, json.dumps(plain)):
        assert not IDENTIFIER.search(text)


def test_a_plan_that_is_kept_is_said_and_another_is_refused_before_anything_is_opened(births, elsewhere, model, twice):
    home = Home(root=twice.home.root.parent / "planned").prepare()
    planned = planned_external(model, elsewhere, DEFAULT_POLICY)
    made, _, _ = register_plan(home, planned, holdout="h", name="A. Person", role="statistician")
    with pytest.raises(NotAsPlanned, match="policy digest"):
        validate_elsewhere(births, home, replace(DEFAULT_POLICY, minimum_events=20), title="v", plan=made)
    assert len(home.openings.read_text(encoding="utf-8").splitlines()) == 1
    done = validate_elsewhere(births, home, DEFAULT_POLICY, title="v", plan=made)
    assert done.standing.plan == made.digest
    assert "done as planned" in done.standing.sentences[0]


def test_births_it_was_fitted_on_are_said(twice, elsewhere):
    (warning,) = same_files(twice.first.version, twice.records)
    assert "fitted on births of these very files" in warning
    assert same_files(twice.first.version, elsewhere) == ()


def _read_again(twice, model, *, first=9_000, source="msds", also=None):
    """The first of the births it was made from, under another digest and from another source."""
    again = twice.records.pregnancies.head(first)
    if also is not None:
        again = pl.concat([again, also.pregnancies.select(again.collect_schema().names())])
    return births_for(model, replace(twice.records, source=source, data_digest="f" * 64, pregnancies=again))


def test_births_it_was_made_from_are_recognised_in_other_files_of_another_source(twice, model):
    found = unseen(twice.first.version, _read_again(twice, model), twice.home, round)
    (warning,) = found.warnings
    assert re.search("made from (9[0-9]|100) % of these births", warning)


def test_a_few_of_them_among_others_are_left_out_and_counted(twice, model, elsewhere):
    mixed = _read_again(twice, model, first=300, also=elsewhere)
    alone = births_for(model, elsewhere)
    found = unseen(twice.first.version, mixed, twice.home, round)
    assert found.warnings == ()
    left_out = mixed.frame.height - found.births.frame.height
    assert 200 < left_out <= 300
    assert set(found.births.frame["pregnancy_id"]) >= set(alone.frame["pregnancy_id"])
    assert found.births.cohort.frame.height == found.births.frame.height
    assert f"{left_out:,} of these births" in found.births.remarks[-1]


def test_other_births_are_all_kept(twice, births):
    found = unseen(twice.first.version, births, twice.home, round)
    assert found.births.frame.height == births.frame.height
    assert found.births.remarks[:-1] == births.remarks
    assert "births that were given other identifiers since" in found.births.remarks[-1]


def test_of_a_version_without_a_sketch_it_is_said_that_it_cannot_be_told(twice, model, births, tmp_path):
    home = Home(root=tmp_path / "older").prepare()
    found = unseen(twice.first.version, births, home, round)
    assert "cannot be told" in found.births.remarks[-1]
    shutil.copytree(
        KeptPredictions.of(twice.home, twice.first.version.run_id).folder,
        KeptPredictions.of(home, twice.first.version.run_id).folder,
        ignore=shutil.ignore_patterns("*.sketch"),
    )
    again = _read_again(twice, model, source=twice.records.source)
    (warning,) = unseen(twice.first.version, again, home, round).warnings
    assert "by the source's own key" in warning


def test_what_is_kept_of_the_births_is_no_artefact_and_its_owners_alone(twice):
    kept = sorted(KeptPredictions.of(twice.home, twice.first.version.run_id).folder.glob("*.sketch"))
    assert [file.stat().st_mode & 0o777 for file in kept] == [0o600]
    assert not [file for file in twice.home.artifacts.rglob("*") if "sketch" in file.name]


def test_each_retrain_is_a_look_at_its_held_out_births(twice):
    """Two seeds hold other women out: each was opened once."""
    lines = [json.loads(line) for line in twice.home.openings.read_text(encoding="utf-8").splitlines()]
    opened = [line for line in lines if line["what"] == "retrain of preterm_birth.booking"]
    assert len(opened) >= 2
    assert len({line["holdout"] for line in opened[:2]}) == 2
    notes = twice.first.report.contexts[0].notes
    assert "the held-out births: opened once" in notes


def test_later_quarters_are_judged_by_a_model_of_the_earlier_ones(model, home):
    records = simulate(8_000, seed=21, scenario="england").records
    cohort = of_a_design(model.design, records)
    done = validate_over_time(model.design, cohort, home, DEFAULT_POLICY)
    assert done.fitted_on[0] == "2021 Q1"
    assert [one.name for one in done.judged] == sorted(one.name for one in done.judged)
    assert done.fitted_on[-1] < done.judged[0].name
    assert done.drift is not None
    ratios = [one.everyone["observed_to_expected"].value for one in done.judged]
    assert done.drift.a_year.low <= 1 <= done.drift.a_year.high, ratios
    heading, by_group = done.parts()
    assert [row[0] for row in heading.tables[0].rows] == [one.name for one in done.judged]
    assert {table.caption for table in by_group.tables} == {"Observed over expected", "Sensitivity"}


def test_each_site_is_judged_by_a_model_that_had_not_seen_it(model, home, tmp_path):
    records = simulate(9_000, seed=22, scenario="england").records
    cohort = of_a_design(model.design, records)
    done = validate_over_sites(model.design, cohort, home, DEFAULT_POLICY)
    assert [one.name for one in done.judged] == [f"SIM{number:02d}" for number in range(1, 7)]
    births = sum(one.everyone.counts["n"] for one in done.judged)
    assert births == pytest.approx(done.together.everyone.counts["n"], abs=15)
    for name, pooled in done.pooled.items():
        assert pooled is not None, name
        assert pooled.predicted.low <= pooled.mean.low <= pooled.mean.value <= pooled.mean.high
    write_validation(done, tmp_path)
    plain = json.loads((tmp_path / VALIDATION_FILE).read_text(encoding="utf-8"))
    area = plain["pooled"]["auroc"]["mean"]["value"]
    sites = [site["figures"]["auroc"]["value"] for site in plain["sites"]]
    assert min(sites) <= area <= max(sites)


def test_births_of_one_site_are_refused(model, home):
    records = simulate(3_000, seed=23, scenario="england").records
    one = replace(records, pregnancies=records.pregnancies.with_columns(site=pl.lit("SIM01")))
    with pytest.raises(OneSite):
        validate_over_sites(model.design, of_a_design(model.design, one), home, DEFAULT_POLICY)


def test_the_audit_beside_it_is_the_audit_of_the_predictions(births, validated):
    """Without the context, from the table alone: the same figures."""
    alone = audit(table_of(births.model, births.cohort, births.frame), DEFAULT_POLICY)
    section = alone.models[0]
    assert alone.group(section)["auroc"] == validated.report.group(section)["auroc"]
