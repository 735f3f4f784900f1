"""What care wrote down of each pregnancy, on which day: the observations of the histories."""

from __future__ import annotations

import numpy as np
import polars as pl

from records.histories.body_mass_index import body_mass_index
from records.histories.tables import observed_value
from records.sources.nhs_facts import ASKED_TOGETHER
from records.sources.simulated.birth import ONSETS
from records.sources.simulated.drawing import Women
from records.sources.simulated.exact_arithmetic import from_quantiles, rounded
from records.sources.simulated.histories.clock import NO_DAY, Clock, Days
from records.sources.simulated.histories.contacts import observe_contacts
from records.sources.simulated.histories.offers import observe_offers
from records.sources.simulated.histories.parameters import HistoryParameters
from records.sources.simulated.histories.treatments import observe_treatments
from records.sources.simulated.histories.writing_down import WrittenDown
from records.sources.simulated.recorded import recorded_values

__all__ = ["observations_of"]

# Facts of booking that are recorded or missing each by itself.
_EACH_BY_ITSELF = (
    "maternal_age", "height", "weight", "smoking_status", "deprivation_quintile", "interpreter_needed",
    "complex_social_factors", "low_social_support", "parity", "previous_pregnancy_losses", "previous_caesareans",
    "haemoglobin",
)  # fmt: skip
_HISTORY, _FAMILY = ASKED_TOGETHER


def observations_of(women: Women, clock: Clock, snapshot: pl.DataFrame, numbers: HistoryParameters) -> pl.DataFrame:
    """``snapshot`` is what the first edition recorded of the same women, with its missing facts. The ``pregnancy`` of
    an observation is the row of ``women``."""
    written = WrittenDown(clock=clock)
    _booking(written, women, clock, snapshot, numbers)
    _scans(written, women, clock, numbers)
    observe_contacts(written, women, clock, snapshot, numbers)
    observe_offers(written, women, clock, numbers)
    observe_treatments(written, women, clock)
    _glucose_test(written, women, clock, snapshot, numbers)
    _birth(written, women, clock, snapshot)
    _after_birth(written, women, clock, snapshot, numbers)
    return written.table()


def _booking(
    written: WrittenDown, women: Women, clock: Clock, snapshot: pl.DataFrame, numbers: HistoryParameters
) -> None:
    for name in _EACH_BY_ITSELF:
        written.add_column(name, clock.booked, snapshot[name])
    index = snapshot.select(body_mass_index(pl.col("height"), pl.col("weight"))).to_series()
    written.add_column("body_mass_index", clock.booked, index)
    written.add("gestation_at_booking", clock.booked, clock.booked)
    for asked_together, share in ((_HISTORY, "history_not_asked"), (_FAMILY, "family_history_not_asked")):
        asked = ~women.happens(share.replace("_", " "), women.by_group_or_default(numbers.shares[share]))
        for name in asked_together:
            written.add(name, clock.booked, recorded_values(women, name), asked)
    ongoing = snapshot["depression_ongoing_at_booking"].fill_null(value=False).to_numpy()
    written.add("depression_ongoing_at_booking", clock.booked, ongoing, ongoing)


def _scans(written: WrittenDown, women: Women, clock: Clock, numbers: HistoryParameters) -> None:
    scanned = ~women.happens("dating scan missed", women.by_group_or_default(numbers.shares["dating_scan_missed"]))
    dated = np.maximum(_drawn_days(women, "dating scan", numbers), clock.booked)
    written.add_before_birth("fetuses", dated, women.facts["fetuses"], scanned)
    anomaly = np.maximum(_drawn_days(women, "anomaly scan", numbers), clock.booked)
    low_lying = women.facts["placenta_praevia"]
    written.add_before_birth("placenta_praevia", anomaly, low_lying, low_lying)


def _glucose_test(
    written: WrittenDown, women: Women, clock: Clock, snapshot: pl.DataFrame, numbers: HistoryParameters
) -> None:
    facts = women.facts
    usual, early = _drawn_days(women, "glucose test", numbers), _drawn_days(women, "early glucose test", numbers)
    day = np.where(facts["previous_gestational_diabetes"].astype(bool), early, usual)
    # A test that was due before she booked is made a week after.
    day = np.where(day <= clock.booked, clock.booked + 7, day)
    tested = facts["diabetes_test_done"].astype(bool)
    written.add_before_birth("diabetes_test_done", day, tested, tested)
    for name in ("glucose_fasting", "glucose_two_hours"):
        written.add_before_birth(name, day, facts[name], tested)
    diagnosed = tested & facts["gestational_diabetes_recorded"].astype(bool)
    written.add_before_birth("gestational_diabetes", day, diagnosed, diagnosed)


def _birth(written: WrittenDown, women: Women, clock: Clock, snapshot: pl.DataFrame) -> None:
    facts, born = women.facts, clock.born
    written.add("gestation_at_birth", clock.ended, clock.ended, born)
    onset = [observed_value("onset_of_birth", level) for level in ONSETS]
    written.add("onset_of_birth", clock.ended, np.array(onset)[facts["onset_of_birth"]], born)
    written.add("fetuses", clock.ended, facts["fetuses"], born)
    written.add("live_birth", clock.ended, facts["live_birth"], born)
    for name in ("stillbirth", "maternal_transfusion"):
        written.add(name, clock.ended, facts[name], born & facts[name].astype(bool))
    admitted = snapshot["neonatal_unit_admission"].fill_null(value=False).to_numpy()
    written.add("neonatal_unit_admission", clock.ended, admitted, born & admitted)
    for name in ("measured_blood_loss", "estimated_blood_loss", "apgar_5_minutes", "birth_weight"):
        written.add_column(name, clock.ended, snapshot[name], born)


def _after_birth(
    written: WrittenDown, women: Women, clock: Clock, snapshot: pl.DataFrame, numbers: HistoryParameters
) -> None:
    followed = np.where(clock.born, clock.ended + clock.followed, NO_DAY)
    asked = clock.ended + _drawn_days(women, "epds after birth", numbers)
    for name in ("epds_total", "epds_item_10"):
        written.add_column(name, asked, snapshot[name], clock.born & (asked <= followed))
    # The low mood of the first days: her total then is that of anyone, whatever comes of it.
    at_day_10 = women.happens("epds at day 10", women.by_group_or_default(numbers.shares["epds_at_day_10"]))
    low_mood = from_quantiles(
        women.streams.uniform("low mood", women.rows), numbers.epds_in_pregnancy["depressed_before"]
    )
    day_10 = clock.ended + 10
    written.add("epds_total", day_10, rounded(low_mood, 0), clock.born & at_day_10 & (day_10 <= followed))
    diagnosed = snapshot["depression_within_a_year"].fill_null(value=False).to_numpy() & clock.born
    on = clock.ended + _drawn_days(women, "depression after birth", numbers)
    written.add("depression", on, diagnosed, diagnosed & (on <= followed))


def _drawn_days(women: Women, name: str, numbers: HistoryParameters) -> Days:
    days = from_quantiles(women.streams.uniform(f"day of {name}", women.rows), numbers.days[name.replace(" ", "_")])
    return np.floor(days).astype(np.int64)
