"""EPDS item 10 in a request, as bad as the request may be."""

from __future__ import annotations

from typing import Any

import pytest

from serving.safety import safety_answer


def with_facts(**facts: Any) -> dict[str, Any]:
    return {"facts": facts}


@pytest.mark.parametrize("item", [1, 2, 3, 2.0])
@pytest.mark.parametrize("form", [lambda value: {"value": value}, lambda value: value])
@pytest.mark.parametrize("rest", [{}, {"epds_total": {"value": "x"}}, {"epds_total": 99}, {"unknown": {}}])
def test_a_positive_item_10_is_positive_whatever_is_around_it(item: Any, form: Any, rest: dict[str, Any]) -> None:
    answer = safety_answer({"facts": {"epds_item_10": form(item), **rest}, "outcomes": 7})
    assert answer is not None
    assert answer["status"] == "positive"
    assert answer["acknowledgement_required"] is True


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (with_facts(epds_item_10={"value": 0}), "recorded as 0"),
        (with_facts(epds_item_10={"value": None}), "not recorded"),
        (with_facts(epds_item_10=None), "not recorded"),
        (with_facts(epds_total={"value": 14}), "cannot be evaluated"),
        (with_facts(epds_item_10={"value": "2"}), "cannot be evaluated"),
        (with_facts(epds_item_10={"value": 4}), "cannot be evaluated"),
        (with_facts(epds_item_10={"value": [3]}), "cannot be evaluated"),
        (with_facts(epds_item_10={"value": "?"}, epds_total={"value": 29}), "positive"),
        ({"outcomes": ["postpartum_depression"], "facts": {}}, "not recorded"),
        ({"outcomes": ["postpartum_depression"], "facts": "?"}, "not recorded"),
    ],
)
def test_what_the_rule_says(document: dict[str, Any], status: str) -> None:
    answer = safety_answer(document)
    assert answer is not None
    assert answer["status"] == status
    if status in ("not recorded", "cannot be evaluated"):
        assert "ask" in answer["headline"]


@pytest.mark.parametrize("document", [None, [], "text", {}, {"facts": {}, "outcomes": ["preterm_birth"]}])
def test_requests_about_other_things_have_no_safety_line(document: Any) -> None:
    assert safety_answer(document) is None
