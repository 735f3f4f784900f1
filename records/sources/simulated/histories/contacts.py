"""Antenatal contacts: blood pressure, haemoglobin at 28 weeks, bleeding, hypertension, and the EPDS in pregnancy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from records.sources.simulated.drawing import Women
from records.sources.simulated.exact_arithmetic import Numbers, from_quantiles, logistic, pick, rounded
from records.sources.simulated.histories.clock import NO_DAY, Clock, Days
from records.sources.simulated.histories.diagnoses import days_of_diagnosis
from records.sources.simulated.histories.parameters import HistoryParameters
from records.sources.simulated.histories.writing_down import WrittenDown

__all__ = ["observe_contacts"]

_WEEK_28, _WEEK_42 = 28, 42
_LEAST_SYSTOLIC, _MOST_SYSTOLIC = 75, 220
_MIDDLE_BODY_MASS_INDEX = 26.0
_EPISODES = (1, 2, 3)


def observe_contacts(
    written: WrittenDown, women: Women, clock: Clock, snapshot: pl.DataFrame, numbers: HistoryParameters
) -> None:
    """Adds what is seen at contacts between booking and birth."""
    diagnosed = days_of_diagnosis(women, clock, numbers)
    for name, day in diagnosed.items():
        written.add_before_birth(name, day, np.ones(women.rows))
    _blood_pressure(written, women, clock, diagnosed, numbers)
    _haemoglobin(written, women, clock, snapshot, numbers)
    _bleeding(written, women, clock, numbers)
    _epds(written, women, clock, numbers)


def _contact_days(women: Women, clock: Clock, numbers: HistoryParameters) -> list[tuple[int, Days, np.ndarray]]:
    """Booking and each planned contact: its week, its day, and whether she came."""
    first_birth = women.facts["parity"] == 0
    everyone = np.ones(women.rows, dtype=bool)
    found = [(0, clock.booked, everyone)]
    low, high = numbers.contact_days_off
    for week in sorted((*numbers.every_womans_weeks, *numbers.first_birth_weeks)):
        off = np.floor(low + women.streams.uniform(f"days off week {week}", women.rows) * (high - low + 1))
        missed = women.happens(f"missed week {week}", women.by_group_or_default(numbers.shares["contact_missed"]))
        planned = first_birth if week in numbers.first_birth_weeks else everyone
        found.append((week, 7 * week + off.astype(np.int64), planned & ~missed))
    return found


def _blood_pressure(
    written: WrittenDown, women: Women, clock: Clock, diagnosed: Mapping[str, Days], numbers: HistoryParameters
) -> None:
    facts, parts = women.facts, numbers.blood_pressure
    own = from_quantiles(women.streams.uniform("blood pressure", women.rows), parts["quantiles"])
    own = own + parts["body_mass_index"] * (facts["body_mass_index"] - _MIDDLE_BODY_MASS_INDEX)
    own = own + parts["chronic_hypertension"] * facts["chronic_hypertension"]
    for week, day, came in _contact_days(women, clock, numbers):
        here = own + parts["late_pregnancy_a_week_after_28"] * max(week - _WEEK_28, 0)
        for name, since in diagnosed.items():
            here = here + parts[name] * ((since != NO_DAY) & (day >= since))
        between = from_quantiles(women.streams.uniform(f"reading {week}", women.rows), parts["between_readings"])
        reading = np.clip(rounded(here + between, 0), _LEAST_SYSTOLIC, _MOST_SYSTOLIC)
        not_recorded = women.happens(
            f"no reading {week}", women.by_group_or_default(numbers.shares["blood_pressure_not_recorded"])
        )
        written.add_before_birth("systolic_blood_pressure", day, reading, came & ~not_recorded)


def _haemoglobin(
    written: WrittenDown, women: Women, clock: Clock, snapshot: pl.DataFrame, numbers: HistoryParameters
) -> None:
    measured = women.happens("haemoglobin again", women.by_group_or_default(numbers.shares["haemoglobin_at_28_weeks"]))
    change = from_quantiles(women.streams.uniform("change of haemoglobin", women.rows), numbers.haemoglobin_at_28_weeks)
    value = np.clip(rounded(women.facts["haemoglobin"] + change, 0), 50, 165)
    written.add_before_birth("haemoglobin", np.full(women.rows, 7 * _WEEK_28), value, measured)


def _bleeding(written: WrittenDown, women: Women, clock: Clock, numbers: HistoryParameters) -> None:
    parts, rows = numbers.bleeding, women.rows
    log_odds: Numbers = parts["intercept"] + parts["placenta_praevia"] * women.facts["placenta_praevia"].astype(float)
    bleeds = women.happens("bleeding", logistic(log_odds))
    episodes = pick(women.streams.uniform("episodes of bleeding", rows), _EPISODES, parts["episodes"])
    # Anywhere between booking and 42 weeks, whenever she gives birth: an early bleeding tells nothing of the birth.
    room = np.maximum(_WEEK_42 * 7 - clock.booked, 0)
    for episode in _EPISODES:
        day = clock.booked + np.floor(women.streams.uniform(f"day of bleeding {episode}", rows) * room).astype(np.int64)
        written.add_before_birth("antenatal_bleeding", day, bleeds, bleeds & (episodes >= episode))


def _epds(written: WrittenDown, women: Women, clock: Clock, numbers: HistoryParameters) -> None:
    asked = women.happens("epds in pregnancy", women.by_group_or_default(numbers.shares["epds_in_pregnancy"]))
    uniform = women.streams.uniform("epds total in pregnancy", women.rows)
    tables = numbers.epds_in_pregnancy
    now = women.facts["depression_ongoing_at_booking"].astype(bool)
    before = women.facts["previous_depression"].astype(bool)
    total = np.where(
        now,
        from_quantiles(uniform, tables["depressed_now"]),
        np.where(before, from_quantiles(uniform, tables["depressed_before"]), from_quantiles(uniform, tables["well"])),
    )
    written.add_before_birth("epds_total", np.maximum(clock.booked, 7 * _WEEK_28), rounded(total, 0), asked)
