"""What an early-warning chart is: plain values, read from a file, signed by a site.

Every cell of a chart has a *level*: its score on a scored chart, its place in ``colours`` on a coloured one. Level 0
is the cell that triggers nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from models.early_warning.refusals import RefusedChart

__all__ = [
    "Band",
    "Chart",
    "ChartStatus",
    "Confirmation",
    "EscalationPlan",
    "Parameter",
    "Scope",
    "SignOff",
    "SignOffStatus",
    "Trigger",
]

ChartStatus = Literal["example", "template", "site"]
SignOffStatus = Literal["unsigned", "signed", "altered"]


@dataclass(frozen=True, kw_only=True)
class Band:
    """The values from ``low`` up to but not including ``high``; either end may be infinite."""

    low: float
    high: float
    level: int


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """What makes an abnormal reading count in full.

    ``one reading`` counts at once. ``repeat or combination`` counts when the parameter was abnormal at least twice
    among the observations given, or another parameter is abnormal with it. ``lasting`` counts when the readings up to
    the latest have been abnormal without a break for ``minutes`` (for longer than that where ``longer_than``).
    """

    by: Literal["one reading", "repeat or combination", "lasting"] = "one reading"
    minutes: float = 0
    longer_than: bool = False


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One row of the chart.

    A quantity has ``bands`` on a grid of ``resolution`` in ``unit``; a category or flag has ``categories``, each with
    its level (a flag's are ``yes`` and ``no``). Rows that share ``counts_as`` are counted once by a trigger.
    ``normal_only_when`` is a concept and the category under which a level 0 reading may be read as level 0; without it
    such a reading is not judged, while an abnormal one counts all the same.
    """

    concept: str
    required: bool
    counts_as: str
    unit: str | None = None
    resolution: float = 1
    bands: tuple[Band, ...] = ()
    categories: tuple[tuple[str, int], ...] = ()
    confirmation: Confirmation = Confirmation()
    normal_only_when: tuple[str, str] | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """Fires on ``at_least`` parameters of ``level`` or worse, or where ``total`` is given on a total score so high."""

    name: str
    level: int = 0
    at_least: int = 0
    total: int | None = None


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Pregnancy and the days after birth that the chart covers (None: the source gives none, a site decides), and the
    settings it does not cover."""

    days_after_birth: int | None
    out_of_scope: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EscalationPlan:
    """Who comes, within how many minutes (None: the source gives none, a site decides), and what is to be done."""

    who: str
    within_minutes: int | None
    text: str


@dataclass(frozen=True, kw_only=True)
class SignOff:
    """Who answers for a chart at a site. ``sha256`` is of the file's bytes before the sign-off table."""

    sha256: str
    clinical_safety_officer: str
    lead_clinician: str
    signed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Chart:
    """An early-warning chart. ``colours`` go from the one that triggers nothing to the worst; empty on a scored chart.

    ``repeat_minutes`` None: the source gives none and a site decides, which only an example may say. ``unfilled``
    names the cells nobody has filled; a chart with any never runs. Raises `RefusedChart` for NEWS and NEWS2.
    """

    id: str
    title: str
    version: str
    status: ChartStatus
    authority: str
    licence: str
    scope: Scope
    escalation: EscalationPlan
    triggers: tuple[Trigger, ...]
    parameters: tuple[Parameter, ...]
    colours: tuple[str, ...]
    repeat_minutes: int | None
    content_sha256: str
    signoff: SignOff | None = None
    unfilled: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if _is_news(self.id) or _is_news(self.title):
            # Royal College of Physicians, National Early Warning Score (NEWS) 2, 2017: not for use in pregnancy.
            raise RefusedChart(
                f"chart {self.id!r} is NEWS or NEWS2, which is not for a pregnant or recently pregnant woman: "
                "use a maternity early-warning chart"
            )

    @property
    def sign_off_status(self) -> SignOffStatus:
        if self.signoff is None:
            return "unsigned"
        return "signed" if self.signoff.sha256 == self.content_sha256 else "altered"


def _is_news(words: str) -> bool:
    spelled = " ".join(re.findall(r"[a-z]+|[0-9]+", words.lower()))
    return re.search(r"\bnews\b|\bnational early warning score\b", spelled) is not None
