"""Data-quality gates: a figure on data that are not good enough is not published anywhere, and says why."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.page import report_page
from fairness_audits.policy import DEFAULT_POLICY, Gate
from models.outcomes import OUTCOMES

WELL = {"found": 60, "missed": 140, "cleared": 1700, "false_alarms": 100}
# Outcomes of 610 of 1,000 women are known.
POORLY = {"found": 30, "missed": 70, "cleared": 460, "false_alarms": 50, "missing": 390}
SAID = "the outcome is known for 61 of 100, and at least 70 are asked for"


def _gated(policy, **gate):
    return replace(policy, own_gates={gate["measure"]: Gate(authority="us", **gate)})


def test_a_figure_whose_gate_fails_is_nowhere_and_says_why(audited):
    report = audited({"White": WELL, "Asian": POORLY})
    (section,) = report.models
    row = report.group(section, "Asian", "ethnic_group")
    kept_back = {name for name, figure in row.figures.items() if figure.not_published}
    assert {"sensitivity", "observed_to_expected", "auroc", "brier", "event_rate", "net_benefit"} <= kept_back
    assert not {"flag_rate", "missing_outcomes"} & kept_back
    assert row["sensitivity"].text == "withheld"
    assert row["sensitivity"].value is None
    assert row["sensitivity"].not_published == SAID
    # How many were found is the same figure by another name; how many had it shows what the data are.
    assert row.counts["found"] is row.counts["missed"] is row.counts["cleared"] is None
    assert (row.counts["events"], row.counts["ascertained"]) == (100, 610)
    assert not any(name.endswith(".Asian") and "flag_rate" not in name for name in report.flat(section))
    (printed,) = [
        r for r in json.loads(report.to_json())["figures"] if (r["level"], r["group"]) == ("ethnic_group", "Asian")
    ]
    assert printed["figures"]["sensitivity"]["not_published"] == SAID
    assert f"Withheld: {SAID.replace(', and', ' (Asian women), and')}." in report_page(report)
    assert [curve.points for curve in report.curves if curve.group == "Asian"] == [()]
    assert [curve.points for curve in report.decision_curves if curve.group == "Asian"] == [()]
    gap = next(g for g in report.gaps if (g.level, g.estimand) == ("ethnic_group", "sensitivity"))
    assert gap.left_out == ("Asian",)


def test_other_groups_and_counts_are_published_all_the_same(audited):
    report = audited({"White": WELL, "Asian": POORLY})
    (section,) = report.models
    assert report.group(section, "White", "ethnic_group")["sensitivity"].value == 0.3
    assert report.group(section, "Asian", "ethnic_group").counts["missing"] == 390


def test_no_check_judges_what_is_not_published(audited):
    worse = {**POORLY, "found": 0, "missed": 100}
    report = audited({"White": WELL, "Asian": worse})
    told = [
        f for f in report.findings if f.code in ("FA002", "FA003", "FA005", "FA006", "FA019") and f.group == "Asian"
    ]
    assert told == []
    assert "FA003" not in report.blocking


def test_a_site_may_switch_a_gate_off_and_the_report_says_so(audited, exact):
    report = audited({"White": WELL, "Asian": POORLY}, policy=_gated(exact, measure="outcome_known", at_least=0.0))
    assert report.group(report.models[0], "Asian")["sensitivity"].value == 0.3
    assert any(
        line.startswith("gate outcome_known: at least 0 of 100 (shipped at least 70 of 100)")
        for line in report.policy.loosened
    )


def test_a_rate_that_no_maternity_service_has(audited):
    """Preterm birth is plausible from 2 to 30 in 100; here 1,000 of 2,000."""
    report = audited({"White": {"found": 500, "missed": 500, "cleared": 1000}})
    (section,) = report.models
    assert "plausible are 2 to 30 of 100" in report.group(section)["sensitivity"].not_published
    assert report.group(section)["flag_rate"].value == 0.25


def test_a_small_table_may_be_far_out_by_chance(audited):
    report = audited({"White": {"found": 2, "missed": 2, "cleared": 6}})
    assert report.group(report.models[0])["sensitivity"].value == 0.5


def test_a_sites_own_range(audited, exact):
    policy = _gated(exact, measure="outcome_rate", at_least=0.3, at_most=0.6)
    report = audited({"White": WELL}, policy=policy)
    assert "plausible are 30 to 60 of 100" in report.group(report.models[0])["sensitivity"].not_published


def test_where_most_ethnicity_is_missing_no_groups_figure_is_published(audited):
    report = audited({"White": WELL, "Not stated": {**WELL, "cleared": 3000}})
    (section,) = report.models
    white = report.group(section, "White", "ethnic_group")
    assert white["flag_rate"].not_published == "ethnicity is known for 38 of 100, and at least 50 are asked for"
    assert report.group(section)["sensitivity"].value == 0.3


def test_flags_that_are_mostly_unknown(table, audited, exact):
    report = audited({"White": WELL, "Asian": {**WELL, "alert": None}})
    (section,) = report.models
    assert report.group(section)["sensitivity"].not_published.startswith("whether they were flagged is known for 50")
    assert report.group(section)["auroc"].value is not None


def test_fewer_rows_than_a_site_asks_for(audited, exact):
    report = audited({"White": WELL, "Asian": POORLY}, policy=_gated(exact, measure="rows", at_least=1500.0))
    (section,) = report.models
    asian = report.group(section, "Asian", "ethnic_group")
    assert asian["flag_rate"].not_published == "there are 1,000 rows, and at least 1,500 are asked for"
    assert report.group(section, "White", "ethnic_group")["flag_rate"].value == 0.08


@pytest.mark.parametrize("disclosure", ["msds", "mhsds"])
def test_a_gate_is_judged_on_what_is_printed(audited, disclosure):
    policy = replace(DEFAULT_POLICY, disclosure=disclosure)
    report = audited({"White": WELL, "Asian": {"found": 3, "missed": 3, "cleared": 20, "missing": 3}}, policy=policy)
    asian = report.group(report.models[0], "Asian", "ethnic_group")
    assert not any(figure.not_published for figure in asian.figures.values())


def test_of_outcomes_mostly_not_known_the_bounds_alone_are_published(audited):
    report = audited({"White": WELL, "Asian": POORLY})
    (one,) = [u for u in report.untested if (u.group, u.estimand) == ("Asian", "sensitivity")]
    assert one.tested_only.not_published == one.weighted.not_published == SAID
    # Had none of the untested women had it, it would be that of the tested ones.
    assert one.none_had_it.not_published == SAID
    assert one.lowest.value is not None
    assert one.highest.value is not None


def test_where_women_are_tested_by_choice_all_three_analyses_are_published(table, exact):
    """NICE NG3 tests women with a risk factor: fewer than seven in ten known is the care, not a gap in the data."""
    ogtt = str(OUTCOMES["gestational_diabetes"].definitions[0])
    rows = table({"White": WELL, "Asian": POORLY}).with_columns(
        outcome=pl.lit("gestational_diabetes"), outcome_definition=pl.lit(ogtt)
    )
    report = audit(rows, exact)
    (one,) = [u for u in report.untested if (u.group, u.estimand) == ("Asian", "sensitivity")]
    assert one.tested_only.value == 0.3
    assert one.weighted.value is not None
    assert (one.lowest.value, one.highest.value) == (round(30 / 490, 3), 0.3)
    assert report.group(report.models[0], "Asian", "ethnic_group")["sensitivity"].not_published == SAID


def test_gates_of_the_data_close_the_three_analyses_of_women_tested_by_choice_too(table, exact):
    ogtt = str(OUTCOMES["gestational_diabetes"].definitions[0])
    rows = table({"White": {"found": 900, "missed": 900, "cleared": 100, "missing": 100}}).with_columns(
        outcome=pl.lit("gestational_diabetes"), outcome_definition=pl.lit(ogtt)
    )
    (one,) = [u for u in audit(rows, exact).untested if (u.group, u.estimand) == ("Everyone", "sensitivity")]
    assert "plausible are 1 to 40 of 100" in one.tested_only.not_published
