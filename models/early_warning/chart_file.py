"""Charts are files: TOML, read strictly, one chart a file. A site adds its own to a folder without code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, cast, get_args

from models.early_warning.cells import NOT_FILLED, Cells
from models.early_warning.chart import Chart, ChartStatus, EscalationPlan, Scope, SignOff, Trigger
from models.early_warning.parameter_row import Levels, read_parameter
from models.early_warning.refusals import DuplicateChart, MalformedChart
from models.early_warning.scope import SETTINGS
from models.early_warning.sign_off import content_digest, content_of

__all__ = ["SHIPPED_CHARTS", "load_chart", "load_charts", "parse_chart"]

SHIPPED_CHARTS = Path(__file__).parent / "charts"
"""The folder of example charts and templates that come with the software. None is signed."""


def load_chart(path: Path) -> Chart:
    """Raises `MalformedChart` (`ChartGap` and `ChartOverlap` among it) and `RefusedChart`."""
    try:
        content = path.read_bytes()
    except OSError as failure:
        raise MalformedChart(f"{path.name}: the chart file cannot be read ({failure.strerror})") from None
    return parse_chart(content, file=path.name)


def load_charts(folder: Path) -> dict[str, Chart]:
    """Every ``*.toml`` of the folder by chart id. One chart that cannot be read refuses the folder."""
    if not folder.is_dir():
        raise MalformedChart(f"{folder.name}: there is no such folder of charts")
    charts: dict[str, Chart] = {}
    for path in sorted(folder.glob("*.toml")):
        chart = load_chart(path)
        if chart.id in charts:
            raise DuplicateChart(f"{path.name}: another file of this folder already holds chart {chart.id!r}")
        charts[chart.id] = chart
    return charts


def parse_chart(content: bytes, *, file: str) -> Chart:
    """The chart in these bytes; ``file`` is its name in messages."""
    document = _document(content, file)
    _check_signoff_is_last(document, content_of(content), file)
    unfilled: list[str] = []
    cells = Cells(document, file=file, path="", unfilled=unfilled)
    chart_id, title, status = _id(cells), cells.text("title"), _status(cells)
    levels = _levels(cells)
    may_leave_open = status != "site"
    chart = Chart(
        id=chart_id,
        title=title,
        version=cells.text("version"),
        status=status,
        authority=cells.text("authority"),
        licence=cells.text("licence"),
        scope=_scope(cells.table("scope"), may_leave_open),
        escalation=_escalation(cells.table("escalation"), may_leave_open),
        triggers=tuple(_trigger(row, levels) for row in cells.tables("trigger", "name")),
        parameters=tuple(read_parameter(row, levels) for row in cells.tables("parameter", "concept")),
        colours=levels.colours,
        repeat_minutes=cells.whole_or_site_decides("repeat_minutes", least=1, allowed=may_leave_open),
        content_sha256=content_digest(content),
        signoff=_signoff(cells.table("signoff")) if cells.has("signoff") else None,
        unfilled=tuple(unfilled),
    )
    cells.finish()
    _check_whole(chart, file)
    return chart


def _document(content: bytes, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as failure:
        raise MalformedChart(f"{file}: not a TOML file: {failure}") from None


def _id(cells: Cells) -> str:
    chart_id = cells.text("id")
    if re.fullmatch(r"[a-z][a-z0-9_]*", chart_id) is None:
        raise cells.refusal("id", "must be lower-case words and digits joined by _")
    return chart_id


def _status(cells: Cells) -> ChartStatus:
    status = cells.text("status")
    if status in get_args(ChartStatus):
        return cast(ChartStatus, status)
    raise cells.refusal("status", f"must be one of: {', '.join(get_args(ChartStatus))}")


def _levels(cells: Cells) -> Levels:
    if not cells.has("colours"):
        return Levels(colours=())
    colours = cells.words("colours")
    if len(colours) < 2 or len(set(colours)) != len(colours):
        raise cells.refusal(
            "colours", "must be two or more different colours, the one that triggers nothing first and the worst last"
        )
    return Levels(colours=colours)


def _scope(cells: Cells, may_leave_open: bool) -> Scope:
    scope = Scope(
        days_after_birth=cells.whole_or_site_decides("days_after_birth", least=0, allowed=may_leave_open),
        out_of_scope=cells.words("out_of_scope"),
    )
    for setting in scope.out_of_scope:
        if setting not in SETTINGS:
            raise cells.refusal("out_of_scope", f"holds {setting!r}; the settings are: {', '.join(SETTINGS)}")
    cells.finish()
    return scope


def _escalation(cells: Cells, may_leave_open: bool) -> EscalationPlan:
    plan = EscalationPlan(
        who=cells.text("who"),
        within_minutes=cells.whole_or_site_decides("within_minutes", least=0, allowed=may_leave_open),
        text=cells.text("text"),
    )
    cells.finish()
    return plan


def _trigger(cells: Cells, levels: Levels) -> Trigger:
    name = cells.text("name")
    if cells.has("total_score"):
        if levels.colours:
            raise cells.refusal("total_score", "has no meaning on a coloured chart")
        trigger = Trigger(name=name, total=cells.whole("total_score", least=1))
    else:
        level = levels.read(cells, levels.cell_name)
        if level == 0 and cells.is_filled(levels.cell_name):
            raise cells.refusal(levels.cell_name, "is the one that triggers nothing")
        trigger = Trigger(name=name, level=level, at_least=cells.whole("at_least", least=1))
    cells.finish()
    return trigger


def _signoff(cells: Cells) -> SignOff:
    signoff = SignOff(
        sha256=cells.text("sha256"),
        clinical_safety_officer=cells.text("clinical_safety_officer"),
        lead_clinician=cells.text("lead_clinician"),
        signed_at=cells.moment("signed_at"),
    )
    cells.finish()
    for key in ("sha256", "clinical_safety_officer", "lead_clinician"):
        if getattr(signoff, key) == NOT_FILLED:
            raise cells.refusal(key, "is missing: a signature is whole or it is none")
    return signoff


def _check_signoff_is_last(document: dict[str, Any], signed: bytes, file: str) -> None:
    chart = {key: value for key, value in document.items() if key != "signoff"}
    try:
        # By their text: a NaN in a cell, which its own check refuses, is not equal to itself.
        is_last = repr(chart) == repr(tomllib.loads(signed.decode("utf-8")))
    except tomllib.TOMLDecodeError:
        is_last = False
    if not is_last:
        raise MalformedChart(
            f"{file}: [signoff] must be the last table of the file, on a line of its own, and no such line stands "
            "elsewhere, not even within a text"
        )


def _check_whole(chart: Chart, file: str) -> None:
    if not chart.unfilled and not (chart.triggers and chart.parameters):
        raise MalformedChart(f"{file}: a chart has at least one [[trigger]] and one [[parameter]]")
    concepts = [parameter.concept for parameter in chart.parameters]
    for name in concepts:
        if concepts.count(name) > 1:
            raise MalformedChart(f"{file}: parameter {name} stands in the chart more than once")
