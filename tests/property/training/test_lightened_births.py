"""Births that stand for all of a part: every event, every total, and no more of them than asked."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.fair_boost.births import Births
from training.fair_boost.plain_fit import lightened


def drawn(births: int, rate: float, seed: int, *, weighted: bool) -> Births:
    random = np.random.default_rng(seed)
    event = (random.random(births) < rate).astype(np.float64)
    event[:2] = [0.0, 1.0]
    weight = random.gamma(2.0, 1.0, births) if weighted else None
    groups = random.choice(["White", "Black", "Asian", "Not known"], births, p=[0.7, 0.2, 0.07, 0.03])
    return Births.of(event, sensitive_features=groups, sample_weight=weight)


@given(
    births=st.integers(50, 600),
    rate=st.floats(0.01, 0.6),
    share=st.floats(0.01, 0.99),
    seed=st.integers(0, 50),
    weighted=st.booleans(),
)
def test_totals_hold_group_by_group(births: int, rate: float, share: float, seed: int, weighted: bool) -> None:
    whole, rows = drawn(births, rate, seed, weighted=weighted), np.arange(births) + 1000
    places, lighter = lightened((rows, whole), share, seed)
    events = int(whole.event.sum())
    assert len(set(places)) == len(places) == len(lighter.event)
    assert set(places) <= set(rows)
    assert set(rows[whole.event > 0]) <= set(places)
    # a group of which one would be drawn by its share rounds up
    groups = len(whole.women.names)
    assert len(places) <= max(share * births, 2 * events) + groups
    for total in (lambda one: one.weight, lambda one: one.weight * one.event):
        np.testing.assert_allclose(lighter.women.total(total(lighter)), whole.women.total(total(whole)), rtol=1e-9)
    np.testing.assert_array_equal(lighter.women.codes, whole.women.codes[places - 1000])


def test_few_births_are_left_as_they_are() -> None:
    whole, rows = drawn(80, 0.2, 1, weighted=False), np.arange(80)
    places, births = lightened((rows, whole), 1.5, seed=0)
    assert births is whole
    assert places is rows
