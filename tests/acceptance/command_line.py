"""What a command of the command line left behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def last(self) -> dict[str, Any]:
        """The JSON object on the last line of stdout."""
        result: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return result


Command = Callable[..., Done]


def refused(done: Done, *words: str, code: int = 1) -> None:
    """The command ended with that code, without a traceback, and said each of these words."""
    assert done.code == code, done.said
    assert "Traceback" not in done.said
    for word in words:
        assert word in done.said
