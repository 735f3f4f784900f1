"""Whether a result can be written where it is wanted, asked before the work and not after it."""

from __future__ import annotations

from pathlib import Path

from records.errors import EquipartumError

__all__ = ["UnwritableFile", "refuse_unwritable"]


class UnwritableFile(EquipartumError):
    """A file that cannot be written where it is wanted."""


def refuse_unwritable(path: Path, *, option: str = "--out") -> None:
    """Raises `UnwritableFile`; leaves nothing behind."""
    there = path.exists()
    try:
        with path.open("ab"):
            pass
    except OSError as error:
        raise UnwritableFile(f"{path} cannot be written ({error.strerror}): name another file with {option}") from None
    if not there:
        path.unlink()
