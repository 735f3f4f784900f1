"""The report and the service's pages as a browser lays them out, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PAGES = ["report.html", "withheld.html", "data-audit.html", "validation.html", "front.html", "audits.html"]
PHONE, SMALL_DESK, DESK = 390, 1000, 1200


@pytest.mark.parametrize("width", [PHONE, SMALL_DESK, DESK])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways(look: Callable, name: str, width: int) -> None:
    seen = look(name, width)
    assert seen.scroll_width <= width
    assert seen.letters > 100
    assert seen.first_headings == 1


@pytest.mark.parametrize("name", ["report.html", "validation.html"])
def test_every_drawing_of_a_report_has_a_text_alternative(look: Callable, name: str) -> None:
    assert look(name, DESK).drawings_without_a_name == 0


@pytest.mark.parametrize("name", ["report.html", "validation.html"])
def test_a_report_fetches_nothing(look: Callable, name: str) -> None:
    assert {path for path in look(name, DESK).asked if "favicon" not in path} == {f"/{name}"}
