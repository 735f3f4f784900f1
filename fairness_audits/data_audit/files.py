"""A data audit on disk: `data-audit.html` to read, `data-audit.json` to compute with."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from fairness_audits.data_audit.page import data_audit_page
from fairness_audits.data_audit.report import DataAudit

__all__ = ["DATA_AUDIT_PAGE", "data_audit_schema", "write_data_audit"]

DATA_AUDIT_PAGE = "data-audit.html"
_SCHEMA = Path(__file__).with_name("data-audit.schema.json")


def write_data_audit(audit: DataAudit, folder: str | Path) -> Path:
    """Writes both files into ``folder``, made if need be, and returns it."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    (target / DATA_AUDIT_PAGE).write_text(data_audit_page(audit), encoding="utf-8")
    (target / "data-audit.json").write_text(audit.to_json(), encoding="utf-8")
    return target


@cache
def data_audit_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `data-audit.json`."""
    schema: dict[str, Any] = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return schema
