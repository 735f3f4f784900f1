"""FA020: does the risk tell the women who had the outcome from those who had not at all."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.page import report_page
from fairness_audits.plain_words import in_plain_words
from fairness_audits.policy import DEFAULT_POLICY

# Flagged women are told .3, the others .05. AUROC = (1 + sensitivity - false positive rate) / 2, as two risks give.
ORDERED = {"found": 300, "missed": 200, "cleared": 4000, "false_alarms": 500}
COIN = {"found": 50, "missed": 450, "cleared": 4050, "false_alarms": 450}


def test_fires_where_a_coin_would_do_as_well(answers):
    (found,) = answers("FA020", {"White": COIN, "Black": COIN})
    assert (found.state, found.severity) == ("finding", "blocking")
    assert "in 50 of 100 pairs" in found.sentence


def test_does_not_fire_where_women_are_told_apart(answers):
    (found,) = answers("FA020", {"White": ORDERED, "Black": ORDERED})
    assert found.state == "passed"


def test_a_weak_but_sure_order_is_no_finding(answers):
    """AUROC .55 with narrow limits: little, but surely more than chance."""
    (found,) = answers("FA020", {"White": {"found": 200, "missed": 800, "cleared": 8100, "false_alarms": 900}})
    assert found.state == "passed"


def test_cannot_tell_on_few_events(answers):
    (found,) = answers("FA020", {"White": {"found": 2, "missed": 8, "cleared": 80, "false_alarms": 10}})
    assert found.state == "cannot tell"


def test_is_not_applicable_without_events(answers):
    assert [f.state for f in answers("FA020", {"White": {"cleared": 50}})] == ["not applicable"]


@pytest.mark.parametrize("alert", [True, False, None])
@pytest.mark.parametrize("disclosure", ["none", "msds"])
def test_one_risk_for_every_woman_is_said_on_the_first_page(table, alert, disclosure):
    """Right on average and alike for every group: nothing else in the audit speaks against it."""
    rows = table({"White": COIN, "Black": COIN}).with_columns(risk=pl.lit(0.1), alert=pl.lit(alert, dtype=pl.Boolean))
    report = audit(rows, replace(DEFAULT_POLICY, disclosure=disclosure))
    (found,) = [f for f in report.findings if f.code == "FA020"]
    assert found.state == "finding"
    assert in_plain_words(report, report.models[0]).is_blocked
    assert "Every woman was told the same risk" in report_page(report)


# What may be said of one risk for all beside FA020: nothing that rests on an order or on who was flagged.
RESTS_ON_ORDER = ("FA003", "FA005", "FA006", "FA019")


@pytest.mark.parametrize("alert", [True, False, None])
def test_one_risk_for_every_woman_passes_no_check_that_rests_on_order(table, alert):
    """Flags none, one or all; where none are given, the policy flags one woman in ten, here as if by lot."""
    rows = table({"White": COIN, "Black": COIN}).with_columns(risk=pl.lit(0.1), alert=pl.lit(alert, dtype=pl.Boolean))
    states = {f.code: f.state for f in audit(rows, DEFAULT_POLICY).findings if f.code in RESTS_ON_ORDER}
    assert set(states) == set(RESTS_ON_ORDER)
    assert not {"passed", "finding"} & set(states.values())


def test_one_risk_beside_flags_that_come_from_elsewhere_still_compares_the_flags(table, exact):
    """Flags that others gave miss the women of one group: that is so whatever risk was told."""
    misses = {"found": 50, "missed": 450, "cleared": 4500}
    finds = {"found": 400, "missed": 100, "cleared": 4500}
    rows = table({"White": finds, "Black": misses}).with_columns(risk=pl.lit(0.1))
    found = {(f.code, f.state, f.group) for f in audit(rows, exact).findings}
    assert ("FA003", "finding", "Black") in found
    assert ("FA020", "finding", None) in found


def test_one_event_told_a_middling_risk_is_not_one_risk_for_all(answers):
    """Exact counts of one event: an area of a half without limits, of women told two risks."""
    groups = {
        "White": {"found": 1, "cleared": 50, "false_alarms": 50, "flagged_risk": 0.3},
        "Black": {"cleared": 50, "other_risk": 0.6},
    }
    (found,) = answers("FA020", groups)
    assert found.state == "cannot tell"
    assert "same risk" not in found.sentence


def test_a_perfect_order_is_a_leak(answers):
    (found,) = answers("FA020", {"White": {"found": 50, "cleared": 900}})
    assert found.state == "finding"
    assert "is among the facts" in found.sentence
    (luck,) = answers("FA020", {"White": {"found": 5, "cleared": 90}})
    assert luck.state == "cannot tell"
