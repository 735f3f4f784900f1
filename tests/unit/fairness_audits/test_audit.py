"""The audit end to end: what it says of ordinary tables, of strange ones, and that all outputs agree."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from fairness_audits.audit import audit, audit_files
from fairness_audits.changes import UnreadableAudit
from fairness_audits.checks import CHECKS
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.report_files import write_report
from records.predictions import DuplicatePrediction, EmptyPredictions, SchemesPooled, write_predictions

ON = datetime.date(2026, 1, 31)
WOMEN = {"found": 60, "missed": 140, "cleared": 1700, "false_alarms": 100}


def test_the_figures_of_a_worked_example(audited):
    """White: 60 of 200 found, 160 flagged of 2,000; told .3 x 160 + .05 x 1840 = 140 expected, 200 seen."""
    report = audited({"White": WOMEN, "Black": {**WOMEN, "found": 20, "missed": 180}})
    row = report.group(report.models[0], "White")
    assert row["sensitivity"].value == 0.3
    assert row["flag_rate"].value == 0.08
    assert row["positive_predictive_value"].value == 0.375
    assert row["specificity"].value == round(1700 / 1800, 3)
    assert row["mean_risk"].value == 0.07
    assert row["observed_to_expected"].value == 1.43  # 200 / 140
    everyone = report.group(report.models[0])
    assert everyone.counts["events"] == 400
    assert everyone["sensitivity"].value == 0.2


def test_missing_outcomes_are_in_no_rate_but_in_the_flag_rate(audited):
    with_missing = audited({"White": {**WOMEN, "missing": 500}})
    row = with_missing.group(with_missing.models[0])
    assert row["sensitivity"].value == 0.3
    assert row["flag_rate"].value == round(160 / 2500, 3)
    assert row["missing_outcomes"].value == 0.2


def test_the_short_form_is_judged_at_one_woman_in_ten(table, exact):
    frame = table({"White": WOMEN, "Black": WOMEN}).drop("alert", "prediction_point")
    report = audit(frame, exact, as_of=ON)
    everyone = report.group(report.models[0])
    assert everyone.operating_point == "the 10 % at highest risk"
    assert everyone["flag_rate"].value == 0.1


def test_an_empty_table_is_refused(table):
    with pytest.raises(EmptyPredictions):
        audit(table({"White": WOMEN}).head(0))


def test_duplicates_are_counted_not_named(table):
    frame = table({"White": {"found": 3, "missed": 2}})
    with pytest.raises(DuplicatePrediction, match=r"^5 pregnancies"):
        audit(pl.concat([frame, frame]))


def test_schemes_are_never_pooled(table):
    frame = table({"White": {"found": 3, "missed": 2}})
    other = frame.with_columns(pregnancy_id="b" + pl.col("pregnancy_id"), group_scheme=pl.lit("us_omb"))
    with pytest.raises(SchemesPooled, match="not given, us_omb"):
        audit(pl.concat([frame, other], how="diagonal"))


@pytest.mark.parametrize(
    "groups",
    [
        {"White": WOMEN},
        {"White": {"cleared": 10}, "Black": {"cleared": 5}},
        {"White": {"found": 10}, "Black": {"missed": 5}},
        {"White": {"missing": 10}, "Black": {"missing": 5}},
        {"Not known": WOMEN},
    ],
    ids=["one group", "no events", "only events", "no outcomes", "ethnicity not recorded"],
)
@pytest.mark.parametrize("disclosure", ["none", "msds", "mhsds"])
def test_strange_tables_get_a_report_that_says_so(audited, groups, disclosure, tmp_path):
    report = audited(groups, policy=replace(DEFAULT_POLICY, disclosure=disclosure))
    write_report(report, tmp_path)
    assert (tmp_path / "report.html").stat().st_size > 10_000
    assert "nan" not in report.to_json().lower().replace("finance", "")
    if not any(row.counts["events"] and row.group == "Black" for row in report.figures):
        compared = [f for f in report.findings if f.code in ("FA003", "FA006", "FA007")]
        assert {f.state for f in compared} <= {"not applicable", "cannot tell"}


def test_as_many_groups_as_a_table_may_hold(exact):
    random = np.random.default_rng(2)
    risk = random.uniform(0.01, 0.4, 20_000)
    frame = pl.DataFrame(
        {
            "pregnancy_id": np.arange(20_000).astype(str),
            "outcome": "preterm_birth",
            "risk": risk,
            "observed": random.random(20_000) < risk,
            "ethnic_group": [f"group {n:03d}" for n in random.integers(0, 60, 20_000)],
        }
    )
    report = audit(frame, exact, as_of=ON)
    assert len(report.figures_of(report.models[0], "ethnic_group")) == 60


def test_a_label_that_the_scheme_does_not_have_is_kept_counted_and_named(table, exact):
    frame = table({"White": WOMEN, "Klingon": {"found": 20, "missed": 30}})
    report = audit(frame.with_columns(group_scheme=pl.lit("england_2001")), exact, as_of=ON)
    assert report.data.unknown_labels == {"Klingon": 50}
    assert report.group(report.models[0], "Klingon").counts["n"] == 50


def test_definitions_and_points_are_sections_of_their_own(table, exact):
    frame = table({"White": WOMEN, "Black": WOMEN})
    proxy = frame.with_columns(outcome=pl.lit("haemorrhage"), outcome_definition=pl.lit("proxy: maternal transfusion"))
    report = audit(pl.concat([frame, proxy], how="diagonal"), exact, as_of=ON)
    assert [(s.outcome, s.outcome_definition) for s in report.models] == [
        ("haemorrhage", "proxy: maternal transfusion"),
        ("preterm_birth", "not given"),
    ]


def test_a_table_of_rules_alone_has_no_model_to_judge(table, exact, tmp_path):
    frame = table({"White": WOMEN}).with_columns(scored_by=pl.lit("guideline:a_rule"))
    report = audit(frame, exact, as_of=ON)
    assert (report.models, report.findings, report.blocking) == ((), (), ())
    assert "No model in this table" in (write_report(report, tmp_path) / "report.html").read_text()


def test_categories_crossings_and_two_groups_are_levels(table, exact):
    frame = pl.concat(
        [
            table({"White": {**WOMEN, "ethnic_category": "A", "deprivation_quintile": 1}}),
            table({"White": {**WOMEN, "ethnic_category": "A", "deprivation_quintile": 2}}),
            table({"Asian": {**WOMEN, "ethnic_category": "H", "deprivation_quintile": 5}}),
            table({"Asian": {**WOMEN, "ethnic_category": "J", "deprivation_quintile": 1}}),
            table({"Black": {**WOMEN, "ethnic_category": "M", "deprivation_quintile": 1}}),
        ]
    )
    frame = frame.with_columns(
        group_scheme=pl.lit("england_2001"), deprivation_quintile=pl.col("deprivation_quintile").cast(pl.Int8)
    )
    frame = frame.with_row_index("row").with_columns(pregnancy_id=pl.col("row").cast(pl.String)).drop("row")
    policy = replace(exact, group_by=(*exact.group_by, "ethnic_group x deprivation_quintile"))
    report = audit(frame, policy, as_of=ON)
    named = {level.name: level.groups for level in report.levels}
    assert named["broad_group"] == ("White", "All other stated groups")
    assert named["ethnic_category"][1] == "Asian or Asian British: Indian"
    assert "Asian, least deprived fifth" in named["ethnic_group x deprivation_quintile"]
    crossed = report.group(report.models[0], "Asian, least deprived fifth")
    assert crossed.counts["n"] == 2000


@pytest.fixture
def written(audited, tmp_path):
    report = audited(
        {"White": {**WOMEN, "missing": 13}, "Black": {"found": 11, "missed": 44, "cleared": 401, "false_alarms": 17}},
        policy=DEFAULT_POLICY,
    )
    return report, write_report(report, tmp_path)


def test_page_json_and_metrics_agree_to_the_last_digit(written):
    report, folder = written
    plain = json.loads((folder / "audit.json").read_text())
    page = (folder / "report.html").read_text()
    flat = report.flat(report.models[0])
    rows = {row["group"]: row for row in plain["figures"] if row["level"] in ("everyone", "ethnic_group")}
    for group, name in (("Black", "sensitivity"), ("White", "observed_to_expected"), ("Everyone", "auroc")):
        key = name if group == "Everyone" else f"{name}.{group}"
        assert rows[group]["figures"][name]["value"] == flat[key]
        assert rows[group]["figures"][name]["text"] in page
    (gap,) = [g for g in plain["gaps"] if g["estimand"] == "sensitivity" and g["level"] == "ethnic_group"]
    assert gap["expected"] == flat["gap.sensitivity"]
    assert gap["text"] in page


def test_the_same_births_give_the_same_audit(audited):
    groups = {"White": WOMEN, "Black": WOMEN}
    assert audited(groups).audit_id == audited(groups).audit_id
    assert audited(groups).to_json() == audited(groups).to_json()
    assert audited({"White": WOMEN}).audit_id != audited(groups).audit_id


def test_files_policy_and_folder(table, tmp_path):
    write_predictions(table({"White": WOMEN}), tmp_path / "a.csv")
    second = table({"Black": WOMEN}).with_columns(pregnancy_id="b" + pl.col("pregnancy_id"))
    write_predictions(second, tmp_path / "b.parquet")
    (tmp_path / "site.toml").write_text(
        'schema = 1\ngroup_by = ["ethnic_group"]\ndisclosure = "none"\nminimum_events = 5\n'
        '[[threshold]]\nkind = "offer_policy"\n'
    )
    out = tmp_path / "audit"
    report = audit_files([tmp_path / "a.csv", tmp_path / "b.parquet"], tmp_path / "site.toml", out)
    assert report.group(report.models[0]).counts["n"] == 4000
    assert {path.name for path in out.iterdir()} == {"report.html", "audit.json", "counts.parquet"}
    again = audit_files(tmp_path / "a.csv", tmp_path / "site.toml", previous=out / "audit.json")
    assert again.changes.previous_id == report.audit_id
    with pytest.raises(UnreadableAudit, match=r"site\.toml"):
        audit_files(tmp_path / "a.csv", previous=tmp_path / "site.toml")


def test_what_changed_since_the_previous_audit(audited, tmp_path):
    before = audited({"White": WOMEN, "Black": WOMEN})
    worse = {**WOMEN, "found": 10, "missed": 190}
    report = audited({"White": WOMEN, "Black": worse}, previous=json.loads(before.to_json()))
    assert report.changes.previous_id == before.audit_id
    assert any(line.startswith("FA003") and line.endswith("Black") for line in report.changes.new)
    assert ("preterm_birth · model · Black", "sensitivity", "30.0 % (24.1 to 36.7)", "5.0 % (2.7 to 9.0)") in (
        report.changes.moved
    )
    assert "30.0 % (24.1 to 36.7) → 5.0 % (2.7 to 9.0)" in (write_report(report, tmp_path) / "report.html").read_text()


def test_a_finding_that_is_gone_says_what_the_check_answers_now(audited):
    """Black women were missed more often; then there are too few of them to tell, then they are not missed."""
    worse = {**WOMEN, "found": 10, "missed": 190}
    before = audited({"White": WOMEN, "Black": worse})
    few = {"found": 1, "missed": 19, "cleared": 170, "false_alarms": 10}
    for black, answer in ((few, "cannot tell"), (WOMEN, "passed")):
        now = audited({"White": WOMEN, "Black": black}, previous=before)
        assert f"FA003 · {_title('FA003')} · preterm_birth · Black · now: {answer}" in now.changes.gone
    without = audited({"White": WOMEN, "Asian": WOMEN}, previous=before)
    assert f"FA003 · {_title('FA003')} · preterm_birth · Black · now: nobody of this group is in the audit" in (
        without.changes.gone
    )


def test_where_one_line_answers_for_several_groups_a_gone_finding_gets_its_own_groups_answer(audited):
    """Of 60 events 13 are found, of others 30 in 100: whether by more than five in a hundred less cannot be told."""
    before = audited({"White": WOMEN, "Asian": WOMEN, "Black": {**WOMEN, "found": 10, "missed": 190}})
    unsure = {"found": 13, "missed": 47, "cleared": 500, "false_alarms": 30}
    now = audited({"White": WOMEN, "Asian": WOMEN, "Black": unsure}, previous=before)
    assert {f.state for f in now.findings if f.code == "FA003"} == {"cannot tell", "passed"}
    assert f"FA003 · {_title('FA003')} · preterm_birth · Black · now: cannot tell" in now.changes.gone


def _title(code):
    return next(check.title for check in CHECKS if check.code == code)


@pytest.mark.parametrize(
    "older",
    [{}, {"findings": [], "figures": [{"outcome": "preterm_birth"}]}, {"findings": [{"code": "FA003"}], "figures": []}],
)
def test_a_previous_audit_of_another_form_is_named_and_not_compared(audited, tmp_path, older):
    report = audited({"White": WOMEN}, previous={"audit_id": "0123456789ab", "on": "2024-01-31", "schema": 0, **older})
    assert report.changes.previous_id == "0123456789ab"
    assert (report.changes.new, report.changes.gone, report.changes.moved) == ((), (), ())
    page = (write_report(report, tmp_path) / "report.html").read_text()
    assert "0123456789ab, 2024-01-31. It is not compared: it was written in another form (schema 0)" in page


def test_no_identifier_is_in_any_output(table, exact, tmp_path):
    frame = table({"White": WOMEN}).with_columns(
        pregnancy_id="NHS" + pl.col("pregnancy_id").str.zfill(7), woman_id=pl.lit("woman-9434765919")
    )
    write_report(audit(frame, exact, as_of=ON), tmp_path)
    for path in tmp_path.iterdir():
        assert not re.search(rb"NHS0|9434765919", path.read_bytes())
