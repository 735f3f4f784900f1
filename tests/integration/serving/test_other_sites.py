"""A champion is shown at the sites it was made for or validated at, and withheld at others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from models.risk_model import RiskModel


def of_sites(fitted: Callable[..., RiskModel], *sites: str) -> RiskModel:
    model = fitted()
    return replace(model, intended_population=replace(model.intended_population, sites=sites))


def test_at_a_site_it_was_not_validated_at_no_risk_is_told_and_why_is_said(
    served: Any, fitted: Any, as_champion: Any, asked: Any
) -> None:
    with served(as_champion(of_sites(fitted, "RAA")), site="RBB") as client:
        refused = client.post("/v1/risks", json=asked())
        (listed,) = client.get("/v1/models").json()["models"]
    assert '"risk"' not in refused.text
    assert "was not validated at RBB" in refused.text
    assert "was not validated at RBB" in listed["withheld_because"]


def test_at_its_own_site_and_where_no_site_is_named_it_is_shown(
    served: Any, fitted: Any, as_champion: Any, asked: Any
) -> None:
    for site in ("RAA", ""):
        with served(as_champion(of_sites(fitted, "RAA")), site=site) as client:
            answer = client.post("/v1/risks", json=asked())
        assert answer.status_code == 200
        assert answer.json()["outcomes"]["preterm_birth"]["status"] == "scored"


def test_an_answer_does_not_list_the_sites_of_a_national_model(
    served: Any, fitted: Any, as_champion: Any, asked: Any
) -> None:
    with served(as_champion(of_sites(fitted, *(f"R{number:02d}" for number in range(100))))) as client:
        assert "R57" not in client.post("/v1/risks", json=asked()).text
