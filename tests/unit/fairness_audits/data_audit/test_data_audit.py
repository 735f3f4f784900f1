"""A data audit of records told by their counts: every figure is worked out here."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace

import jsonschema
import pytest

from fairness_audits.data_audit.audit import NothingRecorded, audit_data
from fairness_audits.data_audit.files import data_audit_schema, write_data_audit
from fairness_audits.data_audit.page import data_audit_page
from fairness_audits.data_audit.report import KINDS
from fairness_audits.intervals import newcombe_difference, wilson
from fairness_audits.policy import DEFAULT_POLICY
from models.outcomes import UnknownOutcome
from models.published_rates import PUBLISHED_RATES
from records.records import SetAside

ON = datetime.date(2026, 1, 31)
EXACT = replace(DEFAULT_POLICY, disclosure="none")
WHITE = {"ethnic_group": "White", "ethnic_category": "A", "maternal_age": 30.0}
BLACK = {"ethnic_group": "Black", "ethnic_category": "N", "maternal_age": 30.0}
UNSTATED = {"ethnic_group": "Not stated", "ethnic_category": "Z", "maternal_age": 30.0}


def _fact(audit, concept, group="Everyone"):
    (found,) = (
        row
        for row in audit.facts
        if (row.concept, row.group) == (concept, group) and row.level in ("everyone", "ethnic_group")
    )
    return found


def _outcome(audit, name, group="Everyone"):
    first = next(one for one in audit.outcomes if one.reading.outcome.name == name and one.reading.is_first)
    return next(row for row in first.rows if row.group == group and row.level in ("everyone", "ethnic_group"))


def _said(audit, kind):
    return [finding.sentence for finding in audit.findings_of(kind)]


def test_a_fact_missing_more_often_of_a_group_is_found_with_newcombes_interval(records):
    births = records([
        (900, WHITE | {"body_mass_index": 24.0}), (100, WHITE),
        (160, BLACK | {"body_mass_index": 24.0}), (40, BLACK),
    ])  # fmt: skip
    audit = audit_data(births, EXACT, as_of=ON)
    row = _fact(audit, "body_mass_index", "Black")
    assert (row.asked, row.missing) == (200, 40)
    expected, gap = wilson(40, 200), newcombe_difference(40, 200, 100, 1000)
    assert (row.not_recorded.low, row.not_recorded.high) == (round(expected.low, 3), round(expected.high, 3))
    assert (row.difference.value, row.difference.low) == (0.1, round(gap.low, 3))
    assert gap.low > 0.0
    # The whole interval has to lie beyond the policy's 5 points, and this one begins at 4.6.
    assert gap.low < EXACT.tolerance("FA010").limit
    assert _said(audit, "recorded less often") == []


def test_what_is_surely_missing_by_more_than_the_limit_is_said_in_words(records):
    births = records([
        (900, WHITE | {"body_mass_index": 24.0}), (100, WHITE),
        (700, BLACK | {"body_mass_index": 24.0}), (300, BLACK),
    ])  # fmt: skip
    audit = audit_data(births, EXACT, as_of=ON)
    (sentence,) = _said(audit, "recorded less often")
    assert sentence.startswith(
        "Recorded less often of Black women than of everyone else: body mass index (not recorded"
    )
    assert "for 30 (27 to 33) of 100, 20 (17 to 23) more)" in sentence


def test_women_of_unknown_ethnicity_are_no_group_and_are_not_marked(records):
    births = records([(900, WHITE | {"body_mass_index": 24.0}), (100, UNSTATED)])
    audit = audit_data(births, EXACT, as_of=ON)
    page = data_audit_page(audit)
    assert _fact(audit, "body_mass_index", "Not stated").difference.low > EXACT.tolerance("FA010").limit
    assert "women of unknown ethnicity are no group" in page
    assert 'title="more often than of everyone else"' not in page
    black = records([(900, WHITE | {"body_mass_index": 24.0}), (100, BLACK)])
    assert 'title="more often than of everyone else"' in data_audit_page(audit_data(black, EXACT, as_of=ON))


def test_a_disguised_count_is_not_printed_as_a_rate(records):
    """Of 1,003 women 3 lack it: '5', which stands for 1 to 7, and no '0.5 %'."""
    births = records([(1000, WHITE | {"body_mass_index": 24.0}), (3, WHITE)])
    row = _fact(audit_data(births, DEFAULT_POLICY, as_of=ON), "body_mass_index")
    assert (row.missing, row.not_recorded.value, row.not_recorded.text) == (5, None, "*")
    exact = _fact(audit_data(births, EXACT, as_of=ON), "body_mass_index")
    assert exact.not_recorded.value == pytest.approx(0.003, abs=1e-3)


def test_history_of_a_first_pregnancy_is_not_missing(records):
    births = records([
        (30, WHITE | {"parity": 0}),
        (20, WHITE | {"parity": 1, "previous_preterm_birth": False}),
        (10, WHITE | {"parity": 2}),
        (5, WHITE),
    ])  # fmt: skip
    row = _fact(audit_data(births, EXACT, as_of=ON), "previous_preterm_birth")
    # 30 first pregnancies are not asked; of 35 others (parity not recorded: 5) it is recorded of 20.
    assert (row.asked, row.missing) == (35, 15)


def test_days_since_a_diagnosis_are_missing_only_of_women_who_have_it(records):
    births = records([
        (970, WHITE | {"pre_eclampsia": False}),
        (20, WHITE | {"pre_eclampsia": True, "days_since_pre_eclampsia": 9.0}),
        (10, WHITE | {"pre_eclampsia": True}),
        (40, WHITE),
    ])  # fmt: skip
    row = _fact(audit_data(births, EXACT, as_of=ON), "days_since_pre_eclampsia")
    assert (row.asked, row.missing) == (30, 10)


TESTED = {"pre_existing_diabetes": False, "diabetes_test_done": True}
DIABETIC = TESTED | {"glucose_fasting": 5.6, "glucose_two_hours": 6.0}
HEALTHY = TESTED | {"glucose_fasting": 4.8, "glucose_two_hours": 6.0}
UNTESTED = {"pre_existing_diabetes": False, "diabetes_test_done": False}


@pytest.fixture
def diabetes(records):
    return audit_data(
        records([
            (80, WHITE | DIABETIC), (720, WHITE | HEALTHY), (200, WHITE | UNTESTED),
            (60, BLACK | DIABETIC), (440, BLACK | HEALTHY), (500, BLACK | UNTESTED),
            # Half measured below both cut-offs or above one: a fasting value alone decides only where it is high.
            (10, BLACK | TESTED | {"glucose_fasting": 4.8}),
            (7, WHITE | {"pre_existing_diabetes": True}),
            (3, WHITE | {"diabetes_test_done": True, "glucose_fasting": 5.0, "glucose_two_hours": 5.0}),
        ]),
        EXACT, ["gestational_diabetes"], as_of=ON,
    )  # fmt: skip


def test_untested_women_are_missing_never_negative(diabetes):
    everyone, black = _outcome(diabetes, "gestational_diabetes"), _outcome(diabetes, "gestational_diabetes", "Black")
    assert everyone.counts == {
        "population": 2010, "population_unknown": 3, "tested": 1310, "measured": 1310, "known": 1300, "events": 140,
    }  # fmt: skip
    assert black.counts["tested"] == 510
    assert black.counts["known"] == 500
    rate = wilson(60, 500)
    assert (black["event_rate"].value, black["event_rate"].low) == (0.12, round(rate.low, 4))
    (sentence,) = _said(diabetes, "outcome known less often")
    assert sentence.startswith("Gestational diabetes is known of 50 (")
    assert "Black women" in sentence


def test_definitions_are_told_apart_and_the_preferred_one_comes_first(diabetes):
    definitions = [(one.reading.definition.name, one.reading.is_first) for one in diabetes.outcomes]
    assert definitions == [
        ("75 g OGTT fasting >= 5.6 or 2 h >= 7.8 mmol/l", True),
        ("diagnosis of gestational diabetes, of women tested", False),
    ]


def test_a_rate_no_cohort_shows_is_called_implausible(records):
    births = records([(500, WHITE | {"maternal_transfusion": True}), (500, WHITE | {"maternal_transfusion": False})])
    (sentence,) = _said(audit_data(births, EXACT, ["haemorrhage"], as_of=ON), "implausible rate")
    assert "by ‘maternal transfusion’, is recorded of 50.00 %" in sentence
    assert "outside 0.1 % to 12 %" in sentence


def test_what_a_file_cannot_hold_is_said_with_its_reasons(records):
    births = records([(10, WHITE)], lacking={"maternal_transfusion": "not published in this file (no MM_MTR)"})
    audit = audit_data(births, EXACT, as_of=ON)
    reasons = {one.name: one.reasons for one in audit.lacking if one.kind == "outcome"}
    assert any("no MM_MTR" in reason for reason in reasons["haemorrhage"])
    assert any("the source hospital does not record it" in reason for reason in reasons["postpartum_depression"])
    assert "gestational_diabetes" not in reasons
    assert "haemoglobin" in {one.name for one in audit.lacking if one.kind == "predictor"}


def test_missing_ethnicity_is_a_row_and_never_a_group_compared(records):
    births = records(
        [(900, WHITE | {"body_mass_index": 24.0}), (100, BLACK | {"body_mass_index": 24.0}), (90, UNSTATED)]
    )
    audit = audit_data(births, EXACT, as_of=ON)
    assert _fact(audit, "body_mass_index", "Not stated").missing == 90
    assert _said(audit, "recorded less often") == []
    assert any("ethnicity is recorded as ‘not stated’" in sentence for sentence in _said(audit, "cannot tell"))


def test_a_file_without_ethnicity_shows_no_disparity(records):
    births = records(
        [(50, {"ethnic_group": "Not known"}), (50, {"ethnic_group": "Not known", "body_mass_index": 24.0})]
    )
    audit = audit_data(births, EXACT, as_of=ON)
    assert not audit.passport.ethnicity_recorded
    assert "Ethnicity is not recorded in this file" in _said(audit, "cannot tell")[0]
    assert data_audit_page(audit).count("Cannot be told: ethnicity is recorded of nobody in this file.") == 3


def test_late_booking_and_interpreter_need_where_recorded(records):
    on_time = {"gestation_at_booking": 70.0, "interpreter_needed": False}
    late = {"gestation_at_booking": 71.0, "interpreter_needed": True}
    births = records([(800, WHITE | on_time), (200, WHITE | late), (500, BLACK | on_time), (500, BLACK | late)])
    audit = audit_data(births, EXACT, as_of=ON)
    (black,) = (row for row in audit.passport.of_level("ethnic_group") if row.group == "Black")
    assert (black.late[0].known, black.late[0].part) == (1000, 500)
    assert black.interpreter.part == 500
    assert _said(audit, "later into care") == [
        "Of 100 Black women, 50 (47 to 53) booked after 10+0 weeks; of 100 women altogether, 35 (33 to 37)."
    ]
    assert "interpreter need" not in _said(audit, "not collected")[0]


def test_what_was_not_collected_is_said(records):
    audit = audit_data(records([(10, WHITE)], holds=("maternal_age",)), EXACT, as_of=ON)
    (sentence,) = _said(audit, "not collected")
    for what in ("interpreter need", "area deprivation", "when a woman came into care", "the place of care"):
        assert what in sentence


def test_deprivation_is_a_level_where_it_is_recorded(records):
    poorest = WHITE | {"deprivation_quintile": 1}
    richest = WHITE | {"deprivation_quintile": 5, "body_mass_index": 24.0}
    audit = audit_data(records([(500, poorest), (500, richest)]), EXACT, as_of=ON)
    assert "deprivation_quintile" in {level.name for level in audit.levels}
    assert any("women of the most deprived fifth" in said for said in _said(audit, "recorded less often"))


def _of_2020(records, **options):
    women = [
        (149, {"ethnic_group": "Asian", "ethnic_category": "4", "gestational_diabetes": True}),
        (851, {"ethnic_group": "Asian", "ethnic_category": "4", "gestational_diabetes": False}),
        (100, {"ethnic_group": "Black", "ethnic_category": "2", "gestational_diabetes": True}),
        (900, {"ethnic_group": "Black", "ethnic_category": "2", "gestational_diabetes": False}),
    ]
    coded = [(n, facts | {"group_scheme": "us_omb", "delivered_year": options.get("year", 2020)}) for n, facts in women]
    births = records(coded, source=options.get("source", "cdc_natality"), is_simulated=options.get("simulated", False))
    audit = audit_data(births, EXACT, ["gestational_diabetes"], as_of=ON)
    return next(one for one in audit.published if one.rate.population == "births in the United States, 2020")


def test_a_published_rate_stands_beside_the_same_births_by_its_own_definition(records):
    compared = _of_2020(records)
    assert compared.not_comparable == ""
    asian, black = (next(row for row in compared.rows if row.group == group) for group in ("Asian", "Black"))
    assert (asian.here.value, asian.published, asian.stands) == (0.149, 0.149, "no difference shown")
    assert (black.here.value, black.published, black.stands) == (0.1, 0.065, "the file's is higher")


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"year": 2021}, "not the same years: published of births in the United States, 2020"),
        ({"source": "hospital"}, "not the same population: published of births in the United States, 2020"),
        ({"simulated": True}, "not the same population: these births were simulated"),
    ],
)
def test_nothing_is_compared_that_is_not_the_same(records, other, reason):
    one = _of_2020(records, **other)
    assert one.not_comparable.startswith(reason)
    assert all(row.here is None and row.stands == "not told" for row in one.rows)


def test_a_definition_the_file_cannot_be_read_by_is_not_the_same_definition(records):
    audit = audit_data(records([(10, WHITE)]), EXACT, as_of=ON)
    reasons = {one.rate.outcome: one.not_comparable for one in audit.published}
    assert reasons["haemorrhage"].startswith("not the same definition: published of any recorded loss")
    assert reasons["preterm_birth"].startswith("not the same definition: gestation_at_birth")


def test_every_published_rate_names_its_source_and_evidence():
    for rate in PUBLISHED_RATES:
        assert rate.evidence in ("V", "S")
        assert rate.source
        assert rate.population
        shares = [share for groups in rate.by_group.values() for share in groups.values()]
        assert all(0 < share < 1 for share in (*shares, *([rate.everyone] if rate.everyone else [])))
        assert rate.any_of or rate.differs


def test_set_aside_rows_and_doubts_are_printed_by_the_rule(records):
    births = records([(100, WHITE)], set_aside=(SetAside(reason="BMI unreadable", rows=3),), doubts={"age doubted": 2})
    audit = audit_data(births, as_of=ON)
    assert audit.passport.set_aside == (("BMI unreadable", 5),)
    assert "age doubted (5 births)" in audit.passport.notes


@pytest.mark.parametrize("disclosure", ["msds", "mhsds", "none"])
def test_the_json_keeps_its_schema_and_the_page_says_the_same(records, tmp_path, disclosure):
    births = records([(93, WHITE | DIABETIC), (907, WHITE | HEALTHY), (6, BLACK | DIABETIC), (41, BLACK | UNTESTED)])
    audit = audit_data(births, replace(DEFAULT_POLICY, disclosure=disclosure), as_of=ON)
    folder = write_data_audit(audit, tmp_path / "out")
    written = json.loads((folder / "data-audit.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(data_audit_schema()).validate(written)
    page = (folder / "data-audit.html").read_text(encoding="utf-8")
    assert all(finding["kind"] in KINDS for finding in written["findings"])
    assert "<script" not in page
    assert "http" not in page
    assert _outcome(audit, "gestational_diabetes")["event_rate"].text in page


def test_the_schema_refuses_what_it_does_not_know(records):
    audit = json.loads(audit_data(records([(10, WHITE)]), as_of=ON).to_json())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(data_audit_schema()).validate(audit | {"extra": 1})


def test_an_unknown_outcome_and_an_empty_file_are_refused_by_name(records):
    with pytest.raises(UnknownOutcome, match="no outcome is called 'gout'"):
        audit_data(records([(1, WHITE)]), EXACT, ["gout"])
    with pytest.raises(NothingRecorded, match="births of a hospital: no pregnancy could be read"):
        audit_data(records([]), EXACT)


def test_a_level_that_only_predictions_have_is_named_as_left_out(records):
    policy = replace(EXACT, group_by=("ethnic_group", "parity", "ethnic_group x age_band"))
    audit = audit_data(
        records([(60, WHITE | {"age_band": "20-24"}), (60, WHITE | {"age_band": "30-34"})]), policy, as_of=ON
    )
    assert audit.passport.levels_left_out == ("parity",)
    assert "ethnic_group x age_band" in {level.name for level in audit.levels}
