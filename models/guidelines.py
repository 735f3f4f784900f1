"""Today's rules, as data: comparators that every audit sets beside the model.

What is here was read in the authority named. The rules of a site, in a file of its own, add to these or replace them
(`models.site_rules`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from models.actions import DIABETES_TEST, HAEMORRHAGE_READINESS, PRETERM_PREVENTION
from models.conditions import Condition
from models.guideline_rule import EthnicityCondition, GuidelineRule

__all__ = ["FLAG_EVERYONE", "FLAG_NOBODY", "GUIDELINES"]

_NG3 = "NICE NG3, Diabetes in pregnancy (2015, updated 2020), section 1.2, risk assessment for gestational diabetes"
_SBL = "NHS England, Saving Babies' Lives Care Bundle version 3 (2023), element 5, risk assessment for preterm birth"
_GTG_52 = "RCOG Green-top Guideline 52, Prevention and management of postpartum haemorrhage (2016), risk factors"
_DECISION_CURVES = "the comparators of a decision curve (Vickers and Elkin, Med Decis Making 2006;26:565)"

_DIABETES_TEST = f"{DIABETES_TEST.offer} at {DIABETES_TEST.window}; after gestational diabetes before, a test early"


def _is_true(concept: str) -> Condition:
    return Condition(concept=concept, comparison="is", value=True)


def _at_least(concept: str, value: float) -> Condition:
    return Condition(concept=concept, comparison="at_least", value=value)


_BMI_30 = _at_least("body_mass_index", 30)
_BMI_READING = "NICE writes 'above 30 kg/m2'; here 30 or more, which differs for a woman of exactly 30 alone"
_DIABETES_RISK_FACTORS = (
    _BMI_30,
    _is_true("previous_baby_4500g_or_more"),
    _is_true("previous_gestational_diabetes"),
    _is_true("family_history_of_diabetes"),
)
_PRETERM_HIGH_RISK = (
    _is_true("previous_birth_or_loss_at_16_to_34_weeks"),
    _is_true("previous_ruptured_membranes_before_34_weeks"),
    _is_true("previous_cervical_cerclage"),
    _is_true("uterine_variant"),
    _is_true("intrauterine_adhesions"),
    _is_true("trachelectomy"),
)
_PRETERM_INTERMEDIATE_RISK = (
    _is_true("previous_caesarean_at_full_dilatation"),
    _is_true("lletz_over_15mm_or_repeated"),
    _is_true("cone_biopsy"),
)

_RULES = (
    GuidelineRule(
        scored_by="guideline:nice_ng3@2020",
        title="NICE NG3 risk factors for gestational diabetes",
        authority=_NG3,
        date="2020",
        action=_DIABETES_TEST,
        conditions=(
            *_DIABETES_RISK_FACTORS,
            EthnicityCondition(title="ethnicities with a high prevalence of diabetes"),
        ),
        reading=f"{_BMI_READING}; NICE names no ethnicity, so a site lists them or the rule is not evaluated",
    ),
    GuidelineRule(
        scored_by="guideline:nice_ng3_without_ethnicity@2020",
        title="NICE NG3 risk factors other than ethnicity",
        authority=f"{_NG3}: four of its five risk factors",
        date="2020",
        action=_DIABETES_TEST,
        conditions=_DIABETES_RISK_FACTORS,
        reading=f"{_BMI_READING}; a part of NICE's rule, named as one",
    ),
    GuidelineRule(
        scored_by="guideline:bmi_30_or_more@2020",
        title="body mass index of 30 kg/m2 or more alone",
        authority=f"{_NG3}: one of its five risk factors",
        date="2020",
        action=_DIABETES_TEST,
        conditions=(_BMI_30,),
        reading=f"{_BMI_READING}; a part of NICE's rule, named as one",
    ),
    GuidelineRule(
        scored_by="guideline:sbl_preterm_high_risk@2023",
        title="Saving Babies' Lives version 3, high risk of preterm birth",
        authority=_SBL,
        date="2023",
        action=PRETERM_PREVENTION.offer,
        conditions=_PRETERM_HIGH_RISK,
    ),
    GuidelineRule(
        scored_by="guideline:sbl_preterm_high_or_intermediate_risk@2023",
        title="Saving Babies' Lives version 3, high or intermediate risk of preterm birth",
        authority=_SBL,
        date="2023",
        action=PRETERM_PREVENTION.offer,
        conditions=(*_PRETERM_HIGH_RISK, *_PRETERM_INTERMEDIATE_RISK),
    ),
    GuidelineRule(
        scored_by="guideline:previous_preterm_birth@2023",
        title="a previous preterm birth alone",
        authority=f"based on {_SBL}",
        date="2023",
        action=PRETERM_PREVENTION.offer,
        conditions=(_is_true("previous_preterm_birth"),),
        reading="this project's own rule: any birth before 37 weeks, where the bundle asks for 16 to 34 weeks, because "
        "that is what birth records hold",
    ),
    GuidelineRule(
        scored_by="guideline:gtg_52_admission_list@2016",
        title="an admission list based on RCOG Green-top Guideline 52",
        authority=f"based on {_GTG_52}",
        date="2016",
        action=HAEMORRHAGE_READINESS.offer,
        conditions=(
            _at_least("fetuses", 2),
            _is_true("previous_postpartum_haemorrhage"),
            _is_true("pre_eclampsia"),
        ),
        reading="this project's reading, not the guideline's rule: it publishes odds ratios (multiple pregnancy 3.3 to "
        "4.7, previous haemorrhage 3.6, pre-eclampsia 2.2 to 5.0), and these are what care knows at admission; a large "
        "baby is a suspicion before birth, and its other factors arise in labour",
    ),
)
FLAG_NOBODY = GuidelineRule(
    scored_by="flag_nobody",
    title="flag nobody",
    authority=_DECISION_CURVES,
    date="2006",
    action="none",
    answers_all=False,
)
FLAG_EVERYONE = GuidelineRule(
    scored_by="flag_everyone",
    title="flag everyone",
    authority=_DECISION_CURVES,
    date="2006",
    action="the offer is made to every woman",
    answers_all=True,
)

GUIDELINES: Mapping[str, GuidelineRule] = MappingProxyType(
    {rule.scored_by: rule for rule in (*_RULES, FLAG_NOBODY, FLAG_EVERYONE)}
)
