"""Data audits beside the audits: listed, opened, and nothing else of their folders served."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from fairness_audits.data_audit.audit import audit_data
from fairness_audits.data_audit.files import DATA_AUDIT_PAGE, write_data_audit
from models.home import Home
from records.sources.simulated import simulate


@pytest.fixture
def folder(home: Home) -> Path:
    audited = audit_data(simulate(1_000, seed=3, scenario="england").records)
    return write_data_audit(audited, home.data_audits / audited.audit_id)


def test_data_audits_are_listed_and_opened(served: Any, folder: Path) -> None:
    with served() as client:
        page = client.get("/audits").text
        (address,) = re.findall(r'href="(/data-audits/[^"]+)"', page)
        report = client.get(address)
        figures = client.get(f"/data-audits/{folder.name}/data-audit.json")
    assert "1,000 births simulated, scenario england, seed 3" in page
    assert "SIMULATED: NOT FOR CARE" in page
    assert report.text == (folder / DATA_AUDIT_PAGE).read_text(encoding="utf-8")
    assert "default-src 'none'" in report.headers["content-security-policy"]
    assert figures.json()["audit_id"] == folder.name


def test_one_that_cannot_be_read_is_said_to_be(served: Any, folder: Path) -> None:
    (folder / "data-audit.json").write_text("{", encoding="utf-8")
    with served() as client:
        assert "Data audit that cannot be read" in client.get("/audits").text


@pytest.mark.parametrize(
    "path",
    [
        "{id}/notes.csv",
        "none/data-audit.html",
        "linked/data-audit.html",
        "%2e%2e/service.db",
        "{id}/..%2f..%2fservice.db",
    ],
)
def test_nothing_else_of_the_home_is_served(served: Any, folder: Path, home: Home, path: str) -> None:
    (folder / "notes.csv").write_text("secret", encoding="utf-8")
    outside = home.root / "private"
    outside.mkdir()
    (outside / DATA_AUDIT_PAGE).write_text("secret", encoding="utf-8")
    (folder.parent / "linked").symlink_to(outside)
    with served() as client:
        response = client.get(f"/data-audits/{path.replace('{id}', folder.name)}")
    assert response.status_code == 404
    assert "secret" not in response.text
