"""/audits: the reports of this home, newest first, and the reports themselves, each without a script or the network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from models.home import Home
from models.outcomes import OUTCOMES
from records.clock import PREDICTION_POINTS
from serving.pages import page
from serving.problems import Problem
from serving.state import serving_of

__all__ = ["KeptAudit", "get_audit_file", "get_audits", "kept_audits"]

REPORT = "report.html"
# What may leave an audit's folder; restricted counts and anything else that lies there may not.
PUBLIC_FILES = {
    REPORT: "text/html",
    "report.pdf": "application/pdf",
    "audit.json": "application/json",
    "counts.parquet": "application/vnd.apache.parquet",
}
# A report carries its own style and drawings and nothing else.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
_AUDIT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,80}")


@dataclass(frozen=True, kw_only=True)
class KeptAudit:
    """One audit's folder; ``written`` is when its report was, in seconds since 1970."""

    outcome: str
    prediction_point: str
    audit_id: str
    written: float

    @property
    def title(self) -> str:
        return f"{OUTCOMES[self.outcome].title}, {PREDICTION_POINTS[self.prediction_point].title}"

    @property
    def when(self) -> str:
        return f"{datetime.fromtimestamp(self.written, UTC):%d %B %Y, %H:%M} UTC"

    @property
    def address(self) -> str:
        return f"/audits/{self.outcome}/{self.prediction_point}/{self.audit_id}/{REPORT}"


def kept_audits(home: Home) -> list[KeptAudit]:
    """Newest first; folders that are not an audit of a declared outcome are passed over."""
    found = []
    for report in home.audits.glob(f"*/*/*/{REPORT}"):
        audit_id, point, outcome = (folder.name for folder in list(report.parents)[:3])
        if outcome in OUTCOMES and point in PREDICTION_POINTS and _AUDIT_ID.fullmatch(audit_id):
            found.append(
                KeptAudit(outcome=outcome, prediction_point=point, audit_id=audit_id, written=report.stat().st_mtime)
            )
    return sorted(found, key=lambda audit: (-audit.written, audit.address))


async def get_audits(http: Request) -> Response:
    audits = await run_in_threadpool(kept_audits, serving_of(http).home)
    return page("audits.html", audits=audits, mode=serving_of(http).settings.mode)


async def get_audit_file(http: Request) -> Response:
    file = _public_file(serving_of(http).home, **http.path_params)
    if file is None:
        raise Problem(status=404, title="No such audit", detail="GET /audits lists the audits there are")
    return FileResponse(file, media_type=PUBLIC_FILES[file.name], headers={"Content-Security-Policy": REPORT_POLICY})


def _public_file(home: Home, *, outcome: str, point: str, audit_id: str, name: str) -> Path | None:
    """None for every name that is not one of an audit's public files: no path is built from anything else."""
    if outcome not in OUTCOMES or point not in PREDICTION_POINTS or name not in PUBLIC_FILES:
        return None
    if not _AUDIT_ID.fullmatch(audit_id):
        return None
    file = home.audit_folder(outcome, point, audit_id) / name
    inside = file.resolve().is_relative_to(home.audits.resolve())
    return file if inside and file.is_file() else None
