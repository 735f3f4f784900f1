"""What happens in pregnancy and at birth, and the exact probability of it at booking.

An outcome depends on what is known at booking and on a few facts that become known later (twins, placenta praevia,
pre-eclampsia). Given the booking facts these are flags with known probabilities, so the risk at booking is a finite
sum over their states, not an estimate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from records.sources.simulated.drawing import Women, effects_sum, log_odds
from records.sources.simulated.exact_arithmetic import Numbers, logistic
from records.sources.simulated.scenario import Effect, Flag, SimulatedOutcome

__all__ = [
    "OutcomeTruth",
    "baseline_log_odds",
    "booking_risk",
    "draw_later_facts",
    "later_log_odds",
    "states_of_later_facts",
    "true_outcome",
]

Truths = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class OutcomeTruth:
    """One outcome of each woman. ``risk`` was hers at booking; ``happened`` is what came of it.

    Both are without meaning where not ``possible``. ``ascertained`` says whether an event of hers would be written
    down; ``looked_for`` whether anything was. ``risk_untreated`` is her risk at booking if she took no treatment that
    is to come; None where the scenario has none.
    """

    outcome: SimulatedOutcome
    risk: Numbers
    happened: Truths
    possible: Truths
    looked_for: Truths
    ascertained: Truths
    risk_untreated: Numbers | None = None

    @property
    def recorded(self) -> Truths:
        """What the record says where it says anything: an event that was not ascertained reads as none."""
        return self.happened & self.ascertained


def draw_later_facts(women: Women) -> None:
    """Adds the facts that become known between booking and birth."""
    for flag in women.scenario.later:
        women.add(flag.name, women.happens(flag.name, logistic(log_odds(women, flag))))


def booking_risk(
    women: Women, outcome: SimulatedOutcome, baseline: Numbers, *, given: Mapping[str, bool] = MappingProxyType({})
) -> Numbers:
    """The probability of the outcome given everything known at booking; ``baseline`` is the log-odds without later
    facts. With ``given``, among women of whom these later facts turn out so (that she expects one baby)."""
    if not outcome.later:
        return logistic(baseline)
    risk, all_states = np.zeros(women.rows), np.zeros(women.rows)
    for state, probability in states_of_later_facts(women):
        if all(state[name] == value for name, value in given.items()):
            risk += probability * logistic(baseline + later_log_odds(outcome, state))
            all_states += probability
    return risk / all_states if given else risk


def later_log_odds(outcome: SimulatedOutcome, state: Mapping[str, bool]) -> float:
    """What later facts, as they turn out, add to the log-odds of the outcome."""
    return _added(outcome.later, state)


def baseline_log_odds(women: Women, outcome: SimulatedOutcome) -> Numbers:
    """The log-odds of the outcome from booking facts, without its intercept."""
    return effects_sum(women, outcome.effects, outcome.signal)


def true_outcome(women: Women, outcome: SimulatedOutcome) -> OutcomeTruth:
    """Draws what happens, and whether it would be recorded. Needs the later facts."""
    baseline = women.by_group(outcome.intercept) + baseline_log_odds(women, outcome)
    actual = baseline.copy()
    for name, ratio in outcome.later.items():
        actual += ratio * women.facts[name]
    everyone = np.ones(women.rows, dtype=bool)
    possible = everyone if outcome.excluded_if is None else ~women.facts[outcome.excluded_if].astype(bool)
    looked_for = everyone if outcome.observed_if is None else women.facts[outcome.observed_if].astype(bool)
    written_down = women.happens(f"{outcome.name} ascertained", women.by_group(outcome.ascertained, default=1.0))
    untreated = {treatment.name: False for treatment in women.scenario.treatments}
    return OutcomeTruth(
        outcome=outcome,
        risk=booking_risk(women, outcome, baseline),
        risk_untreated=booking_risk(women, outcome, baseline, given=untreated) if untreated else None,
        happened=women.happens(outcome.name, logistic(actual)) & possible,
        possible=possible,
        looked_for=looked_for & possible,
        ascertained=written_down & looked_for & possible,
    )


def states_of_later_facts(women: Women) -> Iterator[tuple[Mapping[str, bool], Numbers]]:
    """Every combination of the later facts with its probability for each woman."""
    flags = women.scenario.later
    names = {flag.name for flag in flags}
    from_booking = {flag.name: log_odds(women, _on_booking_facts(flag, names)) for flag in flags}
    for number in range(2 ** len(flags)):
        state = {flag.name: bool(number >> position & 1) for position, flag in enumerate(flags)}
        probability = np.ones(women.rows)
        for flag in flags:
            of_earlier = {effect.of: effect.coefficient for effect in flag.effects if effect.of in names}
            true_here = logistic(from_booking[flag.name] + _added(of_earlier, state))
            probability = probability * (true_here if state[flag.name] else 1.0 - true_here)
        yield state, probability


def _added(ratios: Mapping[str, float], state: Mapping[str, bool]) -> float:
    # Not sum(): how it rounds floats changed with Python 3.12.
    added = 0.0
    for name, ratio in ratios.items():
        if state[name]:
            added += ratio
    return added


def _on_booking_facts(flag: Flag, later: set[str]) -> Flag:
    kept: tuple[Effect, ...] = tuple(effect for effect in flag.effects if effect.of not in later)
    return Flag(name=flag.name, intercept=flag.intercept, by_group=flag.by_group, effects=kept)
