"""Whatever is sent, the answer is a named problem, never a traceback and never a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"facts": {}, "facts": {}}', 400),
        (b"null", 422),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"prediction_point":"booking","outcomes":["preterm_birth"],"facts":{"\\ud800":null}}', 422),
        (b'{"prediction_point":"\\ud800","outcomes":["preterm_birth"],"facts":{}}', 422),
        (b" " * 10_000_000, 413),
    ],
)
@pytest.mark.parametrize("path", ["/v1/risks", "/v1/early-warning"])
def test_bodies_that_are_no_request(served: Any, champion: Any, path: str, body: bytes, status: int) -> None:
    with served(champion) as client:
        response = client.post(path, content=body, headers=JSON)
    assert response.status_code == status
    assert response.headers["content-type"] == PROBLEM
    assert response.json()["status"] == status


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_what_a_form_of_another_site_could_send_is_not_read(
    served: Any, champion: Any, asked: Any, kind: str | None
) -> None:
    with served(champion) as client:
        headers = {} if kind is None else {"Content-Type": kind}
        response = client.post("/v1/risks", content=json.dumps(asked()), headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_json_has_no_number_for_is_refused_where_it_stands(
    served: Any, champion: Any, asked: Any, token: str
) -> None:
    body = json.dumps(asked()).replace("37.4", token)
    with served(champion) as client:
        response = client.post("/v1/risks", content=body, headers=JSON)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["pointer"] == "#/facts/body_mass_index/value"


def test_an_unusable_idempotency_key_is_refused(served: Any, champion: Any, asked: Any) -> None:
    with served(champion) as client:
        response = client.post("/v1/risks", json=asked(), headers={"Idempotency-Key": "k" * 256})
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/v1/risks", 405), ("DELETE", "/v1/models", 405), ("GET", "/assets/x.js", 404)],
)
def test_pages_that_are_not_there(served: Any, method: str, path: str, status: int) -> None:
    with served() as client:
        response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == PROBLEM


def test_a_fault_of_ours_says_nothing_of_itself(
    served: Any, champion: Any, asked: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """A champion whose encoding was lost stands in for any fault that nobody thought of."""
    from dataclasses import replace

    broken = replace(champion, explainer=None)
    with served(broken) as client:
        response = client.post("/v1/risks", json=asked(pregnancy_id="P-secret"))
    journal = capfd.readouterr()
    assert response.status_code == 500
    assert response.headers["content-type"] == PROBLEM
    assert "Traceback" not in response.text + journal.out + journal.err
    assert "AttributeError" not in response.text
    assert "P-secret" not in journal.out + journal.err


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["maternal_age", "parity", "smoking_status", "epds_item_10", "previous_preterm_birth", "?"])
nearly_requests = st.fixed_dictionaries(
    {"prediction_point": st.just("booking") | anything, "outcomes": st.just(["preterm_birth"]) | anything},
    optional={
        "facts": st.dictionaries(
            names,
            anything | st.fixed_dictionaries({"value": anything}, optional={"unit": st.just("a") | anything}),
            max_size=4,
        )
        | anything,
        "groups": st.fixed_dictionaries({"group_scheme": st.just("england_2001"), "ethnic_category": anything})
        | anything,
        "pregnancy_id": anything,
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests=st.lists(nearly_requests, min_size=1, max_size=8))
def test_no_request_is_a_fault(served: Any, champion: Any, requests: list[Any]) -> None:
    with served(champion) as client:
        for request in requests:
            response = client.post("/v1/risks", content=json.dumps(request), headers=JSON)
            assert response.status_code in (200, 422, 503), response.text
            facts = request.get("facts")
            item = facts.get("epds_item_10") if isinstance(facts, dict) else None
            value = item.get("value") if isinstance(item, dict) else item
            if not isinstance(value, bool) and value in (1, 2, 3):
                assert response.json()["safety"]["status"] == "positive"
