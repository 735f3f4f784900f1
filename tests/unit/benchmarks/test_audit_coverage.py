"""A short run of the coverage benchmark: what the long one states must not be plainly untrue."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from benchmarks.audit_coverage_gap import gaps_of_ratios, gaps_of_sensitivity
from benchmarks.audit_coverage_intervals import Coverage, covered
from benchmarks.audit_populations import LOGIT, Population, eight_groups, expit, one_group, six_groups
from fairness_audits.disclosure import RULES
from fairness_audits.trusted_from import TRUSTED_FROM

REPEATS = 120


def _is_short(coverage: Coverage, name: str) -> bool:
    return binomtest(coverage.hits[name], coverage.shown[name], 0.95, alternative="less").pvalue <= 1e-4


@pytest.fixture(scope="module")
def population() -> Population:
    return six_groups()


def test_the_true_figures_are_what_a_sample_without_end_shows(population):
    (sample,) = population.draw(2_000_000_000, 1, np.random.default_rng(3))
    for number, group in enumerate(population.groups):
        no, yes = sample[number].T
        at_cut = population.flagged[number]
        truth = population.truths(number, [n for n in range(6) if n != number])
        assert truth["sensitivity"] == pytest.approx(yes[at_cut].sum() / yes.sum(), abs=1e-3), group
        assert truth["positive_predictive_value"] == pytest.approx(
            yes[at_cut].sum() / (yes + no)[at_cut].sum(), abs=1e-3
        )
        assert truth["observed_to_expected"] == pytest.approx(yes.sum() / ((yes + no) @ population.risk), abs=1e-3)
        brier = (yes @ (1 - expit(LOGIT)) ** 2 + no @ expit(LOGIT) ** 2) / sample[number].sum()
        assert truth["brier"] == pytest.approx(brier, abs=1e-4)


@pytest.mark.parametrize("disclosure", ["none", "msds"])
def test_printed_limits_hold_the_truth_as_often_as_stated(population, disclosure):
    """5,000 births, groups of 12 to 240 events, each figure from the events it is trusted from."""
    random = np.random.default_rng(5)
    found = covered(population, 5000, REPEATS, RULES[disclosure], random)
    judged = 0
    for number, coverage in enumerate(found):
        events = 5000 * population.shares[number] * population.rate(number)
        for name, shown in coverage.shown.items():
            trusted = TRUSTED_FROM[disclosure].get(name.partition(",")[0], 0)
            if shown >= 0.5 * REPEATS and events >= trusted:
                judged += 1
                assert not _is_short(coverage, name), (population.groups[number], name, coverage.share(name))
    assert judged > 30


@pytest.mark.parametrize("disclosure", ["none", "msds"])
def test_each_figure_can_be_trusted_from_the_events_stated(disclosure):
    for events in sorted(set(TRUSTED_FROM[disclosure].values())):
        group = one_group(rate_like=-2.6, events=events, women=20_000)
        found = covered(group, 20_000, REPEATS, RULES[disclosure], np.random.default_rng(6), only_first=True)[0]
        for name in found.shown:
            if events >= TRUSTED_FROM[disclosure][name.partition(",")[0]] and found.verdict(name) != "none":
                assert not _is_short(found, name), (events, name, found.share(name))


def test_an_interval_too_narrow_is_called_short():
    narrow = Coverage()
    for hit in [True] * 85 + [False] * 15:
        narrow.add({"rate": (0.0, 1.0 if hit else 0.1)}, {"rate": 0.5})
    assert narrow.verdict("rate") == "short"
    assert narrow.share("rate") == 0.85


def test_the_posterior_gap_and_its_bound_hold_on_truths_from_the_prior():
    for runs in (
        gaps_of_sensitivity(eight_groups(), 20_000, 60, np.random.default_rng(7)),
        gaps_of_ratios(eight_groups(), 20_000, 60, np.random.default_rng(8)),
    ):
        assert binomtest(runs.covered, 60, 0.95, alternative="less").pvalue > 1e-3
        for said, _, mean, true, verdict in runs.calibration():
            assert verdict == "holds", (said, mean, true)
    sensitivity = gaps_of_sensitivity(eight_groups(), 5000, 40, np.random.default_rng(9))
    assert sensitivity.bounded >= 37
