"""Adjustment for many comparisons: Holm and Benjamini-Hochberg by hand, p-values against exact tests."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest, chi2_contingency, false_discovery_control

from fairness_audits.multiplicity import holm
from fairness_audits.policy import DEFAULT_POLICY

ALIKE = {"found": 300, "missed": 700, "cleared": 8000, "false_alarms": 1000}
MISSED = {**ALIKE, "found": 200, "missed": 800}


def test_holm_as_worked_out_by_hand():
    """.01 x 4 = .04; .02 x 3 = .06; .03 x 2 = .06; .5 x 1 = .5. And never less than the one before: .012 x 3 < .04."""
    assert holm([0.03, 0.5, 0.01, 0.02]) == pytest.approx([0.06, 0.5, 0.04, 0.06])
    assert holm([0.01, 0.011, 0.4, 0.4]) == pytest.approx([0.04, 0.04, 0.8, 0.8])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_benjamini_hochberg_as_worked_out_by_hand():
    """Sorted p x m / rank, least from above: .01 x 4 = .04; .02 x 2 = .04; .03 x 4/3 = .04; .5."""
    assert false_discovery_control([0.03, 0.5, 0.01, 0.02]) == pytest.approx([0.04, 0.5, 0.04, 0.04])
    assert false_discovery_control([0.001, 0.008, 0.039, 0.041, 0.042]) == pytest.approx(
        [0.005, 0.02, 0.042, 0.042, 0.042]
    )


def test_the_primary_family_is_both_questions_of_all_stated_groups(audited):
    report = audited({"White": ALIKE, "Asian": ALIKE, "Black": MISSED, "Not stated": MISSED})
    primary = [one for one in report.adjusted_differences if one.family == "primary"]
    assert {(one.group, one.estimand) for one in primary} == {
        (group, estimand)
        for group in ("White", "Asian", "Black")
        for estimand in ("sensitivity", "observed_to_expected")
    }
    assert {one.method for one in primary} == {"Holm"}
    # p-values are printed to four digits, so the worked-out ones agree to a few of the last.
    assert [one.adjusted for one in primary] == pytest.approx(holm([one.p_value for one in primary]), abs=4e-4)


def test_other_levels_and_figures_are_exploratory(audited):
    report = audited({"White": ALIKE, "Asian": ALIKE, "Black": MISSED})
    cells = [one for one in report.adjusted_differences if one.family == "exploratory"]
    assert {one.level for one in cells} == {"broad_group", "ethnic_group"}
    assert {one.estimand for one in cells if one.level == "ethnic_group"} == {"positive_predictive_value"}
    assert {one.estimand for one in cells if one.level == "broad_group"} == {"observed_to_expected", "sensitivity"}
    values = [one.p_value for one in cells]
    assert [one.adjusted for one in cells] == pytest.approx(list(false_discovery_control(values)), abs=2e-3)


def test_a_p_value_of_sensitivity_is_pearsons(audited):
    """200 of 1,000 Black women found, 300 of 1,000 others: chi-squared of the two-by-two table, uncorrected."""
    report = audited({"White": ALIKE, "Black": MISSED})
    found = report.adjusted(report.models[0], "Black", "sensitivity")
    exact = chi2_contingency([[200, 800], [300, 700]], correction=False).pvalue
    assert found.p_value == pytest.approx(exact, abs=5.01e-5)
    assert found.difference.value == -0.1


def test_a_p_value_of_the_ratio_is_near_the_exact_one(audited):
    """Given all events, the group's are binomial where the outcome is rare; told alike, half are expected of each."""
    told = {"flagged_risk": 0.02, "other_risk": 0.02, "cleared": 6000, "false_alarms": 0}
    report = audited({"White": {"missed": 300, **told}, "Black": {"missed": 345, **told}})
    found = report.adjusted(report.models[0], "Black", "observed_to_expected")
    assert found.p_value == pytest.approx(binomtest(345, 645, 6345 / 12_645).pvalue, abs=0.02)
    assert found.difference.value == pytest.approx((345 / 6345) / (300 / 6300), abs=0.0051)


def test_where_nothing_differs_holm_seldom_raises_a_false_alarm():
    """Of 2,000 samples of 8 comparisons, the least adjusted p is below .05 in 5 %; unadjusted, in 34 %."""
    p = np.random.default_rng(81).random((2000, 8))
    alarms = sum(min(holm(list(row))) < 0.05 for row in p)
    assert binomtest(alarms, 2000, 1 - (1 - 0.05 / 8) ** 8).pvalue > 0.001
    assert (p.min(axis=1) < 0.05).mean() > 0.3


def test_cochrans_q_over_groups(audited):
    report = audited({"White": ALIKE, "Asian": ALIKE, "Black": MISSED})
    (found,) = [one for one in report.group_heterogeneity if one.estimand == "sensitivity"]
    shares = np.array([300.5, 300.5, 200.5]) / 1001
    weight = 1001 / (shares * (1 - shares))
    q = weight @ (shares - weight @ shares / weight.sum()) ** 2
    assert found.heterogeneity.q == pytest.approx(q, abs=0.006)
    assert found.heterogeneity.p_value == pytest.approx(math.exp(-q / 2), abs=1e-4)  # two degrees of freedom


@pytest.mark.parametrize("disclosure", ["msds", "mhsds"])
def test_a_group_too_small_to_print_is_in_no_family(audited, disclosure):
    few = {"found": 1, "missed": 3, "cleared": 30}
    report = audited(
        {"White": ALIKE, "Asian": ALIKE, "Black": few}, policy=replace(DEFAULT_POLICY, disclosure=disclosure)
    )
    assert all(one.group != "Black" for one in report.adjusted_differences if one.estimand == "sensitivity")
