"""CONCEPTS: every clinical fact this project can hold, by name.

Codes are SNOMED CT concept ids, ICD-10 and LOINC as NHS England's maternity data set guidance, the WHO classification
and loinc.org publish them; a concept without a code here has none that was verified. Plausible ranges are this
project's own recording limits unless a source stands beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from records.concept import Concept, ImplausibleValue, UnknownCategory, WrongUnit
from records.errors import EquipartumError
from records.reading import Reading

__all__ = [
    "CONCEPTS",
    "THEMES",
    "Concept",
    "ImplausibleValue",
    "UnknownCategory",
    "UnknownConcept",
    "WrongUnit",
    "concept",
]


class UnknownConcept(EquipartumError):
    """A fact under a name that this project does not define."""


def _quantity(name: str, title: str, unit: str, low: float, high: float, **more: object) -> Concept:
    return Concept(name=name, title=title, kind="quantity", unit=unit, plausible=(low, high), **more)  # type: ignore[arg-type]


def _count(name: str, title: str, low: int, high: int, **more: object) -> Concept:
    return Concept(name=name, title=title, kind="count", plausible=(low, high), **more)  # type: ignore[arg-type]


def _flag(name: str, title: str, **more: object) -> Concept:
    return Concept(name=name, title=title, kind="flag", **more)  # type: ignore[arg-type]


def _category(name: str, title: str, *categories: str, **more: object) -> Concept:
    return Concept(name=name, title=title, kind="category", categories=categories, **more)  # type: ignore[arg-type]


def _first(name: str) -> Reading:
    """Of what is measured again and again, the value at booking."""
    return Reading(of=name, how="first")


_WOMAN = (
    _quantity("maternal_age", "age at booking", "a", 10, 60),
    # BMI 10-70, height 1-2.5 m, weight 20-200 kg: the limits NHS England's maternity data set processing keeps.
    _quantity(
        "body_mass_index",
        "body mass index",
        "kg/m2",
        10,
        70,
        snomed=("60621009",),
        loinc=("39156-5",),
        reading=_first("body_mass_index"),
    ),
    _quantity(
        "height",
        "height",
        "cm",
        100,
        250,
        other_units={"m": 100.0},
        snomed=("50373000",),
        loinc=("8302-2",),
        reading=_first("height"),
    ),
    _quantity(
        "weight",
        "weight",
        "kg",
        20,
        200,
        other_units={"g": 0.001},
        snomed=("27113001",),
        loinc=("29463-7",),
        reading=_first("weight"),
    ),
    _category("smoking_status", "smoking at booking", "never", "former", "current", reading=_first("smoking_status")),
    _count("cigarettes_before_pregnancy", "cigarettes a day in the 3 months before pregnancy", 0, 98),
    _count("cigarettes_first_trimester", "cigarettes a day in the first trimester", 0, 98),
    _count("cigarettes_third_trimester", "cigarettes a day in the third trimester", 0, 98),
    # Ordered as the US certificate's eight levels, from 8th grade or less (1) to doctorate (8).
    _count("education_level", "education, in eight ordered levels", 1, 8),
    _count("deprivation_quintile", "area deprivation quintile (1 is most deprived)", 1, 5),
    _flag("interpreter_needed", "interpreter needed"),
    _flag("complex_social_factors", "complex social factors recorded at booking"),
    _flag("born_abroad", "born outside the country of care"),
    _quantity("gestation_at_booking", "gestation at booking", "d", 14, 308),
)

_HISTORY = (
    _count("parity", "previous births", 0, 20, snomed=("118212000",)),
    _count("previous_pregnancy_losses", "previous losses and terminations", 0, 20),
    _flag("previous_preterm_birth", "previous preterm birth", snomed=("161765003",), defined_if="parity"),
    _count("previous_caesareans", "previous caesarean births", 0, 12, snomed=("252115000",), defined_if="parity"),
    _quantity(
        "interpregnancy_interval",
        "months from the last live birth to this conception",
        "mo",
        0,
        480,
        defined_if="parity",
    ),
    _flag("previous_gestational_diabetes", "previous gestational diabetes", defined_if="parity"),
    _flag("previous_baby_4500g_or_more", "previous baby of 4.5 kg or more", defined_if="parity"),
    _flag("previous_postpartum_haemorrhage", "postpartum haemorrhage after a previous birth", defined_if="parity"),
    # What the preterm risk assessment of Saving Babies' Lives version 3 (NHS England 2023, element 5) asks for. A loss
    # is no birth, so these have a meaning after no previous birth too, all but the caesarean.
    _flag("previous_birth_or_loss_at_16_to_34_weeks", "previous delivery or loss at 16 to 34 weeks"),
    _flag("previous_ruptured_membranes_before_34_weeks", "previous rupture of membranes before labour and 34 weeks"),
    _flag("previous_cervical_cerclage", "previous cervical cerclage"),
    _flag("uterine_variant", "known variant of the uterus"),
    _flag("intrauterine_adhesions", "intrauterine adhesions (Asherman's syndrome)"),
    _flag("trachelectomy", "trachelectomy"),
    _flag("previous_caesarean_at_full_dilatation", "previous caesarean birth at full dilatation", defined_if="parity"),
    _flag("lletz_over_15mm_or_repeated", "loop excision of the cervix (LLETZ) deeper than 15 mm, or more than one"),
    _flag("cone_biopsy", "cone biopsy of the cervix"),
    _flag("family_history_of_diabetes", "first-degree relative with diabetes"),
    _flag("previous_depression", "depression before this pregnancy", snomed=("35489007",), icd10=("F32.9",)),
    _flag("depression_ongoing_at_booking", "depression under care at booking"),
    _flag("low_social_support", "feels unsupported, asked at booking"),
)

_THIS_PREGNANCY = (
    # What is diagnosed after birth was not there before pregnancy: it often follows the diabetes of pregnancy.
    _flag(
        "pre_existing_diabetes",
        "diabetes before pregnancy",
        snomed=("46635009", "44054006"),
        icd10=("O24.0", "O24.1"),
        reading=Reading(of="pre_existing_diabetes", how="maximum", by_birth=True),
    ),
    _flag("chronic_hypertension", "hypertension before pregnancy", icd10=("I10", "O10")),
    _flag("infertility_treatment", "infertility treatment for this pregnancy"),
    _flag("assisted_reproduction", "assisted reproductive technology for this pregnancy"),
    _count("fetuses", "fetuses", 1, 8, snomed=("246435002",)),
    _quantity(
        "haemoglobin",
        "haemoglobin at booking",
        "g/L",
        40,
        200,
        other_units={"g/dL": 10.0},
        reading=_first("haemoglobin"),
    ),
    _quantity(
        "haemoglobin_latest",
        "haemoglobin, last measured",
        "g/L",
        40,
        200,
        other_units={"g/dL": 10.0},
        reading=Reading(of="haemoglobin", how="last", before_birth=True),
    ),
    _quantity(
        "systolic_blood_pressure_highest",
        "highest systolic blood pressure so far in this pregnancy",
        "mm[Hg]",
        30,
        300,
        reading=Reading(of="systolic_blood_pressure", how="maximum", before_birth=True),
    ),
    _quantity(
        "systolic_blood_pressure_slope",
        "rise of systolic blood pressure a week",
        "mm[Hg]/wk",
        -100,
        100,
        reading=Reading(of="systolic_blood_pressure", how="slope", before_birth=True),
    ),
    _flag("antenatal_bleeding", "bleeding before birth"),
    _count(
        "antenatal_bleeding_episodes",
        "episodes of bleeding so far in this pregnancy",
        0,
        60,
        reading=Reading(of="antenatal_bleeding", how="count", before_birth=True),
    ),
    _quantity(
        "days_since_pre_eclampsia",
        "days since pre-eclampsia was diagnosed",
        "d",
        0,
        310,
        reading=Reading(of="pre_eclampsia", how="days_since_first", before_birth=True),
        defined_if="pre_eclampsia",
    ),
    _count(
        "epds_total_in_pregnancy",
        "Edinburgh Postnatal Depression Scale in pregnancy, last total",
        0,
        30,
        reading=Reading(of="epds_total", how="last", before_birth=True),
    ),
    _flag("placenta_praevia", "placenta praevia", snomed=("36813001",), icd10=("O44",)),
    _flag("gestational_hypertension", "gestational hypertension or pre-eclampsia"),
    _flag("pre_eclampsia", "pre-eclampsia", snomed=("398254007",), icd10=("O14",)),
    _flag("eclampsia", "eclampsia"),
    _flag("infection_in_pregnancy", "gonorrhoea, syphilis, chlamydia or hepatitis B or C in this pregnancy"),
    _count("antenatal_visits", "number of antenatal visits", 0, 98),
    _count("care_began_month", "month of pregnancy in which care began (0: none)", 0, 10),
    _quantity("weight_gain", "weight gained in pregnancy", "kg", -40, 80),
    _quantity(
        "interval_to_this_birth", "months from the last live birth to this birth", "mo", 0, 480, defined_if="parity"
    ),
)

_BIRTH = (
    # Valid gestation 154 to 315 days: NHS England, maternity data set processing of CQIMPreterm.
    _quantity(
        "gestation_at_birth", "gestation at birth, from the agreed due date", "d", 154, 315, snomed=("57036006",)
    ),
    _quantity("gestation_at_birth_combined", "gestation at birth, combined estimate (COMBGEST)", "d", 119, 336),
    _quantity("gestation_at_birth_obstetric", "gestation at birth, obstetric estimate", "d", 119, 336),
    _flag("live_birth", "born alive"),
    _category("onset_of_birth", "how birth began", "spontaneous", "induced", "caesarean_before_labour"),
    # Primary haemorrhage is within 24 hours of birth (RCOG GTG 52, 2016); dates alone hold that to the next day.
    _quantity(
        "measured_blood_loss",
        "measured blood loss",
        "mL",
        0,
        15000,
        other_units={"L": 1000.0},
        reading=Reading(of="measured_blood_loss", how="maximum", days_after_birth=(0, 1)),
    ),
    _quantity(
        "estimated_blood_loss",
        "estimated blood loss",
        "mL",
        0,
        15000,
        other_units={"L": 1000.0},
        reading=Reading(of="estimated_blood_loss", how="maximum", days_after_birth=(0, 1)),
    ),
    _flag("maternal_transfusion", "maternal transfusion"),
    _flag("ruptured_uterus", "ruptured uterus"),
    _flag("unplanned_hysterectomy", "unplanned hysterectomy"),
    _flag("intensive_care", "mother admitted to intensive care"),
    _flag("gestational_diabetes", "gestational diabetes recorded", snomed=("11687002",), icd10=("O24.4",)),
    _flag("diabetes_test_offered", "test for gestational diabetes offered"),
    _flag("diabetes_test_accepted", "test for gestational diabetes accepted"),
    # A test after birth looks for diabetes that stayed (NICE NG3), and is none of this pregnancy.
    _flag(
        "diabetes_test_done",
        "tested for gestational diabetes",
        reading=Reading(of="diabetes_test_done", how="maximum", before_birth=True),
    ),
    _flag("aspirin_offered", "low-dose aspirin offered"),
    _flag("aspirin_accepted", "low-dose aspirin accepted"),
    _flag("aspirin_taken", "takes low-dose aspirin"),
    _flag("preterm_clinic_offered", "preterm birth prevention clinic offered"),
    _flag("preterm_clinic_accepted", "preterm birth prevention clinic accepted"),
    _flag("preterm_clinic_attended", "seen in the preterm birth prevention clinic"),
    _quantity(
        "glucose_fasting",
        "fasting plasma glucose at 75 g OGTT",
        "mmol/L",
        1,
        40,
        reading=Reading(of="glucose_fasting", how="maximum", before_birth=True),
    ),
    _quantity(
        "glucose_two_hours",
        "2-hour plasma glucose at 75 g OGTT",
        "mmol/L",
        1,
        50,
        reading=Reading(of="glucose_two_hours", how="maximum", before_birth=True),
    ),
    # Six findings of NHS England's data-quality measure of the data set; the two procedures beside them are
    # unplanned_hysterectomy and intensive_care.
    _flag("maternal_critical_finding", "finding of a maternal critical incident"),
    # Of twins the lower one.
    _count(
        "apgar_5_minutes",
        "Apgar score at 5 minutes",
        0,
        10,
        reading=Reading(of="apgar_5_minutes", how="minimum"),
        caution=(
            "The Apgar score and signs read from skin colour mislead in Black and Asian babies (NHS Race and Health "
            "Observatory, review of neonatal assessment, 2023): a difference between groups may be one of assessment."
        ),
    ),
    _flag("assisted_ventilation_over_6_hours", "baby ventilated for more than 6 hours"),
    _flag("neonatal_unit_admission", "baby admitted to a neonatal unit"),
    _quantity(
        "birth_weight",
        "birth weight",
        "g",
        200,
        8000,
        other_units={"kg": 1000.0},
        reading=Reading(of="birth_weight", how="minimum"),
    ),
    _flag("stillbirth", "stillbirth from 24 weeks"),
    # Early neonatal and neonatal death: before 7 and before 28 completed days (MBRRACE-UK). One observation, dated by
    # the day of death, tells both. Of whom care heard nothing for so long, nothing is known.
    _flag(
        "death_within_7_days",
        "baby died within 7 days",
        reading=Reading(of="death_within_28_days", how="maximum", days_after_birth=(0, 6)),
    ),
    _flag(
        "death_within_28_days",
        "baby died within 28 days",
        reading=Reading(of="death_within_28_days", how="maximum", days_after_birth=(0, 27)),
    ),
    _flag("depression", "depression diagnosed", snomed=("35489007",), icd10=("F32.9",)),
    _flag(
        "depression_within_a_year",
        "new diagnosis of depression within a year of birth",
        icd10=("F53",),
        reading=Reading(of="depression", how="maximum", days_after_birth=(1, 365)),
    ),
    # EPDS: ten items scored 0 to 3 (Cox, Holden and Sagovsky 1987). As an outcome from day 14: before, the transient
    # low mood of the first days is measured.
    _count(
        "epds_total",
        "Edinburgh Postnatal Depression Scale after birth, highest total",
        0,
        30,
        loinc=("99046-5",),
        reading=Reading(of="epds_total", how="maximum", days_after_birth=(14, 365)),
    ),
    # A rule of safety and no outcome: the highest answer she ever gave, in pregnancy or after.
    _count(
        "epds_item_10",
        "Edinburgh Postnatal Depression Scale, item 10, highest",
        0,
        3,
        reading=Reading(of="epds_item_10", how="maximum"),
    ),
)

_VITAL_SIGNS = (
    _quantity(
        "systolic_blood_pressure", "systolic blood pressure", "mm[Hg]", 30, 300, snomed=("72313002",), loinc=("8480-6",)
    ),
    _quantity(
        "diastolic_blood_pressure",
        "diastolic blood pressure",
        "mm[Hg]",
        10,
        220,
        snomed=("1091811000000102",),
        loinc=("8462-4",),
    ),
    _quantity("mean_arterial_pressure", "mean arterial pressure", "mm[Hg]", 20, 250),
    _quantity("heart_rate", "heart rate", "/min", 10, 300, snomed=("444981005",), loinc=("8867-4",)),
    _quantity("respiratory_rate", "respiratory rate", "/min", 1, 90, snomed=("86290005",), loinc=("9279-1",)),
    _quantity("temperature", "temperature", "Cel", 25, 45, snomed=("276885007",), loinc=("8310-5",)),
    _quantity("oxygen_saturation", "oxygen saturation (SpO2)", "%", 30, 100, snomed=("431314004",), loinc=("2708-6",)),
    _quantity("urine_output", "urine output", "mL/h", 0, 2000),
    _quantity("fetal_heart_rate", "fetal heart rate", "/min", 30, 300),
    _category(
        "consciousness", "level of consciousness", "alert", "agitated", "confused", "voice", "pain", "unresponsive"
    ),
    _category("oxygen_support", "breathing air or oxygen", "air", "oxygen"),
    _flag("concern", "concern of the woman, her family or staff"),
    _flag("headache_unremitting_with_pre_eclampsia", "pre-eclampsia with a headache that does not remit"),
    _flag("breathlessness_with_pre_eclampsia", "pre-eclampsia with breathlessness"),
    _flag("disproportionate_pain", "pain out of proportion"),
)

#: Every concept under the part of care that it tells of.
THEMES: Mapping[str, tuple[Concept, ...]] = MappingProxyType(
    {
        "The woman at booking": _WOMAN,
        "Her history": _HISTORY,
        "This pregnancy": _THIS_PREGNANCY,
        "Birth and after": _BIRTH,
        "Vital signs": _VITAL_SIGNS,
    }
)

CONCEPTS: Mapping[str, Concept] = MappingProxyType({c.name: c for theme in THEMES.values() for c in theme})


def concept(name: str) -> Concept:
    """The concept of that name; `UnknownConcept` says that there is none."""
    try:
        return CONCEPTS[name]
    except KeyError:
        raise UnknownConcept(f"no concept is called {name!r}; the data dictionary lists those there are") from None
