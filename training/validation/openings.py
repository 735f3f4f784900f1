"""The ledger of a home's holdouts: what was planned, and every time that outcomes were looked at. Added to, never
rewritten.

Each line holds the digest of the one before, so that a line changed or taken out of the middle shows. Lines taken off
the end, or a file written anew as a whole, do not: note the head that a plan's registration prints, outside the home.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from models.design import ModelDesign
from models.home import Home
from records.errors import EquipartumError

__all__ = ["DECIDED", "OPENED", "PLANNED", "AlteredLedger", "Entry", "Ledger", "add", "holdout_of", "read_ledger"]

PLANNED = "planned"
OPENED = "opened"
# A decision about ethnicity: the digest of its dossier stands in place of outcomes, its own in place of a design.
DECIDED = "decided"
# Between the name of the births and that of a part of them.
PART = ":"


class AlteredLedger(EquipartumError):
    """The ledger of plans and openings is not what was written."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """``kind`` is 'planned', 'opened' or 'decided'; ``holdout`` names the outcomes looked at, ``plan`` the plan's
    digest, empty without one; ``by`` is a name with a role, as typed. ``previous`` is the digest of the entry before.
    """

    kind: str
    at: str
    by: str
    what: str
    holdout: str
    design: str
    plan: str
    previous: str

    @property
    def line(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.line.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """``is_whole`` is false where an entry does not follow the one before it."""

    entries: tuple[Entry, ...]
    is_whole: bool

    @property
    def head(self) -> str:
        return self.entries[-1].digest if self.entries else ""

    def openings(self, holdout: str) -> tuple[Entry, ...]:
        return tuple(one for one in self.entries if one.kind == OPENED and one.holdout == holdout)

    def looks(self, holdout: str) -> tuple[Entry, ...]:
        """The openings of these outcomes, and of any part of the same births for the same question."""
        births = _births_of(holdout)
        return tuple(one for one in self.entries if one.kind == OPENED and _births_of(one.holdout) == births)

    def decided(self, *, dossier: str = "", decision: str = "") -> bool:
        """Whether a decision was signed from that dossier, or that very decision."""
        signed = [one for one in self.entries if one.kind == DECIDED]
        return any(one.holdout == dossier or one.design == decision for one in signed)

    def planned(self, plan: str) -> Entry | None:
        return next((one for one in self.entries if one.kind == PLANNED and one.plan == plan), None)

    def told(self, holdout: str) -> str:
        """'opened 3 times, for 2 designs'; what was seen of the births besides; whether the ledger can be trusted."""
        opened = self.openings(holdout)
        designs = len({one.design for one in opened})
        several = f", for {designs} designs" if designs > 1 else ""
        parts = len(self.looks(holdout)) - len(opened)
        beside = f"; other parts of these births {_so_often(parts)}" if parts else ""
        altered = "" if self.is_whole else "; the ledger was altered, so openings may be missing from it"
        return f"{_so_often(len(opened))}{several}{beside}{altered}"


def holdout_of(*, data_digest: str, design: ModelDesign, is_split: bool) -> str:
    """The name of the outcomes that are looked at: of a whole file, or, ``is_split``, of the part held out of it.

    Designs that differ in predictors, constraint or booster look at the same outcomes. Parts of the same births for the
    same question have names that begin alike.
    """
    births = _digest(data_digest, design.outcome, design.definition, design.prediction_point)
    if not is_split:
        return births
    return f"{births}{PART}{_digest(str(design.seed), str(design.holdout_fraction))[:16]}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _births_of(holdout: str) -> str:
    return holdout.partition(PART)[0]


def _so_often(times: int) -> str:
    return {0: "never opened", 1: "opened once", 2: "opened twice"}.get(times, f"opened {times} times")


def read_ledger(home: Home) -> Ledger:
    try:
        text = home.openings.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        text = ""
    return _read(text)


def add(home: Home, *, kind: str, by: str, what: str, holdout: str, design: str, plan: str = "") -> Ledger:
    """The ledger with one more entry, which is on the disk when this returns. `OSError` leaves no part of it."""
    home.prepare()
    return _append(
        home,
        lambda head: Entry(
            kind=kind,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            by=by,
            what=what,
            holdout=holdout,
            design=design,
            plan=plan,
            previous=head,
        ),
    )


def _append(home: Home, after: Callable[[str], Entry]) -> Ledger:
    with home.openings.open("a+b", buffering=0) as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        end = opened.seek(0, os.SEEK_END)
        written = os.pread(opened.fileno(), end, 0)
        before = _read(written.decode("utf-8", errors="replace"))
        line = after(before.head).line.encode() + b"\n"
        if written and not written.endswith(b"\n"):
            line = b"\n" + line  # After a line that a stopped process left half written.
        try:
            if opened.write(line) != len(line):
                raise OSError("no room for the whole line")
            os.fsync(opened.fileno())
        except OSError:
            opened.truncate(end)
            raise
        return _read((written + line).decode("utf-8", errors="replace"))


def _read(text: str) -> Ledger:
    entries: list[Entry] = []
    is_whole = True
    for line in text.splitlines():
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            continue  # Half a line. One that was spoilt to hide an entry breaks the chain at the next.
        is_whole = is_whole and entry.previous == (entries[-1].digest if entries else "")
        entries.append(entry)
    return Ledger(entries=tuple(entries), is_whole=is_whole)
