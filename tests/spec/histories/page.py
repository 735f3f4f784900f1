"""The page of hand-worked pregnancies in the docs, made from what the spec says.

`python -m tests.spec.histories.page` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.spec.histories.cases import CHAPTERS, Case
from tests.spec.msds.msds_tables import BABY, BOOKING, DELIVERY, MOTHER, Tables
from tests.spec.msds.test_hand_worked_msds import AFTERWARDS, CLOCKS, KNOWN

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "hand-worked-pregnancies.md"
_HEAD = """# Hand-worked pregnancies

What the software answers of pregnancies that were worked out by hand. This page is made from `tests/spec/histories`,
whose tests fail where an answer differs or the page does.

A pregnancy is a line of its clock (days are gestational, day 0 is 280 days before the agreed due date) and lines of
what care came to know on a day; a later pregnancy of the same woman follows the earlier one, and is the one asked
about. `outcome` asks a cohort at a prediction point, `known` what was known of her by a point, `afterwards` what was
known in the end.
"""
_MSDS = """## In tables of the Maternity Services Data Set

One woman, due on 7 October 2024 (so that day 0 is 1 January 2024), booked on 11 March, who gave birth to one baby on 7
October, and what is different about her in each case.

| | case | what her tables say | asked | answer |
| --- | --- | --- | --- | --- |"""
_HER_TABLES = {"MSD001": MOTHER, "MSD101": BOOKING, "MSD301": DELIVERY, "MSD401": BABY}
# What ties rows together says nothing of her.
_KEYS = ("UniqPregID", "LabourDeliveryID", "CareConID", "CareActIDMother", "CareActIDBaby", "UniqSubmissionID")


def page() -> str:
    number, parts = 0, [_HEAD]
    for chapter in CHAPTERS:
        rows = [_row(number, case) for number, case in enumerate(chapter.cases, start=number + 1)]
        number += len(rows)
        head = "| | case | pregnancy | asked | answer |\n| --- | --- | --- | --- | --- |"
        parts += [f"## {chapter.title}\n\n{chapter.prose}\n", head, *rows, ""]
    rows = [_cells(number, *row) for number, row in enumerate(_in_msds(), start=number + 1)]
    return "\n".join([*parts, _MSDS, *rows, ""])


def _row(number: int, case: Case) -> str:
    questions = "<br>".join(f"`{question}`" for question, _ in case.asked)
    return _cells(number, case.title, "<br>".join(case.lines), questions, "<br>".join(a for _, a in case.asked))


def _cells(number: int, *cells: str) -> str:
    return f"| {number} | {' | '.join(cells)} |"


def _in_msds() -> Iterator[tuple[str, str, str, str]]:
    """Case, what is different in her tables, question, answer."""
    for case, (changed, expected) in CLOCKS.items():
        names = "<br>".join(f"`{name}`" for name in expected)
        yield case, _different(changed), names, "<br>".join(map(_said, expected.values()))
    for case, (changed, at, name, expected) in KNOWN.items():
        yield case, _different(changed), f"`known {name} at {at}`", _said(expected)
    for case, (changed, name, expected) in AFTERWARDS.items():
        yield case, _different(changed), f"`afterwards {name}`", _said(expected)


def _different(changed: Tables) -> str:
    told = []
    for short, rows in changed.items():
        for row in rows:
            usual = _HER_TABLES.get(short, {})
            fields = [f"{n} {v or 'empty'}" for n, v in row.items() if n not in _KEYS and usual.get(n) != v]
            told += [f"{short}: {', '.join(fields)}"] if fields else [f"{short}: as it was"]
        told += [] if rows else [f"{short}: no rows"]
    return "<br>".join(told) or "the same"


def _said(value: object) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
