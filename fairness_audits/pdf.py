"""The page of an audit as PDF, to print, to send and to file. The one doorway to WeasyPrint.

WeasyPrint lays text out with Pango, which no Python package brings: where it is missing there is no PDF, and
`why_no_pdf` says what to install. The other files of an audit need none of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
from functools import cache
from importlib import resources
from types import ModuleType

from fairness_audits.page import report_page
from fairness_audits.report import AuditReport
from records.errors import EquipartumError

__all__ = ["PdfUnavailable", "names_audit", "report_pdf", "why_no_pdf"]

SYSTEM_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
# What 1rem of the page is on paper, as templates/pdf.css sets it.
ROOT_POINTS = 9


class PdfUnavailable(EquipartumError):
    """What draws the PDF is not installed on this machine."""


def why_no_pdf() -> str:
    """One line that names what is missing; empty where a PDF can be made. It loads WeasyPrint, once, in a second."""
    try:
        _weasyprint()
    except PdfUnavailable as missing:
        return str(missing)
    return ""


def report_pdf(report: AuditReport) -> bytes:
    """The same page as `report_page` on A4, every fold open; `PdfUnavailable` where Pango is missing.

    The same report gives the same bytes on the same machine: no time and no random identifier is written into them.
    Its identifier (PDF 32000-1, 14.4) is the SHA-256 of the audit's `audit.json`, by which `names_audit` knows it.
    """
    html = _with_colours_in_drawings(report_page(report))
    html = html.replace("</head>", f"<style>{_style(report)}</style></head>", 1)
    page = _weasyprint().HTML(string=html, url_fetcher=_refuse, media_type="print")
    digest = hashlib.sha256(report.to_json().encode()).hexdigest()
    return bytes(page.write_pdf(pdf_identifier=digest.encode(), pdf_tags=True))


def names_audit(pdf: bytes, digest: str) -> bool:
    """Whether the PDF says that it was made with the `audit.json` of this SHA-256. Who forges a PDF can say so too."""
    return re.search(rf"/ID ?\[ ?\({digest}\)".encode(), pdf) is not None


def _with_colours_in_drawings(html: str) -> str:
    """WeasyPrint gives a drawing no rule of the page's style, so each mark carries what its class says of colour."""
    style = html.partition("</style>")[0]
    colours = dict(re.findall(r"--([\w-]+): ([^;}]+);", style))
    marks: dict[str, str] = {}
    for name, rule in re.findall(r"\.([\w-]+) \{([^{}]*)\}", style):
        said = re.findall(r"(fill|stroke[\w-]*|font-size): ([^;]+);", rule)
        if any(what != "font-size" for what, _ in said):
            marks[name] = " ".join(f'{what}="{_in_print(value, colours)}"' for what, value in said)
    drawn = "|".join(map(re.escape, marks))
    return re.sub(rf'class="({drawn})"', lambda mark: f"{mark[0]} {marks[mark[1]]}", html)


def _in_print(value: str, colours: dict[str, str]) -> str:
    in_points = re.sub(r"([\d.]+)rem", lambda size: f"{ROOT_POINTS * float(size[1]):.1f}pt", value)
    return re.sub(r"var\(--([\w-]+)\)", lambda colour: colours[colour[1]], in_points)


def _style(report: AuditReport) -> str:
    """The print stylesheet, with what the margins of every page say of this audit."""
    shipped = (resources.files("fairness_audits") / "templates" / "pdf.css").read_text(encoding="utf-8")
    named = f'@page {{ @bottom-left {{ content: "Disparity audit {report.audit_id} · {report.on}" }} }}\n'
    banner = '@page { @top-center { content: "SIMULATED: NOT FOR CARE" } }\n' if report.is_simulated else ""
    return shipped + named + banner


def _refuse(url: str) -> None:
    """A page that holds all it needs asks for nothing, and what it asks for it does not get."""
    raise ValueError("an audit's page fetches nothing")


@cache
def _weasyprint() -> ModuleType:
    """Loaded when first needed: it takes a second, and most commands write no PDF."""
    try:
        # It prints a page of advice where a shared library is missing; the line that `why_no_pdf` gives is enough.
        with contextlib.redirect_stdout(io.StringIO()):
            import weasyprint
    except (ImportError, OSError):
        raise PdfUnavailable(
            f"no PDF: WeasyPrint finds no Pango here; on Debian or Ubuntu: apt-get install {SYSTEM_PACKAGES}"
        ) from None
    loaded: ModuleType = weasyprint
    return loaded
