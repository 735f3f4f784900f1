"""Marks of a run: which process opened it and for which home, so that a later command can tell what was left behind.

They name no machine and no person.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from models.home import Home
from records.private_file import write_private

__all__ = ["is_left_behind", "marks_of", "process_mark"]

PROCESS_TAG = "equipartum.process"
HOME_TAG = "equipartum.home"

# Where the kernel tells of processes; elsewhere a process is marked by its number alone.
PROCESSES = Path("/proc")
# Of the fields after a process's name (proc(5), fields 3 and 22): its state, and when it started.
STATE, START = 0, 19
ENDED = "ZX"


def marks_of(home: Home) -> dict[str, str]:
    """For a run that this process opens."""
    return {PROCESS_TAG: process_mark(os.getpid()) or str(os.getpid()), HOME_TAG: _home_mark(home)}


def is_left_behind(marks: Mapping[str, str], home: Home, *, is_registry_shared: bool) -> bool:
    """Whether a run under way is this home's and its process is gone.

    A run without marks was opened by an older version: it is this home's where no other home uses the registry.
    """
    if is_registry_shared and marks.get(HOME_TAG) != _home_mark(home):
        return False
    mark = marks.get(PROCESS_TAG, "")
    number = mark.partition("-")[0]
    return not number.isdigit() or process_mark(int(number)) != mark


def process_mark(number: int) -> str | None:
    """The process's number, when it started and the boot that this is counted from; None where it does not run."""
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return None
    except PermissionError:
        pass
    try:
        fields = (PROCESSES / str(number) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        boot = (PROCESSES / "sys" / "kernel" / "random" / "boot_id").read_text(encoding="utf-8")
    except OSError:
        return str(number)
    return None if fields[STATE] in ENDED else f"{number}-{fields[START]}-{boot.partition('-')[0]}"


def _home_mark(home: Home) -> str:
    """Drawn once a home: several homes may share a registry."""
    file = home.cache / "home_mark"
    if not file.exists():
        home.cache.mkdir(parents=True, exist_ok=True)
        write_private(file, secrets.token_hex(8).encode())
    return file.read_text(encoding="utf-8")
