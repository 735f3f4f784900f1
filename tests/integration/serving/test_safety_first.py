"""What a safety rule says comes first in every refusal, whatever it is that is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

JSON = {"Content-Type": "application/json"}
AT = "2026-03-01T09:30:00+00:00"
CONCERN = {"concept": "concern", "value": True, "observed_at": AT}
ESCALATE = "A concern was recorded: escalate it now, whatever the chart says."
ASK = "A concern may have been recorded and could not be read: ask now."


def headline(response: Any) -> str:
    assert response.status_code >= 400
    body = response.json()
    assert next(iter(body)) == "safety"
    return str(body["safety"]["headline"])


def ask(*observations: Any, **changes: Any) -> dict[str, Any]:
    return {"chart": "maternal_early_warning_criteria", "observations": list(observations), "at": AT} | changes


def reading(concept: str, value: Any, unit: str | None, at: str = AT) -> dict[str, Any]:
    return {"concept": concept, "value": value, "unit": unit, "observed_at": at}


@pytest.mark.parametrize(
    "refused",
    [
        ask(CONCERN, reading("heart_rate", 80, "bpm")),
        ask(CONCERN, reading("heart_rate", 9999, "/min")),
        ask(CONCERN, reading("mood", 1, None)),
        ask(CONCERN, reading("heart_rate", 80, "/min", "2026-03-01T09:40:00+00:00")),
        ask(
            CONCERN,
            reading("systolic_blood_pressure", 90, "mm[Hg]"),
            reading("diastolic_blood_pressure", 110, "mm[Hg]"),
        ),
        ask(CONCERN, chart="no such chart"),
        ask(CONCERN, setting="corridor"),
        ask(CONCERN, at="yesterday"),
        ask({"concept": "concern", "value": True}),
        ask({**CONCERN, "nurse": "N"}),
        ask(CONCERN, 7),
        [ask(CONCERN)],
    ],
)
def test_a_recorded_concern_is_lost_in_no_refusal(served: Any, refused: Any) -> None:
    with served() as client:
        assert headline(client.post("/v1/early-warning", json=refused)) == ESCALATE


@pytest.mark.parametrize("value", ["true", 1, "yes", {}, []])
def test_a_concern_that_cannot_be_read_is_asked_for(served: Any, value: Any) -> None:
    with served() as client:
        assert headline(client.post("/v1/early-warning", json=ask({**CONCERN, "value": value}))) == ASK


@pytest.mark.parametrize(
    ("body", "headers", "says"),
    [
        (json.dumps(ask(CONCERN)), {"Content-Type": "text/plain"}, ESCALATE),
        ("\ufeff" + json.dumps(ask(CONCERN)), JSON, ESCALATE),
        (json.dumps(ask(CONCERN))[:-1] + ', "at": null}', JSON, ESCALATE),
        (json.dumps(ask(CONCERN))[:-1], JSON, ASK),
        (" " * 300_000 + json.dumps(ask(CONCERN)), JSON, ESCALATE),
        (json.dumps(ask(CONCERN))[:-1] + " " * 300_000, JSON, ASK),
    ],
)
def test_a_concern_in_a_body_that_is_not_read(served: Any, body: str, headers: dict[str, str], says: str) -> None:
    with served() as client:
        assert headline(client.post("/v1/early-warning", content=body.encode(), headers=headers)) == says


@pytest.mark.parametrize("value", [False, None])
def test_no_concern_is_made_up(served: Any, value: Any) -> None:
    with served() as client:
        response = client.post("/v1/early-warning", json=ask({**CONCERN, "value": value}, chart="none"))
    assert "safety" not in response.json()


def test_a_bedside_clock_a_little_ahead_is_now(served: Any) -> None:
    def at(seconds: int) -> dict[str, Any]:
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        return ask({**CONCERN, "observed_at": moment.isoformat()}, at=None)

    with served() as client:
        assert client.post("/v1/early-warning", json=at(40)).status_code == 200
        assert headline(client.post("/v1/early-warning", json=at(180))) == ESCALATE


@pytest.mark.parametrize("path", ["/v1/risks", "/v1/risks/batch"])
@pytest.mark.parametrize(
    ("before", "after", "headers", "status"),
    [
        ("", "", {"Content-Type": "text/plain"}, 415),
        ("", "", {}, 415),
        ("\ufeff", "", JSON, 400),
        ("", "}", JSON, 400),
        ("", " " * 5000, JSON, 413),
        (" " * 5000, "", JSON, 413),
    ],
)
def test_a_positive_item_10_is_lost_in_no_refusal(
    served: Any, champion: Any, asked: Any, path: str, before: str, after: str, headers: dict[str, str], status: int
) -> None:
    body = before + json.dumps(asked(facts={"epds_item_10": {"value": 2}})) + after
    with served(champion, request_body_limit=2000, batch_body_limit=2000) as client:
        response = client.post(path, content=body.encode(), headers=headers)
    assert response.status_code == status
    assert headline(response).startswith("EPDS item 10 positive")


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_item_10_is_answered_before_the_key_is_judged(served: Any, champion: Any, asked: Any, key: str) -> None:
    request = asked(facts={"epds_item_10": {"value": 2}})
    with served(champion) as client:
        response = client.post("/v1/risks", json=request, headers={"Idempotency-Key": key})
    assert response.status_code == 400
    assert headline(response).startswith("EPDS item 10 positive")


@pytest.mark.parametrize("bad", ['{"facts": {"epds_item_10": 0, "epds_item_10": 3}}', '{"facts": ' + "1" * 5000 + "}"])
def test_a_bad_row_of_a_list_loses_no_other(served: Any, champion: Any, asked: Any, bad: str) -> None:
    positive = json.dumps(asked(facts={"epds_item_10": {"value": 2}}))
    with served(champion) as client:
        response = client.post("/v1/risks/batch", content=f"[{positive},{bad},{positive}]".encode(), headers=JSON)
    first, refused, last = response.json()
    assert first["safety"]["status"] == last["safety"]["status"] == "positive"
    assert refused["status"] in (400, 422)
    assert refused.get("safety", {}).get("status") == ("positive" if "epds" in bad else None)


def test_too_many_rows_are_refused_with_the_rule_answered(served: Any) -> None:
    rows = "[" + "1," * 50_000 + '{"facts":{"epds_item_10":2}}]'
    with served() as client:
        response = client.post("/v1/risks/batch", content=rows.encode(), headers=JSON)
    assert response.status_code == 422
    assert "at most 50000 rows" in response.json()["detail"]
    assert headline(response).startswith("EPDS item 10 positive")


def test_a_fault_of_ours_loses_no_positive_item_10(served: Any, champion: Any, asked: Any) -> None:
    """A champion whose explainer was lost stands in for any fault that nobody thought of."""
    request = asked(facts=asked()["facts"] | {"epds_item_10": {"value": 2}})
    with served(replace(champion, explainer=None)) as client:
        response = client.post("/v1/risks", json=request)
    assert response.status_code == 500
    assert headline(response).startswith("EPDS item 10 positive")


def positive(asked: Any, **changes: Any) -> Any:
    return asked(facts=asked()["facts"] | {"epds_item_10": {"value": 1}, "epds_total": {"value": 4}}, **changes)


@pytest.mark.parametrize("mode", ["demo", "live"])
def test_no_mode_silences_item_10(served: Any, champion: Any, asked: Any, mode: str) -> None:
    with served(champion, mode=mode) as client:
        response = client.post("/v1/risks", json=positive(asked))
    assert response.status_code == 200
    assert response.text.startswith('{"safety":{"rule":"epds_item_10","status":"positive"')
    assert response.json()["safety"]["acknowledgement_required"] is True


def test_item_10_is_said_every_time_it_is_sent(served: Any, champion: Any, asked: Any) -> None:
    """The log writes a repeated request once; the rule answers it each time, and the refusal of another one too."""
    key = {"Idempotency-Key": "k-1"}
    with served(champion) as client:
        answers = [client.post("/v1/risks", json=positive(asked), headers=key) for _ in range(3)]
        reused = client.post("/v1/risks", json=positive(asked, pregnancy_id="P-2"), headers=key)
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.json()["request_id"] for answer in answers}) == 1
    assert all(answer.json()["safety"]["headline"].startswith("EPDS item 10 positive") for answer in answers)
    assert reused.status_code == 409
    assert headline(reused).startswith("EPDS item 10 positive")


def test_item_10_moves_no_risk(served: Any, champion: Any, asked: Any) -> None:
    with served(champion) as client:
        with_item, without = (client.post("/v1/risks", json=body).json() for body in (positive(asked), asked()))
    (told,), (plain,) = with_item["outcomes"].values(), without["outcomes"].values()
    assert told["risk"] == plain["risk"]
    assert "safety" not in without
