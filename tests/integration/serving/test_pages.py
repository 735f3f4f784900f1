from __future__ import annotations

import re
from typing import Any


def test_the_front_page_shows_what_is_served_and_asks_for_its_inputs(served: Any, champion: Any) -> None:
    with served(champion) as client:
        front = client.get("/")
        assets = {client.get(path).status_code for path in re.findall(r'(?:src|href)="(/assets/[^"]+)"', front.text)}
    assert "SIMULATED: NOT FOR CARE" in front.text
    assert champion.model.digest[:8] in front.text
    asked = set(re.findall(r'data-fact="([a-z0-9_]+)"', front.text))
    assert asked == set(champion.model.encoding.concepts)
    assert assets == {200}
    policy = front.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert not re.search(r"<script(?![^>]* src=)|style=|onclick=", front.text)


def test_the_front_page_without_a_champion_says_what_to_run(served: Any) -> None:
    with served() as client:
        front = client.get("/")
    assert "equipartum retrain" in front.text
    assert "<form" not in front.text


def test_text_from_a_model_is_escaped(served: Any, fitted: Any, as_champion: Any) -> None:
    from dataclasses import replace

    model = fitted()
    evil = replace(model.intended_population, description="<script>alert(1)</script>")
    with served(as_champion(replace(model, intended_population=evil))) as client:
        front = client.get("/").text
    assert "<script>alert" not in front
    assert "&lt;script&gt;alert" in front
