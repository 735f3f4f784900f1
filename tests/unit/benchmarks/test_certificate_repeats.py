"""The repeats of a certificate in small: the level holds, a certificate that claims too much is caught."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from benchmarks.certificate import SMALLEST_P, answers_of, line_of, p_of_as_many
from benchmarks.certificate_truth import LINES, drawn_around_the_floor, drawn_at_a_line
from benchmarks.constrained_against_plain import GROUPS, simulate
from training.fair_boost.births import Births
from training.fair_boost.certificate import SURE, certify

BIRTHS = 20_000


@pytest.fixture(scope="module")
def anywhere():
    random = np.random.default_rng(1)
    return [drawn_around_the_floor(BIRTHS, random) for _ in range(30)]


def test_statements_about_groups_anywhere_are_wrong_no_more_often_than_stated(anywhere):
    held, cells = line_of("anywhere", answers_of(anywhere))
    assert held, cells


@pytest.mark.parametrize("line", LINES)
def test_at_a_line_neither_answer_is_given_more_often_than_stated(line):
    random = np.random.default_rng(2)
    held, cells = line_of(line, answers_of([drawn_at_a_line(BIRTHS, line, turn, random) for turn in range(24)]))
    assert held, cells


@pytest.mark.parametrize("status", [0, 1], ids=["met", "violated"])
def test_a_certificate_that_is_always_sure_is_caught(anywhere, status):
    sure = []
    for repeat in anywhere:
        said = [np.zeros(len(GROUPS), dtype=bool), np.zeros(len(GROUPS), dtype=bool)]
        said[status] = np.ones(len(GROUPS), dtype=bool)
        sure.append((*said, *repeat[2:]))
    held, _ = line_of("always sure", answers_of(sure))
    assert not held


def test_truth_is_on_one_side_or_the_other(anywhere):
    for _, _, met_is_wrong, violated_is_wrong, _ in anywhere:
        assert (met_is_wrong != violated_is_wrong).all()


@pytest.mark.parametrize(("wrong", "repeats"), [(0, 50), (3, 50), (11, 200), (150, 2000)])
def test_p_is_that_of_the_exact_binomial(wrong, repeats):
    oracle = binomtest(wrong, repeats, 1 - SURE, alternative="greater").pvalue
    assert p_of_as_many(wrong, repeats) == pytest.approx(oracle)


def test_twice_the_stated_errors_are_inconsistent():
    assert p_of_as_many(200, 2000) < SMALLEST_P < p_of_as_many(100, 2000)


def test_the_simulated_risk_is_the_chance_of_the_event():
    births = simulate(40_000, seed=6)
    for low, high in ((0.0, 0.05), (0.1, 0.15), (0.3, 0.6)):
        inside = (births.risk >= low) & (births.risk < high)
        error = np.sqrt((births.risk * (1 - births.risk))[inside].sum()) / inside.sum()
        assert births.event[inside].mean() == pytest.approx(births.risk[inside].mean(), abs=4 * error)


@pytest.mark.parametrize("found", [0, 6], ids=["nobody found", "everybody found"])
def test_of_six_events_nothing_is_said(found):
    """A prior that knows nothing is sure already: of six, all found, it gives the floor less than one chance in 20."""
    group = ["Many"] * 600 + ["Few"] * 6
    cohort = Births.of(np.r_[np.ones(606), 0.0], sensitive_features=[*group, "Many"], sample_weight=None)
    flag = np.r_[np.arange(600) % 10 < 3, np.arange(6) < found]
    certificate = certify(cohort.taken(np.arange(606)), flag, None, births=5000, tolerance=0.02)
    few = next(row for row in certificate.groups if row.group == "Few")
    sure = few.below_floor >= SURE if found == 0 else few.below_floor <= 1 - SURE
    assert sure
    assert few.status == "undetermined"
