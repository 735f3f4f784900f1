"""How an outcome, a group and a scorer are said in a sentence that needs no statistics to follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import Figure, GroupFigures, Section, count_text, per_hundred
from fairness_audits.levels import EVERYONE
from fairness_audits.policy_parts import OFFER_POLICY
from fairness_audits.rule_description import RuleDescription
from models.guideline_rule import GUIDELINE
from models.outcomes import OUTCOMES, plain_of
from records.clock import PREDICTION_POINTS
from records.groups import MISSING_ETHNICITY, NOT_KNOWN, NOT_STATED
from records.predictions import NOT_GIVEN

__all__ = [
    "CHANCE",
    "FIXED_SENTENCE",
    "SMALLER_GROUPS",
    "cannot_be_evaluated",
    "compares_nothing",
    "events_seen",
    "is_missing_ethnicity",
    "listed",
    "not_evaluated",
    "nothing_recorded",
    "outcome_name",
    "point_name",
    "scorer_name",
    "so_many_of_100",
    "these_women",
    "was_told_one_risk",
    "went_on_to",
]

# AUROC of a coin: a woman who had the outcome and one who had not are in the right order as often as not.
CHANCE = 0.5
FIXED_SENTENCE = "Ethnic group here marks exposure to different treatment and circumstances, not biology."

# Where what a risk says of a woman would sit badly in the past.
WENT_ON_TO: Mapping[str, str] = MappingProxyType(
    {
        "preterm_birth": "give birth preterm",
        "preterm_birth_before_34": "give birth before 34 weeks",
        "preterm_birth_before_32": "give birth before 32 weeks",
        "haemorrhage": "bleed heavily",
        "haemorrhage_500_ml": "lose 500 ml of blood or more",
        "haemorrhage_over_1000_ml": "lose more than 1000 ml of blood",
        "gestational_diabetes": "have gestational diabetes",
        "postpartum_depression": "be depressed in the year after birth",
        "severe_maternal_morbidity": "become severely ill",
        "severe_maternal_morbidity_transfusion": "have a blood transfusion",
        "severe_maternal_morbidity_ruptured_uterus": "have a ruptured uterus",
        "severe_maternal_morbidity_hysterectomy": "have an unplanned hysterectomy",
        "severe_maternal_morbidity_intensive_care": "be admitted to intensive care",
        "maternal_critical_incident": "have a critical incident",
        "neonatal_morbidity": "have a baby admitted to a neonatal unit",
        "neonatal_morbidity_ventilation": "have a baby ventilated for more than 6 hours",
        "neonatal_morbidity_apgar": "have a baby with a low Apgar score",
        "perinatal_death": "lose their baby",
        "extended_perinatal_death": "lose their baby",
    }
)
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "preterm_birth_before_34": "preterm birth before 34 weeks",
        "preterm_birth_before_32": "preterm birth before 32 weeks",
        "haemorrhage_500_ml": "haemorrhage of 500 ml or more",
        "haemorrhage_over_1000_ml": "haemorrhage of more than 1000 ml",
        "postpartum_depression": "postpartum depression",
        "severe_maternal_morbidity_transfusion": "maternal transfusion",
        "severe_maternal_morbidity_ruptured_uterus": "ruptured uterus",
        "severe_maternal_morbidity_hysterectomy": "unplanned hysterectomy",
        "severe_maternal_morbidity_intensive_care": "intensive care of the mother",
        "neonatal_morbidity_ventilation": "neonatal ventilation",
        "neonatal_morbidity_apgar": "a low Apgar score",
    }
)
#: Ethnic groups that are judged together because each has too few events to be judged by itself.
SMALLER_GROUPS = "Smaller groups together"
WOMEN: Mapping[str, str] = MappingProxyType(
    {
        EVERYONE: "all women",
        NOT_STATED: "women whose ethnicity was not stated",
        NOT_KNOWN: "women whose ethnicity is not known",
        "American Indian or Alaska Native": "American Indian or Alaska Native women",
        "Native Hawaiian or other Pacific Islander": "Native Hawaiian or other Pacific Islander women",
        "More than one race": "women of more than one race",
        "Mixed": "women of mixed ethnicity",
        "Other": "women of other ethnic groups",
        "All other stated groups": "women of all other stated groups",
        SMALLER_GROUPS: "women of the smaller ethnic groups, taken together",
    }
)


PROXY = "proxy:"


def outcome_name(section: Section) -> str:
    """'preterm birth'; what stands in for an outcome is named as what it is: 'maternal transfusion (a proxy ...)'."""
    name = NAMES.get(section.outcome, section.outcome.replace("_", " "))
    if section.outcome_definition.startswith(PROXY):
        return f"{section.outcome_definition.removeprefix(PROXY).strip()} (a proxy for {name})"
    return name


def point_name(point: str) -> str:
    """'at booking'; nothing where the table gives no point."""
    if point == NOT_GIVEN:
        return ""
    return PREDICTION_POINTS[point].title if point in PREDICTION_POINTS else f"at {point.replace('_', ' ')}"


def went_on_to(section: Section) -> str:
    """What the women who had the outcome went through, after 'women who'."""
    declared = OUTCOMES.get(section.outcome)
    known = (
        plain_of(section.outcome, section.outcome_definition)
        or WENT_ON_TO.get(section.outcome)
        or (declared.plain if declared else None)
    )
    if section.outcome_definition.startswith(PROXY):
        known = None
    return f"went on to {known or f'have {outcome_name(section)}'}"


def these_women(group: str) -> str:
    """'Black women'; a label that is no adjective is put behind: 'women recorded as White: Irish'."""
    if group in WOMEN:
        return WOMEN[group]
    plain = group.replace(" ", "").replace("-", "").isalpha() and group[:1].isupper() and len(group.split()) == 1
    return f"{group} women" if plain else f"women recorded as “{group}”"


def scorer_name(section: Section) -> str:
    """'the model', "today's rule (body mass index of ...)", 'flagging nobody'; a site's own rule by the name it has."""
    if section.scored_by == "model":
        return "the model"
    if section.scored_by.startswith(GUIDELINE):
        return f"today’s rule ({RuleDescription.named(section.scored_by).title})"
    if section.scored_by.startswith("flag_"):
        return f"flagging {section.scored_by.removeprefix('flag_')}"
    return section.scored_by


def cannot_be_evaluated(rule: str, why_not: str) -> str:
    """ "Today's rule (...) cannot be evaluated: previous gestational diabetes not recorded."."""
    return f"{rule[:1].upper()}{rule[1:]} cannot be evaluated: {why_not}."


NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def not_evaluated(titles: Sequence[str]) -> str:
    """One sentence for all the rules that could not be evaluated; nothing where there are none."""
    if not titles:
        return ""
    number = NUMBERS[len(titles)] if len(titles) < len(NUMBERS) else str(len(titles))
    return (
        f"{number} of today’s rules cannot be evaluated from these births ({'; '.join(titles)}): section 3 of the "
        "report says why."
    )


def so_many_of_100(figure: Figure) -> str:
    """'28 (21 to 36)' of 100; 'an unknown number' where it cannot be printed."""
    if figure.value is None:
        return "an unknown number"
    if figure.low is None or figure.high is None:
        return str(per_hundred(figure.value))
    value, low, high = per_hundred(figure.value), per_hundred(figure.low), per_hundred(figure.high)
    return str(value) if low == high else f"{value} ({low} to {high})"


def events_seen(events: int | None, rule: DisclosureRule) -> str:
    """'about 35 events seen', '1 to 7 events seen', as the disclosure rule lets it be said."""
    if events is None:
        return "too few events to print"
    least, most = rule.possible(events)
    if least < most:
        return f"{least} to {most} events seen"
    about = "about " if rule.rounded_to > 1 and events else ""
    return f"{about}{count_text(events)} events seen" if events else "no events seen"


def nothing_recorded(everyone: Mapping[str, int | None]) -> str:
    """Why nothing rests on outcomes, from everyone's printed counts; '' where some are recorded."""
    known = everyone["ascertained"]
    if known:
        return ""
    whom = "for anyone" if known == 0 else "for anyone, or for too few women to print"
    return f"Outcomes are not recorded {whom}: nothing can be told of who was missed or whose risk is wrong."


def compares_nothing(everyone: GroupFigures) -> str:
    """Why sensitivity is alike for all whatever the model does, from everyone's printed counts; '' otherwise."""
    counts = everyone.counts
    if not counts["evaluated"]:
        return ""
    if counts["flagged"] == 0:
        return "Nobody is flagged, so sensitivity compares nothing."
    if counts["flagged"] == counts["evaluated"] and counts["missed"] == counts["cleared"] == 0:
        return "Everybody is flagged, so sensitivity compares nothing."
    if everyone.operating_point != OFFER_POLICY and was_told_one_risk(everyone):
        return "Every woman was told the same risk and flagged as if by lot, so sensitivity compares nothing."
    return ""


def was_told_one_risk(row: GroupFigures) -> bool:
    """Whether every woman of the row with a recorded outcome was told the same risk: there is no order among them.

    An area of a half without limits, of two events and two others or more, is one in which every pair is a tie.
    """
    events, known = row.counts["scored_events"] or 0, row.counts["scored_ascertained"] or 0
    area = row["auroc"]
    return min(events, known - events) >= 2 and area.value == CHANCE and area.low is None


def listed(names: Sequence[str]) -> str:
    """'a, b and c'."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "none"


def is_missing_ethnicity(group: str) -> bool:
    return group in MISSING_ETHNICITY
