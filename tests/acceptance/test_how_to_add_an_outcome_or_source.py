"""The how-to 'Add an outcome or a source', followed to the letter in a copy of the source tree.

Each fenced block of the page says before it where it goes; its commands run there in one shell, and what the page
shows of their answers must be among what they answer.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.conftest import environment

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "add-an-outcome-or-source.md"
COPIED = (
    "docs", "equipartum", "fairness_audits", "models", "records", "serving", "tests", "training", "benchmarks",
    "README.md", "pyproject.toml", "start.py",
)  # fmt: skip
BLOCK = re.compile(r"^(?P<before>[^\n]+)\n\n```(?P<language>\w+)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)
# 'In `FILE`, after the line `LINE`:', 'In `FILE`, at the end:', '`FILE`, a new file:'
PLACE = re.compile(r"`(?P<file>[^`]+)`, (?:after the line `(?P<line>[^`]+)`|(?P<end>at the end)|(?P<new>a new file)):$")
LONGEST_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Change:
    """Lines for a file of the tree: after one of its lines, at its end, or all of it."""

    file: str
    after: str | None
    is_new: bool
    content: str

    def apply(self, tree: Path) -> None:
        file = tree / self.file
        if self.is_new:
            assert not file.exists(), f"{self.file} is there already"
            file.write_text(self.content, encoding="utf-8")
            return
        text = file.read_text(encoding="utf-8")
        if self.after is None:
            file.write_text(text + self.content, encoding="utf-8")
            return
        line = f"{self.after}\n"
        assert f"\n{text}".count(f"\n{line}") == 1, f"'{self.after}' is not one line of {self.file}"
        file.write_text(text.replace(line, line + self.content, 1), encoding="utf-8")


def changes(page: str) -> list[Change]:
    found = []
    for block in BLOCK.finditer(page):
        place = PLACE.search(block["before"])
        if block["language"] == "console":
            continue
        assert place is not None, f"the page does not say where this goes: {block['content'][:60]!r}"
        found.append(
            Change(file=place["file"], after=place["line"], is_new=bool(place["new"]), content=block["content"])
        )
    return found


def commands_and_answers(page: str) -> tuple[str, list[str]]:
    """One script of all commands, and the lines that the page shows of their answers."""
    commands, answers = [], []
    for block in BLOCK.finditer(page):
        if block["language"] != "console":
            continue
        quoted = 0
        for line in block["content"].splitlines():
            if line.startswith("$ ") or quoted % 2:
                commands.append(line.removeprefix("$ "))
                quoted += line.count("'")
            else:
                answers.append(line)
    return "\n".join(["set -e", *commands, ""]), answers


def shows(answer: str, said: str) -> bool:
    """Whether a line is among what was said; '...' stands for anything within it."""
    pattern = ".*".join(re.escape(_without_spaces(part)) for part in answer.split("..."))
    return any(re.search(pattern, _without_spaces(line)) for line in said.splitlines())


def _without_spaces(text: str) -> str:
    return "".join(text.split())


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the source tree, and on its path the two commands that the page uses."""
    tree, commands = tmp_path / "tree", tmp_path / "bin"
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name)
        else:
            shutil.copy(ROOT / name, tree / name)
    commands.mkdir()
    for name, starts in (("python", ""), ("equipartum", " -m equipartum")):
        (commands / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{starts} "$@"\n', encoding="utf-8")
        (commands / name).chmod(0o755)
    return tree


def run(script: str, tree: Path) -> tuple[int, str]:
    """Its exit code and all it said; nothing that it started outlives it."""
    more = {"PYTHONPATH": str(tree), "PATH": f"{tree.parent / 'bin'}:{os.environ['PATH']}"}
    with subprocess.Popen(
        ["bash", "-c", script],
        cwd=tree,
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as shell:
        try:
            said, _ = shell.communicate(timeout=LONGEST_SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGTERM)
    return shell.returncode, said


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page asks with curl")
def test_the_page_followed_to_the_letter(tree: Path, free_port: int) -> None:
    page = PAGE.read_text(encoding="utf-8").replace("3000", str(free_port))
    for change in changes(page):
        change.apply(tree)
    script, answers = commands_and_answers(page)
    returned, said = run(script, tree)
    assert returned == 0, said
    assert answers
    assert [answer for answer in answers if not shows(answer, said)] == [], said
