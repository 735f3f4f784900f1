"""What axe finds on each page in a real Chromium, on a desk and on a phone: nothing, up to WCAG 2.2 AA."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from fairness_audits.audit import audit
from fairness_audits.page import report_page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, DESK = 390, 1200
WITHOUT_RISKS = "without_risks.html"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """The system's own Chromium."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(folder: Path) -> Path:
    """The folder of pages, with the report of a table that holds a rule's alerts and no risks."""
    rows = [(g, woman % 4 == 0, woman % 3 == 0) for g in ("White", "Black", "Not known") for woman in range(300)]
    frame = pl.DataFrame(rows, schema=["ethnic_group", "alert", "observed"], orient="row").with_columns(
        outcome=pl.lit("preterm_birth"),
        prediction_point=pl.lit("booking"),
        scored_by=pl.lit("guideline:own"),
        risk=pl.lit(None, dtype=pl.Float64),
    )
    named = frame.with_row_index("pregnancy_id").with_columns(pl.col("pregnancy_id").cast(pl.String))
    (folder / WITHOUT_RISKS).write_text(report_page(audit(named)), encoding="utf-8")
    return folder


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("name", ["report.html", WITHOUT_RISKS, "validation.html", "front.html", "audits.html"])
def test_axe_finds_nothing(browser: Browser, pages: Path, name: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((pages / name).as_uri())
    # What a reader can unfold must be as good as what lies open.
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response
    page.close()
    assert len(found["passes"]) > 10
    assert [
        f"{broken['id']}: {node['target']} {node['html'][:120]}"
        for broken in found["violations"]
        for node in broken["nodes"]
    ] == []
