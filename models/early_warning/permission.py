"""Which charts may run in which mode."""

from __future__ import annotations

from typing import Literal, get_args

from models.early_warning.chart import Chart
from models.early_warning.refusals import AlteredChart, UnfilledChart, UnknownMode, UnsignedChart

__all__ = ["Mode", "refuse_unless_runnable"]

Mode = Literal["demo", "evaluation", "live"]


def refuse_unless_runnable(chart: Chart, mode: Mode) -> None:
    """Raise `UnfilledChart` in any mode, `UnsignedChart` or `AlteredChart` in live use."""
    if mode not in get_args(Mode):
        raise UnknownMode(f"no mode is called {mode!r}; there are: {', '.join(get_args(Mode))}")
    if chart.unfilled:
        raise UnfilledChart(
            f"chart {chart.id!r} has cells that nobody has filled: {', '.join(chart.unfilled)}. "
            "A site fills them from its own authority and signs the chart"
        )
    if mode != "live":
        return
    if chart.status != "site" or chart.sign_off_status == "unsigned":
        raise UnsignedChart(
            f"chart {chart.id!r} is {chart.status} and {chart.sign_off_status}: it runs in demo and evaluation only, "
            "until a site's clinical safety officer and lead clinician sign a chart of status 'site'"
        )
    if chart.sign_off_status == "altered":
        raise AlteredChart(f"chart {chart.id!r} is not what was signed: its content has changed since; sign it anew")
