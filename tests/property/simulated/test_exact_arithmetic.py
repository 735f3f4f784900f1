"""The simulation's own functions against the standard library's and numpy's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.sources.simulated.exact_arithmetic import from_quantiles, logistic, pick, rounded, share_below
from records.sources.simulated.streams import ImpossibleSeed, Streams

SEEDS = st.integers(min_value=0, max_value=2**64 - 1)


@settings(deadline=None)
@given(st.floats(min_value=-36, max_value=36))
def test_logistic_is_the_logistic_function(logit: float) -> None:
    assert logistic(np.array([logit]))[0] == pytest.approx(1 / (1 + math.exp(-logit)), rel=2e-15, abs=0)


@settings(deadline=None)
@given(st.lists(st.floats(min_value=-50, max_value=50), min_size=2, max_size=30))
def test_a_higher_logit_is_never_a_lower_risk(logits: list[float]) -> None:
    risks = logistic(np.array(sorted(logits)))
    assert (np.diff(risks) >= 0).all()


def test_an_impossible_logit_is_as_good_as_certain() -> None:
    assert logistic(np.array([-400.0]))[0] < 1e-15
    assert 1 - logistic(np.array([400.0]))[0] < 1e-15


@settings(deadline=None)
@given(st.lists(st.floats(min_value=0, max_value=1, exclude_max=True), min_size=1, max_size=50))
def test_quantiles_are_joined_by_straight_lines(uniform: list[float]) -> None:
    quantiles = [(0.0, -3.0), (0.2, 1.0), (0.7, 2.0), (1.0, 40.0)]
    expected = np.interp(uniform, [p for p, _ in quantiles], [v for _, v in quantiles])
    assert from_quantiles(np.array(uniform), quantiles) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(st.floats(min_value=-10, max_value=50))
def test_the_share_below_a_value_is_where_it_stands_among_the_quantiles(value: float) -> None:
    quantiles = [(0.0, -3.0), (0.2, 1.0), (0.7, 2.0), (1.0, 40.0)]
    expected = np.interp(value, [v for _, v in quantiles], [p for p, _ in quantiles])
    share = share_below(np.array([value]), quantiles)
    assert share[0] == pytest.approx(expected, abs=1e-12)
    if 0 < share[0] < 1:
        assert from_quantiles(share, quantiles)[0] == pytest.approx(value, abs=1e-9)


def test_a_pick_follows_its_weights_exactly_at_their_edges() -> None:
    uniform = np.array([0.0, 0.2499, 0.25, 0.9999])
    assert pick(uniform, [7, 8, 9], [1.0, 0.0, 3.0]).tolist() == [7, 7, 9, 9]


def test_a_half_rounds_up() -> None:
    assert rounded(np.array([0.25, 2.5, -0.5, 1.04]), 1).tolist() == [0.3, 2.5, -0.5, 1.0]


@settings(deadline=None)
@given(SEEDS, st.text(max_size=20))
def test_a_stream_depends_on_seed_part_and_name_only(seed: int, name: str) -> None:
    first = Streams(seed=seed, part="first").uniform(name, 20)
    assert (first >= 0).all()
    assert (first < 1).all()
    assert (Streams(seed=seed, part="first").uniform(name, 12) == first[:12]).all()
    assert (Streams(seed=seed, part="returning").uniform(name, 20) != first).any()
    assert (Streams(seed=seed ^ 1, part="first").uniform(name, 20) != first).any()
    assert (Streams(seed=seed, part="first").uniform(name + "x", 20) != first).any()


def test_streams_are_uniform_and_unrelated() -> None:
    streams = Streams(seed=11, part="first")
    one, other = streams.uniform("one", 200_000), streams.uniform("other", 200_000)
    # Standard errors: mean of a uniform .2887/sqrt(n) = .00065, correlation 1/sqrt(n) = .0022; five of each.
    assert one.mean() == pytest.approx(0.5, abs=0.0033)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.0112


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_has_64_bits(seed: int) -> None:
    with pytest.raises(ImpossibleSeed, match="0 to 2"):
        Streams(seed=seed, part="first")
