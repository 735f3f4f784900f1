"""What a clinical system is told, over the bare application."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from models.observed_curve import ObservedCurve
from models.offer_policy import OfferPolicy, SignOff
from models.predictors import PREDICTORS
from serving.json_responses import NOTICE_HEADER

URGENT = "EPDS item 10 positive"


def only(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    (judged,) = response.json()["outcomes"].values()
    return dict(judged)


def test_the_risk_is_the_model_s_own_to_the_last_bit(served: Any, champion: Any, asked: Any) -> None:
    request = asked()
    facts = {name: fact["value"] for name, fact in request["facts"].items()}
    frame = pl.DataFrame({name: [facts.get(name)] for name in champion.model.encoding.concepts})
    with served(champion) as client:
        judged = only(client.post("/v1/risks", json=request))
    assert judged["risk"] == champion.model.predict(frame)[0]
    assert judged["band"] == champion.model.band_of(judged["risk"])
    assert judged["alert"] is champion.model.offer_policy.offers(judged["risk"])


def test_reasons_are_the_boosters_contributions_on_the_calibrated_scale(served: Any, champion: Any, asked: Any) -> None:
    request, model = asked(), champion.model
    facts = {name: fact["value"] for name, fact in request["facts"].items()}
    with served(champion) as client:
        judged = only(client.post("/v1/risks", json=request))
    by_column = model.booster.predict(model.encoding.encode_one(facts).reshape(1, -1), pred_contrib=True)[0][:-1]
    by_concept: dict[str, float] = {}
    for column, value in zip(model.encoding.columns, by_column, strict=True):
        by_concept[column.concept] = by_concept.get(column.concept, 0.0) + model.calibrator.slope * value
    shown = {reason["concept"]: reason["log_odds"] for reason in judged["reasons"]}
    may_show = [n for n in by_concept if facts.get(n) is not None and PREDICTORS[n].wording and by_concept[n] != 0]
    largest = sorted(may_show, key=lambda name: -abs(by_concept[name]))[:5]
    assert list(shown) == largest
    assert shown == pytest.approx({name: by_concept[name] for name in largest}, abs=1e-12)
    assert judged["reasons_heading"] == "What moved this number (not causes, not advice)"


def test_what_may_not_be_shown_is_no_reason(served: Any, champion: Any, asked: Any) -> None:
    with served(champion) as client:
        judged = only(client.post("/v1/risks", json=asked()))
    concepts = {reason["concept"] for reason in judged["reasons"]}
    assert "deprivation_quintile" in judged["inputs_used"]
    assert "deprivation_quintile" not in concepts
    assert not concepts & {*judged["inputs_missing"], *judged["inputs_undefined"]}
    assert judged["inputs_missing"] == ["previous_preterm_birth", "chronic_hypertension"]


def test_simulated_models_say_so_in_body_and_header(served: Any, champion: Any, asked: Any) -> None:
    with served(champion) as client:
        response = client.post("/v1/risks", json=asked())
    assert response.json()["notice"] == response.headers[NOTICE_HEADER] == "SIMULATED: NOT FOR CARE"
    assert only(response)["model"]["intended_population"]["is_simulated"] is True


@pytest.mark.parametrize("mode", ["research", "live"])
def test_a_simulated_champion_is_served_in_demo_mode_only(served: Any, champion: Any, asked: Any, mode: str) -> None:
    with served(champion, mode=mode) as client:
        response = client.post("/v1/risks", json=asked())
    assert response.status_code == 503
    assert "demo mode only" in response.json()["outcomes"]["preterm_birth"]["reason"]
    assert 'mode = "demo"' in response.json()["detail"]
    assert "risk" not in response.json()["outcomes"]["preterm_birth"]


def test_a_real_champion_is_served_for_research_and_not_live(
    served: Any, fitted: Any, as_champion: Any, asked: Any
) -> None:
    simulated = fitted()
    real = as_champion(
        replace(simulated, intended_population=replace(simulated.intended_population, is_simulated=False))
    )
    with served(real, mode="research") as client:
        response = client.post("/v1/risks", json=asked())
        assert only(response)["status"] == "scored"
        assert response.json()["notice"] == "RESEARCH USE: NOT A MEDICAL DEVICE"
    with served(real, mode="live") as client:
        refused = client.post("/v1/risks", json=asked())
        assert refused.status_code == 503
        assert "clinical safety officer" in refused.json()["detail"]


def test_ethnicity_changes_no_number(served: Any, champion: Any, asked: Any) -> None:
    codes = ["A", "H", "M", "Z", None]
    with served(champion) as client:
        groups = [{"group_scheme": "england_2001", "ethnic_category": code} for code in codes]
        answers = [only(client.post("/v1/risks", json=asked(groups=group))) for group in [*groups, None]]
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize(
    ("groups", "status"),
    [
        ({"group_scheme": "england_2001", "ethnic_category": "A"}, "scored"),
        ({"group_scheme": "england_2001", "ethnic_category": "M"}, "list_only"),
        ({"group_scheme": "england_2001", "ethnic_category": "Z"}, "list_only"),
        ({"group_scheme": "england_2001", "ethnic_category": None}, "list_only"),
        ({"group_scheme": "us_omb", "ethnic_category": "1"}, "list_only"),
        (None, "list_only"),
    ],
)
def test_no_percentage_where_it_was_not_calibrated(
    served: Any, fitted: Any, as_champion: Any, asked: Any, groups: Any, status: str
) -> None:
    with served(as_champion(fitted(list_only_groups=("Black",)))) as client:
        judged = only(client.post("/v1/risks", json=asked(groups=groups)))
    assert judged["status"] == status
    if status == "list_only":
        assert not {"risk", "interval", "natural_frequency", "average_risk", "reasons"} & judged.keys()
        assert judged["order"] == {"place": 2, "of": 2, "highest": 2}
        assert "no percentage" in judged["reason"] or "not close enough" in judged["reason"]


WHY = "the outcome is known for 40 of 100, and at least 70 are asked for"


@pytest.mark.parametrize(
    ("not_judged", "category", "status"),
    [
        ({"Black": WHY}, "A", "scored"),
        ({"Black": WHY}, "M", "list_only"),
        ({"Black": WHY}, "Z", "list_only"),
        ({"Everyone": WHY, "Black": WHY}, "A", "list_only"),
        ({"Everyone": WHY}, "Z", "list_only"),
    ],
)
def test_no_percentage_where_nothing_could_be_judged(
    served: Any, fitted: Any, as_champion: Any, asked: Any, not_judged: Any, category: str, status: str
) -> None:
    groups = {"group_scheme": "england_2001", "ethnic_category": category}
    with served(as_champion(fitted(not_judged=not_judged))) as client:
        judged = only(client.post("/v1/risks", json=asked(groups=groups)))
        (listed,) = client.get("/v1/models").json()["models"]
    assert judged["status"] == status
    assert listed["not_judged"] == not_judged
    if status == "list_only":
        assert not {"risk", "interval", "natural_frequency", "average_risk", "reasons"} & judged.keys()
        assert "could" in judged["reason"]
        assert "no percentage is shown" in judged["reason"]
        assert category == "Z" or WHY in judged["reason"]


@pytest.mark.parametrize("kind", ["level_up", "band"])
def test_cuts_by_group_offer_only_under_a_signature(
    served: Any, fitted: Any, as_champion: Any, asked: Any, kind: str
) -> None:
    policy = OfferPolicy(kind=kind, threshold=0.9, group_cuts=(("Black", 0.01),))
    white = asked(groups={"group_scheme": "england_2001", "ethnic_category": "A"})
    with served(as_champion(fitted(offer_policy=policy))) as client:
        refused = client.post("/v1/risks", json=asked())
    assert refused.status_code == 503
    assert "nobody has signed it" in refused.json()["detail"]
    signed = policy.signed(SignOff(name="A. Person", role="clinical safety officer", date="2026-01-31"))
    with served(as_champion(fitted(offer_policy=signed))) as client:
        assert only(client.post("/v1/risks", json=asked()))["alert"] is True
        assert only(client.post("/v1/risks", json=white))["alert"] is False
        assert only(client.post("/v1/risks", json=asked(groups=None)))["alert"] is False


def test_outside_the_population_no_risk_applies(served: Any, fitted: Any, as_champion: Any, asked: Any) -> None:
    diabetes = as_champion(fitted("gestational_diabetes"))
    facts = asked()["facts"] | {"pre_existing_diabetes": {"value": True}}
    with served(diabetes) as client:
        judged = only(client.post("/v1/risks", json=asked(outcomes=["gestational_diabetes"], facts=facts)))
        known = facts | {"pre_existing_diabetes": {"value": False}}
        inside = only(client.post("/v1/risks", json=asked(outcomes=["gestational_diabetes"], facts=known)))
    assert judged["status"] == "not_applicable"
    assert "risk" not in judged
    assert inside["status"] == "scored"


def test_nothing_recorded_is_no_average_woman(served: Any, champion: Any, asked: Any) -> None:
    with served(champion) as client:
        judged = only(client.post("/v1/risks", json=asked(facts={"maternal_age": None})))
    assert judged["status"] == "not_applicable"


def test_several_outcomes_are_answered_each_by_its_own_status(served: Any, champion: Any, asked: Any) -> None:
    with served(champion) as client:
        response = client.post("/v1/risks", json=asked(outcomes=["preterm_birth", "gestational_diabetes"]))
    statuses = {name: judged["status"] for name, judged in response.json()["outcomes"].items()}
    assert statuses == {"preterm_birth": "scored", "gestational_diabetes": "no_champion"}


def test_without_any_champion_the_answer_says_what_to_run(served: Any, asked: Any) -> None:
    with served() as client:
        response = client.post("/v1/risks", json=asked())
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert "equipartum retrain preterm_birth --at booking" in response.json()["detail"]
    assert "equipartum promote preterm_birth VERSION --at booking" in response.json()["detail"]


def test_a_proxy_is_named_in_every_place(served: Any, fitted: Any, as_champion: Any, asked: Any) -> None:
    proxy = as_champion(fitted("haemorrhage", definition="maternal transfusion"))
    with served(proxy) as client:
        judged = only(client.post("/v1/risks", json=asked(outcomes=["haemorrhage"])))
    assert judged["model"]["is_proxy"] is True
    assert judged["model"]["definition"] == "proxy: maternal transfusion"
    assert "proxy" in judged["natural_frequency"]["sentence"]


def test_an_offer_says_whether_it_can_still_be_done(served: Any, fitted: Any, as_champion: Any, asked: Any) -> None:
    everyone = as_champion(fitted(offer_policy=OfferPolicy(kind="absolute", threshold=0.0)))
    expected = {70: True, 168: True, 169: False, None: None}
    with served(everyone) as client:
        for day, in_time in expected.items():
            facts = asked()["facts"] | {"gestation_at_booking": {"value": day, "unit": "d"}}
            judged = only(client.post("/v1/risks", json=asked(facts=facts)))
            assert judged["offer"]["in_time"] is in_time
            assert set(judged["offer"]) == {"offer", "by", "window", "harm", "authority", "latest_day", "in_time"}


class TestEpdsItem10:
    """Answered first, before and without anything else."""

    def positive(self, asked: Any, **changes: Any) -> dict[str, Any]:
        return dict(asked(facts=asked()["facts"] | {"epds_item_10": {"value": 2}}, **changes))

    def test_it_is_the_first_member_of_an_answer(self, served: Any, champion: Any, asked: Any) -> None:
        with served(champion) as client:
            response = client.post("/v1/risks", json=self.positive(asked))
        assert next(iter(response.json())) == "safety"
        assert response.text.startswith('{"safety":{"rule":"epds_item_10","status":"positive"')
        assert only(response)["status"] == "scored"

    def test_it_is_answered_without_a_champion(self, served: Any, asked: Any) -> None:
        with served() as client:
            response = client.post("/v1/risks", json=self.positive(asked))
        assert response.status_code == 200
        assert response.json()["safety"]["headline"].startswith(URGENT)
        assert only(response)["status"] == "no_champion"

    def test_it_is_answered_without_a_database_and_no_risk_is(
        self, served: Any, champion: Any, asked: Any, home: Any
    ) -> None:
        (home.root / "service.db").mkdir()
        with served(champion) as client:
            response = client.post("/v1/risks", json=self.positive(asked))
        assert response.status_code == 200
        assert response.json()["safety"]["headline"].startswith(URGENT)
        assert only(response)["status"] == "unavailable"
        assert "risk" not in only(response)

    def test_it_is_the_first_member_of_a_refusal(self, served: Any, champion: Any, asked: Any) -> None:
        with served(champion) as client:
            response = client.post("/v1/risks", json=self.positive(asked, outcomes=["weather"]))
        assert response.status_code == 422
        assert next(iter(response.json())) == "safety"
        assert response.json()["safety"]["headline"].startswith(URGENT)


def test_no_answer_holds_a_number_that_json_has_not(served: Any, champion: Any, asked: Any) -> None:
    with served(champion) as client:
        judged = only(client.post("/v1/risks", json=asked()))
    assert math.isfinite(judged["risk"])
    assert 0 <= judged["interval"]["lower"] <= judged["interval"]["observed"] <= judged["interval"]["upper"] <= 1


@pytest.mark.parametrize(
    ("observed", "told"), [((0.0, 0.9), "within"), ((0.94, 0.95), "below"), ((0.0, 0.001), "above")]
)
def test_the_answer_says_how_its_risk_lies_to_what_was_seen(
    served: Any, as_champion: Any, fitted: Any, asked: Any, observed: tuple[float, float], told: str
) -> None:
    low, high = observed
    curve = ObservedCurve(
        risk=(0.0005, 0.9), observed=(low, high), lower=(low, low), upper=(high, high), scored_from=0.0, scored_to=0.001
    )
    with served(as_champion(fitted(observed_curve=curve))) as client:
        judged = only(client.post("/v1/risks", json=asked()))
    shown = judged["interval"]
    assert "bootstrap" in shown["meaning"]
    assert low <= shown["lower"] <= shown["observed"] <= shown["upper"] <= high
    assert shown["risk_told"] == told
    assert shown["women_scored_like_this"] is False


def test_a_model_without_a_curve_answers_from_its_tenths(served: Any, champion: Any, asked: Any) -> None:
    with served(champion) as client:
        shown = only(client.post("/v1/risks", json=asked()))["interval"]
    assert "Wilson" in shown["meaning"]
    assert shown["risk_told"] in {"within", "below", "above"}
