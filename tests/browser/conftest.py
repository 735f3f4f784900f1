"""Pages as the service gives them, opened in a real Chromium from a folder of their own."""

from __future__ import annotations

import datetime
import functools
import http.server
import re
import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from equipartum.demonstration import running_service
from fairness_audits.audit import audit
from fairness_audits.context import AuditContext
from fairness_audits.data_audit.audit import audit_data
from fairness_audits.data_audit.page import data_audit_page
from fairness_audits.page import report_page
from fairness_audits.policy import DEFAULT_POLICY
from models.home import Home
from records.predictions import read_predictions
from records.sources.simulated import simulate
from training.design_choice import RetrainRequest
from training.kept_predictions import KeptPredictions
from training.registry import Registry
from training.retrain import Retrained, retrain
from training.validation.external import validate_elsewhere
from training.validation.files import write_validation
from training.validation.new_births import births_for

PAGES = {"front.html": "/", "audits.html": "/audits", "style.css": "/assets/style.css"}
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--virtual-time-budget=4000",
]

# A page around the page, because only a page can measure one. It writes what it saw where `--dump-dom` shows it.
MEASURE = """<!doctype html><title>measure</title>
<iframe id="page" style="width:{width}px;height:2000px;border:0" src="{name}"></iframe><pre id="seen"></pre>
<script>
document.getElementById("page").addEventListener("load", event => {{
  const page = event.target.contentDocument;
  const unnamed = [...page.querySelectorAll("svg")].filter(drawing =>
    drawing.getAttribute("aria-hidden") !== "true" && !drawing.getAttribute("aria-label")
    && !drawing.getAttribute("aria-labelledby") && !drawing.querySelector("title"));
  const headings = page.querySelectorAll("h1").length;
  document.getElementById("seen").textContent = ["width", page.documentElement.scrollWidth,
    "unnamed", unnamed.length, "headings", headings, "text", page.body.innerText.length].join(" ");
}});
</script>"""


@dataclass(frozen=True)
class Seen:
    """What Chromium made of a page in a frame of a given width; ``asked`` are the paths it fetched for it."""

    scroll_width: int
    drawings_without_a_name: int
    first_headings: int
    letters: int
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium here: install the system package 'chromium'")
    return found


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service's pages and a real report, saved from a real service over HTTP."""
    home = Home.at(tmp_path_factory.mktemp("home")).prepare()
    home.settings_file.write_text('mode = "demo"\n', encoding="utf-8")
    settings = home.settings(port=_free_port())
    records = simulate(12_000, seed=2, scenario="england").records
    trained = retrain(RetrainRequest(outcome="postpartum_depression"), records, home, settings)
    Registry(home, settings).promote(trained.version)
    pages = tmp_path_factory.mktemp("pages")
    with running_service(home, settings, say=lambda _: None) as service:
        for name, path in PAGES.items():
            text = urllib.request.urlopen(service.address + path).read().decode()
            (pages / name).write_text(text.replace("/assets/style.css", "style.css"), encoding="utf-8")
    shutil.copy(trained.audit_folder / "report.html", pages / "report.html")
    (pages / "withheld.html").write_text(_where_outcomes_are_lost(home, trained), encoding="utf-8")
    facts = audit_data(records, DEFAULT_POLICY, as_of=datetime.date(2026, 1, 31))
    (pages / "data-audit.html").write_text(data_audit_page(facts), encoding="utf-8")
    elsewhere = births_for(trained.model, simulate(4_000, seed=3, scenario="england").records)
    validated = validate_elsewhere(
        elsewhere, home, DEFAULT_POLICY, title=str(trained.version), warnings=("A warning.",)
    )
    write_validation(validated, pages, audit_page="report.html")
    return pages


def _where_outcomes_are_lost(home: Home, trained: Retrained) -> str:
    """The report of the same women where the outcomes of two in five are lost: every gate of theirs is closed."""
    kept = KeptPredictions.of(home, trained.version.run_id)
    is_lost = pl.int_range(pl.len()).over("scored_by") % 5 < 2
    lost = read_predictions(kept.predictions).with_columns(observed=pl.when(~is_lost).then("observed"))
    context = AuditContext.from_json(kept.context.read_text(encoding="utf-8"))
    return report_page(audit(lost, DEFAULT_POLICY, context, as_of=datetime.date(2026, 1, 31)))


def _free_port() -> int:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as probe:
        return int(probe.server_address[1])


class _Recording(http.server.SimpleHTTPRequestHandler):
    asked: list[str]

    def log_message(self, format: str, *args: object) -> None:
        self.asked.append(self.path)


@pytest.fixture(scope="session")
def look(chromium: str, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Seen]]:
    asked: list[str] = []
    handler = type("Recording", (_Recording,), {"asked": asked})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def open_page(name: str, width: int) -> Seen:
        wrapper = f"measure-{width}-{name}"
        (folder / wrapper).write_text(MEASURE.format(name=name, width=width), encoding="utf-8")
        asked.clear()
        profile = tmp_path_factory.mktemp("profile")
        address = f"http://127.0.0.1:{server.server_address[1]}/{wrapper}"
        command = [chromium, *QUIET, f"--user-data-dir={profile}", "--dump-dom", address]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout
        found = re.search(r"width (\d+) unnamed (\d+) headings (\d+) text (\d+)", shown)
        assert found is not None, "Chromium did not finish the page"
        return Seen(*(int(number) for number in found.groups()), asked=[path for path in asked if wrapper not in path])

    yield open_page
    server.shutdown()
    server.server_close()
