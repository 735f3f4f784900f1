"""The data audits of this home: what a file of births records of whom, before any model, listed beside the audits."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from fairness_audits.data_audit.files import DATA_AUDIT_PAGE
from models.home import Home
from serving.audit_files import REPORT_POLICY
from serving.problems import Problem
from serving.state import serving_of

__all__ = ["KeptDataAudit", "get_data_audit_file", "kept_data_audits"]

DATA_AUDIT_FILE = "data-audit.json"
MEDIA_TYPES = {DATA_AUDIT_PAGE: "text/html", DATA_AUDIT_FILE: "application/json"}
HELD = 1_000
_AUDIT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,80}")


@dataclass(frozen=True, kw_only=True)
class KeptDataAudit:
    """``description`` is that of the births as the audit prints it, empty where its file cannot be read."""

    audit_id: str
    on: str
    description: str
    is_simulated: bool

    @property
    def address(self) -> str:
        return f"/data-audits/{self.audit_id}/{DATA_AUDIT_PAGE}"


def kept_data_audits(home: Home) -> list[KeptDataAudit]:
    """Newest first."""
    files = [file for file in home.data_audits.glob(f"*/{DATA_AUDIT_FILE}") if _AUDIT_ID.fullmatch(file.parent.name)]
    kept = [_kept(file, file.stat().st_mtime_ns) for file in files]
    return sorted(kept, key=lambda audit: (audit.on, audit.audit_id), reverse=True)


async def get_data_audit_file(http: Request) -> Response:
    audit_id, name = http.path_params["audit_id"], http.path_params["name"]
    folder = serving_of(http).home.data_audits
    file = folder / audit_id / name if _AUDIT_ID.fullmatch(audit_id) and name in MEDIA_TYPES else None
    if file is None or not file.is_file() or file.resolve() != folder.resolve() / audit_id / name:
        raise Problem(status=404, title="No such data audit", detail="GET /audits lists those there are")
    return FileResponse(file, media_type=MEDIA_TYPES[name], headers={"Content-Security-Policy": REPORT_POLICY})


@lru_cache(maxsize=HELD)
def _kept(file: Path, _modified: int) -> KeptDataAudit:
    """Read once for each time of the file, which changes when it does."""
    try:
        plain: Any = json.loads(file.read_text(encoding="utf-8"))
        return KeptDataAudit(
            audit_id=file.parent.name,
            on=str(plain["on"]),
            description=str(plain["passport"]["description"]),
            is_simulated=bool(plain["is_simulated"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return KeptDataAudit(audit_id=file.parent.name, on="", description="", is_simulated=False)
