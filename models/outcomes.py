"""OUTCOMES: the one place where what is predicted is declared.

An outcome lists its definitions in order of preference; the first one that a source provides is used, is named in
everything that follows, and is never mixed with another. A prediction point without a named action is `gap_only`:
audited, never served. Honest AUROC ranges and plausible rates make a diagnosis speak up when a result is too good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from records.errors import EquipartumError

__all__ = ["OUTCOMES", "Cause", "Outcome", "OutcomeDefinition", "UnknownOutcome", "is_tested_by_choice", "outcome"]

# Beside every model: what it would be to offer to nobody, and to every woman.
_NOBODY_AND_EVERYONE = ("flag_nobody", "flag_everyone")


class UnknownOutcome(EquipartumError):
    """An outcome that this project does not declare."""


@dataclass(frozen=True, kw_only=True)
class OutcomeDefinition:
    """How an outcome is read from recorded facts.

    The outcome happened if any condition of ``any_of`` holds. Where ``tested_by`` is set, a woman for whom that flag
    is not true is not ascertained: missing, not negative. ``population`` conditions must all hold. ``optional`` facts
    refine the definition where a source has them.
    """

    name: str
    authority: str
    any_of: tuple[Condition, ...]
    population: tuple[Condition, ...] = ()
    tested_by: str | None = None
    is_proxy: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Concepts without which the definition cannot be evaluated."""
        return tuple(dict.fromkeys(c.concept for c in (*self.any_of, *self.population)))

    def __str__(self) -> str:
        return f"proxy: {self.name}" if self.is_proxy else self.name


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One way in which the outcome comes about, if any condition of ``any_of`` holds of a woman who had it.

    It is known only afterwards: events are counted by it, and its concepts may never predict.
    """

    name: str
    any_of: tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What is predicted. ``plain`` completes 'women who went on to ...'.

    ``plausible_rate`` bounds the rate a cohort may show before it is refused as implausible. ``honest_auroc`` is the
    highest discrimination published or measured for honest predictors at a point; a result above it is named as a
    possible leak. ``actions`` maps a prediction point to what a risk is for there, None for `gap_only`. ``causes`` tell
    events apart that come about in different ways; a woman of whom none is known to hold is of the cause 'not known'.
    """

    name: str
    title: str
    plain: str
    definitions: tuple[OutcomeDefinition, ...]
    actions: Mapping[str, Action | None]
    plausible_rate: tuple[float, float]
    honest_auroc: float
    comparators: tuple[str, ...] = _NOBODY_AND_EVERYONE
    trained_by_default: bool = False
    causes: tuple[Cause, ...] = ()

    @property
    def causal_concepts(self) -> tuple[str, ...]:
        """Facts, known only after the outcome, that its causes are read from."""
        return tuple(dict.fromkeys(c.concept for cause in self.causes for c in cause.any_of))

    @property
    def prediction_points(self) -> tuple[str, ...]:
        return tuple(self.actions)

    @property
    def earliest_point(self) -> str:
        return self.prediction_points[0]

    def is_gap_only(self, point: str) -> bool:
        return self.actions.get(point) is None


def _is_true(concept: str) -> Condition:
    return Condition(concept=concept, comparison="is", value=True)


def _onset(how: str) -> Condition:
    return Condition(concept="onset_of_birth", comparison="is", value=how)


_LIVE_SINGLETON = (_is_true("live_birth"), Condition(concept="fetuses", comparison="is", value=1))
_CQIM_PRETERM = "NHS England, Clinical Quality Improvement Metric CQIMPreterm: live singletons, 154-315 days"
_CDC_GESTATION = "National Center for Health Statistics, natality user guide"
_CORE_MORBIDITY = "transfusion, ruptured uterus, unplanned hysterectomy or intensive care"


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


def _preterm(name: str, weeks: int, plausible_rate: tuple[float, float], *, main: bool) -> Outcome:
    return Outcome(
        name=name,
        title=f"birth before {weeks} weeks" if not main else "preterm birth (before 37 weeks)",
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
            *_NOBODY_AND_EVERYONE,
        ),
        trained_by_default=main,
        causes=_HOW_PRETERM_BIRTH_BEGINS,
    )


_ALL = (
    _preterm("preterm_birth", 37, (0.02, 0.30), main=True),
    _preterm("preterm_birth_before_34", 34, (0.005, 0.15), main=False),
    _preterm("preterm_birth_before_32", 32, (0.002, 0.10), main=False),
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
        comparators=("guideline:gtg_52_admission_list@2016", *_NOBODY_AND_EVERYONE),
        trained_by_default=True,
    ),
    Outcome(
        name="gestational_diabetes",
        title="gestational diabetes",
        plain="develop gestational diabetes",
        definitions=(
            OutcomeDefinition(
                name="75 g OGTT fasting >= 5.6 or 2 h >= 7.8 mmol/l",
                authority="NICE NG3, Diabetes in pregnancy",
                any_of=(
                    Condition(concept="glucose_fasting", comparison="at_least", value=5.6),
                    Condition(concept="glucose_two_hours", comparison="at_least", value=7.8),
                ),
                population=(Condition(concept="pre_existing_diabetes", comparison="is", value=False),),
                tested_by="diabetes_test_done",
            ),
            OutcomeDefinition(
                name="gestational diabetes recorded",
                authority="National Center for Health Statistics, natality field RF_GDIAB",
                any_of=(_is_true("gestational_diabetes"),),
                population=(Condition(concept="pre_existing_diabetes", comparison="is", value=False),),
            ),
        ),
        actions={"booking": DIABETES_TEST},
        plausible_rate=(0.01, 0.40),
        honest_auroc=0.83,
        comparators=(
            "guideline:nice_ng3@2020",
            "guideline:nice_ng3_without_ethnicity@2020",
            "guideline:bmi_30_or_more@2020",
            *_NOBODY_AND_EVERYONE,
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
            ),
            OutcomeDefinition(
                name="EPDS total >= 13",
                authority="Levis et al. 2020, BMJ 371:m4022 (sensitivity 66 %)",
                any_of=(Condition(concept="epds_total", comparison="at_least", value=13),),
                population=(Condition(concept="depression_ongoing_at_booking", comparison="is", value=False),),
            ),
        ),
        actions={"booking": DEPRESSION_SUPPORT, "birth": DEPRESSION_SUPPORT},
        plausible_rate=(0.02, 0.40),
        honest_auroc=0.84,
        trained_by_default=True,
    ),
    Outcome(
        name="severe_maternal_morbidity",
        title="severe maternal morbidity (core morbidity, United States)",
        plain="have a severe complication",
        definitions=(
            OutcomeDefinition(
                name=_CORE_MORBIDITY,
                authority="National Center for Health Statistics, natality fields MM_MTR, MM_RUPT, MM_UHYST, MM_AICU",
                any_of=tuple(
                    _is_true(c)
                    for c in ("maternal_transfusion", "ruptured_uterus", "unplanned_hysterectomy", "intensive_care")
                ),
            ),
        ),
        actions={"admission": None},
        plausible_rate=(0.0005, 0.10),
        honest_auroc=0.72,
    ),
    Outcome(
        name="neonatal_morbidity",
        title="neonatal morbidity",
        plain="have a baby admitted to a neonatal unit",
        definitions=tuple(
            OutcomeDefinition(name=name, authority=_CDC_GESTATION, any_of=(condition,))
            for name, condition in (
                ("baby admitted to a neonatal unit", _is_true("neonatal_unit_admission")),
                ("baby ventilated for more than 6 hours", _is_true("assisted_ventilation_over_6_hours")),
                (
                    "Apgar score below 7 at 5 minutes",
                    Condition(concept="apgar_5_minutes", comparison="below", value=7),
                ),
            )
        ),
        actions={"admission": None},
        plausible_rate=(0.001, 0.30),
        honest_auroc=0.75,
    ),
    Outcome(
        name="perinatal_death",
        title="perinatal death",
        plain="lose the baby before or within 7 days of birth",
        definitions=(
            OutcomeDefinition(
                name="stillbirth from 24 weeks or death within 7 days",
                authority="MBRRACE-UK perinatal mortality surveillance",
                any_of=(_is_true("stillbirth"), _is_true("death_within_7_days")),
            ),
        ),
        actions={"booking": None},
        plausible_rate=(0.0005, 0.05),
        honest_auroc=0.75,
    ),
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
    known = OUTCOMES.get(name)
    return known is not None and any(str(one) == definition and one.tested_by for one in known.definitions)
