"""Facts that look known and are not: each is refused, or named, by a rule of its own."""

from __future__ import annotations

import re

import polars as pl
import pytest

from models.design import ImpossibleDesign, ModelDesign, available_predictors
from models.outcomes import outcome
from models.predictors import PREDICTORS
from records.clock import BOOKING, PREDICTION_POINTS, WEEKS_28
from records.sources.cdc_natality import CDC_NATALITY
from records.sources.nhs_facts import NHS_KNOWN_FROM
from tests.spec.histories.worked import pregnancy, records_of
from training.cohort import assemble
from training.diagnosis import SuspectedLeak, diagnose

# What is asked for, where, from which records, and the words by which it is refused.
REFUSED = """
predictor                    outcome                at         source        refused_because
antenatal_visits             preterm_birth          booking    cdc_natality  a_shorter_pregnancy_has_fewer
weight_gain                  preterm_birth          booking    cdc_natality  a_shorter_pregnancy_gains_less
cigarettes_third_trimester   preterm_birth          weeks_28   cdc_natality  who_reach_the_third_trimester
care_began_month             preterm_birth          booking    cdc_natality  immortal_time
interval_to_this_birth       preterm_birth          booking    cdc_natality  holds_its_gestation
site                         preterm_birth          booking    msds          carries_ethnic_group_and_local_practice
payer                        preterm_birth          booking    cdc_natality  stands_in_for_circumstances
ethnic_group                 preterm_birth          booking    msds          only_by_a_signed_decision
born_abroad                  preterm_birth          booking    cdc_natality  stands_in_for_ethnic_group
diabetes_test_done           haemorrhage            admission  msds          a_test_is_care_that_follows
pre_eclampsia                preterm_birth          booking    msds          known_at_28_weeks,_not_at_booking
gestational_diabetes         haemorrhage            booking    msds          known_at_16_weeks,_not_at_booking
gestational_hypertension     preterm_birth          weeks_28   cdc_natality  which_do_not_date_it
gestational_diabetes         preterm_birth          weeks_28   cdc_natality  which_do_not_date_it
fetuses                      preterm_birth          booking    msds          known_at_16_weeks
onset_of_birth               haemorrhage            admission  msds          not_known_before_it
measured_blood_loss          preterm_birth          booking    msds          not_a_declared_predictor
epds_total                   postpartum_depression  birth      msds          asked_after_birth,_as_the_outcome
epds_item_10                 postpartum_depression  birth      msds          a_safety_rule
delivered_month              preterm_birth          booking    msds          known_after_birth
"""


def design(predictor: str, name: str, at: str, source: str) -> ModelDesign:
    return ModelDesign(
        outcome=name,
        definition=outcome(name).definitions[0].name,
        prediction_point=at,
        source=source,
        predictors=("maternal_age", predictor),
    )


@pytest.mark.parametrize("row", REFUSED.strip().splitlines()[1:], ids=lambda row: "-".join(row.split()[:3]))
def test_each_leak_is_refused_by_its_own_rule(row: str) -> None:
    *asked, because = row.split()
    with pytest.raises(ImpossibleDesign, match=re.escape(because.replace("_", " "))):
        design(*asked)


def test_a_dated_record_may_use_what_an_undated_one_may_not() -> None:
    """The same fact at the same point, from records that say when the diagnosis was made."""
    for name in ("gestational_hypertension", "gestational_diabetes"):
        assert name in design(name, "preterm_birth", "weeks_28", "msds").predictors


def test_the_symptoms_of_pregnancy_are_not_those_of_the_outcome() -> None:
    """EPDS before birth predicts, EPDS from day 14 after it is the outcome: no observation is both."""
    by_epds = outcome("postpartum_depression").definitions[1]
    assert by_epds.name == "EPDS total >= 13"
    predictors = available_predictors(by_epds, PREDICTION_POINTS["birth"], NHS_KNOWN_FROM)
    assert "epds_total_in_pregnancy" in predictors


@pytest.mark.parametrize(
    ("source", "known_from"), [("cdc_natality", CDC_NATALITY.known_from), ("msds", NHS_KNOWN_FROM)]
)
@pytest.mark.parametrize("at", PREDICTION_POINTS.values(), ids=lambda at: at.name)
def test_what_is_offered_to_a_design_is_never_refused_by_it(source, known_from, at) -> None:
    offered = available_predictors(outcome("preterm_birth").definitions[0], at, known_from)
    assert all(max(PREDICTORS[name].known_from, known_from[name]) <= at for name in offered)
    if at.name in outcome("preterm_birth").prediction_points:
        for name in offered:
            design(name, "preterm_birth", at.name, source)


@pytest.mark.parametrize(("day", "known"), [(195, True), (196, True), (197, False)])
def test_a_diagnosis_after_the_point_is_not_seen_at_it(day: int, known: bool) -> None:
    woman = pregnancy(f"booked 60, born 260; {day}: pre_eclampsia")
    seen = records_of(woman).known_by(WEEKS_28, ["pre_eclampsia"]).collect()["pre_eclampsia"].item()
    assert seen is known


def test_a_leak_that_no_rule_names_is_named_by_the_diagnosis() -> None:
    """A weight of 'booking' that was filled in from the birth, and so tells who gave birth early."""
    women = [
        pregnancy(f"booked 60, born {born}; 60: weight {50 if born < 259 else 80}; {born}: alive")
        for born in [245] * 80 + [280] * 320
    ]
    cohort = assemble("preterm_birth", "booking", records_of(*women))
    with pytest.raises(SuspectedLeak, match="weight alone discriminates the outcome"):
        diagnose(cohort, cohort.frame)


def test_nothing_of_labour_is_seen_at_admission() -> None:
    """Labour and birth may be of the day of admission: what is dated to it is not known at it."""
    woman = pregnancy("booked 60, admitted 280, born 280; 279: pre_eclampsia; 280: haemoglobin 88")
    seen = records_of(woman).known_by(PREDICTION_POINTS["admission"], ["pre_eclampsia", "haemoglobin_latest"]).collect()
    assert seen["pre_eclampsia"].item() is True
    assert seen["haemoglobin_latest"].item() is None


def test_the_point_of_booking_is_her_own() -> None:
    woman = pregnancy("booked 150, born 280; 149: smoking_status current; 151: smoking_status former")
    assert records_of(woman).known_by(BOOKING, ["smoking_status"]).collect()["smoking_status"].to_list() == ["current"]


def test_site_is_a_column_of_records_and_never_of_a_model() -> None:
    cohort = assemble("preterm_birth", "booking", records_of(pregnancy("booked 60, born 280; 280: alive")))
    assert "site" in cohort.frame.columns
    assert "site" not in cohort.predictors
    assert isinstance(cohort.frame, pl.DataFrame)
