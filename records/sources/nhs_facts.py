"""What an English maternity record holds, whichever form it comes in: MSDS tables, FHIR, or simulated histories.

The three forms of one pregnancy must say the same, so what counts as asked, and what no entry means, stands here once.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from records.clock import BIRTH, BOOKING, POSTNATAL, WEEKS_16, WEEKS_20, WEEKS_28, PredictionPoint
from records.histories.tables import ClosedFrom

__all__ = ["ASKED_TOGETHER", "NHS_CLOSED", "NHS_KNOWN_FROM"]

_KNOWN: Mapping[PredictionPoint, tuple[str, ...]] = {
    BOOKING: (
        "maternal_age", "body_mass_index", "height", "weight", "smoking_status", "deprivation_quintile",
        "interpreter_needed", "complex_social_factors", "low_social_support", "gestation_at_booking", "parity",
        "previous_pregnancy_losses", "previous_caesareans", "interpregnancy_interval", "previous_preterm_birth",
        "previous_gestational_diabetes", "previous_baby_4500g_or_more", "previous_postpartum_haemorrhage",
        "previous_depression", "pre_existing_diabetes", "chronic_hypertension", "family_history_of_diabetes",
        "depression_ongoing_at_booking", "haemoglobin", "epds_total_in_pregnancy", "epds_item_10",
    ),
    WEEKS_16: (
        "fetuses", "antenatal_bleeding", "antenatal_bleeding_episodes", "systolic_blood_pressure_highest",
        "diabetes_test_offered", "diabetes_test_accepted", "diabetes_test_done", "glucose_fasting",
        "glucose_two_hours", "gestational_diabetes", "aspirin_offered", "aspirin_accepted", "aspirin_taken",
    ),
    WEEKS_20: (
        "placenta_praevia", "preterm_clinic_offered", "preterm_clinic_accepted", "preterm_clinic_attended",
    ),
    WEEKS_28: (
        "haemoglobin_latest", "systolic_blood_pressure_slope", "gestational_hypertension", "pre_eclampsia",
        "days_since_pre_eclampsia",
    ),
    BIRTH: (
        "gestation_at_birth", "onset_of_birth", "live_birth", "stillbirth", "measured_blood_loss",
        "estimated_blood_loss", "maternal_transfusion", "ruptured_uterus", "unplanned_hysterectomy", "intensive_care",
        "maternal_critical_finding", "apgar_5_minutes", "neonatal_unit_admission", "assisted_ventilation_over_6_hours",
        "birth_weight",
    ),
    POSTNATAL: (
        "death_within_7_days", "death_within_28_days", "depression_within_a_year", "epds_total",
    ),
}  # fmt: skip

#: The earliest point at which a dated English record can hold each concept.
NHS_KNOWN_FROM: Mapping[str, PredictionPoint] = MappingProxyType(
    {name: since for since, names in _KNOWN.items() for name in names}
)

_CLOSED: Mapping[ClosedFrom, tuple[str, ...]] = {
    "booked": (
        "depression_ongoing_at_booking", "antenatal_bleeding", "antenatal_bleeding_episodes", "diabetes_test_done",
        "gestational_diabetes", "placenta_praevia", "gestational_hypertension", "pre_eclampsia",
    ),
    "birth": (
        "stillbirth", "maternal_transfusion", "ruptured_uterus", "unplanned_hysterectomy", "intensive_care",
        "maternal_critical_finding", "neonatal_unit_admission", "assisted_ventilation_over_6_hours",
        "death_within_7_days", "death_within_28_days", "depression_within_a_year",
    ),
}  # fmt: skip

#: Flags of which a record without an entry says 'no'. Everything else that has no entry is not known.
NHS_CLOSED: Mapping[str, ClosedFrom] = MappingProxyType(
    {name: since for since, names in _CLOSED.items() for name in names}
)

#: Histories that one interview covers: where it was held, those without an entry were asked and are 'no'. MSDS takes
#: any row of the table as that it was held, also of an illness that is in no list, for its rows are of one interview,
#: and nobody denies each in turn; FHIR states each by itself, and only what is stated is known.
ASKED_TOGETHER: tuple[tuple[str, ...], ...] = (
    (
        "previous_preterm_birth", "previous_gestational_diabetes", "previous_baby_4500g_or_more",
        "previous_postpartum_haemorrhage", "previous_depression", "pre_existing_diabetes", "chronic_hypertension",
    ),
    ("family_history_of_diabetes",),
)  # fmt: skip
