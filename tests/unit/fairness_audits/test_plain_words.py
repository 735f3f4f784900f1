"""The first page: nobody left out, nothing said of what may not be printed, no acceptance out of sight."""

from __future__ import annotations

import datetime
from dataclasses import replace

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.findings import CANNOT_TELL, FINDING
from fairness_audits.page import report_page
from fairness_audits.plain_words import in_plain_words
from fairness_audits.policy import DEFAULT_POLICY, Acceptance

MANY = {"found": 300, "missed": 700, "cleared": 8000, "false_alarms": 1000}
MISSED = {"found": 20, "missed": 280, "cleared": 2600, "false_alarms": 100}
ACCEPTED = Acceptance(
    check="FA003",
    outcome="preterm_birth",
    model_version="v1",
    name="A. Reviewer",
    role="Equity lead",
    date=datetime.date(2026, 1, 1),
    reason="Offered to all until recalibrated.",
    expires=datetime.date(2026, 6, 30),
)


def _words(report):
    return in_plain_words(report, report.models[0])


def test_counts_too_small_to_print_are_not_said_to_be_nobody(audited):
    few = audited({"White": {"found": 3, "missed": 9, "cleared": 300}}, policy=DEFAULT_POLICY)
    assert _words(few).overall == "Too few women had the outcome to print how many of them had been flagged."
    none = audited({"White": {"cleared": 300}}, policy=DEFAULT_POLICY)
    assert _words(none).overall.startswith("No one was flagged, or no one is known to have had the outcome")


def test_a_group_with_events_enough_and_its_sensitivity_hidden_is_not_left_out(audited):
    report = audited({"White": MANY, "Black": {"found": 3, "missed": 52, "cleared": 500}}, policy=DEFAULT_POLICY)
    assert report.group(report.models[0], "Black", "ethnic_group").status == "shown"
    words = _words(report)
    assert not any("Black" in line for line in words.missed)
    assert words.cannot_tell == ("Black women: about 55 events seen; how many of them had been flagged cannot be told",)


def test_a_ratio_of_too_few_events_is_not_said_on_the_first_page(audited, exact):
    few = {"missed": 9, "cleared": 300, "other_risk": 0.01}
    assert not any("Black" in line for line in _words(audited({"White": MANY, "Black": few}, policy=exact)).risk_wrong)


def test_a_ratio_that_is_no_finding_is_said_to_be_none(audited, exact):
    """O:E .89 (.83 to .96): surely not 1, and surely within the band of 0.8 to 1.25. Of 98 events it is not sure."""
    within = {"found": 300, "missed": 400, "cleared": 9300, "false_alarms": 700}
    (line,) = _words(audited({"White": within}, policy=exact)).risk_wrong
    assert line.endswith("That is within what the policy allows, and no finding.")
    unsure = {"found": 42, "missed": 56, "cleared": 1742, "false_alarms": 60}
    (line,) = _words(audited({"White": unsure}, policy=exact)).risk_wrong
    assert line.endswith("Whether it is by more than the policy allows cannot be told.")


def test_an_acceptance_is_said_and_the_verdict_does_not_hide_it(audited, exact):
    groups = {"White": {**MANY, "model_version": "v1"}, "Asian": {**MISSED, "model_version": "v1"}}
    assert _words(audited(groups)).accepted == ()
    report = audited(groups, policy=replace(exact, acceptances=(ACCEPTED,)))
    words = _words(report)
    said = (
        "FA003 (Asian women) accepted by A. Reviewer, Equity lead, until 2026-06-30: Offered to all until recalibrated."
    )
    assert words.accepted == (said,)
    assert not words.is_blocked
    assert "blocked but for the acceptance of: FA003" in words.verdict
    assert "Nothing found here blocks" not in words.verdict
    page = report_page(report)
    assert page.index(said) < page.index("Findings, and what to do next")


def test_an_acceptance_that_covers_no_finding_is_not_said(audited, exact):
    fair = {group: {**MANY, "model_version": "v1"} for group in ("White", "Asian")}
    words = _words(audited(fair, policy=replace(exact, acceptances=(ACCEPTED,))))
    assert words.accepted == ()
    assert words.verdict.startswith("Nothing found here blocks a release.")


@pytest.mark.parametrize("disclosure", ["none", "msds"])
def test_what_cannot_be_told_asks_for_more_and_never_for_the_step_of_a_finding(audited, disclosure):
    groups = {"White": MANY, "Asian": MISSED, "Black": {"found": 3, "missed": 11, "cleared": 90, "missing": 90}}
    report = audited(groups, policy=replace(DEFAULT_POLICY, disclosure=disclosure))
    steps = {(f.code, f.next_step) for f in report.findings if f.state == FINDING}
    unsure = [f for f in report.findings if f.state == CANNOT_TELL]
    assert {f.code for f in unsure} >= {"FA002", "FA003", "FA012"}
    for finding in unsure:
        assert (finding.code, finding.next_step) not in steps
        assert "ool years or sites" in finding.next_step
        assert "notes" in finding.next_step or "review" in finding.next_step


def test_where_ethnicity_is_not_recorded_it_is_what_to_gather(audited):
    report = audited({"Not known": MANY})
    assert {f.next_step for f in report.findings if f.state == CANNOT_TELL} == {
        "Gather ethnicity before anything is changed: ask women, and record what they say."
    }


@pytest.mark.parametrize("disclosure", ["none", "msds", "mhsds"])
def test_where_no_outcome_is_recorded_nothing_is_said_to_be_so(table, disclosure):
    unknown = table({"White": MANY, "Black": MISSED}).with_columns(observed=pl.lit(None, dtype=pl.Boolean))
    report = audit(unknown, replace(DEFAULT_POLICY, disclosure=disclosure))
    words = _words(report)
    assert "is not known" in words.about
    assert words.overall.startswith("Outcomes are not recorded for anyone")
    assert words.risk_not_wrong == words.overall
    assert (words.missed, words.risk_wrong, words.gap) == ((), (), "")
    assert not any("no events seen" in line for line in words.cannot_tell)
    on_outcomes = {f.code: f.state for f in report.findings if f.code in {"FA002", "FA003", "FA005", "FA006", "FA008"}}
    assert set(on_outcomes.values()) == {CANNOT_TELL}
    assert len(on_outcomes) == 5
    page = report_page(report)
    assert "0 of the women" not in page
    assert "No risks were given" not in page
    assert "For no ethnic group is the risk told shown" not in page


def test_outcomes_recorded_for_no_woman_of_one_group(audited):
    words = _words(audited({"White": MANY, "Black": {"missing": 500}}))
    assert "Black women: no outcome is recorded" in words.cannot_tell


def test_a_group_whose_outcomes_are_recorded_less_often_is_not_said_flatly_to_do_well(audited):
    better = {"found": 500, "missed": 500, "cleared": 8000, "false_alarms": 1000, "missing": 4_000}
    risks = {"flagged_risk": 0.1, "other_risk": 0.1}
    report = audited({"White": {**MANY, **risks}, "Other": {**MANY, **risks}, "Black": {**better, **risks}})
    words = _words(report)
    (black,) = [line for line in words.missed if "Black women" in line]
    assert "(29 (28 to 29) of 100 of their outcomes are not recorded, so this may flatter)" in black
    assert not any("may flatter" in line for line in words.missed if line != black)
    assert words.gap.endswith("It counts Black women, whose outcomes are recorded less often.")
    assert words.risk_wrong == ()
    assert "For Black women it cannot be told: their outcomes are recorded less often" in words.risk_not_wrong
    assert "For no ethnic group is" not in report_page(report)
    assert len(words.major) == 1
    assert words.major[0].startswith("For 29 (28 to 29) of 100 Black women no outcome is recorded")


def test_a_major_finding_stands_before_the_verdict_once(audited):
    half = {**MANY, "flagged_risk": 0.9, "other_risk": 0.2}
    report = audited({"White": MANY, "Black": {**half, "missing": 5000}, "Not known": {**MANY}})
    words = _words(report)
    assert any("ethnicity is not stated or not known" in line for line in words.major)
    assert not set(words.major) & set(words.risk_wrong)
    page = report_page(report)
    for line in words.major:
        assert page.index(line) < page.index(words.verdict)


@pytest.mark.parametrize(
    ("flagged", "said"), [(False, "Nobody is flagged, so"), (True, "Everybody is flagged, so")], ids=str
)
def test_a_cut_that_tells_no_women_apart_is_said_to_compare_nothing(table, flagged, said):
    frame = table({"White": MANY, "Black": MISSED}).with_columns(alert=pl.lit(flagged))
    words = _words(audit(frame, DEFAULT_POLICY))
    assert said in words.overall
    assert words.gap == ""
