"""From how many events limits hold: data that a report can read."""

from __future__ import annotations

import pytest

from fairness_audits.disclosure import RULES
from fairness_audits.figures import DIGITS
from fairness_audits.trusted_from import TRUSTED_FROM, are_trusted


def test_every_rule_has_numbers_for_figures_that_are_printed():
    assert set(TRUSTED_FROM) == set(RULES)
    assert all(set(figures) <= set(DIGITS) for figures in TRUSTED_FROM.values())


def test_rounded_counts_ask_for_no_fewer_events_than_exact_ones():
    for figure, events in TRUSTED_FROM["msds"].items():
        assert events >= TRUSTED_FROM["none"][figure]


def test_unknown_is_neither_trusted_nor_not():
    assert are_trusted("msds", "sensitivity", None) is None
    assert are_trusted("msds", "missing_outcomes", 1000) is None


@pytest.mark.parametrize(("events", "trusted"), [(30, False), (50, True)])
def test_a_group_of_the_audit_knows_whether_its_limits_hold(audited, events, trusted):
    groups = {"White": {"found": 300, "missed": 500, "cleared": 9000}, "Black": {"found": events, "cleared": 400}}
    report = audited(groups)
    black = next(row for row in report.figures if row.group == "Black")
    assert black.limits_are_trusted("sensitivity", "msds") is trusted
    assert black.limits_are_trusted("sensitivity", "none")
