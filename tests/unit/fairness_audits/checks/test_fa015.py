"""FA015: are these the women that the model was made for."""

from __future__ import annotations

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.context import AuditContext

WOMEN = {"found": 60, "missed": 140, "cleared": 1700, "false_alarms": 100}
MADE_FOR = {
    "outcome": "preterm_birth",
    "prediction_point": "booking",
    "model_version": "v1",
    "intended_population": "singletons booked in England",
    "group_scheme": "england_2001",
    "outcome_definition": "before 37 weeks",
    "is_simulated": False,
}


@pytest.fixture
def told(table, exact):
    def run(context: dict, **columns):
        given = {
            "model_version": "v1",
            "group_scheme": "england_2001",
            "outcome_definition": "before 37 weeks",
        } | columns
        frame = table({"White": WOMEN}).with_columns(**{name: pl.lit(value) for name, value in given.items()})
        report = audit(frame, exact, AuditContext(**{**MADE_FOR, **context}) if context is not None else None)
        (finding,) = [f for f in report.findings if f.code == "FA015"]
        return finding

    return run


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"group_scheme": "us_omb"}, "coded as england_2001 where the model was made, and as us_omb here"),
        ({"outcome_definition": "proxy: low birth weight"}, "defined as before 37 weeks"),
        ({"is_simulated": True}, "made on real births, and these are simulated"),
        ({"prediction_point": "weeks_28"}, "at booking, and these women were scored at 28"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_fires_where_they_are_other_women(told, columns, says):
    finding = told({}, **columns)
    assert finding.state == "finding"
    assert says in finding.sentence
    assert "Made for: singletons booked in England." in finding.sentence


@pytest.mark.parametrize(
    ("made_for", "site", "fires"),
    [(("R01", "R02"), "R03", True), (("R01", "R02"), "R02", False), ((), "R03", False), (("R01",), None, False)],
)
def test_fires_at_a_site_it_was_not_made_for_and_names_none(told, made_for, site, fires):
    finding = told({"intended_sites": made_for}, site=site)
    assert finding.state == ("finding" if fires else "passed")
    assert ("site of these births is not among those" in finding.sentence) == fires
    assert "R03" not in finding.sentence


def test_says_of_how_many_sites_it_is_not_for(table, exact):
    women = table({"White": WOMEN})
    given = {"model_version": "v1", "group_scheme": "england_2001", "outcome_definition": "before 37 weeks"}
    sites = pl.Series(["R01", "R02", "R03"]).gather(pl.int_range(women.height, eager=True) % 3)
    frame = women.with_columns(sites.alias("site"), **{name: pl.lit(value) for name, value in given.items()})
    report = audit(frame, exact, AuditContext(**MADE_FOR, intended_sites=("R01",)))
    (finding,) = [one for one in report.findings if one.code == "FA015"]
    assert "Of the 3 sites of these births, 2 are not among those" in finding.sentence


def test_does_not_fire_on_the_women_it_was_made_for(told):
    assert told({}).state == "passed"


def test_cannot_tell_where_the_table_does_not_say(told):
    assert told({}, group_scheme="not given").state == "cannot tell"


def test_cannot_tell_where_the_model_does_not_say(told):
    assert told({"outcome_definition": ""}).state == "cannot tell"


def test_is_not_applicable_without_context(told):
    assert told(None).state == "not applicable"


def test_a_context_of_another_version_says_nothing(told):
    assert told({"model_version": "v2"}).state == "not applicable"
