"""Files that name women: readable by their owner alone from the moment they exist, and whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["private_file", "write_private"]


def write_private(file: Path, content: bytes) -> None:
    """``content`` as ``file``, mode 0600, in place of what was there."""
    with private_file(file) as opened:
        opened.write(content)


@contextmanager
def private_file(file: Path) -> Iterator[BinaryIO]:
    """A stream to write ``file`` by, mode 0600; it takes the place of what was there when all is written."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as opened:
            yield opened
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
