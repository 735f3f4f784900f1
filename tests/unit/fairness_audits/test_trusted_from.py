"""From how many events limits hold: data that a report can read."""

from __future__ import annotations

import re

import pytest

from fairness_audits.disclosure import RULES
from fairness_audits.figures import DIGITS, TITLES
from fairness_audits.page import report_page
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


def test_the_page_says_from_which_size_limits_hold_and_where_there_are_fewer_events(audited):
    """With exact counts AUROC was seen to hold from 8 events, everything else from 5."""
    groups = {"White": {"found": 300, "missed": 500, "cleared": 9000, "false_alarms": 500}}
    groups["Black"] = {"found": 3, "missed": 3, "cleared": 400, "false_alarms": 20}
    page = report_page(audited(groups))
    table = page[page.index("Every figure, by group") :]
    rows = re.findall(r'<tr><th scope="row">([^<]*)</th>(.*?)</tr>', table[: table.index("</table>")])
    with_few = {name: cells for name, cells in rows if "few events" in cells}
    assert list(with_few) == [TITLES["auroc"]]
    assert with_few[TITLES["auroc"]].endswith('<td class="number">8</td>')
