"""FA009: for how many women is ethnicity not recorded."""

from __future__ import annotations

import polars as pl
import pytest

from fairness_audits.audit import audit

WOMEN = {"found": 40, "missed": 60, "cleared": 900}


def test_fires_above_the_limit(answers):
    found = answers("FA009", {"White": WOMEN, "Not stated": {"found": 10, "missed": 10, "cleared": 80}})
    assert [(f.state, f.severity) for f in found] == [("finding", "major")]
    assert "For 9 (8 to 11) of 100 women" in found[0].sentence  # 100 of 1,100


def test_does_not_fire_below_it(answers):
    found = answers("FA009", {"White": WOMEN, "Not known": {"found": 1, "missed": 1, "cleared": 8}})
    assert [f.state for f in found] == ["passed"]


@pytest.mark.parametrize("label", ["Not stated", "Not known"])
def test_blocks_where_nobody_told_theirs_and_nothing_passes(audited, label):
    report = audited({label: WOMEN})
    assert "FA009" in report.blocking
    by_code = {f.code: f for f in report.findings}
    assert "Ethnicity is not recorded in this file" in by_code["FA009"].sentence
    assert {by_code[code].state for code in ("FA002", "FA003", "FA008", "FA012")} == {"cannot tell"}


def test_a_blank_ethnicity_is_not_a_group_of_its_own(answers):
    women = {"found": 30, "missed": 70, "cleared": 900}
    (answer,) = answers("FA009", {"White": women, " ": women, "n/a": women, "Black": women})
    assert answer.state == "finding"
    assert answer.sentence.startswith("For 50 (")


def test_a_label_that_the_declared_scheme_does_not_have_is_not_known(table, exact):
    """Misspelt, it is a row of its own; of its women nobody can say which group they are of."""
    rows = table({"White": WOMEN, "Blck": {"found": 10, "missed": 10, "cleared": 80}})
    for scheme, state in (("england_2021", "finding"), ("not given", "passed")):
        report = audit(rows.with_columns(group_scheme=pl.lit(scheme)), exact)
        (answer,) = [f for f in report.findings if f.code == "FA009"]
        assert answer.state == state
        assert report.group(report.models[0], "Blck").counts["n"] == 100
        assert ("1 label that the coding scheme does not have, 100 women." in answer.sentence) is (state == "finding")


def test_where_most_labels_are_not_the_schemes_no_figure_of_a_group_is_published(table, exact):
    rows = table({"White": WOMEN, "Blck": WOMEN, "Asiann": WOMEN}).with_columns(group_scheme=pl.lit("england_2021"))
    report = audit(rows, exact)
    white = report.group(report.models[0], "White", "ethnic_group")
    assert white["sensitivity"].not_published == "ethnicity is known for 33 of 100, and at least 50 are asked for"


def test_characters_that_are_not_shown_make_no_group(answers):
    (answer,) = answers(
        "FA009", {"White": WOMEN, "W\u200bhite": {"cleared": 50}, "un\u00adknown\u202e": {"cleared": 300}}
    )
    assert answer.sentence.startswith("For 22 (")  # 300 of 1,350


def test_a_table_without_one_label_of_its_scheme_has_no_ethnicity_recorded(table, exact):
    rows = table({"Whiet": WOMEN, "Blck": WOMEN}).with_columns(group_scheme=pl.lit("england_2021"))
    report = audit(rows, exact)
    assert "FA009" in report.blocking
    assert not report.data.ethnicity_recorded


@pytest.mark.parametrize("label", ["missing", "Missing ", "N/A", "NOT  RECORDED", "\uff35nknown", "not\u00a0known"])
def test_a_label_that_says_it_is_missing_is_not_known_with_and_without_a_scheme(table, exact, label):
    rows = table({"White": WOMEN, label: {"cleared": 500}})
    for scheme in ("england_2021", "not given"):
        report = audit(rows.with_columns(group_scheme=pl.lit(scheme)), exact)
        assert report.group(report.models[0], "Not known", "ethnic_group").counts["n"] == 500
        assert report.data.unknown_labels == {}
