"""Disclosure control: the rules as published, and nothing exact in any publishable output."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.disclosure import RULES, Family, one_family, publish
from fairness_audits.intervals import wilson
from fairness_audits.levels import EVERYONE
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.report_files import write_report


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, 5), (7, 5), (8, 10), (12, 10), (13, 15), (1237, 1235), (1238, 1240)]
)
def test_msds(count, shown):
    assert RULES["msds"].count(count) == shown


@pytest.mark.parametrize(("count", "shown"), [(0, None), (4, None), (5, 5), (7, 5), (8, 10), (1237, 1235)])
def test_mhsds(count, shown):
    assert RULES["mhsds"].count(count) == shown


def test_none_is_exact():
    assert [RULES["none"].count(n) for n in (0, 1, 4, 1237)] == [0, 1, 4, 1237]


def test_a_second_cell_is_hidden_where_a_total_would_give_the_first_back():
    counts = {
        EVERYONE: {"events": 143.0},
        "White": {"events": 120.0},
        "Asian": {"events": 20.0},
        "Black": {"events": 3.0},
    }
    printed = publish(RULES["mhsds"], counts, one_family(counts, EVERYONE))
    assert {group for group, row in printed.items() if row["events"] is None} == {"Asian", "Black"}


def test_a_family_within_a_parent_is_protected_too():
    counts = {
        EVERYONE: {"events": 260.0},
        "Indian": {"events": 40.0},
        "Pakistani": {"events": 2.0},
        "African": {"events": 3.0},
        "Caribbean": {"events": 215.0},
    }
    counts |= {"Asian": {"events": 42.0}, "Black": {"events": 218.0}}
    families = [Family("Asian", ("Indian", "Pakistani")), Family("Black", ("African", "Caribbean"))]
    printed = publish(RULES["mhsds"], counts, families)
    assert all(printed[group]["events"] is None for family in families for group in family.members)


def test_a_total_is_hidden_where_it_would_give_all_its_parts_back():
    """Two hidden counts are at most 4 each; a total that prints as 10 is at least 8, so both would be 4."""
    counts = {EVERYONE: {"events": 8.0}, "White": {"events": 4.0}, "Black": {"events": 4.0}}
    printed = publish(RULES["mhsds"], counts, one_family(counts, EVERYONE))
    assert printed[EVERYONE]["events"] is None


@pytest.fixture(scope="module")
def exact_counts() -> dict[str, dict[str, int]]:
    return {
        "White": {"found": 613, "missed": 1237, "cleared": 20_261, "false_alarms": 1883, "missing": 411},
        "Black": {"found": 3, "missed": 4, "cleared": 61, "false_alarms": 2, "missing": 1},
        "Asian": {"found": 121, "missed": 333, "cleared": 3_337, "false_alarms": 276, "missing": 77},
    }


@pytest.mark.parametrize("rule", ["msds", "mhsds"])
def test_no_exact_count_is_in_any_publishable_output(table, exact_counts, rule, tmp_path):
    frame = table(exact_counts).with_columns(scored_by=pl.lit("model"))
    ruled = frame.with_columns(scored_by=pl.lit("guideline:a_rule"), risk=pl.lit(None, dtype=pl.Float64))
    write_report(audit(pl.concat([frame, ruled]), replace(DEFAULT_POLICY, disclosure=rule)), tmp_path)
    secret = {n for row in exact_counts.values() for n in row.values() if n > 100}
    secret |= {row["found"] + row["missed"] for row in exact_counts.values() if row["found"] > 100}
    secret |= {sum(row.values()) for row in exact_counts.values()}
    secret = {n for n in secret if n % 5}
    page = re.sub(r"<style>.*?</style>", "", (tmp_path / "report.html").read_text(), flags=re.S)
    for text in (page, (tmp_path / "audit.json").read_text()):
        numbers = {int(n.replace(",", "")) for n in re.findall(r"(?<![\w.#-])\d[\d,]*(?![\w.])", text) if n.strip(",")}
        assert not numbers & secret
    counts = pl.read_parquet(tmp_path / "counts.parquet")["count"].drop_nulls()
    assert (counts % 5 == 0).all()


def test_rates_come_from_the_printed_counts(table, exact_counts):
    report = audit(table(exact_counts), DEFAULT_POLICY)
    row = report.group(report.models[0], "Asian", "ethnic_group")
    assert row.counts["found"] == 120
    assert row.counts["evaluated_events"] == 455
    assert row["sensitivity"].value == round(120 / 455, 3)


@pytest.mark.parametrize("rule", ["msds", "mhsds"])
def test_a_rate_over_a_disguised_count_is_not_printed(table, exact_counts, rule):
    report = audit(table(exact_counts), replace(DEFAULT_POLICY, disclosure=rule))
    small = report.group(report.models[0], "Black", "ethnic_group")
    assert small["sensitivity"].is_hidden
    assert small["auroc"].is_hidden


def test_an_interval_allows_for_what_a_disguised_count_may_stand_for(audited):
    """3 of 200 prints as 5 of 200: the limits reach from those of 1 to those of 7."""
    groups = {"White": {"found": 3, "missed": 197, "cleared": 1000}}
    report = audited(groups, policy=DEFAULT_POLICY)
    found = report.group(report.models[0])["sensitivity"]
    assert found.value == 0.025
    assert found.low == round(wilson(1, 200).low, 3)
    assert found.high == round(wilson(7, 200).high, 3)


def test_a_disguised_count_decides_no_rate_of_few_and_no_ratio(audited):
    report = audited({"White": {"found": 3, "missed": 17, "cleared": 1000}}, policy=DEFAULT_POLICY)
    assert report.group(report.models[0])["sensitivity"].is_hidden
    report = audited({"White": {"found": 3, "cleared": 1000}}, policy=DEFAULT_POLICY)
    assert report.group(report.models[0])["observed_to_expected"].is_hidden
