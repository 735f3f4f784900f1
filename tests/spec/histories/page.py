"""The page of hand-worked pregnancies in the docs, made from what the spec says.

`python -m tests.spec.histories.page` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.spec.histories.cases import CHAPTERS, Case

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


def page() -> str:
    return "\n".join([_HEAD, *_parts()])


def _parts() -> Iterator[str]:
    number = 0
    for chapter in CHAPTERS:
        yield f"## {chapter.title}\n\n{chapter.prose}\n"
        yield "| | case | pregnancy | asked | answer |\n| --- | --- | --- | --- | --- |"
        for case in chapter.cases:
            number += 1
            yield _row(number, case)
        yield ""


def _row(number: int, case: Case) -> str:
    cells = (
        str(number),
        case.title,
        "<br>".join(case.lines),
        "<br>".join(f"`{question}`" for question, _ in case.asked),
        "<br>".join(answer for _, answer in case.asked),
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
