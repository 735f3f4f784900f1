"""Who is in a cohort, who is left out and under what reason, and what untested women are taken for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fairness_audits.disclosure import RULES
from records.records import Records
from training.cohort import Denominator, EmptyCohort, UnavailableOutcome, assemble

MakeRecords = Callable[..., Records]

# Six women: diabetes before, unknown whether before, tested and high, tested and normal, not tested, tested and high.
SIX = {
    "pre_existing_diabetes": [True, None, False, False, False, False],
    "diabetes_test_done": [True, True, True, True, False, None],
    "glucose_fasting": [9.0, 6.0, 5.6, 5.5, 4.0, 7.0],
    "glucose_two_hours": [12.0, 9.0, 7.0, 7.7, 5.0, 9.0],
    "maternal_age": [30.0, 31.0, 32.0, 33.0, 34.0, 35.0],
}


def test_everyone_left_out_is_counted_under_a_reason(made_records: MakeRecords) -> None:
    found = assemble("gestational_diabetes", "booking", made_records(SIX)).denominator
    assert (found.in_records, found.outside_population, found.population_unknown, found.in_cohort) == (6, 1, 1, 4)
    assert found.in_records == found.outside_population + found.population_unknown + found.in_cohort
    assert "1 without a record of that" in str(found)


def test_a_woman_who_was_not_tested_is_missing_and_never_negative(made_records: MakeRecords) -> None:
    """NICE NG3 diagnoses from 5.6 fasting or 7.8 at two hours, both inclusive; without a test there is no answer."""
    cohort = assemble("gestational_diabetes", "booking", made_records(SIX))
    assert cohort.frame["observed"].to_list() == [True, False, None, None]
    assert cohort.denominator.not_ascertained == 2
    assert cohort.ascertained.height == 2


DIAGNOSED = {
    "pre_existing_diabetes": [False] * 4,
    "diabetes_test_done": [True, True, False, False],
    "gestational_diabetes": [True, False, True, False],
    "maternal_age": [30.0, 31.0, 32.0, 33.0],
}


def test_by_a_diagnosis_too_who_was_not_tested_is_missing(made_records: MakeRecords) -> None:
    """Without the 2-hour glucose: a diagnosis shows a test that was not recorded, and its absence shows nothing."""
    cohort = assemble("gestational_diabetes", "booking", made_records(DIAGNOSED))
    assert str(cohort.definition) == "diagnosis of gestational diabetes, of women tested"
    assert cohort.frame["observed"].to_list() == [True, False, True, None]


def test_records_that_do_not_say_who_was_tested_are_read_by_the_definition_for_them(made_records: MakeRecords) -> None:
    certificates = {name: values for name, values in DIAGNOSED.items() if name != "diabetes_test_done"}
    cohort = assemble("gestational_diabetes", "booking", made_records(certificates))
    assert str(cohort.definition) == "gestational diabetes recorded"
    assert cohort.frame["observed"].to_list() == [True, False, True, False]


def test_records_that_say_who_was_tested_are_not_read_as_if_they_did_not(made_records: MakeRecords) -> None:
    with pytest.raises(UnavailableOutcome, match="is for sources that never say diabetes_test_done"):
        assemble(
            "gestational_diabetes",
            "booking",
            made_records(DIAGNOSED),
            by_definition="gestational diabetes recorded",
        )


def test_what_defines_the_outcome_never_predicts_it(made_records: MakeRecords) -> None:
    cohort = assemble("gestational_diabetes", "booking", made_records(SIX))
    assert cohort.predictors == ("maternal_age",)


def test_events_are_counted_by_group_with_the_untested_beside(made_records: MakeRecords) -> None:
    groups = ["White", "White", "Asian", "Asian", "Asian", "Black"]
    counted = assemble("gestational_diabetes", "booking", made_records(SIX, groups=groups)).events_by_group()
    assert set(counted.iter_rows()) == {("Asian", 3, 1, 1), ("Black", 1, 0, 1)}


def test_an_empty_population_is_refused_with_its_denominator(made_records: MakeRecords) -> None:
    with pytest.raises(EmptyCohort, match="2 outside the outcome's population"):
        assemble("gestational_diabetes", "booking", made_records({n: v[:1] * 2 for n, v in SIX.items()}))


def test_an_outcome_without_its_facts_names_them_and_the_sources_that_have_them(made_records: MakeRecords) -> None:
    records = made_records(
        {"maternal_age": [30.0]},
        source="cdc_natality",
        lacking={"maternal_transfusion": "not published in this file (no MM_MTR in any row)"},
    )
    with pytest.raises(UnavailableOutcome) as refused:
        assemble("haemorrhage", "booking", records)
    said = str(refused.value).splitlines()
    assert said[0] == "haemorrhage cannot be read from these cdc_natality files."
    assert "'measured loss >= 1500 ml' lacks measured_blood_loss" in said[1]
    assert "no MM_MTR in any row" in said[2]
    assert said[3].strip() == "Sources that can hold it: msds, fhir, cdc_natality, simulated."
    assert "Add to these cdc_natality files what they lack, or name those of a year that has it." in said[4]


def test_a_source_that_never_holds_an_outcome_is_not_told_to_fetch_another_year(made_records: MakeRecords) -> None:
    with pytest.raises(UnavailableOutcome) as refused:
        assemble("postpartum_depression", "booking", made_records({"maternal_age": [30.0]}, source="cdc_natality"))
    assert "Sources that can hold it: msds, fhir, simulated." in str(refused.value)
    assert "of a year" not in str(refused.value)


def test_files_without_the_tests_of_a_source_that_records_them_do_not_say_that_nobody_was_tested(
    made_records: MakeRecords,
) -> None:
    facts = {n: v for n, v in SIX.items() if n != "diabetes_test_done"} | {"gestational_diabetes": [True] + [None] * 5}
    with pytest.raises(UnavailableOutcome, match=r"lacks diabetes_test_done .*: the folder has no MSD202") as refused:
        assemble(
            "gestational_diabetes",
            "booking",
            made_records(facts, source="msds", lacking={"diabetes_test_done": "the folder has no MSD202"}),
        )
    assert "'gestational diabetes recorded' is for sources that never say diabetes_test_done" in str(refused.value)


def test_ethnicity_that_nobody_has_is_not_recorded(made_records: MakeRecords) -> None:
    assert not assemble("gestational_diabetes", "booking", made_records(SIX, groups=["Not known"] * 6)).has_ethnicity
    some = ["Not known"] * 5 + ["White"]
    assert assemble("gestational_diabetes", "booking", made_records(SIX, groups=some)).has_ethnicity


def test_a_denominator_that_leaves_the_site_passes_the_disclosure_rule() -> None:
    """NHS England's rule for maternity indicators: 1 to 7 shown as 5, otherwise rounded to 5."""
    counted = Denominator(
        in_records=11_002, outside_population=347, population_unknown=0, not_ascertained=7, in_cohort=10_653
    )
    told = counted.told(RULES["msds"].count)
    assert told.startswith("11,000 in the records; 345 outside the outcome's population; 0 without a record")
    assert told.endswith("10,655 in the cohort, 5 of them without an ascertained outcome")
    assert "7 of them" in str(counted)
