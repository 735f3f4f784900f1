"""Signing a chart: a site's clinical safety officer and lead clinician answer for exactly these bytes.

The hash shows that a chart has changed since, by accident or by habit. It is no proof against someone who means to
deceive, who would sign anew. The project signs no chart.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from models.early_warning.chart import Chart
from models.early_warning.chart_file import parse_chart
from models.early_warning.observation import aware
from models.early_warning.refusals import UnfilledChart, UnsignableChart
from models.early_warning.sign_off import content_digest, content_of

__all__ = ["sign_chart"]


def sign_chart(path: Path, *, clinical_safety_officer: str, lead_clinician: str, signed_at: datetime) -> Chart:
    """Write the sign-off table at the end of the file, in place of an earlier one, and return the signed chart.

    The two names stand outside the hash. Raises `UnsignableChart` for an example or a template, which a site first
    copies and makes its own (status ``site``), and for a name that is blank; `UnfilledChart` for open cells.
    """
    content = path.read_bytes()
    chart = parse_chart(content, file=path.name)
    if chart.status != "site":
        raise UnsignableChart(
            f"{path.name}: chart {chart.id!r} is {chart.status}: copy it, make it the site's own, and set status 'site'"
        )
    if chart.unfilled:
        raise UnfilledChart(f"{path.name}: fill these cells before signing: {', '.join(chart.unfilled)}")
    table = "\n".join(
        (
            "[signoff]",
            f'sha256 = "{content_digest(_ending_in_newline(content_of(content)))}"',
            f"clinical_safety_officer = {_quoted('clinical safety officer', clinical_safety_officer)}",
            f"lead_clinician = {_quoted('lead clinician', lead_clinician)}",
            f"signed_at = {aware(signed_at, 'signed_at').isoformat()}",
            "",
        )
    )
    signed = _ending_in_newline(content_of(content)) + table.encode()
    chart = parse_chart(signed, file=path.name)
    # Written beside and moved into place, so that a crash leaves the old chart or the new one.
    beside = path.with_name(f".{path.name}.signing")
    beside.write_bytes(signed)
    beside.replace(path)
    return chart


def _ending_in_newline(content: bytes) -> bytes:
    return content if content.endswith(b"\n") else content + b"\n"


def _quoted(role: str, name: str) -> str:
    if not name.strip() or not name.isprintable():
        raise UnsignableChart(f"the {role} signs with a name in printable characters")
    # A JSON string of printable characters is a TOML basic string.
    return json.dumps(name.strip(), ensure_ascii=False)
