"""The policy file: what it must say, and that nothing misspelt is lost."""

from __future__ import annotations

import datetime
import html
import json
from dataclasses import replace

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.checks import CHECKS
from fairness_audits.page import report_page
from fairness_audits.policy import DEFAULT_POLICY, InvalidPolicy, PolicyNamesAbsentGroup, policy_from_toml, read_policy

PLAIN = """
schema = 1
group_by = ["ethnic_group"]
disclosure = "msds"
minimum_events = 50
[[threshold]]
kind = "offer_policy"
"""
ACCEPTED = """
[[acceptance]]
check = "FA003"
outcome = "preterm_birth"
group = "Asian"
model_version = "v1"
name = "A. Reviewer"
role = "Equity lead"
date = 2026-01-01
reason = "Offered to all until recalibrated."
expires = 2026-06-30
"""
GATE = """
[[gate]]
measure = "outcome_known"
at_least = 0.8
authority = "Trust board"
"""


def _policy(text: str):
    return policy_from_toml(text, name="site.toml")


def test_the_default_policy_has_a_limit_with_an_authority_for_every_check():
    assert set(DEFAULT_POLICY.tolerances) == {check.code for check in CHECKS}
    assert all(t.authority and t.reason for t in DEFAULT_POLICY.tolerances.values())


def test_a_silent_policy_falls_back_on_the_default_limits():
    assert _policy(PLAIN).tolerance("FA003") == DEFAULT_POLICY.tolerances["FA003"]


def test_codes_are_unique_and_in_order():
    codes = [check.code for check in CHECKS]
    assert codes == sorted(set(codes))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PLAIN + "minimun_events = 5", "minimun_events"),
        (PLAIN.replace("schema = 1", "schema = 2"), "schema 1"),
        (PLAIN.replace("msds", "nhs"), "msds, mhsds, none"),
        (PLAIN.replace("ethnic_group", "race"), "ethnic_group"),
        (PLAIN.replace('["ethnic_group"]', '["ethnic_group", "postcode"]'), "postcode"),
        (PLAIN.replace("50", "0"), "at least 1"),
        (PLAIN.replace("50", "true"), "whole number"),
        (PLAIN.replace('kind = "offer_policy"', 'kind = "top"'), "offer_policy, risk, rate"),
        (PLAIN.replace('kind = "offer_policy"', 'kind = "risk"\nvalue = 5'), "below 1"),
        (PLAIN.replace('kind = "offer_policy"', 'kind = "risk"\nvalue = 0'), "above 0"),
        (PLAIN.replace("[[threshold]]", "[threshold]"), r"\[\[threshold\]\]"),
        (PLAIN.replace('[[threshold]]\nkind = "offer_policy"', ""), "at least one"),
        (PLAIN + '[[tolerance]]\ncheck = "FA099"\nlimit = 0.1\nseverity = "major"\nauthority = "us"', "FA099"),
        (
            PLAIN + '[[tolerance]]\ncheck = "FA003"\nlimit = 0.1\nseverity = "grave"\nauthority = "us"',
            "blocking, major",
        ),
        (PLAIN + '[[tolerance]]\ncheck = "FA003"\nlimit = 0.1\nseverity = "major"', "authority is missing"),
        (PLAIN + GATE.replace("outcome_known", "outcome_seen"), "outcome_known, ethnicity_known"),
        (PLAIN + GATE.replace("0.8", "80"), "0.7 for 70 of 100"),
        (PLAIN + GATE.replace("at_least", "at_most"), "at_least is missing"),
        (PLAIN + GATE + GATE, r"more than one \[\[gate\]\]"),
        (PLAIN + GATE + 'group = "Black"', "unknown 'group'; the keys are: measure, at_least, authority"),
        (PLAIN + GATE.replace("outcome_known", "outcome_rate"), "go together"),
        (PLAIN.replace('["ethnic_group"]', '["ethnic_group", "ethnic_group"]'), "names a level twice"),
        (PLAIN + ACCEPTED.replace("2026-01-01", '"2026-01-01"'), "without quotes"),
        (PLAIN + ACCEPTED.replace("2026-06-30", "2025-06-30"), "expires before"),
        (PLAIN + ACCEPTED.replace('model_version = "v1"\n', ""), "model_version is missing; .* of one version"),
        (PLAIN + ACCEPTED.replace('"v1"', '"not given"'), "give the predictions a column model_version"),
        (PLAIN + ACCEPTED.replace('"v1"', '" "'), "model_version must be text"),
        ("schema = ", "not valid TOML"),
    ],
)
def test_what_a_policy_may_not_say(text, says):
    with pytest.raises(InvalidPolicy, match=says):
        _policy(text)


def test_a_policy_that_is_not_there(tmp_path):
    with pytest.raises(InvalidPolicy, match=r"site\.toml"):
        read_policy(tmp_path / "site.toml")


def test_a_reference_that_no_row_has(table, exact):
    frame = table({"White": {"found": 20, "missed": 30, "cleared": 400}})
    with pytest.raises(PolicyNamesAbsentGroup, match=r"'Asian'.*White"):
        audit(frame, replace(exact, reference="Asian"))


def test_a_named_reference_is_compared_with(answers, exact):
    groups = {
        "White": {"found": 300, "missed": 700, "cleared": 9000},
        "Black": {"found": 300, "missed": 700, "cleared": 9000},
        "Asian": {"found": 100, "missed": 900, "cleared": 9000},
    }
    found = answers("FA003", groups, policy=replace(exact, reference="White"))
    assert [f.group for f in found if f.state == "finding"] == ["Asian"]


MISSED = {
    "White": {"found": 300, "missed": 700, "cleared": 9000, "model_version": "v1"},
    "Asian": {"found": 20, "missed": 280, "cleared": 2700, "model_version": "v1"},
}


@pytest.mark.parametrize(
    ("acceptance", "on", "blocks"),
    [
        (ACCEPTED, datetime.date(2026, 1, 31), False),
        (ACCEPTED, datetime.date(2026, 7, 1), True),
        (ACCEPTED.replace("Asian", "Black"), datetime.date(2026, 1, 31), True),
        (ACCEPTED.replace("2026-01-01", "2026-02-01"), datetime.date(2026, 1, 31), True),
        (ACCEPTED.replace('"v1"', '"v2"'), datetime.date(2026, 1, 31), True),
        ("", datetime.date(2026, 1, 31), True),
    ],
)
def test_a_named_person_answers_for_a_finding_until_it_expires(table, acceptance, on, blocks):
    report = audit(table(MISSED), _policy(PLAIN + acceptance), as_of=on)
    assert ("FA003" in report.blocking) == blocks


def test_what_was_accepted_of_one_version_blocks_the_next(table):
    """The same women, the same finding, the same policy: only the model is another."""
    policy, day = _policy(PLAIN + ACCEPTED), datetime.date(2026, 1, 31)
    next_version = table(MISSED).with_columns(model_version=pl.lit("v2"))
    assert audit(table(MISSED), policy, as_of=day).blocking == ()
    report = audit(next_version, policy, as_of=day)
    assert report.blocking == ("FA003",)
    assert "version v1 alone" in report.acceptances[0].text
    assert "nothing that it is about was found" in report.acceptances[0].text


def test_exact_thresholds_and_rates_are_reported_beside_the_offer_policy(table, exact):
    text = PLAIN + '[[threshold]]\nkind = "risk"\nvalue = 0.3\n[[threshold]]\nkind = "rate"\nvalue = 0.5\n'
    report = audit(table(MISSED), replace(_policy(text), disclosure="none"))
    white = [row for row in report.figures if row.group == "White"]
    assert [row.operating_point for row in white] == [
        "offer policy",
        "risk of at least 0.3",
        "the 50 % at highest risk",
    ]
    assert [row.is_primary for row in white] == [True, False, False]
    assert white[1]["sensitivity"].value == 0.3  # those told .3 are those flagged


def test_a_policy_that_is_not_utf_8(tmp_path):
    (tmp_path / "site.toml").write_bytes('name = "Hôpital"'.encode("latin-1"))
    with pytest.raises(InvalidPolicy, match=r"site\.toml: not readable as UTF-8"):
        read_policy(tmp_path / "site.toml")


def test_what_is_looser_than_the_shipped_policy_is_said(table):
    looser = PLAIN.replace("50", "20").replace("msds", "none") + GATE.replace("0.8", "0.5")
    looser += '[[tolerance]]\ncheck = "FA003"\nlimit = 0.1\nseverity = "major"\nauthority = "us"\n'
    policy = _policy(looser)
    assert policy.loosened == (
        "FA003: limit 0.1 (shipped 0.05)",
        "FA003: major (shipped blocking)",
        "minimum_events 20 (shipped 50)",
        "gate outcome_known: at least 50 of 100 (shipped at least 70 of 100)",
        "disclosure none (shipped msds)",
    )
    report = audit(table(MISSED), policy)
    assert json.loads(report.to_json())["policy"]["loosened"] == list(policy.loosened)
    assert "FA003: limit 0.1 (shipped 0.05)" in report_page(report)


def test_a_stricter_policy_is_not_called_looser():
    assert _policy(PLAIN.replace("50", "80") + GATE).loosened == ()
    assert DEFAULT_POLICY.loosened == ()


def test_a_gate_of_one_measure_leaves_the_shipped_gates_of_the_others():
    gates = {gate.measure: gate.at_least for gate in _policy(PLAIN + GATE).gates}
    assert gates["outcome_known"] == 0.8
    assert gates["ethnicity_known"] == DEFAULT_POLICY.own_gates["ethnicity_known"].at_least


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (datetime.date(2025, 12, 31), "not yet in force"),
        (datetime.date(2026, 1, 31), "in force"),
        (datetime.date(2026, 5, 30), "in force"),
        (datetime.date(2026, 5, 31), "expires soon"),  # 30 days before
        (datetime.date(2026, 6, 30), "expires soon"),
        (datetime.date(2026, 7, 1), "expired"),
    ],
)
def test_every_acceptance_is_listed_with_what_became_of_it(table, on, state):
    report = audit(table(MISSED), _policy(PLAIN + ACCEPTED), as_of=on)
    (listed,) = report.acceptances
    assert (listed.state, listed.is_found) == (state, True)
    for part in ("A. Reviewer", "Equity lead", "2026-06-30", "Offered to all until recalibrated."):
        assert part in listed.text
    assert ("EXPIRED" in listed.text) == (state == "expired")
    assert json.loads(report.to_json())["acceptances"][0]["state"] == state
    assert listed.text in html.unescape(report_page(report))


def test_an_acceptance_about_nothing_found_says_so(table):
    report = audit(table(MISSED), _policy(PLAIN + ACCEPTED.replace("Asian", "Black")), as_of=datetime.date(2026, 1, 31))
    assert "nothing that it is about was found" in report.acceptances[0].text


def test_an_acceptance_for_a_misspelt_group_is_refused_by_name(table):
    with pytest.raises(PolicyNamesAbsentGroup, match=r"FA003 names the group 'Asain'.*Asian, White"):
        audit(table(MISSED), _policy(PLAIN + ACCEPTED.replace("Asian", "Asain")))
