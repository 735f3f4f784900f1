"""Files that name women: readable by their owner alone from the moment they exist, and whole or not there."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["write_private"]


def write_private(file: Path, content: bytes) -> None:
    """``content`` as ``file``, mode 0600, in place of what was there."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
