"""Who read an audit and what they said of it: comments and sign-off, kept beside the audit, added to and never changed.

Each entry holds the digests of the audit's files as they were read and of the entry before it, so that a report, or an
earlier entry, that was altered afterwards shows. Nothing proves who typed a name: whoever can write to the home can
sign. Removing the last entries, or all of them, does not show either.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from fairness_audits.report_files import AUDIT_FILE, PUBLIC_FILES
from records.errors import EquipartumError

__all__ = ["COMMENT", "SIGNATURE", "AlteredAudit", "Entry", "IncompleteSignature", "add_entry", "entries_of"]

SIGNATURES_FILE = "signatures.json"
SIGNATURE = "signature"
COMMENT = "comment"
LONGEST_NAME = 200
LONGEST_COMMENT = 4_000
# Of a few files for each of more audits than a home gathers in years.
DIGESTS_HELD = 65_536


class IncompleteSignature(EquipartumError):
    """A signature or comment that does not say who, in which role, or what."""


class AlteredAudit(EquipartumError):
    """An audit, or what was signed of it, is not what it was when it was signed."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """``kind`` is 'signature' or 'comment'; ``files`` the SHA-256 of each of the audit's files when it was made.

    ``previous`` is the digest of the entry before, empty for the first.
    """

    kind: str
    name: str
    role: str
    on: str
    comment: str
    files: Mapping[str, str]
    previous: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def altered(self, folder: Path) -> tuple[str, ...]:
        """The audit's files that are not what they were when this was written."""
        return tuple(name for name, digest in self.files.items() if _digest(folder / name) != digest)


def entries_of(folder: Path) -> tuple[Entry, ...]:
    """Those of an audit's folder, oldest first; `AlteredAudit` where one of them was changed or taken out."""
    file = folder / SIGNATURES_FILE
    if not file.is_file():
        return ()
    try:
        entries = tuple(Entry(**plain) for plain in json.loads(file.read_text(encoding="utf-8"))["entries"])
        if not all(isinstance(entry.files, dict) for entry in entries):
            raise TypeError("an entry's files are a table")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AlteredAudit(f"{SIGNATURES_FILE} of audit {folder.name} cannot be read") from error
    before = ""
    for entry in entries:
        if entry.previous != before:
            raise AlteredAudit(f"{SIGNATURES_FILE} of audit {folder.name} was altered after it was written")
        before = entry.digest
    return entries


def add_entry(folder: Path, *, kind: str, name: str, role: str, comment: str, on: date) -> Entry:
    """Adds a signature or a comment to the audit in ``folder``.

    `IncompleteSignature` where name or role, or a comment's text, is blank; `AlteredAudit` where an earlier signature
    no longer matches the audit's files: what one person signed and the next reads would be two reports.
    """
    if not (folder / AUDIT_FILE).is_file():
        raise IncompleteSignature(f"{folder.name} holds no {AUDIT_FILE}: there is no audit in it to sign")
    name, role = _line("name", name), _line("role", role)
    comment = _said(comment, needed=kind == COMMENT)
    with _held(folder):
        entries = entries_of(folder)
        for earlier in entries:
            if altered := earlier.altered(folder):
                raise AlteredAudit(
                    f"audit {folder.name} was altered after {earlier.name} wrote of it on {earlier.on}: "
                    f"{', '.join(altered)} no longer the same. Audit again, and sign that audit"
                )
        entry = Entry(
            kind=kind,
            name=name,
            role=role,
            on=on.isoformat(),
            comment=comment,
            files={file: _digest(folder / file) for file in PUBLIC_FILES if (folder / file).is_file()},
            previous=entries[-1].digest if entries else "",
        )
        _write(folder, (*entries, entry))
    return entry


def _line(what: str, text: str) -> str:
    line = " ".join(text.split())
    if not line or not any(letter.isalpha() for letter in line) or len(line) > LONGEST_NAME or not line.isprintable():
        raise IncompleteSignature(
            f"a {what} is needed, of at most {LONGEST_NAME} letters; it is asked for, never filled in"
        )
    return line


def _said(comment: str, *, needed: bool) -> str:
    text = comment.strip()
    if (needed and not text) or len(text) > LONGEST_COMMENT:
        raise IncompleteSignature(f"a comment is text of 1 to {LONGEST_COMMENT:,} letters")
    return text


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Two who sign at the same moment wait for each other; a retrain under way in the home holds up neither."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(folder: Path, entries: tuple[Entry, ...]) -> None:
    plain: dict[str, Any] = {"schema": 1, "audit_id": folder.name, "entries": [asdict(entry) for entry in entries]}
    written = folder / f".{SIGNATURES_FILE}"
    written.write_text(json.dumps(plain, indent=1, ensure_ascii=False), encoding="utf-8")
    written.replace(folder / SIGNATURES_FILE)


def _digest(file: Path) -> str:
    try:
        status = file.stat()
    except OSError:
        return ""
    return _digest_of(file, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@lru_cache(maxsize=DIGESTS_HELD)
def _digest_of(file: Path, *_state: int) -> str:
    """Reports are megabytes and a page lists a hundred: read again only when the file system says that one changed."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
