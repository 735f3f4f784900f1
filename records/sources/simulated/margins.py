"""The intercepts that give each group of a scenario the rate it is meant to have.

Scenario files state rates with their sources; the intercepts beside them follow from the rates and the effects.
`python -m records.sources.simulated.margins england` prints them after a change of either.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import numpy as np

from records.sources.simulated.births import live
from records.sources.simulated.course import baseline_log_odds, booking_risk
from records.sources.simulated.drawing import Women
from records.sources.simulated.exact_arithmetic import Numbers
from records.sources.simulated.scenario import Scenario, SimulatedOutcome
from records.sources.simulated.scenario_file import scenario

__all__ = ["solved_intercepts"]

_REFERENCE_SEED = 20_250_101
_HALVINGS = 22


def solved_intercepts(of: Scenario, *, births: int = 1_000_000) -> Mapping[str, Mapping[str, float]]:
    """By outcome and group, the log-odds at which the mean risk at booking of a reference cohort is the group's rate.

    Each cohort is drawn at the intercepts the file has now (returning women's history depends on them), so after a
    large change of a rate, solve twice.
    """
    cohorts = [women for women, _ in live(births, seed=_REFERENCE_SEED, scenario=of)]
    return {outcome.name: _for_outcome(of, outcome, cohorts) for outcome in of.outcomes}


def _for_outcome(of: Scenario, outcome: SimulatedOutcome, cohorts: list[Women]) -> Mapping[str, float]:
    baselines = [baseline_log_odds(women, outcome) for women in cohorts]
    wanted = np.array([outcome.rate[group] for group in of.groups])
    low, high = np.full(len(wanted), -15.0), np.full(len(wanted), 5.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        too_high = _mean_risk(of, outcome, cohorts, baselines, middle) > wanted
        low, high = np.where(too_high, low, middle), np.where(too_high, middle, high)
    return {group: round(float(value), 4) for group, value in zip(of.groups, (low + high) / 2, strict=True)}


def _mean_risk(
    of: Scenario, outcome: SimulatedOutcome, cohorts: list[Women], baselines: list[Numbers], intercepts: Numbers
) -> Numbers:
    total, women_counted = np.zeros(len(of.groups)), np.zeros(len(of.groups))
    for women, baseline in zip(cohorts, baselines, strict=True):
        group = women.facts["ethnic_group"]
        possible = np.ones(women.rows, dtype=bool)
        if outcome.excluded_if is not None:
            possible = ~women.facts[outcome.excluded_if].astype(bool)
        risk = booking_risk(women, outcome, baseline + intercepts[group])
        total += np.bincount(group[possible], weights=risk[possible], minlength=len(of.groups))
        women_counted += np.bincount(group[possible], minlength=len(of.groups))
    return np.asarray(total / women_counted)


if __name__ == "__main__":
    for name, by_group in solved_intercepts(scenario(sys.argv[1])).items():
        inner = ", ".join(f'"{group}" = {value}' for group, value in by_group.items())
        sys.stdout.write(f"{name}: intercept = {{ {inner} }}\n")
