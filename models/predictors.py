"""PREDICTORS: every fact a risk model may use, from which prediction point on, and why.

What looks known but is not (visits, weight gain, third-trimester smoking, the interval to *this* birth, what happened
in labour), what care did because of a suspicion, and what stands in for a woman's group are in `NEVER_PREDICTORS` with
their reasons, so that a design that asks for one is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from records.clock import ADMISSION, BOOKING, WEEKS_16, WEEKS_20, WEEKS_28, PredictionPoint
from records.concepts import CONCEPTS

__all__ = ["NEVER_PREDICTORS", "PREDICTORS", "Predictor"]


@dataclass(frozen=True, kw_only=True)
class Predictor:
    """``known_from`` is the earliest point at which care can know the fact, in a record that dates what it holds; a
    source that does not may say later. ``wording`` is what a clinician reads when this fact moved a risk; None: it is
    logged and never shown."""

    concept: str
    known_from: PredictionPoint
    reason: str
    wording: str | None = None


def _at_booking(concept: str, reason: str, *, shown: bool = True) -> Predictor:
    return Predictor(
        concept=concept, known_from=BOOKING, reason=reason, wording=CONCEPTS[concept].title if shown else None
    )


def _later(concept: str, point: PredictionPoint, reason: str) -> Predictor:
    return Predictor(concept=concept, known_from=point, reason=reason, wording=CONCEPTS[concept].title)


_BLEEDING = "bleeding before birth raises preterm birth and haemorrhage (RCOG Green-top Guideline 63)"
_HYPERTENSION = "with high blood pressure or pre-eclampsia birth is begun early (NICE NG133)"
_LOW_MOOD = "low mood in pregnancy goes on after birth (O'Hara and Swain 1996, Int Rev Psychiatry 8:37)"

_ALL = (
    _at_booking("maternal_age", "risk of every outcome here varies with age"),
    _at_booking("body_mass_index", "raised in gestational diabetes, haemorrhage and preterm birth"),
    _at_booking("height", "short stature goes with gestational diabetes and preterm birth"),
    _at_booking("weight", "size at booking where body mass index is missing"),
    _at_booking("smoking_status", "smoking raises the risk of preterm birth"),
    _at_booking("cigarettes_before_pregnancy", "smoking raises the risk of preterm birth"),
    _at_booking("cigarettes_first_trimester", "smoking raises the risk of preterm birth"),
    _at_booking("education_level", "social circumstances", shown=False),
    _at_booking("deprivation_quintile", "preterm birth rises with area deprivation", shown=False),
    _at_booking("interpreter_needed", "access to care", shown=False),
    _at_booking("complex_social_factors", "access to care", shown=False),
    _at_booking("gestation_at_booking", "late booking shortens what can still be done"),
    _at_booking("parity", "first births differ from later ones"),
    _at_booking("previous_pregnancy_losses", "losses precede preterm birth"),
    _at_booking("previous_preterm_birth", "the strongest known predictor of preterm birth"),
    _at_booking("previous_caesareans", "uterine scar: placenta accreta, haemorrhage"),
    _at_booking("interpregnancy_interval", "short and long intervals raise the risk of preterm birth"),
    _at_booking("previous_gestational_diabetes", "the strongest known predictor of gestational diabetes"),
    _at_booking("previous_baby_4500g_or_more", "risk factor of NICE NG3"),
    _at_booking("previous_postpartum_haemorrhage", "haemorrhage recurs"),
    _at_booking("family_history_of_diabetes", "risk factor of NICE NG3"),
    _at_booking("previous_depression", "depression recurs around birth"),
    _at_booking("low_social_support", "support protects from depression"),
    _at_booking("pre_existing_diabetes", "raises preterm birth and haemorrhage"),
    _at_booking("chronic_hypertension", "raises preterm birth"),
    _at_booking("infertility_treatment", "raises preterm birth and haemorrhage"),
    _at_booking("assisted_reproduction", "raises preterm birth and haemorrhage"),
    _at_booking("haemoglobin", "anaemia precedes haemorrhage and transfusion"),
    _later("fetuses", WEEKS_16, "multiple pregnancy raises preterm birth and haemorrhage"),
    _later("placenta_praevia", WEEKS_20, "bleeding before and after birth"),
    # Both are new hypertension after 20 weeks by definition (NICE NG133), so no earlier point has any of it.
    _later("gestational_hypertension", WEEKS_28, "pre-eclampsia raises haemorrhage"),
    _later("pre_eclampsia", WEEKS_28, "pre-eclampsia raises haemorrhage"),
    _later("eclampsia", ADMISSION, "eclampsia raises haemorrhage"),
    # A test as early as 16 weeks is for women who had it before (NICE NG3).
    _later("gestational_diabetes", WEEKS_16, "a large baby raises haemorrhage"),
    _later("infection_in_pregnancy", ADMISSION, "infection precedes severe morbidity"),
    _at_booking("epds_total_in_pregnancy", _LOW_MOOD),
    _later("antenatal_bleeding", WEEKS_16, _BLEEDING),
    _later("antenatal_bleeding_episodes", WEEKS_16, _BLEEDING),
    _later("systolic_blood_pressure_highest", WEEKS_16, _HYPERTENSION),
    _later("systolic_blood_pressure_slope", WEEKS_28, "rising blood pressure precedes pre-eclampsia"),
    _later("days_since_pre_eclampsia", WEEKS_28, _HYPERTENSION),
    _later("haemoglobin_latest", WEEKS_28, "anaemia, also what came since booking, precedes haemorrhage"),
)

PREDICTORS: Mapping[str, Predictor] = MappingProxyType({p.concept: p for p in _ALL})

NEVER_PREDICTORS: Mapping[str, str] = MappingProxyType(
    {
        "antenatal_visits": "counts visits up to birth: a shorter pregnancy has fewer",
        "care_began_month": "immortal time: a woman who books late has already stayed pregnant",
        "weight_gain": "measured at birth: a shorter pregnancy gains less",
        "cigarettes_third_trimester": "recorded only of those who reach the third trimester",
        "interval_to_this_birth": "counts to this birth and so holds its gestation; use interpregnancy_interval",
        "onset_of_birth": "what happened in labour is not known before it",
        "birth_weight": "known after birth",
        "diabetes_test_done": "a test is care that follows a suspicion or a flag: it tells who was offered it",
        "epds_total": "asked after birth, as the outcome; use epds_total_in_pregnancy",
        "epds_item_10": "a safety rule that is answered first, never part of a model",
        "born_abroad": "stands in for ethnic group; ethnicity enters prediction only by a signed decision",
        "ethnic_group": "ethnicity enters prediction only by a signed decision",
        "ethnic_category": "ethnicity enters prediction only by a signed decision",
        "site": "carries ethnic group and local practice, and a new site has no code that was seen",
        "payer": "recorded at birth; stands in for circumstances and for ethnic group",
        "delivered_year": "known after birth",
        "delivered_month": "known after birth",
    }
)
