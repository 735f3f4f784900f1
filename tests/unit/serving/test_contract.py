"""What a request may say, and that every refused place is named."""

from __future__ import annotations

from typing import Any

import pytest

from records.groups import NOT_KNOWN
from serving.contract import read_risk_request
from serving.problems import RefusedRequest


def request(**changes: Any) -> dict[str, Any]:
    return {
        "prediction_point": "booking",
        "outcomes": ["preterm_birth"],
        "facts": {"maternal_age": {"value": 31, "unit": "a"}},
    } | changes


def fact(name: str, content: Any) -> dict[str, Any]:
    return request(facts={name: content})


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ([], "#"),
        (request(surprise=1), "#/surprise"),
        ({"outcomes": ["preterm_birth"], "facts": {}}, "#/prediction_point"),
        ({"prediction_point": "booking", "facts": {}}, "#/outcomes"),
        ({"prediction_point": "booking", "outcomes": ["preterm_birth"]}, "#/facts"),
        (request(prediction_point="week 12"), "#/prediction_point"),
        (request(prediction_point=["booking"]), "#/prediction_point"),
        (request(outcomes=[]), "#/outcomes"),
        (request(outcomes="preterm_birth"), "#/outcomes"),
        (request(outcomes=["preterm_birth", "weather"]), "#/outcomes/1"),
        (request(outcomes=["preterm_birth", "preterm_birth"]), "#/outcomes/1"),
        (request(outcomes=[{"preterm_birth": 1}]), "#/outcomes/0"),
        (request(outcomes=["perinatal_death"]), "#/outcomes/0"),
        (request(outcomes=["gestational_diabetes"], prediction_point="admission"), "#/outcomes/0"),
        (request(facts=[]), "#/facts"),
        (fact("shoe_size", {"value": 39}), "#/facts/shoe_size"),
        (fact("birth_weight", {"value": 3000, "unit": "g"}), "#/facts/birth_weight"),
        (fact("a/b~c é", {"value": 1}), "#/facts/a~1b~0c%20%C3%A9"),
        (fact("maternal_age", 31), "#/facts/maternal_age"),
        (fact("maternal_age", {"unit": "a"}), "#/facts/maternal_age/value"),
        (fact("maternal_age", {"value": 31, "unit": "a", "when": "now"}), "#/facts/maternal_age/when"),
        (fact("maternal_age", {"value": 31}), "#/facts/maternal_age/unit"),
        (fact("maternal_age", {"value": 31, "unit": "mo"}), "#/facts/maternal_age/unit"),
        (fact("maternal_age", {"value": 31, "unit": ["a"]}), "#/facts/maternal_age/unit"),
        (fact("maternal_age", {"value": None, "unit": "mo"}), "#/facts/maternal_age/unit"),
        (fact("maternal_age", {"value": "31", "unit": "a"}), "#/facts/maternal_age/value"),
        (fact("maternal_age", {"value": True, "unit": "a"}), "#/facts/maternal_age/value"),
        (fact("maternal_age", {"value": 7, "unit": "a"}), "#/facts/maternal_age/value"),
        (fact("maternal_age", {"value": float("nan"), "unit": "a"}), "#/facts/maternal_age/value"),
        (fact("maternal_age", {"value": float("inf"), "unit": "a"}), "#/facts/maternal_age/value"),
        (fact("maternal_age", {"value": 10**400, "unit": "a"}), "#/facts/maternal_age/value"),
        (fact("maternal_age", {"value": [31], "unit": "a"}), "#/facts/maternal_age/value"),
        (fact("parity", {"value": 1.5}), "#/facts/parity/value"),
        (fact("parity", {"value": 1, "unit": "a"}), "#/facts/parity/unit"),
        (fact("smoking_status", {"value": "sometimes"}), "#/facts/smoking_status/value"),
        (fact("smoking_status", {"value": ["never"]}), "#/facts/smoking_status/value"),
        (fact("smoking_status", {"value": "never", "unit": "1"}), "#/facts/smoking_status/unit"),
        (fact("chronic_hypertension", {"value": 1}), "#/facts/chronic_hypertension/value"),
        (request(groups=[]), "#/groups"),
        (request(groups={"group_scheme": "mars", "ethnic_category": "M"}), "#/groups/group_scheme"),
        (request(groups={"ethnic_category": "M"}), "#/groups/group_scheme"),
        (request(groups={"group_scheme": "england_2001", "ethnic_category": "Q"}), "#/groups/ethnic_category"),
        (request(groups={"group_scheme": "england_2001", "race": "M"}), "#/groups/race"),
        (request(pregnancy_id=7), "#/pregnancy_id"),
        (request(pregnancy_id=""), "#/pregnancy_id"),
        (request(pregnancy_id="P\n1"), "#/pregnancy_id"),
        (request(pregnancy_id="P" * 129), "#/pregnancy_id"),
    ],
)
def test_a_refused_place_is_pointed_to(document: Any, pointer: str) -> None:
    with pytest.raises(RefusedRequest) as refused:
        read_risk_request(document)
    assert [refusal.pointer for refusal in refused.value.refusals] == [pointer]


def test_every_refused_place_is_named_at_once() -> None:
    facts = {"maternal_age": {"value": 7, "unit": "a"}, "parity": {"value": -1}, "height": {"value": 163}}
    with pytest.raises(RefusedRequest) as refused:
        read_risk_request(request(facts=facts, outcomes=["weather"], extra=1))
    pointers = {refusal.pointer for refusal in refused.value.refusals}
    assert pointers == {
        "#/extra",
        "#/outcomes/0",
        "#/facts/maternal_age/value",
        "#/facts/parity/value",
        "#/facts/height/unit",
    }


def test_the_range_accepted_is_told_and_the_number_refused() -> None:
    with pytest.raises(RefusedRequest) as refused:
        read_risk_request(fact("maternal_age", {"value": 7, "unit": "a"}))
    (told,) = (refusal.to_dict() for refusal in refused.value.refusals)
    assert told["value"] == 7
    assert told["accepted"] == {"minimum": 10, "maximum": 60, "of_unit": "a", "units": ["a"]}


@pytest.mark.parametrize("value", ["Jane Doe", 9434765919, "9434765919"])
def test_what_could_identify_her_is_never_echoed(value: Any) -> None:
    with pytest.raises(RefusedRequest) as refused:
        read_risk_request(fact("maternal_age", {"value": value, "unit": "a"}))
    (told,) = (refusal.to_dict() for refusal in refused.value.refusals)
    assert str(value) not in str(told)


def test_values_are_brought_to_the_canonical_unit() -> None:
    facts = {"height": {"value": 1.63, "unit": "m"}, "haemoglobin": {"value": 11.2, "unit": "g/dL"}}
    read = read_risk_request(request(facts=facts)).facts
    assert read["height"] == pytest.approx(163)
    assert read["haemoglobin"] == pytest.approx(112)


@pytest.mark.parametrize("content", [None, {"value": None}, {"value": None, "unit": "a"}])
def test_not_recorded_is_null_and_never_zero(content: Any) -> None:
    assert read_risk_request(fact("maternal_age", content)).facts == {"maternal_age": None}


def test_the_history_of_births_is_undefined_at_a_first_birth() -> None:
    read = read_risk_request(request(facts={"parity": {"value": 0}, "previous_preterm_birth": {"value": False}}))
    assert "previous_preterm_birth" in read.undefined
    assert "previous_preterm_birth" not in read.facts


def test_a_history_of_births_contradicts_a_first_birth() -> None:
    with pytest.raises(RefusedRequest, match="contradicts parity"):
        read_risk_request(request(facts={"parity": {"value": 0}, "previous_preterm_birth": {"value": True}}))


def test_the_days_since_a_diagnosis_contradict_its_absence() -> None:
    none, days = {"value": False}, {"value": 3, "unit": "d"}
    with pytest.raises(RefusedRequest, match="contradicts pre_eclampsia = false"):
        read_risk_request(request(facts={"pre_eclampsia": none, "days_since_pre_eclampsia": days}))
    assert "days_since_pre_eclampsia" in read_risk_request(request(facts={"pre_eclampsia": none})).undefined


def test_groups_are_never_guessed() -> None:
    assert read_risk_request(request()).recorded_group.group == NOT_KNOWN
    black = {"group_scheme": "england_2001", "ethnic_category": "M"}
    recorded = read_risk_request(request(groups=black)).recorded_group
    assert recorded.group == "Black"
    assert recorded.group_in("us_omb") == NOT_KNOWN
    without = read_risk_request(request(groups={"group_scheme": "england_2001", "ethnic_category": None}))
    assert without.recorded_group.group == NOT_KNOWN
