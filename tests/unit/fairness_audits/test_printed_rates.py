"""A rate is printed only where disguise and rounding cannot have moved it too far."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from fairness_audits.disclosure import RULES
from fairness_audits.figures import Figure
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.printed_rates import difference, mean_of_risks, ratio, share


@pytest.mark.parametrize(
    ("part", "whole", "is_hidden"),
    [
        pytest.param(15, 15, True, id="13 of 17 would print as all"),
        pytest.param(25, 30, True, id="23 of 32 is 11 points less"),
        pytest.param(5, 35, True, id="1 to 7 of 35, a disguise"),
        pytest.param(10, 35, False, id="8 of 37 to 12 of 33"),
        pytest.param(20, 75, False, id="18 of 77 to 22 of 73"),
        pytest.param(0, 15, False, id="none is exact"),
        pytest.param(60, 60, False, id="58 of 62 is 6 points less"),
    ],
)
def test_a_rate_is_hidden_where_rounding_could_move_it_by_more_than_ten_points(part, whole, is_hidden):
    assert share("sensitivity", part, whole, RULES["msds"]).is_hidden is is_hidden
    assert not share("sensitivity", part, whole, RULES["none"]).is_hidden


@pytest.mark.parametrize("name", ["msds", "mhsds"])
def test_no_printed_rate_is_more_than_ten_points_from_the_exact_one(name):
    """Every part of every whole to 120, against its own rounded counts."""
    rule = RULES[name]
    for whole, part in itertools.product(range(1, 121), range(121)):
        if part > whole:
            continue
        printed = share("sensitivity", rule.count(part), rule.count(whole), rule)
        if printed.value is not None:
            assert abs(printed.value - part / whole) <= 0.1 + 0.0005, (part, whole)


def test_no_difference_rests_on_a_hidden_rate():
    assert difference((15, 15), (200, 1000), RULES["msds"]) is None
    assert difference((15, 15), (200, 1000), RULES["none"]) is not None


def test_every_rate_and_the_net_benefit_of_a_few_women_are_hidden(audited):
    many = {"found": 300, "missed": 700, "cleared": 8000, "false_alarms": 1000}
    report = audited({"White": many, "Black": {"found": 13, "missed": 4, "cleared": 300}}, policy=DEFAULT_POLICY)
    few = report.group(report.models[0], "Black", "ethnic_group")
    assert few.counts["found"] == few.counts["evaluated_events"] == 15
    assert few["sensitivity"].is_hidden
    assert few["positive_predictive_value"].is_hidden
    assert few["net_benefit"].is_hidden
    everyone = report.group(report.models[0])
    assert not everyone["sensitivity"].is_hidden


# Everyone: half of the risks told are the lower one, and six in ten are found.
FOUND = {"found": 600, "missed": 400, "cleared": 4600, "false_alarms": 400}
EVEN = {"found": 200, "missed": 50, "cleared": 1950, "false_alarms": 1800}


@pytest.mark.parametrize(
    ("code", "many", "few"),
    [
        pytest.param("FA003", FOUND, {"found": 3, "missed": 37, "cleared": 400}, id="3 of 40 found"),
        pytest.param("FA005", EVEN, {"found": 4, "missed": 13, "false_alarms": 300}, id="13 of 17 told a low risk"),
        pytest.param("FA006", FOUND, {"found": 3, "false_alarms": 37, "cleared": 400}, id="3 of 40 flagged"),
    ],
)
def test_a_check_cannot_tell_of_a_group_whose_rate_is_hidden(answers, code, many, few):
    told = {
        name: [f for f in answers(code, {"White": many, "Black": few}, policy=policy) if "Black" in f.sentence]
        for name, policy in (("msds", DEFAULT_POLICY), ("none", replace(DEFAULT_POLICY, disclosure="none")))
    }
    assert [f.state for f in told["none"]] == ["finding"]
    assert [f.state for f in told["msds"]] == ["cannot tell"]


def test_limits_of_rounded_counts_hold_the_truth_as_often_as_stated():
    """Without room for rounding they hold it in 92 of 100 samples of this size: 2,000 samples, exact binomial test."""
    random = np.random.default_rng(31)
    size = random.integers(58, 63, 2000)
    own, others = random.binomial(size, 0.35), random.binomial(140, 0.35, 2000)
    rule, hits = RULES["msds"], {"rate": 0, "difference": 0, "ratio": 0}
    for found, women, rest in zip(own.tolist(), size.tolist(), others.tolist(), strict=True):
        part, whole, total, everyone = (rule.count(n) for n in (found, women, found + rest, women + 140))
        rate, ratio_found = (
            share("sensitivity", part, whole, rule),
            ratio(part, whole, Figure(estimand="mean_risk", value=0.3), rule),
        )
        gap = difference((part, whole), (total - part, everyone - whole), rule)
        hits["rate"] += rate.low <= 0.35 <= rate.high
        hits["difference"] += gap.low <= 0.0 <= gap.high
        hits["ratio"] += ratio_found.low <= 0.35 / 0.3 <= ratio_found.high
    for name, number in hits.items():
        assert binomtest(number, 2000, 0.95, alternative="less").pvalue > 0.001, (name, number)


@pytest.mark.parametrize(
    ("women", "mean", "text"),
    [
        pytest.param(75, 0.0832, "*", id="75 women: too few for a mean"),
        pytest.param(200, 0.0832, "8 %", id="200 women: 2 / 200 is 0.01"),
        pytest.param(1_000, 0.0832, "8.4 %", id="1,000 women: steps of 0.002"),
        pytest.param(10_000, 0.08321, "8.32 %", id="10,000 women: steps of 0.0002"),
        pytest.param(3_700_000, 0.083214, "8.321 %", id="never more than five digits"),
        pytest.param(1_000, 0.0009, "0.0 %", id="less than one expected of 1,000"),
        pytest.param(80, 0.0832, "10 %", id="80 women: 2 / 80 is 0.025, so 0.05"),
    ],
)
def test_a_mean_risk_tells_the_events_expected_in_steps_of_two_at_least(women, mean, text):
    assert mean_of_risks(mean, women, RULES["msds"]).text == text


@pytest.mark.parametrize("rule", ["msds", "mhsds"])
def test_events_expected_are_off_by_no_more_than_half_a_step(rule):
    """A step is 2 to 5 events: the next of 1, 2 and 5 at some decimal place is at most 2.5 times as far."""
    for women in range(80, 100_000, 35):
        step = float(RULES[rule].step_of_mean(women))
        assert 2 - 1e-9 <= step * women <= 5 + 1e-9
        for mean in (0.0021, 0.0832, 0.35):
            printed = mean_of_risks(mean, women, RULES[rule]).value
            assert abs(printed - mean) <= step / 2 + 1e-12


def test_exact_counts_have_means_to_five_digits():
    assert mean_of_risks(0.083214, 12, RULES["none"]).value == 0.08321


def test_no_ratio_rests_on_a_mean_rounded_to_none():
    rule = RULES["msds"]
    mean = mean_of_risks(0.0009, 1_000, rule)
    assert mean.value == 0
    assert ratio(20, 1_000, mean, rule).is_hidden


def test_limits_of_a_ratio_hold_the_truth_beside_a_rounded_mean():
    """240 women or so, whose mean moves with them and is told in steps of 0.01; 2,000 samples, exact binomial test."""
    random, rule, hits = np.random.default_rng(32), RULES["msds"], 0
    sizes, means = random.integers(200, 280, 2000), random.uniform(0.1, 0.2, 2000)
    events = random.binomial(sizes, means)
    for seen, women, mean in zip(events.tolist(), sizes.tolist(), means.tolist(), strict=True):
        whole = rule.count(women)
        found = ratio(rule.count(seen), whole, mean_of_risks(mean, whole, rule), rule)
        hits += found.low <= 1.0 <= found.high
    assert binomtest(hits, 2000, 0.95, alternative="less").pvalue > 0.001, hits
