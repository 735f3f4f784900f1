"""Several retrains, one line each: how many each model finds at what price, whom it tells worst, and whether it may be
promoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from equipartum.terminal import Terminal
from fairness_audits.checks.calibration import FEWEST_EVENTS
from fairness_audits.figures import Figure, GroupFigures
from fairness_audits.report import AuditReport
from fairness_audits.wording import is_missing_ethnicity, so_many_of_100
from models.home import Settings
from training.retrain import Retrained

__all__ = ["Line", "show_summary", "summary_of"]

COLUMNS = ("model", "version", "found of 100", "flagged of 100", "risk told worst, O:E", "may be promoted")
CANNOT_BE_TOLD = "cannot be told"


@dataclass(frozen=True, kw_only=True)
class Line:
    """``stands_against`` is empty where the version may be promoted."""

    name: str
    version: int
    found: str
    flagged: str
    told_worst: str
    stands_against: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        return {**vars(self), "stands_against": list(self.stands_against), "may_be_promoted": not self.stands_against}


def summary_of(retrained: Retrained, settings: Settings, on: date | None = None) -> Line:
    """By the audit of the births held out; of everyone what the offer policy finds and flags."""
    report, version = retrained.report, retrained.version
    section = report.models[0]
    everyone = report.group(section)
    against = list(version.stands_against(on or datetime.now(UTC).date()))
    if retrained.model.intended_population.why_not_for(settings.site) is not None:
        against.append(f"not for births of {settings.site}")
    return Line(
        name=version.name,
        version=version.version,
        found=_of_100(everyone["sensitivity"]),
        flagged=_of_100(everyone["flag_rate"]),
        told_worst=_told_worst(report, everyone, report.figures_of(section, "ethnic_group")),
        stands_against=tuple(against),
    )


def show_summary(terminal: Terminal, lines: Sequence[Line], refused: Sequence[str]) -> None:
    """A table; those ``refused`` by name have no version, and stand in it too."""
    rows = [(one.name, str(one.version), one.found, one.flagged, one.told_worst, _promotable(one)) for one in lines]
    rows += [(name, "-", "-", "-", "-", "no version: refused, as said above") for name in refused]
    terminal.show()
    terminal.show_table("Retrained, by the audit of births held out (95 % intervals)", COLUMNS, rows)


def _of_100(figure: Figure) -> str:
    if figure.not_published:
        return f"withheld: {figure.not_published}"
    return CANNOT_BE_TOLD if figure.value is None else so_many_of_100(figure)


def _told_worst(report: AuditReport, everyone: GroupFigures, rows: Sequence[GroupFigures]) -> str:
    """The ethnic group whose O:E is furthest from 1, of those with enough events to judge a risk told by."""
    if withheld := everyone["observed_to_expected"].not_published:
        return f"withheld: {withheld}"
    off = [
        (max(ratio, 1 / ratio), f"{row.group} {row['observed_to_expected'].text}")
        for row in rows
        if not is_missing_ethnicity(row.group)
        and (row.counts["scored_events"] or 0) >= FEWEST_EVENTS
        and (ratio := row["observed_to_expected"].value)
    ]
    if off:
        return max(off)[1]
    return "no ethnicity recorded" if not report.data.ethnicity_recorded else CANNOT_BE_TOLD


def _promotable(one: Line) -> str:
    return f"no: {'; '.join(one.stands_against)}" if one.stands_against else "yes"
