"""The PDF holds what the page holds, says SIMULATED on every page, and its absence costs nobody the other files."""

from __future__ import annotations

import datetime
import hashlib
import html
import io
import json
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from pypdf import PdfReader

from fairness_audits.audit import audit
from fairness_audits.page import report_page
from fairness_audits.pdf import names_audit, report_pdf
from fairness_audits.report import AuditReport
from fairness_audits.report_files import PDF_FILE, PUBLIC_FILES, write_report

# What a machine without Pango does: the loader finds every other library, and this one not.
WITHOUT_PANGO = """
import sys, cffi
found = cffi.FFI.dlopen
def dlopen(self, name, flags=0):
    if "pango" in str(name):
        raise OSError(f"cannot load library {name!r}")
    return found(self, name, flags)
cffi.FFI.dlopen = dlopen
from equipartum.command_line import main
sys.argv = ["equipartum", *sys.argv[1:]]
main()
"""


@dataclass(frozen=True)
class Printed:
    report: AuditReport
    pdf: bytes
    pages: list[str]


def _letters(text: str) -> str:
    """Without spaces and line ends, which a table on paper sets where it has room."""
    return re.sub(r"\s", "", text)


def _births() -> pl.DataFrame:
    """240 women in each of four groups, every third of whom had the outcome, more of them found in some groups."""
    groups = ("White", "Black", "Asian", "Not known")
    rows = [
        (group, 0.05 + 0.002 * (woman % 200), woman % (4 + place) == 0, woman % 3 == 0)
        for place, group in enumerate(groups)
        for woman in range(240)
    ]
    frame = pl.DataFrame(rows, schema=["ethnic_group", "risk", "alert", "observed"], orient="row")
    named = frame.with_row_index("pregnancy_id").with_columns(pl.col("pregnancy_id").cast(pl.String))
    return named.with_columns(outcome=pl.lit("preterm_birth"), prediction_point=pl.lit("booking"), is_simulated=True)


@pytest.fixture(scope="module")
def printed() -> Printed:
    report = audit(_births(), as_of=datetime.date(2026, 1, 31))
    pdf = report_pdf(report)
    return Printed(report, pdf, [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages])


def test_the_pdf_names_the_audit_it_was_made_with_and_no_other(printed: Printed) -> None:
    own = hashlib.sha256(printed.report.to_json().encode()).hexdigest()
    assert names_audit(printed.pdf, own)
    assert not names_audit(printed.pdf, hashlib.sha256(b"another").hexdigest())


def test_every_figure_of_the_page_is_in_the_pdf(printed: Printed) -> None:
    report = printed.report
    page = _letters(html.unescape(re.sub(r"<[^>]+>", " ", report_page(report).partition("</style>")[2])))
    said = {figure.text for row in report.figures for figure in row.figures.values()}
    said |= {f"{count:,}" for row in report.figures for count in row.counts.values() if count is not None}
    said |= {finding.sentence for finding in report.findings} | {finding.next_step for finding in report.findings}
    on_the_page = {text for text in map(_letters, said) if text in page}
    on_paper = _letters(" ".join(printed.pages))
    assert len(on_the_page) > 45
    assert {text for text in on_the_page if text not in on_paper} == set()


def test_each_page_names_the_audit_its_number_and_that_it_is_simulated(printed: Printed) -> None:
    assert 5 <= len(printed.pages) <= 40
    for number, text in enumerate(printed.pages, start=1):
        assert "SIMULATED: NOT FOR CARE" in text
        assert f"Disparity audit {printed.report.audit_id}" in text
        assert f"Page {number} of {len(printed.pages)}" in text


def test_no_text_begins_in_the_right_margin_or_beyond_it(printed: Printed) -> None:
    """13 mm of A4; a table that is too wide for the paper would carry its last columns there."""
    for page in PdfReader(io.BytesIO(printed.pdf)).pages:
        begins: list[float] = []

        def note(
            text: str, of_page: list[float], of_text: list[float], *_: object, begins: list[float] = begins
        ) -> None:
            if text.strip():
                begins.append(of_page[0] * of_text[4] + of_page[4])

        page.extract_text(visitor_text=note)
        assert begins
        assert max(begins) < float(page.mediabox.width) - 13 / 25.4 * 72


def test_the_same_audit_gives_the_same_bytes_and_asks_no_other_machine(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert report_pdf(printed.report) == printed.pdf


def test_it_is_written_only_if_asked_for_and_never_left_of_another_audit(printed: Printed, tmp_path: Path) -> None:
    write_report(printed.report, tmp_path, pdf=True)
    assert {file.name for file in tmp_path.iterdir()} == set(PUBLIC_FILES)
    write_report(printed.report, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {*PUBLIC_FILES} - {PDF_FILE}


def test_without_pango_one_line_names_the_packages_and_the_rest_is_written(tmp_path: Path) -> None:
    _births().write_parquet(tmp_path / "births.parquet")
    command = ["audit", "--predictions", "births.parquet", "--out", "out", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PANGO, *command], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "libpango-1.0-0 libpangoft2-1.0-0" in line]
    assert "Traceback" not in done.stderr
    assert "WeasyPrint could not import" not in done.stdout
    assert json.loads(done.stdout.splitlines()[-1])["report"] == "out/report.html"
    assert {file.name for file in (tmp_path / "out").iterdir()} == {*PUBLIC_FILES} - {PDF_FILE}
