"""The frontier as printed: no figure from which an exact count can be worked out again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import FrontierPoint, GroupHeld
from fairness_audits.disclosure import RULES
from fairness_audits.frontier import printed_frontier

POINT = FrontierPoint(
    label="tolerance 0.05",
    tolerance=0.05,
    level_up_flags_per_1000=5 / 3066 * 1000,
    auroc=0.6431234,
    brier=0.0812345,
    seconds=12.3456,
)
CONTEXT = AuditContext(outcome="preterm_birth", prediction_point="booking", model_version="3", frontier=(POINT,))


@pytest.mark.parametrize(("disclosure", "flags"), [("none", 1.6), ("msds", 2.0), ("mhsds", 2.0)])
def test_flags_for_levelling_up_do_not_give_the_women_back(disclosure, flags):
    (row,) = printed_frontier(CONTEXT, RULES[disclosure])
    plain = row.to_dict()
    assert plain["level_up_flags_per_1000"] == flags
    assert plain["seconds"] == 12.3
    assert plain["tolerance"] == 0.05
    assert (plain["auroc"]["value"], plain["brier"]["value"]) == (0.643, 0.0812)


def test_what_would_give_exact_counts_back_is_told_under_exact_counts_alone():
    """57 found of 175 flagged is the only such share that rounds to .326."""
    point = replace(POINT, positive_predictive_value=57 / 175, net_benefit=0.01234)
    context = replace(CONTEXT, frontier=(point,))
    (exact,), (printed,) = (printed_frontier(context, RULES[name]) for name in ("none", "msds"))
    assert (exact.positive_predictive_value.value, exact.net_benefit.value) == (0.326, 0.0123)
    assert printed.positive_predictive_value.is_hidden
    assert printed.net_benefit.is_hidden


def test_what_a_fit_did_not_say_stays_unknown():
    context = AuditContext(
        outcome="preterm_birth",
        prediction_point="booking",
        model_version="3",
        frontier=(FrontierPoint(label="row 0", tolerance=None),),
    )
    (row,) = printed_frontier(context, RULES["msds"])
    plain = row.to_dict()
    assert plain["tolerance"] is plain["level_up_flags_per_1000"] is plain["seconds"] is None


def _held(*held, disclosure):
    point = FrontierPoint(label="row 0", tolerance=None, held=held)
    context = AuditContext(outcome="preterm_birth", prediction_point="booking", frontier=(point,))
    (row,) = printed_frontier(context, RULES[disclosure])
    return row


def test_false_positive_rates_are_shares_of_printed_counts():
    """161 and 2,003 round to 160 and 2,005; 3 are hidden."""
    rows = (
        GroupHeld(group="White", estimand="false_positive_rate", births=2003, flagged=161),
        GroupHeld(group="Black", estimand="false_positive_rate", births=3, flagged=1),
    )
    exact = _held(*rows, disclosure="none").held["false_positive_rate"]
    assert exact["White"].value == pytest.approx(161 / 2003, abs=0.0005)
    printed = _held(*rows, disclosure="msds").held["false_positive_rate"]
    assert printed["White"].value == pytest.approx(160 / 2005, abs=0.0005)
    assert printed["Black"].is_hidden


def test_a_log_loss_is_told_in_steps_that_one_woman_does_not_take():
    """Ten nats over 2,005 women are a step of .005; of few women nothing is told."""
    rows = (
        GroupHeld(group="White", estimand="log_loss", births=2003, mean=0.3172),
        GroupHeld(group="Black", estimand="log_loss", births=40, mean=0.4),
    )
    assert _held(*rows, disclosure="none").held["log_loss"]["White"].value == 0.3172
    printed = _held(*rows, disclosure="msds")
    assert printed.held["log_loss"]["White"].text == "0.315"
    assert printed.held["log_loss"]["Black"].is_hidden
    assert printed.to_dict()["held"]["log_loss"]["White"]["value"] == 0.315


def test_a_point_that_holds_sensitivity_alone_has_no_other_column():
    assert _held(disclosure="none").to_dict()["held"] == {}
