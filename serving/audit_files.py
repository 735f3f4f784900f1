"""The files of one audit: its report, the same as PDF, its figures and its published counts, and nothing else of it."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from fairness_audits.report_files import PUBLIC_FILES, REPORT_FILE
from models.home import Home
from models.outcomes import OUTCOMES
from records.clock import PREDICTION_POINTS
from serving.problems import Problem
from serving.state import serving_of

__all__ = ["get_audit_file", "kept_folder"]

MEDIA_TYPES = {
    REPORT_FILE: "text/html",
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


async def get_audit_file(http: Request) -> Response:
    name = http.path_params["name"]
    folder = kept_folder(serving_of(http).home, **{k: http.path_params[k] for k in ("outcome", "point", "audit_id")})
    if folder is None or name not in PUBLIC_FILES or not (folder / name).is_file():
        raise Problem(status=404, title="No such audit", detail="GET /audits lists the audits there are")
    headers = {"Content-Security-Policy": REPORT_POLICY}
    return FileResponse(folder / name, media_type=MEDIA_TYPES[name], headers=headers)


def kept_folder(home: Home, *, outcome: str, point: str, audit_id: str) -> Path | None:
    """None for whatever is not the folder of an audit in this home: no path is built from anything else."""
    if outcome not in OUTCOMES or point not in PREDICTION_POINTS or not _AUDIT_ID.fullmatch(audit_id):
        return None
    folder = home.audit_folder(outcome, point, audit_id)
    inside = folder.resolve() == home.audits.resolve() / outcome / point / audit_id
    return folder if inside and folder.is_dir() else None
