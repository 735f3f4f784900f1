"""The passport of a file: what it is, how ethnicity is coded in it, what was set aside, and who came late into care."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairness_audits.data_audit.printing import PrintedCounts
from fairness_audits.data_audit.questions import Questions
from fairness_audits.figures import Figure
from fairness_audits.levels import Level
from fairness_audits.printed_rates import share
from records.groups import ETHNIC_SCHEMES, MISSING_ETHNICITY
from records.records import Records

__all__ = ["GroupRow", "Passport", "ShareOfGroup", "passport_of"]

ETHNIC = "ethnic_group"


@dataclass(frozen=True, kw_only=True)
class ShareOfGroup:
    """Of those of whom it is recorded (``known``), the share (``figure``) of whom it holds (``part``).

    ``difference`` is that share less everyone else's.
    """

    title: str
    authority: str
    known: int | None
    part: int | None
    figure: Figure
    difference: Figure

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "figure": self.figure.to_dict(), "difference": self.difference.to_dict()}


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """Pregnancies of a group; ``share`` is its share of all. Interpreter need and late booking where recorded."""

    level: str
    group: str
    pregnancies: int | None
    share: Figure
    interpreter: ShareOfGroup | None
    late: tuple[ShareOfGroup, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            **vars(self),
            "share": self.share.to_dict(),
            "interpreter": "not collected" if self.interpreter is None else self.interpreter.to_dict(),
            "late": [one.to_dict() for one in self.late] or "not collected",
        }


@dataclass(frozen=True, kw_only=True)
class Passport:
    """``set_aside`` are rows that could not be read, by reason; ``years`` and ``sites`` births by each, as printed."""

    source: str
    description: str
    data_digest: str
    pregnancies: int | None
    years: Mapping[str, int | None]
    sites: Mapping[str, int | None]
    scheme: str
    scheme_authority: str
    ethnicity_recorded: bool
    set_aside: tuple[tuple[str, int | None], ...]
    notes: tuple[str, ...]
    levels_left_out: tuple[str, ...]
    groups: tuple[GroupRow, ...]

    @property
    def everyone(self) -> GroupRow:
        return self.groups[0]

    def of_level(self, level: str) -> tuple[GroupRow, ...]:
        return tuple(row for row in self.groups if row.level == level)

    @property
    def has_sites(self) -> bool:
        return any(name != "not recorded" for name in self.sites)

    def to_dict(self) -> dict[str, Any]:
        return {
            **vars(self),
            "years": dict(self.years),
            "sites": dict(self.sites) if self.has_sites else "not collected",
            "set_aside": [{"reason": reason, "rows": rows} for reason, rows in self.set_aside],
            "notes": list(self.notes),
            "levels_left_out": list(self.levels_left_out),
            "groups": [row.to_dict() for row in self.groups],
        }


def passport_of(
    records: Records,
    questions: Questions,
    printed: PrintedCounts,
    levels: Sequence[Level],
    *,
    group_scheme: str,
    left_out: Sequence[str],
) -> Passport:
    scheme = ETHNIC_SCHEMES.get(group_scheme)
    rule = printed.rule
    ethnic = next(level for level in levels if level.name == ETHNIC)
    return Passport(
        source=records.source,
        description=records.description,
        data_digest=records.data_digest,
        pregnancies=printed.everyone["n"],
        years=printed.years,
        sites=printed.sites,
        scheme=scheme.title if scheme is not None else group_scheme,
        scheme_authority=scheme.authority if scheme is not None else "",
        ethnicity_recorded=any(group not in MISSING_ETHNICITY for group in ethnic.groups),
        set_aside=tuple((aside.reason, rule.count(aside.rows)) for aside in records.set_aside),
        notes=(*records.notes, *records.doubts_told(rule.count)),
        levels_left_out=tuple(left_out),
        groups=tuple(_group(level, group, questions, printed) for level, group in printed.counts),
    )


def _group(level: str, group: str, questions: Questions, printed: PrintedCounts) -> GroupRow:
    counts, cell = printed.counts[level, group], (level, group)
    knows_interpreter = printed.everyone["interpreter_known"] != 0
    interpreter = _share("needs an interpreter", "", cell, "needs_interpreter", "interpreter_known", printed)
    return GroupRow(
        level=level,
        group=group,
        pregnancies=counts["n"],
        share=share("share_of_women", counts["n"], printed.everyone["n"], printed.rule),
        interpreter=interpreter if knows_interpreter else None,
        late=tuple(
            _share(one.title, one.authority, cell, f"{one.title}:late", f"{one.title}:known", printed)
            for one in questions.late_booking
        ),
    )


def _share(
    title: str, authority: str, cell: tuple[str, str], part: str, known: str, printed: PrintedCounts
) -> ShareOfGroup:
    counts = printed.counts[cell]
    return ShareOfGroup(
        title=title,
        authority=authority,
        known=counts[known],
        part=counts[part],
        figure=printed.share("share_of_women", cell, part, known),
        difference=printed.difference(cell, part, known),
    )
