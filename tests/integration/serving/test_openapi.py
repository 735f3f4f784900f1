"""The published contract is true: what it admits is judged, what it forbids is refused, answers have its form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from records.concepts import CONCEPTS
from serving.app import create_app
from serving.facts import ACCEPTED_FACTS
from serving.openapi import openapi


def schema(name: str) -> Draft202012Validator:
    """The component with the whole document around it, so that its references lead somewhere."""
    return Draft202012Validator({**openapi(), "$ref": f"#/components/schemas/{name}"})


def test_every_route_of_the_contract_is_served_and_every_component_is_a_schema(home: Any) -> None:
    routes = {route.path for route in create_app(lambda: None).routes}  # type: ignore[arg-type, return-value, attr-defined]
    assert set(openapi()["paths"]) <= routes
    for component in openapi()["components"]["schemas"].values():
        Draft202012Validator.check_schema(component)


numbers = st.integers(-5, 400) | st.floats(-5, 400, allow_nan=False).map(lambda value: round(value, 2))
values = numbers | st.booleans() | st.sampled_from(["never", "current", "x"]) | st.none()
units = st.sampled_from(["a", "kg/m2", "cm", "m", "g/dL", "1", None])
contents = st.none() | values | st.fixed_dictionaries({"value": values}, optional={"unit": units})
concepts = st.sampled_from([*ACCEPTED_FACTS, "birth_weight"])
requests = st.fixed_dictionaries(
    {
        "prediction_point": st.just("booking"),
        "outcomes": st.sampled_from([["preterm_birth"], ["gestational_diabetes", "haemorrhage"], [], ["weather"]]),
        "facts": st.dictionaries(concepts, contents, max_size=3),
    },
    optional={
        "groups": st.none()
        | st.fixed_dictionaries(
            {"group_scheme": st.sampled_from(["england_2001", "us_omb"])},
            optional={"ethnic_category": st.sampled_from(["A", "M", "1", None])},
        ),
        "pregnancy_id": st.none() | st.just("P-1") | st.just(""),
        "more": st.just(1),
    },
)


def says_two_things(request: dict[str, Any]) -> bool:
    """A history at a first birth: two facts that a schema cannot set against each other."""
    facts = {name: fact.get("value") if isinstance(fact, dict) else fact for name, fact in request["facts"].items()}
    return any(value and facts.get(CONCEPTS[name].defined_if or "") == 0 for name, value in facts.items())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(requests, min_size=1, max_size=10))
def test_a_request_is_refused_exactly_where_the_contract_forbids_it(
    served: Any, champion: Any, batch: list[dict[str, Any]]
) -> None:
    contract, answer, problem = schema("RiskRequest"), schema("RiskAnswer"), schema("Problem")
    with served(champion) as client:
        for request in batch:
            response = client.post("/v1/risks", json=request)
            admitted = contract.is_valid(request) and not says_two_things(request)
            assert (response.status_code != 422) is admitted, (request, response.text)
            (answer if response.status_code == 200 else problem).validate(response.json())


def test_answers_of_every_status_have_the_published_form(
    served: Any, champion: Any, fitted: Any, as_champion: Any, asked: Any
) -> None:
    listed = as_champion(fitted("gestational_diabetes", list_only_groups=("Black",)))
    outcomes = ["preterm_birth", "gestational_diabetes", "haemorrhage", "postpartum_depression"]
    with served(champion, listed) as client:
        response = client.post("/v1/risks", json=asked(outcomes=outcomes))
        early = client.post("/v1/early-warning", json={"chart": "mewt", "observations": []})
        models = client.get("/v1/models")
    schema("RiskAnswer").validate(response.json())
    assert {judged["status"] for judged in response.json()["outcomes"].values()} == {
        "scored",
        "list_only",
        "no_champion",
    }
    schema("EarlyWarning").validate(early.json())
    schema("Models").validate(models.json())


def test_it_is_served_as_it_is(served: Any) -> None:
    with served() as client:
        assert client.get("/openapi.json").json() == json.loads(json.dumps(openapi()))


def test_the_model_is_named_wherever_a_risk_is(served: Any, champion: Any, asked: Any) -> None:
    with served(champion) as client:
        judged = client.post("/v1/risks", json=asked()).json()["outcomes"]["preterm_birth"]
    assert judged["model"]["version"] == champion.version
    assert judged["model"]["digest"] == champion.model.digest
    assert judged["audit"]["id"] == champion.tags.audit_id
    assert pytest.approx(judged["average_risk"]) == champion.model.average_risk
