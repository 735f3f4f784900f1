"""Facts of the birth and after it that agree with the outcomes as they were recorded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from records.sources.simulated.course import OutcomeTruth
from records.sources.simulated.drawing import Women, draw
from records.sources.simulated.exact_arithmetic import rounded

__all__ = ["ONSETS", "add_birth_facts", "add_screening_facts"]

_SCREENING = ("diabetes_test_done", "blood_loss_measured", "stillbirth")
ONSETS = ("spontaneous", "induced", "caesarean_before_labour")
_CAESAREAN_BEFORE_LABOUR = 2
_PRETERM, _STILLBORN = 1, 2
# NICE NG3 (2015, updated 2020), risk assessment: test where BMI is 30 or more, a previous baby was 4.5 kg or more,
# diabetes was gestational before, or a first-degree relative has diabetes. It also names ethnicities with a high
# prevalence of diabetes without listing them; which groups a simulated site counts is an assumption.
_BMI_TO_TEST = 30.0
_GROUPS_OFFERED_TEST = ("Asian", "Black")


def add_screening_facts(women: Women) -> None:
    """What decides whether an outcome is looked for at all; needed before the outcomes are drawn."""
    facts = women.facts
    groups = [group for group in _GROUPS_OFFERED_TEST if group in women.scenario.groups]
    facts["diabetes_risk_factor"] = (
        (facts["body_mass_index"] >= _BMI_TO_TEST)
        | facts["previous_baby_4500g_or_more"]
        | facts["previous_gestational_diabetes"]
        | facts["family_history_of_diabetes"]
        | women.in_group(*groups)
    )
    draw(women, [fact for fact in women.scenario.after if fact.name in _SCREENING])
    facts["diabetes_test_done"] = facts["diabetes_test_done"] & ~facts["pre_existing_diabetes"]
    if women.scenario.untested:
        not_made = women.happens("diabetes test not made", women.by_group(women.scenario.untested))
        facts["diabetes_test_done"] = facts["diabetes_test_done"] & ~not_made


def add_birth_facts(women: Women, truths: Sequence[OutcomeTruth]) -> None:
    """Adds the true outcomes under their names, the recorded ones as ``<name>_recorded``, and what follows of them."""
    facts = women.facts
    for truth in truths:
        facts[truth.outcome.name] = truth.happened
        facts[f"{truth.outcome.name}_recorded"] = truth.recorded
    facts["gestation_kind"] = np.where(
        facts["stillbirth"], _STILLBORN, np.where(facts["preterm_birth_recorded"], _PRETERM, 0)
    )
    facts["depressed"] = facts["postpartum_depression"] | facts["depression_ongoing_at_booking"]
    draw(women, women.scenario.after)
    facts["live_birth"] = ~facts["stillbirth"]
    facts["caesarean"] = facts["caesarean"] | (facts["onset_of_birth"] == _CAESAREAN_BEFORE_LABOUR)
    facts["gestational_hypertension"] = facts["gestational_hypertension"] | facts["pre_eclampsia"]
    facts["weight"] = rounded(facts["body_mass_index"] * (facts["height"] * facts["height"]) / 10_000.0, 1)
    weeks = facts["gestation_at_birth"].astype(np.int64) // 7
    facts["gestation_at_birth_combined"] = weeks * 7.0
    facts["gestation_at_birth_obstetric"] = (weeks + facts["obstetric_weeks_off"]) * 7.0
    facts["epds_item_10"] = np.minimum(facts["epds_item_10"], facts["epds_total"].astype(np.int64))
