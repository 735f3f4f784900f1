"""What being still pregnant, and what was diagnosed so far, says of a preterm birth that is yet to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from records.sources.simulated.course import OutcomeTruth, baseline_log_odds, later_log_odds, states_of_later_facts
from records.sources.simulated.drawing import Women, log_odds
from records.sources.simulated.exact_arithmetic import Numbers, logistic, share_below
from records.sources.simulated.histories.clock import NO_DAY, Clock, Days, Flags
from records.sources.simulated.histories.diagnoses import HYPERTENSION, chance_drawn_by, days_of_diagnosis
from records.sources.simulated.histories.parameters import HistoryParameters
from records.sources.simulated.histories.treatments import day_of_treatment
from records.sources.simulated.scenario import Flag, ImplausibleScenario, Quantity, Scenario, SimulatedOutcome

__all__ = ["Before", "risks_after_booking", "risks_by_week"]

_TERM, _PRETERM = 0, 1
#: A birth before this day of pregnancy; None: any that is preterm.
Before = int | None


def risks_after_booking(women: Women, truth: OutcomeTruth, booked: Days, before: Sequence[Before]) -> list[Numbers]:
    """The risk on the day of booking of women who are pregnant after it, for each of ``before``."""
    outcome, risk = truth.outcome, truth.risk
    preterm = risk * _still_pregnant(women, outcome, booked, preterm=True)
    term = (1.0 - risk) * _still_pregnant(women, outcome, booked, preterm=False)
    early = [risk * _still_pregnant(women, outcome, booked, preterm=True, before=day) for day in before]
    return [_share(one, preterm + term) for one in early]


def risks_by_week(
    women: Women,
    outcome: SimulatedOutcome,
    clock: Clock,
    numbers: HistoryParameters,
    day: int,
    before: Sequence[Before],
) -> list[Numbers]:
    """The risk of women still pregnant after ``day``, alike in the number of babies, and in what was diagnosed and
    which treatments were taken by it, for each of ``before``; 0 of women of whom that cannot be."""
    baseline = women.by_group(outcome.intercept) + baseline_log_odds(women, outcome)
    seen = _seen(women, clock, numbers, day)
    own_hypertension = logistic(log_odds(women, _flag(women.scenario, "gestational_hypertension")))
    known = _known(women, clock, day)
    term = _lasting(women, outcome, day, preterm=False)
    early = [_lasting(women, outcome, day, preterm=True, before=until) for until in (None, *before)]
    at_term, births = np.zeros(women.rows), [np.zeros(women.rows) for _ in early]
    for state, chance in states_of_later_facts(women):
        risk = logistic(baseline + later_log_odds(outcome, state))
        alike = chance.copy()
        for name, (fact, by_then) in known.items():
            alike *= (fact == state[name]) | ~by_then
        for hypertensive, share in ((True, own_hypertension), (False, 1.0 - own_hypertension)):
            # Pre-eclampsia is hypertension too.
            ill = {"pre_eclampsia": state["pre_eclampsia"]}
            ill["gestational_hypertension"] = hypertensive or ill["pre_eclampsia"]
            by_chance, everything = _diagnosed_so_far(seen, ill, numbers, day)
            so_many = alike * share
            at_term += so_many * (1.0 - risk) * (term[0] * by_chance + term[1] * everything)
            for total, (longer, to_next_day) in zip(births, early, strict=True):
                total += so_many * risk * (longer * by_chance + to_next_day * everything)
    return [_share(one, births[0] + at_term) for one in births[1:]]


def _share(part: Numbers, whole: Numbers) -> Numbers:
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)


def _seen(women: Women, clock: Clock, numbers: HistoryParameters, day: int) -> Mapping[str, Flags]:
    return {name: (on != NO_DAY) & (on <= day) for name, on in days_of_diagnosis(women, clock, numbers).items()}


def _known(women: Women, clock: Clock, day: int) -> Mapping[str, tuple[Flags, Flags]]:
    """Later facts that depend on nothing that is dated: each as it is, and of whom it is known by the day."""
    known = {"multiple_pregnancy": (women.facts["multiple_pregnancy"].astype(bool), np.ones(women.rows, dtype=bool))}
    for treatment in women.scenario.treatments:
        taken = women.facts[treatment.name].astype(bool)
        known[treatment.name] = (taken, day_of_treatment(treatment, clock) <= day)
    return known


def _diagnosed_so_far(
    seen: Mapping[str, Flags], ill: Mapping[str, bool], numbers: HistoryParameters, day: int
) -> tuple[Numbers | float, Flags | bool]:
    """Of women who have or will have these: the chance that just what was seen was diagnosed by the day, and whether
    that is everything."""
    by_chance: Numbers | float = 1.0
    everything: Flags | bool = True
    for name in HYPERTENSION:
        drawn_by = chance_drawn_by(name, day, numbers) if ill[name] else 0.0
        by_chance = by_chance * np.where(seen[name], drawn_by, 1.0 - drawn_by)
        everything = everything & (seen[name] == ill[name])
    return by_chance, everything


def _lasting(
    women: Women, outcome: SimulatedOutcome, day: int, *, preterm: bool, before: Before = None
) -> tuple[Numbers, Numbers]:
    """The probability of being pregnant after the day that follows, and of giving birth on that day: then everything
    was diagnosed by ``day``, at the latest."""
    longer = _still_pregnant(women, outcome, day + 1, preterm=preterm, before=before)
    return longer, _still_pregnant(women, outcome, day, preterm=preterm, before=before) - longer


def _still_pregnant(
    women: Women, outcome: SimulatedOutcome, day: Days | int, *, preterm: bool, before: Before = None
) -> Numbers:
    """The probability, given whether the birth is preterm, of being pregnant after ``day`` and giving birth ``before``.

    A preterm birth that nobody writes down as one has the recorded length of a term pregnancy.
    """
    after_term = 1.0 - _drawn_by(women.scenario, _TERM, day)
    if not preterm:
        return after_term * np.ones(women.rows)
    written_down = women.by_group(outcome.ascertained, default=1.0)
    after = 1.0 - _drawn_by(women.scenario, _PRETERM, day)
    if before is None:
        return np.asarray(written_down * after + (1.0 - written_down) * after_term)
    later = 1.0 - _drawn_by(women.scenario, _PRETERM, before - 1)
    return np.asarray(written_down * np.maximum(after - later, 0.0))


def _drawn_by(scenario: Scenario, kind: int, day: Days | int) -> Numbers:
    """The share of births of a kind that are over by the day, from the quantiles that gestation is drawn from."""
    drawn = next(fact for fact in scenario.after if fact.name == "gestation_at_birth")
    if not isinstance(drawn, Quantity):
        raise ImplausibleScenario(f"scenario {scenario.name} draws gestation_at_birth from no quantiles")
    # Days are rounded with a half going up, so a birth of day d was drawn below d + 1/2.
    return share_below(np.asarray(day) + 0.5, drawn.tables[kind])


def _flag(scenario: Scenario, name: str) -> Flag:
    drawn = next(fact for fact in scenario.after if fact.name == name)
    if not isinstance(drawn, Flag):
        raise ImplausibleScenario(f"scenario {scenario.name} draws {name} as no flag")
    return drawn
