from __future__ import annotations

import json
from typing import Any

import pytest

LINES = {"Content-Type": "application/x-ndjson"}


def test_answers_come_in_order_and_a_bad_row_is_a_problem_in_its_place(
    served: Any, champion: Any, asked: Any, home: Any
) -> None:
    rows = [asked(pregnancy_id="P-1"), asked(outcomes=["weather"]), 7, asked(pregnancy_id="P-2")]
    with served(champion) as client:
        single = client.post("/v1/risks", json=rows[0]).json()["outcomes"]
        response = client.post("/v1/risks/batch", json=rows)
    answers = response.json()
    assert response.status_code == 200
    assert response.headers["equipartum-notice"] == "SIMULATED: NOT FOR CARE"
    assert [answer.get("status") for answer in answers] == [None, 422, 422, None]
    assert answers[0]["outcomes"] == single


def test_lines_are_answered_by_lines(served: Any, champion: Any, asked: Any) -> None:
    lines = [json.dumps(asked()), "{not json", "", json.dumps(asked())]
    with served(champion) as client:
        response = client.post("/v1/risks/batch", content="\n".join(lines), headers=LINES)
    answers = [json.loads(line) for line in response.text.splitlines()]
    assert response.headers["content-type"] == LINES["Content-Type"]
    assert [answer.get("status") for answer in answers] == [None, 400, None]


def test_item_10_of_each_woman_is_answered_first(served: Any, champion: Any, asked: Any) -> None:
    rows = [asked(facts={"epds_item_10": {"value": item}}) for item in (0, 3)]
    with served(champion) as client:
        answers = client.post("/v1/risks/batch", json=rows).json()
    assert [next(iter(answer)) for answer in answers] == ["safety", "safety"]
    assert [answer["safety"]["status"] for answer in answers] == ["recorded as 0", "positive"]


@pytest.mark.parametrize(("content", "status"), [("{}", 422), ("[", 400)])
def test_what_is_no_list_is_refused(served: Any, champion: Any, content: str, status: int) -> None:
    with served(champion) as client:
        response = client.post("/v1/risks/batch", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == status


def test_the_limit_of_a_batch_is_its_own(served: Any, champion: Any, asked: Any) -> None:
    with served(champion, request_body_limit=1024, batch_body_limit=5000) as client:
        long = json.dumps(asked()) + " " * 1024
        headers = {"Content-Type": "application/json"}
        assert client.post("/v1/risks", content=long, headers=headers).status_code == 413
        assert client.post("/v1/risks/batch", content=f"[{long}]", headers=headers).status_code == 200
        assert client.post("/v1/risks/batch", json=[asked()] * 20).status_code == 413
