"""The second place that knows of each signature and comment: one line an entry, added to, never rewritten.

It is kept above the audits of a home, so that entries taken out of an audit's own file show, the last ones as well.
Whoever rewrites both files is not noticed by either.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from models.outcomes import OUTCOMES
from records.clock import PREDICTION_POINTS

__all__ = ["LEDGER_FILE", "add_line", "last_line", "ledger_of"]

LEDGER_FILE = "signed.jsonl"


def ledger_of(folder: Path) -> Path | None:
    """That of the home which keeps the audit in ``folder``; None for a folder elsewhere."""
    kept = folder.parent.name in PREDICTION_POINTS and folder.parent.parent.name in OUTCOMES
    return folder.parents[2] / LEDGER_FILE if kept else None


def last_line(folder: Path) -> tuple[int, str] | None:
    """How many entries the audit has by the ledger, and the digest of the last; None where it tells of none."""
    ledger = ledger_of(folder)
    if ledger is None:
        return None
    try:
        status = ledger.stat()
        told = _read(ledger, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    except OSError:
        return None
    return told.get(_name(folder))


def add_line(folder: Path, entries: int, head: str) -> None:
    """Adds what the audit's entries are now. `OSError` where that cannot be written, and then no part of it is."""
    ledger = ledger_of(folder)
    if ledger is None:
        return
    line = json.dumps({"audit": _name(folder), "entries": entries, "head": head}).encode() + b"\n"
    with ledger.open("a+b", buffering=0) as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        end = opened.seek(0, os.SEEK_END)
        if end and os.pread(opened.fileno(), 1, end - 1) != b"\n":
            line = b"\n" + line  # After a line that a stopped process left half written.
        try:
            if opened.write(line) != len(line):
                raise OSError("no room for the whole line")
            os.fsync(opened.fileno())
        except OSError:
            opened.truncate(end)
            raise


def _name(folder: Path) -> str:
    return "/".join(folder.parts[-3:])


@lru_cache(maxsize=8)
def _read(ledger: Path, *_state: int) -> Mapping[str, tuple[int, str]]:
    """The last line of each audit; read again only when the file system says that the file changed."""
    told: dict[str, tuple[int, str]] = {}
    for line in ledger.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            plain = json.loads(line)
            told[str(plain["audit"])] = (int(plain["entries"]), str(plain["head"]))
        except (ValueError, KeyError, TypeError):
            continue  # Half a line, of a process that was stopped: its entry was not yet said to be kept.
    return MappingProxyType(told)
