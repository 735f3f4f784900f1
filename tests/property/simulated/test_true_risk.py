"""The true risk is exact: written out for one woman at a time with the standard library, it is the same number."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.sources.simulated.births import live
from records.sources.simulated.scenario import Effect, Flag, Scenario, SimulatedOutcome
from records.sources.simulated.scenario_file import SCENARIO_NAMES, scenario


def written_out(of: Scenario, outcome: SimulatedOutcome, woman: dict[str, float], group: str) -> float:
    """P(outcome | booking facts): every combination of the later facts, each weighed by its probability."""
    later = [flag.name for flag in of.later]
    total = 0.0
    for states in itertools.product([False, True], repeat=len(later)):
        known = {**woman, **dict(zip(later, states, strict=True))}
        weight = 1.0
        for flag in of.later:
            probability = sigmoid(flag_log_odds(flag, known, group))
            weight *= probability if known[flag.name] else 1 - probability
        logit = outcome.intercept[group]
        for effect in outcome.effects:
            restricted = bool(effect.in_groups)
            if not restricted or group in effect.in_groups:
                logit += (1.0 if restricted else outcome.signal.get(group, 1.0)) * added(effect, known)
        logit += sum(ratio for name, ratio in outcome.later.items() if known[name])
        total += weight * sigmoid(logit)
    return total


def flag_log_odds(flag: Flag, known: dict[str, float], group: str) -> float:
    return flag.intercept + flag.by_group.get(group, 0.0) + sum(added(effect, known) for effect in flag.effects)


def added(effect: Effect, known: dict[str, float]) -> float:
    value = known[effect.of]
    if math.isnan(value):
        return 0.0
    if effect.equals is not None:
        return effect.coefficient * (value == effect.equals)
    if effect.above is not None:
        return effect.coefficient * max(value - effect.above, 0.0) / effect.per
    if effect.below is not None:
        return effect.coefficient * max(effect.below - value, 0.0) / effect.per
    return effect.coefficient * (value - effect.centre) / effect.per


def sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


@pytest.mark.parametrize("name", SCENARIO_NAMES)
def test_true_risk_is_the_sum_over_everything_not_yet_known_at_booking(name: str) -> None:
    of = scenario(name)
    for women, truths in live(400, seed=9, scenario=of):
        for row in range(0, women.rows, 7):
            facts = {fact: float(column[row]) for fact, column in women.facts.items()}
            group = of.groups[women.facts["ethnic_group"][row]]
            for truth in truths:
                expected = written_out(of, truth.outcome, facts, group)
                assert truth.risk[row] == pytest.approx(expected, rel=1e-12)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**64 - 1), name=st.sampled_from(SCENARIO_NAMES))
def test_true_risks_add_up_to_the_events_that_come(seed: int, name: str) -> None:
    for women, truths in live(3_000, seed=seed, scenario=scenario(name)):
        for truth in truths:
            risk = truth.risk[truth.possible]
            variance = float((risk * (1 - risk)).sum())
            # Six standard deviations of a sum of independent events: once in 5e8.
            assert abs(truth.happened[truth.possible].sum() - risk.sum()) < 6 * math.sqrt(variance) + 1
            assert women.rows == len(truth.risk)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**64 - 1), name=st.sampled_from(SCENARIO_NAMES))
def test_the_same_seed_gives_the_same_births(seed: int, name: str) -> None:
    one, other = (live(60, seed=seed, scenario=scenario(name)) for _ in range(2))
    for (women, _), (again, _) in zip(one, other, strict=True):
        assert women.facts.keys() == again.facts.keys()
        for fact, column in women.facts.items():
            assert np.array_equal(column, again.facts[fact], equal_nan=column.dtype.kind == "f"), fact
