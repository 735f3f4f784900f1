"""One request coded by another scheme stops no audit of a log, and drops no woman."""

from __future__ import annotations

import polars as pl
import pytest

from records.one_scheme import UnknownScheme, of_one_scheme
from records.prediction_validation import validate
from records.predictions import complete_predictions


def told(version, *schemes):
    rows = len(schemes)
    return pl.DataFrame(
        {
            "pregnancy_id": [f"{version}-{n}" for n in range(rows)],
            "outcome": ["preterm_birth"] * rows,
            "risk": [0.1] * rows,
            "observed": [None] * rows,
            "ethnic_group": ["White"] * rows,
            "ethnic_category": ["A"] * rows,
            "model_version": [version] * rows,
            "group_scheme": schemes,
        },
        schema_overrides={"observed": pl.Boolean()},
    )


def log(*parts):
    return complete_predictions(pl.concat(parts)).collect()


def test_a_table_of_one_scheme_stays_as_it_is():
    table = log(told("1", "us_omb", "us_omb"))
    same, remarks = of_one_scheme(table)
    assert same.equals(table)
    assert remarks == ()


def test_a_woman_who_is_coded_otherwise_stays_as_one_of_unknown_ethnicity():
    table = log(told("1", "us_omb", "england_2001", "us_omb"))
    one, (remark,) = of_one_scheme(table)
    assert validate(one).collect().equals(one)
    assert one["pregnancy_id"].to_list() == table["pregnancy_id"].to_list()
    assert one["ethnic_group"].to_list() == ["White", "Not known", "White"]
    assert one["ethnic_category"].to_list() == ["A", None, "A"]
    assert "1 of 3 risks" in remark


def test_versions_of_another_scheme_are_audited_apart_and_it_is_said_how():
    american, english = told("1", "us_omb", "us_omb", "us_omb", "england_2001"), told("2", "england_2001", "us_omb")
    one, remarks = of_one_scheme(log(english, american))
    assert one["model_version"].unique().to_list() == ["1"]
    assert one.height == 4
    assert any("2 risks of versions" in remark and "--group-scheme england_2001" in remark for remark in remarks)
    other, _ = of_one_scheme(log(english, american), "england_2001")
    assert other["model_version"].unique().to_list() == ["2"]
    assert other["ethnic_group"].to_list() == ["White", "Not known"]


@pytest.mark.parametrize("schemes", [("us_omb", "us_omb"), ("us_omb", "england_2001", "us_omb")])
def test_a_scheme_by_which_no_version_is_coded_is_refused(schemes):
    with pytest.raises(UnknownScheme, match="there is: us_omb"):
        of_one_scheme(log(told("1", *schemes)), "england_2001")


def test_of_an_empty_log_nothing_is_said():
    empty = log(told("1", "us_omb")).head(0)
    assert of_one_scheme(empty)[1] == ()
