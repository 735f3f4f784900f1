"""The risk of birth before 32 weeks is never told above that before 34, nor that above the one before 37."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from models.calibrator import Calibrator
from models.nesting import around, bounded
from models.outcomes import OUTCOMES, outcome

NESTED = ("preterm_birth", "preterm_birth_before_34", "preterm_birth_before_32")


def test_each_outcome_lies_within_those_of_more_weeks() -> None:
    assert around("preterm_birth") == ()
    assert around("preterm_birth_before_32") == ("preterm_birth_before_34", "preterm_birth")
    assert all(around(name) == () for name in OUTCOMES if name not in NESTED)


@pytest.mark.parametrize(
    ("risk", "outer", "told", "by"),
    [
        (0.02, {"preterm_birth_before_34": 0.03, "preterm_birth": 0.08}, 0.02, None),
        (0.05, {"preterm_birth_before_34": 0.03, "preterm_birth": 0.08}, 0.03, "preterm_birth_before_34"),
        (0.05, {"preterm_birth_before_34": 0.03, "preterm_birth": 0.01}, 0.01, "preterm_birth"),
        (0.05, {"preterm_birth": 0.04}, 0.04, "preterm_birth"),
        (0.05, {}, 0.05, None),
    ],
)
def test_the_lowest_of_the_outer_risks_bounds(
    risk: float, outer: dict[str, float], told: float, by: str | None
) -> None:
    assert bounded("preterm_birth_before_32", risk, outer.get) == (told, by)


def _champions(fitted: Callable[..., Any], as_champion: Callable[..., Any], **intercepts: float) -> list[Any]:
    return [
        as_champion(
            fitted(
                name,
                definition=outcome(name).definitions[0].name,
                calibrator=Calibrator(kind="platt", intercept=intercept, slope=0.9),
            )
        )
        for name, intercept in intercepts.items()
    ]


def test_an_inner_risk_is_told_no_higher_and_says_so(
    served: Any, asked: Any, fitted: Callable[..., Any], as_champion: Callable[..., Any]
) -> None:
    """The inner model is made to tell more than the outer, as two fits of their own may of one woman."""
    held = _champions(fitted, as_champion, preterm_birth=-0.5, preterm_birth_before_34=0.6, preterm_birth_before_32=0.2)
    with served(*held) as client:
        both = client.post("/v1/risks", json=asked(outcomes=list(NESTED))).json()["outcomes"]
        alone = client.post("/v1/risks", json=asked(outcomes=["preterm_birth_before_32"])).json()["outcomes"]
    assert both["preterm_birth"]["bounded_by"] is None
    outer = both["preterm_birth"]["risk"]
    for name in NESTED[1:]:
        assert both[name]["risk"] == outer
        assert both[name]["bounded_by"]["outcome"] == "preterm_birth"
        assert "no higher than the risk of preterm birth" in both[name]["bounded_by"]["sentence"]
    assert alone["preterm_birth_before_32"]["risk"] == outer


def test_a_risk_below_its_bound_is_told_as_it_is(
    served: Any, asked: Any, fitted: Callable[..., Any], as_champion: Callable[..., Any]
) -> None:
    held = _champions(fitted, as_champion, preterm_birth=0.2, preterm_birth_before_34=-1.5)
    inner = held[1].model
    with served(*held) as client:
        request = asked(outcomes=["preterm_birth_before_34"])
        told = client.post("/v1/risks", json=request).json()["outcomes"]["preterm_birth_before_34"]
    assert told["bounded_by"] is None
    assert told["risk"] < held[0].model.average_risk
    assert told["model"]["digest"] == inner.digest


def test_a_champion_that_may_not_be_shown_bounds_no_other(
    served: Any, asked: Any, fitted: Callable[..., Any], as_champion: Callable[..., Any]
) -> None:
    """One of simulated births, in a service of research: it tells no risk, and so none that another may not exceed."""
    simulated, inner = _champions(fitted, as_champion, preterm_birth=-5.0, preterm_birth_before_34=0.2)
    real = replace(inner.model, intended_population=replace(inner.model.intended_population, is_simulated=False))
    with served(simulated, as_champion(real), mode="research") as client:
        request = asked(outcomes=["preterm_birth_before_34"])
        told = client.post("/v1/risks", json=request).json()["outcomes"]["preterm_birth_before_34"]
    assert told["status"] == "scored"
    assert told["bounded_by"] is None
