"""EPDS item 10 in a request, as bad as the request may be."""

from __future__ import annotations

from typing import Any

import pytest

from serving.safety import UNREAD, body_safety, safety_answer


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
        (with_facts(epds_item_10={"value": "2"}), "positive"),
        (with_facts(epds_item_10=" 3 "), "positive"),
        (with_facts(epds_item_10={"value": "0"}), "cannot be evaluated"),
        (with_facts(epds_item_10={"value": "2 or 3"}), "cannot be evaluated"),
        ({"epds_item_10": 1}, "positive"),
        ([with_facts(epds_item_10=0), with_facts(epds_item_10=2)], "positive"),
        (with_facts(epds_item_10={"value": 4}), "cannot be evaluated"),
        (with_facts(epds_item_10={"value": [3]}), "cannot be evaluated"),
        (with_facts(epds_item_10={"value": "?"}, epds_total={"value": 29}), "positive"),
        (with_facts(epds_total_in_pregnancy={"value": 12}), "cannot be evaluated"),
        (with_facts(epds_total_in_pregnancy={"value": 28}), "positive"),
        (with_facts(epds_item_10=0, epds_total_in_pregnancy=12, epds_total=9), "recorded as 0"),
        (with_facts(epds_item_10=0, epds_total_in_pregnancy=None, epds_total=29), "positive"),
        (with_facts(epds_item_10=0, epds_total_in_pregnancy="?", epds_total=9), "cannot be evaluated"),
        (with_facts(epds_total_in_pregnancy=None, epds_total=None), "not recorded"),
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


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"facts": {"epds_item_10": 0, "epds_item_10": 2}}', "positive"),
        (b'{"facts": {"epds_item_10": {"value": 0, "value": 1}}}', "positive"),
        (b'{"facts": {"epds_item_10": 0, "epds_item_10": null}}', "cannot be evaluated"),
        (b'\xef\xbb\xbf{"facts": {"epds_item_10": {"value": 2}}}', "positive"),
        ('{"facts": {"epds_item_10": {"value": 2}}}'.encode("utf-16"), "positive"),
        (b'{"facts": {"epds_item_10": {"value": 2}}, "name": "\xff"}', "positive"),
        (b'{"facts": {"epds_item_10": {"value": 2}}', "positive"),
        (b'{"facts": {"epds_item_10": {"unit": null, "value": "3"}, ', "positive"),
        (b'{"facts": {"epds_item_10": {"value": 0}, ', UNREAD),
        (b'{"facts": {"EPDS_item_10": ', UNREAD),
        (b'{"facts": {"epds_item_10": {"value": 0}}}\n{"facts": {"epds_item_10": {"value": 3}}}', "positive"),
        (b'{"outcomes": ["postpartum_depression"', UNREAD),
        (b'{"facts": {', None),
    ],
)
def test_a_body_that_is_refused_unread(body: bytes, status: str | None) -> None:
    answer = body_safety(body, True)
    assert (None if answer is None else answer["status"]) == status


def test_what_was_cut_off_is_never_recorded_as_0() -> None:
    whole = b'{"facts": {"epds_item_10": 0}}'
    recorded, cut = body_safety(whole, True), body_safety(whole + b"\n", False)
    assert recorded is not None
    assert cut is not None
    assert (recorded["status"], cut["status"]) == ("recorded as 0", UNREAD)


def test_no_body_takes_longer_than_its_length() -> None:
    """Were the spaces not bounded, this would take hours."""
    answer = body_safety(b'{"epds_item_10": ' + b" " * 1_000_000 + b"x", True)
    assert answer is not None
    assert answer["status"] == UNREAD
