from __future__ import annotations

import shutil
from datetime import datetime
from typing import Any

import pytest

from models.early_warning import SHIPPED_CHARTS, sign_chart
from serving.opening import load_all_charts

AT = "2026-03-01T09:30:00+00:00"


def observed(concept: str, value: Any, unit: str | None = None, **more: Any) -> dict[str, Any]:
    return {"concept": concept, "value": value, "unit": unit, "observed_at": AT} | more


def ask(*observations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"chart": "maternal_early_warning_criteria", "observations": list(observations), "at": AT} | more


def test_a_trigger_among_missing_signs_fires_and_missing_is_never_normal(served: Any) -> None:
    with served() as client:
        response = client.post("/v1/early-warning", json=ask(observed("heart_rate", 130, "/min")))
    answer = response.json()
    assert response.status_code == 200
    assert answer["state"] == "INCOMPLETE"
    assert "systolic_blood_pressure" in answer["missing"]
    assert answer["action"] == "confirm"
    assert answer["label"] == response.headers["Equipartum-Notice"] == "DEMONSTRATION: NOT FOR CARE"


def test_a_concern_escalates_alone(served: Any) -> None:
    with served() as client:
        answer = client.post("/v1/early-warning", json=ask(observed("concern", True))).json()
    assert answer["action"] == "escalate"
    assert answer["escalation"]["now"] is True


def test_units_are_brought_to_those_of_the_chart(served: Any) -> None:
    with served() as client:
        answer = client.post("/v1/early-warning", json=ask(observed("heart_rate", 121, "/min"))).json()
    (reading,) = answer["readings"]
    assert (reading["value"], reading["unit"], reading["abnormal"]) == (121, "/min", True)


@pytest.mark.parametrize("mode", ["research", "live"])
def test_an_unsigned_chart_is_refused_by_name_outside_demo_mode(served: Any, mode: str) -> None:
    with served(mode=mode) as client:
        response = client.post("/v1/early-warning", json=ask(observed("heart_rate", 80, "/min")))
    assert response.status_code == 422
    assert response.json()["title"] == "UnsignedChart"


def test_a_template_that_nobody_filled_runs_nowhere(served: Any) -> None:
    with served() as client:
        response = client.post("/v1/early-warning", json=ask(chart="england_mews_template"))
    assert response.status_code == 422
    assert response.json()["title"] == "UnfilledChart"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"chart": "news2"}, "#/chart"),
        ({"chart": None}, "#/chart"),
        ({"observations": {}}, "#/observations"),
        ({"observations": [7]}, "#/observations/0"),
        ({"observations": [observed("aura", 1)]}, "#/observations/0/concept"),
        ({"observations": [observed("heart_rate", 80)]}, "#/observations/0/unit"),
        ({"observations": [observed("heart_rate", 80, "mm[Hg]")]}, "#/observations/0/unit"),
        ({"observations": [observed("heart_rate", "80", "/min")]}, "#/observations/0/value"),
        ({"observations": [observed("heart_rate", 900, "/min")]}, "#/observations/0/value"),
        ({"observations": [observed("heart_rate", 80, "/min", nurse="N")]}, "#/observations/0/nurse"),
        (
            {"observations": [observed("heart_rate", 80, "/min", observed_at="2026-03-01T09:30:00")]},
            "#/observations/0/observed_at",
        ),
        ({"observations": [observed("heart_rate", 80, "/min", observed_at=7)]}, "#/observations/0/observed_at"),
        ({"observations": [observed("urine_output", 30, "mL/h", over_minutes=-1)]}, "#/observations/0/over_minutes"),
        ({"at": "yesterday"}, "#/at"),
        ({"setting": "corridor"}, "#/setting"),
        ({"days_after_birth": -1}, "#/days_after_birth"),
        ({"repeat_minutes": 0}, "#/repeat_minutes"),
        ({"ward": "B4"}, "#/ward"),
    ],
)
def test_refused_places_are_pointed_to(served: Any, changes: dict[str, Any], pointer: str) -> None:
    with served() as client:
        response = client.post("/v1/early-warning", json=ask(observed("concern", False)) | changes)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_an_observation_of_the_future_is_refused_by_name(served: Any) -> None:
    late = observed("heart_rate", 80, "/min", observed_at="2026-03-01T09:31:00+00:00")
    with served() as client:
        response = client.post("/v1/early-warning", json=ask(late))
    assert response.status_code == 422
    assert response.json()["title"] == "FutureObservation"


def test_it_needs_no_database_and_no_registry(served: Any, home: Any) -> None:
    (home.root / "service.db").mkdir()
    with served() as client:
        assert client.post("/v1/early-warning", json=ask(observed("concern", True))).status_code == 200


def test_a_site_s_chart_is_used_and_its_broken_one_is_named(served: Any, home: Any) -> None:
    shutil.copy(SHIPPED_CHARTS / "mewt.toml", home.charts / "mewt.toml")
    (home.charts / "ours.toml").write_text("id = 'ours'\n[broken", encoding="utf-8")
    charts, refused = load_all_charts(home)
    assert "mewt" in charts
    assert list(refused) == ["ours"]
    with served() as client:
        (error,) = client.post("/v1/early-warning", json=ask(chart="ours")).json()["errors"]
    assert "not a TOML file" in error["detail"]


def test_a_chart_that_a_site_signed_runs_live_and_an_altered_one_does_not(served: Any, home: Any) -> None:
    file = home.charts / "ours.toml"
    example = (SHIPPED_CHARTS / "maternal_early_warning_criteria.toml").read_text(encoding="utf-8")
    ours = example.replace('id = "maternal_early_warning_criteria"', 'id = "ours"').replace('"example"', '"site"')
    for cell, filled in (("repeat_minutes", "240"), ("days_after_birth", "42"), ("within_minutes", "30")):
        ours = ours.replace(f'{cell} = "site decides"', f"{cell} = {filled}")
    file.write_text(ours, encoding="utf-8")
    sign_chart(
        file,
        clinical_safety_officer="A. Person",
        lead_clinician="B. Person",
        signed_at=datetime.fromisoformat(AT),
    )
    request = ask(observed("concern", True), chart="ours", setting="ward", days_after_birth=1)
    with served(mode="live") as client:
        answer = client.post("/v1/early-warning", json=request)
    assert answer.status_code == 200
    assert (answer.json()["sign_off"], answer.json()["label"]) == ("signed", None)
    file.write_text(file.read_text(encoding="utf-8").replace("low = 161", "low = 160").replace("161", "160"))
    with served(mode="live") as client:
        refused = client.post("/v1/early-warning", json=request)
    assert refused.status_code == 422
    assert refused.json()["title"] == "AlteredChart"
