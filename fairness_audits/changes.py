"""What changed since the previous audit: findings that are new or gone, and figures that moved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fairness_audits.changed_circumstances import changed_circumstances, printed_in_one_only
from fairness_audits.findings import CANNOT_TELL
from records.errors import EquipartumError

__all__ = ["Changes", "UnreadableAudit", "changes_since", "read_previous"]

COMPARED = ("sensitivity", "observed_to_expected", "auroc")


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Both audits as printed; ``previous_id`` is empty where there was none.

    ``circumstances`` holds (what, then, now) of what is not a figure: versions, policy, disclosure rule, data.
    ``no_longer_printed`` and ``newly_printed`` hold (question and group, figure, then, now).
    ``not_compared`` says why there is nothing to tell although there was one.
    """

    previous_id: str = ""
    previous_on: str = ""
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    moved: tuple[tuple[str, str, str, str], ...] = ()
    circumstances: tuple[tuple[str, str, str], ...] = ()
    no_longer_printed: tuple[tuple[str, str, str, str], ...] = ()
    newly_printed: tuple[tuple[str, str, str, str], ...] = ()
    not_compared: str = ""

    def to_dict(self) -> dict[str, Any]:
        tables = ("moved", "circumstances", "no_longer_printed", "newly_printed")
        return {**vars(self), **{name: [list(row) for row in getattr(self, name)] for name in tables}}


class UnreadableAudit(EquipartumError):
    """A file that is not the `audit.json` of an earlier audit."""


def read_previous(path: str | Path) -> dict[str, Any]:
    """An earlier `audit.json`; `UnreadableAudit` where it is something else."""
    file = Path(path)
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UnreadableAudit(f"{file.name}: not a readable audit.json") from None
    if not isinstance(plain, dict) or "audit_id" not in plain:
        raise UnreadableAudit(f"{file.name}: not an audit written by this project; it names no audit_id")
    return plain


def changes_since(before: Mapping[str, Any], now: Mapping[str, Any]) -> Changes:
    """Both are the content of an `audit.json`. ``moved`` holds (question and group, figure, before, now) where the
    intervals of the two audits do not overlap. An audit that was written in another form is named, not compared."""
    named = Changes(previous_id=str(before.get("audit_id", "")), previous_on=str(before.get("on", "")))
    try:
        old_findings, old_figures = _found(before), _figures(before)
        circumstances = changed_circumstances(before, now)
        lost, gained = printed_in_one_only(before, now), printed_in_one_only(now, before)
    except (KeyError, TypeError, AttributeError, ValueError):
        form = f"in another form (schema {before.get('schema', 'not given')})"
        return replace(named, not_compared=f"it was written {form} than this version of the program reads")
    new_findings, new_figures = _found(now), _figures(now)
    moved = [
        (key[0], key[1], old_figures[key]["text"], new_figures[key]["text"])
        for key in new_figures
        if key in old_figures and _apart(old_figures[key], new_figures[key])
    ]
    return replace(
        named,
        new=tuple(name for name in new_findings if name not in old_findings),
        gone=tuple(
            f"{_named(finding)} · now: {_now(finding, now)}"
            for finding in _findings(before)
            if _named(finding) not in new_findings
        ),
        moved=tuple(moved),
        circumstances=circumstances,
        no_longer_printed=lost,
        newly_printed=tuple((where, name, then, told) for where, name, told, then in gained),
    )


def _findings(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [finding for finding in report["findings"] if finding["state"] == "finding"]


def _found(report: Mapping[str, Any]) -> list[str]:
    return [_named(finding) for finding in _findings(report)]


def _named(finding: Mapping[str, Any]) -> str:
    told = (finding["code"], finding["title"], finding["section"]["outcome"], finding["group"])
    return " · ".join(filter(None, told))


def _now(finding: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    """What is known of it now: no longer found is not passed, it may be that nobody can tell any more.

    A check that answers for no group by name answers for all of them that it can tell about.
    """
    outcome, group = finding["section"]["outcome"], finding["group"]
    asked = [f for f in report["findings"] if (f["code"], f["section"]["outcome"]) == (finding["code"], outcome)]
    answers = {f["group"]: str(f["state"]) for f in asked}
    if group is None or group in answers:
        return answers.get(group, "not asked")
    # One line may answer for several groups: the figures it rests on name them.
    of_group = [str(f["state"]) for f in asked if any(name.startswith(f"{group}: ") for name in f["figures"])]
    if of_group:
        return of_group[0]
    rows = [row for row in report["figures"] if row["group"] == group and row["outcome"] == outcome and row["primary"]]
    if not rows:
        return "nobody of this group is in the audit"
    if any(row["status"] == "cannot tell" for row in rows if row["scored_by"] == finding["section"]["scored_by"]):
        return "cannot tell"
    return "cannot tell" if any(f["state"] == CANNOT_TELL for f in asked) else answers.get(None, "not asked")


def _figures(report: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (f"{row['outcome']} · {row['scored_by']} · {row['group']}", name): _printed(row["figures"][name])
        for row in report["figures"]
        if row["primary"] and row["level"] in ("everyone", "ethnic_group")
        for name in COMPARED
    }


def _printed(figure: Mapping[str, Any]) -> dict[str, Any]:
    """What is compared; a figure that lacks a part was written in another form."""
    return {part: figure[part] for part in ("text", "low", "high")}


def _apart(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    limits = (before["low"], before["high"], now["low"], now["high"])
    return None not in limits and (before["high"] < now["low"] or now["high"] < before["low"])
