from __future__ import annotations

import os
import re
from typing import Any

import pytest

REPORT = "report.html"


@pytest.fixture
def audit(home: Any) -> Any:
    def written(audit_id: str, seconds: int) -> Any:
        folder = home.audit_folder("preterm_birth", "booking", audit_id)
        folder.mkdir(parents=True)
        (folder / REPORT).write_text(f"<h1>{audit_id}</h1>", encoding="utf-8")
        (folder / "audit.json").write_text("{}", encoding="utf-8")
        (folder / "counts-restricted.parquet").write_bytes(b"secret")
        os.utime(folder / REPORT, (seconds, seconds))
        return folder

    return written


def test_audits_are_listed_newest_first_and_opened(served: Any, audit: Any) -> None:
    audit("older", 1_000)
    audit("newer", 2_000)
    with served() as client:
        listed = client.get("/audits").text
        addresses = re.findall(r'href="(/audits/[^"]+)"', listed)
        report = client.get(addresses[0])
    assert [address.split("/")[4] for address in addresses] == ["newer", "older"]
    assert report.text == "<h1>newer</h1>"
    assert "script-src" not in report.headers["content-security-policy"]
    assert "default-src 'none'" in report.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/audits/preterm_birth/booking/one/counts-restricted.parquet",
        "/audits/preterm_birth/booking/one/context.json",
        "/audits/preterm_birth/booking/none/report.html",
        "/audits/weather/booking/one/report.html",
        "/audits/preterm_birth/tomorrow/one/report.html",
        "/audits/preterm_birth/booking/..%2f..%2f..%2f..%2fservice.db/report.html",
        "/audits/preterm_birth/booking/../../../service.db",
        "/audits/preterm_birth/booking/%2e%2e/report.html",
        "/audits/preterm_birth/booking/linked/report.html",
        "/audits/%2e%2e/%2e%2e/%2e%2e/pseudonym.key",
    ],
)
def test_nothing_but_an_audits_public_files_leaves_the_home(served: Any, audit: Any, home: Any, path: str) -> None:
    folder = audit("one", 1_000)
    outside = home.root / "private"
    outside.mkdir()
    (outside / REPORT).write_text("secret", encoding="utf-8")
    (folder.parent / "linked").symlink_to(outside)
    with served() as client:
        response = client.get(path)
    assert response.status_code == 404
    assert "secret" not in response.text


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
