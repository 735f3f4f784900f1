"""Reads the hand-worked pregnancies of the text files beside it: a title, prose, then one block a case."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.spec.histories.worked import Pregnancy, pregnancy

__all__ = ["CHAPTERS", "Case", "Chapter"]

_FOLDER = Path(__file__).with_name("pregnancies")
_QUESTION, _ANSWER = "? ", " = "


@dataclass(frozen=True)
class Case:
    """``lines`` describe one woman's pregnancies, the last of which is asked about; ``asked`` are question, answer."""

    title: str
    lines: tuple[str, ...]
    asked: tuple[tuple[str, str], ...]

    @property
    def pregnancies(self) -> list[Pregnancy]:
        starts = [n for n, line in enumerate(self.lines) if not line[0].isdigit()]
        texts = ["\n".join(self.lines[a:b]) for a, b in zip(starts, [*starts[1:], None], strict=True)]
        return [pregnancy(text, woman="she") for text in texts]


@dataclass(frozen=True)
class Chapter:
    title: str
    prose: str
    cases: tuple[Case, ...]


def _chapter(file: Path) -> Chapter:
    head, *blocks = file.read_text(encoding="utf-8").strip().split("\n\n")
    title, _, prose = head.partition("\n")
    return Chapter(title=title, prose=prose, cases=tuple(_case(block.splitlines()) for block in blocks))


def _case(lines: list[str]) -> Case:
    title, *rest = lines
    questions = [line.removeprefix(_QUESTION).rpartition(_ANSWER) for line in rest if line.startswith(_QUESTION)]
    return Case(
        title=title,
        lines=tuple(line for line in rest if not line.startswith(_QUESTION)),
        asked=tuple((question, answer) for question, _, answer in questions),
    )


CHAPTERS = tuple(_chapter(file) for file in sorted(_FOLDER.glob("*.txt")))
