"""Today's rules on a cohort: what care knew by the point, a rule as a whole or not at all."""

from __future__ import annotations

from models.guideline_rule import EthnicityCondition
from models.site_rules import SiteRules
from training.cohort import assemble

WOMEN = {
    "glucose_fasting": [6.0, 4.0, 4.0, None],
    "glucose_two_hours": [None, 5.0, 5.0, None],
    "diabetes_test_done": [True, True, True, False],
    "pre_existing_diabetes": [False] * 4,
    "parity": [1, 0, 1, 1],
    "body_mass_index": [31.0, 24.0, None, 24.0],
    "previous_baby_4500g_or_more": [False, None, False, True],
    "previous_gestational_diabetes": [False, None, False, False],
    "family_history_of_diabetes": [False] * 4,
}
NG3, FOUR, BMI = (
    "guideline:nice_ng3@2020",
    "guideline:nice_ng3_without_ethnicity@2020",
    "guideline:bmi_30_or_more@2020",
)


def rules_of(cohort):
    return {one.rule.scored_by: one for one in cohort.rules}


def test_each_rule_has_a_column_of_what_it_says_of_each_woman(made_records):
    cohort = assemble("gestational_diabetes", "booking", made_records(WOMEN))
    assert cohort.frame[BMI].to_list() == [True, False, None, False]
    assert cohort.frame[FOUR].to_list() == [True, False, None, True]
    assert cohort.frame["flag_everyone"].to_list() == [True] * 4


def test_a_rule_with_a_part_that_is_not_held_says_nothing_of_anyone(made_records):
    """She has a BMI of 31, and a part of the rule would flag her: a partial rule is not the rule."""
    without = {name: values for name, values in WOMEN.items() if name != "previous_gestational_diabetes"}
    cohort = assemble("gestational_diabetes", "booking", made_records(without))
    assert cohort.frame[FOUR].to_list() == [None] * 4
    assert rules_of(cohort)[FOUR].why_not == "previous gestational diabetes not recorded"
    assert cohort.frame[BMI].to_list() == [True, False, None, False]


def test_a_sites_list_lets_nices_rule_be_evaluated(made_records):
    listed = EthnicityCondition(title="listed", scheme="england_2001", groups=("Asian",))
    site = SiteRules(ethnicities=listed, ethnicities_authority="a site")
    records = made_records(WOMEN, groups=["White", "Asian", "Asian", "Not stated"])
    left_open = assemble("gestational_diabetes", "booking", records)
    assert left_open.frame[NG3].to_list() == [None] * 4
    assert "not listed" in rules_of(left_open)[NG3].why_not
    completed = assemble("gestational_diabetes", "booking", records, site_rules=site)
    assert completed.frame[NG3].to_list() == [True, True, True, True]
    assert rules_of(completed)[NG3].why_not == ""


def test_what_a_rule_reads_and_no_predictor_is_leaves_the_cohort(made_records):
    narrow = assemble("gestational_diabetes", "booking", made_records(WOMEN), only=("parity",))
    assert "body_mass_index" not in narrow.frame.columns
    assert narrow.frame[BMI].to_list() == [True, False, None, False]


def test_a_fact_known_later_than_the_point_is_not_used(made_records):
    admitted = {"measured_blood_loss": [1600.0, 200.0], "parity": [1, 1], "fetuses": [2, 1]} | {
        "previous_postpartum_haemorrhage": [False, True],
        "pre_eclampsia": [False, False],
    }
    name = "guideline:gtg_52_admission_list@2016"
    at_booking = assemble("haemorrhage", "booking", made_records(admitted))
    assert at_booking.frame[name].to_list() == [None, None]
    # `made_records` has the number of fetuses known at birth only.
    assert rules_of(at_booking)[name].why_not == "fetuses not known before birth"
