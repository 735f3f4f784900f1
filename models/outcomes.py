"""OUTCOMES: the one place where what is predicted is declared.

An outcome lists its definitions in order of preference; the first one that a source provides is used, is named in
everything that follows, and is never mixed with another. What is another threshold or another complication is an
outcome of its own. A prediction point without a named action is `gap_only`: audited, never served. Honest AUROC ranges
and plausible rates make a diagnosis speak up when a result is too good.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from models.actions import (
    DEPRESSION_SUPPORT,
    DIABETES_TEST,
    HAEMORRHAGE_BIRTH_PLAN,
    HAEMORRHAGE_READINESS,
    PRETERM_PLACE_OF_BIRTH,
    PRETERM_PREVENTION,
    Action,
)
from models.conditions import Condition
from models.outcome import NOBODY_AND_EVERYONE, Cause, Outcome, OutcomeDefinition
from records.errors import WrongUse

__all__ = [
    "OUTCOMES",
    "Cause",
    "Outcome",
    "OutcomeDefinition",
    "UnknownOutcome",
    "action_of",
    "cautions_of",
    "is_tested_by_choice",
    "outcome",
    "plain_of",
]


class UnknownOutcome(WrongUse):
    """An outcome that this project does not declare."""


def _is_true(concept: str) -> Condition:
    return Condition(concept=concept, comparison="is", value=True)


def _gap_only(
    name: str,
    title: str,
    plain: str,
    definition: OutcomeDefinition,
    plausible_rate: tuple[float, float],
    honest_auroc: float,
    points: tuple[str, ...] = ("admission",),
) -> Outcome:
    """An outcome of one definition that no action is named for yet."""
    return Outcome(
        name=name,
        title=title,
        plain=plain,
        definitions=(definition,),
        actions=dict.fromkeys(points),
        plausible_rate=plausible_rate,
        honest_auroc=honest_auroc,
    )


def _onset(how: str) -> Condition:
    return Condition(concept="onset_of_birth", comparison="is", value=how)


_LIVE_SINGLETON = (_is_true("live_birth"), Condition(concept="fetuses", comparison="is", value=1))
_NO_DIABETES_BEFORE = (Condition(concept="pre_existing_diabetes", comparison="is", value=False),)
_CQIM_PRETERM = "NHS England, Clinical Quality Improvement Metric CQIMPreterm: live singletons, 154-315 days"
_CDC_GESTATION = "National Center for Health Statistics, natality user guide"
_CORE_MORBIDITY = "transfusion, ruptured uterus, unplanned hysterectomy or intensive care"
_SMM_AUROC = 0.72


def _measured_loss(name: str, words: str, plain: str, loss: Condition, plausible_rate: tuple[float, float]) -> Outcome:
    """Primary, within a day of birth, and measured: an estimated loss is another fact and is never pooled with it."""
    definition = OutcomeDefinition(
        name=f"measured loss {words} ml",
        authority="RCOG Green-top Guideline 52, Prevention and management of postpartum haemorrhage",
        any_of=(loss,),
    )
    title = f"postpartum haemorrhage, measured loss {words} ml"
    points = ("booking", "admission")
    return _gap_only(name, title, plain, definition, plausible_rate, _SMM_AUROC, points)


def _complication(
    name: str, title: str, plain: str, concept: str, field: str, plausible_rate: tuple[float, float]
) -> Outcome:
    """One part of the core morbidity of the United States, by itself."""
    definition = OutcomeDefinition(
        name=title,
        authority=f"National Center for Health Statistics, natality field {field}",
        any_of=(_is_true(concept),),
    )
    return _gap_only(f"severe_maternal_morbidity_{name}", title, plain, definition, plausible_rate, _SMM_AUROC)


def _of_the_baby(
    name: str, title: str, plain: str, definition: str, condition: Condition, plausible_rate: tuple[float, float]
) -> Outcome:
    declared = OutcomeDefinition(name=definition, authority=_CDC_GESTATION, any_of=(condition,))
    return _gap_only(name, title, plain, declared, plausible_rate, 0.75)


def _death(name: str, title: str, days: int, concept: str) -> Outcome:
    definition = OutcomeDefinition(
        name=f"stillbirth from 24 weeks or death within {days} days",
        authority="MBRRACE-UK perinatal mortality surveillance",
        any_of=(_is_true("stillbirth"), _is_true(concept)),
    )
    plain = f"lose the baby before or within {days} days of birth"
    return _gap_only(name, title, plain, definition, (0.0005, 0.05), 0.75, ("booking",))


# Spontaneous and provider-initiated preterm birth: Goldenberg et al., Lancet 2008;371:75. Birth that is induced after
# the membranes ruptured by themselves is spontaneous there; where a source does not say that they did, it counts here
# as provider-initiated.
_HOW_PRETERM_BIRTH_BEGINS = (
    Cause(name="spontaneous", any_of=(_onset("spontaneous"),)),
    Cause(name="provider-initiated", any_of=(_onset("induced"), _onset("caesarean_before_labour"))),
)


def _born_before(weeks: int) -> tuple[OutcomeDefinition, ...]:
    """Agreed due date first, then the US combined and obstetric estimates, which differ by 1.5 to 3 points."""
    sources = (
        ("gestation_at_birth", "agreed due date", _CQIM_PRETERM),
        ("gestation_at_birth_combined", "combined estimate of gestation", _CDC_GESTATION),
        ("gestation_at_birth_obstetric", "obstetric estimate of gestation", _CDC_GESTATION),
    )
    return tuple(
        OutcomeDefinition(
            name=f"live singleton birth before {weeks}+0 weeks by {words}",
            authority=authority,
            any_of=(Condition(concept=concept, comparison="below", value=weeks * 7),),
            population=_LIVE_SINGLETON,
        )
        for concept, words, authority in sources
    )


def _preterm(name: str, weeks: int, plausible_rate: tuple[float, float], *, within: str | None = None) -> Outcome:
    return Outcome(
        name=name,
        title=f"birth before {weeks} weeks" if within is not None else "preterm birth (before 37 weeks)",
        plain=f"give birth before {weeks} weeks",
        definitions=_born_before(weeks),
        actions={"booking": PRETERM_PREVENTION, "weeks_16": PRETERM_PREVENTION, "weeks_20": PRETERM_PREVENTION}
        | {"weeks_28": PRETERM_PLACE_OF_BIRTH},
        plausible_rate=plausible_rate,
        # Koivu and Sairanen 2020 reach 0.64 on 16 to 26 million US births; 0.66 is the top of the honest range.
        honest_auroc=0.68,
        comparators=(
            "guideline:sbl_preterm_high_risk@2023",
            "guideline:sbl_preterm_high_or_intermediate_risk@2023",
            "guideline:previous_preterm_birth@2023",
            *NOBODY_AND_EVERYONE,
        ),
        trained_by_default=within is None,
        causes=_HOW_PRETERM_BIRTH_BEGINS,
        within=within,
    )


_ALL = (
    _preterm("preterm_birth", 37, (0.02, 0.30)),
    _preterm("preterm_birth_before_34", 34, (0.005, 0.15), within="preterm_birth"),
    _preterm("preterm_birth_before_32", 32, (0.002, 0.10), within="preterm_birth_before_34"),
    Outcome(
        name="haemorrhage",
        title="postpartum haemorrhage",
        plain="bleed heavily",
        definitions=(
            OutcomeDefinition(
                name="measured loss >= 1500 ml",
                authority="NHS England, Clinical Quality Improvement Metric CQIMPPH",
                any_of=(Condition(concept="measured_blood_loss", comparison="at_least", value=1500),),
            ),
            OutcomeDefinition(
                name="maternal transfusion",
                authority="National Center for Health Statistics, natality field MM_MTR",
                any_of=(_is_true("maternal_transfusion"),),
                is_proxy=True,
            ),
        ),
        actions={"booking": HAEMORRHAGE_BIRTH_PLAN, "admission": HAEMORRHAGE_READINESS},
        plausible_rate=(0.001, 0.12),
        honest_auroc=0.72,
        comparators=("guideline:gtg_52_admission_list@2016", *NOBODY_AND_EVERYONE),
        trained_by_default=True,
    ),
    _measured_loss(
        "haemorrhage_500_ml",
        ">= 500",
        "lose 500 ml of blood or more",
        Condition(concept="measured_blood_loss", comparison="at_least", value=500),
        (0.02, 0.60),
    ),
    _measured_loss(
        "haemorrhage_over_1000_ml",
        "> 1000",
        "lose more than 1000 ml of blood",
        Condition(concept="measured_blood_loss", comparison="above", value=1000),
        (0.01, 0.30),
    ),
    Outcome(
        name="gestational_diabetes",
        title="gestational diabetes",
        plain="develop gestational diabetes",
        definitions=(
            OutcomeDefinition(
                # Both values make a test: NICE NG3 diagnoses by either, so one value alone, counted where it is high
                # and not where it is normal, would raise the rate.
                name="75 g OGTT fasting >= 5.6 or 2 h >= 7.8 mmol/l",
                authority="NICE NG3, Diabetes in pregnancy",
                any_of=(
                    Condition(concept="glucose_fasting", comparison="at_least", value=5.6),
                    Condition(concept="glucose_two_hours", comparison="at_least", value=7.8),
                ),
                population=_NO_DIABETES_BEFORE,
                tested_by="diabetes_test_done",
                already=(_is_true("gestational_diabetes"),),
            ),
            OutcomeDefinition(
                name="diagnosis of gestational diabetes, of women tested",
                authority="recorded diagnosis; who was not tested for it (NICE NG3) is not known",
                any_of=(_is_true("gestational_diabetes"),),
                population=_NO_DIABETES_BEFORE,
                tested_by="diabetes_test_done",
                event_shows_test=True,
            ),
            OutcomeDefinition(
                name="gestational diabetes recorded",
                authority="National Center for Health Statistics, natality field RF_GDIAB",
                any_of=(_is_true("gestational_diabetes"),),
                population=_NO_DIABETES_BEFORE,
                only_without="diabetes_test_done",
            ),
        ),
        actions={"booking": DIABETES_TEST},
        plausible_rate=(0.01, 0.40),
        honest_auroc=0.83,
        comparators=(
            "guideline:nice_ng3@2020",
            "guideline:nice_ng3_without_ethnicity@2020",
            "guideline:bmi_30_or_more@2020",
            *NOBODY_AND_EVERYONE,
        ),
        trained_by_default=True,
    ),
    Outcome(
        name="postpartum_depression",
        title="postpartum depression",
        plain="become depressed within a year of birth",
        definitions=(
            OutcomeDefinition(
                name="new diagnosis of depression within a year of birth",
                authority="recorded diagnosis; depression at booking is ongoing, not new",
                any_of=(_is_true("depression_within_a_year"),),
                population=(Condition(concept="depression_ongoing_at_booking", comparison="is", value=False),),
                plain="be newly diagnosed with depression within a year of birth",
            ),
            OutcomeDefinition(
                name="EPDS total >= 13",
                authority=(
                    "Levis et al. 2020, BMJ 371:m4022 (sensitivity 66 %; 81 % from 11 on); asked from day 14 after "
                    "birth to a year"
                ),
                any_of=(Condition(concept="epds_total", comparison="at_least", value=13),),
                population=(Condition(concept="depression_ongoing_at_booking", comparison="is", value=False),),
                plain="score 13 or more on the Edinburgh scale (EPDS) after birth",
            ),
        ),
        actions={"booking": DEPRESSION_SUPPORT, "birth": DEPRESSION_SUPPORT},
        plausible_rate=(0.02, 0.40),
        honest_auroc=0.84,
        trained_by_default=True,
    ),
    _gap_only(
        "severe_maternal_morbidity",
        "severe maternal morbidity (core morbidity, United States)",
        "have a severe complication",
        OutcomeDefinition(
            name=_CORE_MORBIDITY,
            authority="National Center for Health Statistics, natality fields MM_MTR, MM_RUPT, MM_UHYST, MM_AICU",
            any_of=tuple(
                _is_true(c)
                for c in ("maternal_transfusion", "ruptured_uterus", "unplanned_hysterectomy", "intensive_care")
            ),
        ),
        (0.0005, 0.10),
        _SMM_AUROC,
    ),
    _complication(
        "transfusion",
        "maternal transfusion",
        "have a blood transfusion",
        "maternal_transfusion",
        "MM_MTR",
        (0.001, 0.10),
    ),
    _complication(
        "ruptured_uterus", "ruptured uterus", "have a ruptured uterus", "ruptured_uterus", "MM_RUPT", (0.00005, 0.01)
    ),
    _complication(
        *("hysterectomy", "unplanned hysterectomy", "have an unplanned hysterectomy", "unplanned_hysterectomy"),
        *("MM_UHYST", (0.00005, 0.01)),
    ),
    _complication(
        *("intensive_care", "mother admitted to intensive care", "be admitted to intensive care", "intensive_care"),
        *("MM_AICU", (0.0001, 0.03)),
    ),
    # Not the English maternal morbidity outcome indicator, which has 26 events.
    _gap_only(
        "maternal_critical_incident",
        "maternal critical incident (England)",
        "have a critical incident",
        OutcomeDefinition(
            name="caesarean hysterectomy, admission to intensive care, or a finding of a critical incident",
            authority="NHS England, maternal critical incidents of the Maternity Services Data Set",
            any_of=tuple(
                _is_true(c) for c in ("unplanned_hysterectomy", "intensive_care", "maternal_critical_finding")
            ),
        ),
        (0.0001, 0.05),
        _SMM_AUROC,
    ),
    _of_the_baby(
        "neonatal_morbidity",
        "neonatal morbidity: admission to a neonatal unit",
        "have a baby admitted to a neonatal unit",
        "baby admitted to a neonatal unit",
        _is_true("neonatal_unit_admission"),
        (0.001, 0.30),
    ),
    _of_the_baby(
        "neonatal_morbidity_ventilation",
        "neonatal morbidity: ventilation for more than 6 hours",
        "have a baby ventilated for more than 6 hours",
        "baby ventilated for more than 6 hours",
        _is_true("assisted_ventilation_over_6_hours"),
        (0.0005, 0.10),
    ),
    _of_the_baby(
        "neonatal_morbidity_apgar",
        "neonatal morbidity: Apgar score below 7 at 5 minutes",
        "have a baby with an Apgar score below 7 at 5 minutes",
        "Apgar score below 7 at 5 minutes",
        Condition(concept="apgar_5_minutes", comparison="below", value=7),
        (0.001, 0.15),
    ),
    _death("perinatal_death", "perinatal death", 7, "death_within_7_days"),
    _death("extended_perinatal_death", "extended perinatal death", 28, "death_within_28_days"),
)

OUTCOMES: Mapping[str, Outcome] = MappingProxyType({o.name: o for o in _ALL})


def outcome(name: str) -> Outcome:
    """The outcome of that name; `UnknownOutcome` lists the names there are."""
    try:
        return OUTCOMES[name]
    except KeyError:
        raise UnknownOutcome(f"no outcome is called {name!r}; there are: {', '.join(OUTCOMES)}") from None


def is_tested_by_choice(name: str, definition: str) -> bool:
    """Whether, by this definition, care tests some women and not others, so that untested ones are no gap in the data.

    False of an outcome or a definition that is not declared here.
    """
    known = _declared(name, definition)
    return known is not None and known.tested_by is not None


def cautions_of(name: str, definition: str) -> tuple[str, ...]:
    """What must be said beside figures of this outcome by this definition; nothing of what is not declared here."""
    known = _declared(name, definition)
    return () if known is None else known.cautions


def plain_of(name: str, definition: str) -> str:
    """What the definition says of a woman who had the outcome, where that is less than the outcome's own words."""
    known = _declared(name, definition)
    return "" if known is None else known.plain


def action_of(name: str, prediction_point: str) -> Action | None:
    """What a risk of this outcome at this point is for; None where no action is declared here."""
    return OUTCOMES[name].actions.get(prediction_point) if name in OUTCOMES else None


def _declared(name: str, definition: str) -> OutcomeDefinition | None:
    definitions = OUTCOMES[name].definitions if name in OUTCOMES else ()
    return next((one for one in definitions if str(one) == definition), None)
