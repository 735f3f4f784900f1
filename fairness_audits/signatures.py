"""Who read an audit and what they said of it: comments and sign-off, kept beside the audit, added to and never changed.

Each entry holds the digests of every file of the audit as it was read, and of the entry before it, so that a file, or
an earlier entry, that was altered afterwards shows. How many entries there are, and the digest of the last, is kept
in the home's ledger too (`signature_ledger`), so that the last ones cannot go unnoticed. Nothing proves who typed a
name, and whoever can write to the whole home can write all of it anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from fairness_audits.comment_text import IncompleteSignature, is_shown_as_it_is, line, said
from fairness_audits.pdf import names_audit
from fairness_audits.report_files import AUDIT_FILE, PDF_FILE, REPORT_FILE, SIGNED_FILES
from fairness_audits.signature_ledger import add_line, last_line
from records.errors import EquipartumError

__all__ = [
    "COMMENT",
    "SIGNATURE",
    "AlteredAudit",
    "Entry",
    "IncompleteSignature",
    "UnwrittenSignature",
    "add_entry",
    "digest_of",
    "entries_of",
]

SIGNATURES_FILE = "signatures.json"
SIGNATURE = "signature"
COMMENT = "comment"
# Of a few files for each of more audits than a home gathers in years.
DIGESTS_HELD = 65_536


class AlteredAudit(EquipartumError):
    """An audit, or what was signed of it, is not what it was when it was signed."""


class UnwrittenSignature(EquipartumError):
    """A signature or comment that could not be written: no leave to write there, or no room."""


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
        return tuple(name for name, digest in self.files.items() if digest_of(folder / name) != digest)


def entries_of(folder: Path) -> tuple[Entry, ...]:
    """Those of an audit's folder, oldest first; `AlteredAudit` where one of them was changed or taken out."""
    # The ledger first: an entry is in the audit's own file before the ledger tells of it.
    told = last_line(folder)
    entries = _read(folder)
    before = ""
    for entry in entries:
        if entry.previous != before:
            raise AlteredAudit(f"{SIGNATURES_FILE} of audit {folder.name} was altered after it was written")
        before = entry.digest
    if told is not None:
        number, head = told
        if not 0 < number <= len(entries):
            raise AlteredAudit(
                f"{SIGNATURES_FILE} of audit {folder.name} holds {len(entries)} entries and the home's ledger {number}"
                ": the last ones were taken out. Put the file back from a backup"
            )
        if entries[number - 1].digest != head:
            raise AlteredAudit(
                f"{SIGNATURES_FILE} of audit {folder.name} was written anew: entry {number} is not the one that the "
                "home's ledger tells of. Put the file back from a backup"
            )
    return entries


def add_entry(folder: Path, *, kind: str, name: str, role: str, comment: str, on: date) -> Entry:
    """Adds a signature or a comment to the audit in ``folder``.

    `IncompleteSignature` where name or role, or a comment's text, is blank or not to be kept; `AlteredAudit` where an
    earlier signature no longer matches the audit's files: what one person signed and the next reads would be two
    reports; `UnwrittenSignature` where there is no leave or no room.
    """
    if not (folder / AUDIT_FILE).is_file():
        raise IncompleteSignature(f"{folder.name} holds no {AUDIT_FILE}: there is no audit in it to sign")
    name, role = line("name", name, on), line("role", role, on)
    comment = said(comment, on, needed=kind == COMMENT)
    with _held(folder):
        entries = entries_of(folder)
        _refuse_altered(folder, entries)
        _refuse_unreadable(folder)
        entry = Entry(
            kind=kind,
            name=name,
            role=role,
            on=on.isoformat(),
            comment=comment,
            files={file: digest_of(folder / file) for file in SIGNED_FILES if (folder / file).is_file()},
            previous=entries[-1].digest if entries else "",
        )
        if "" in entry.files.values():
            raise AlteredAudit(f"a file of audit {folder.name} cannot be read: nothing unread is signed")
        _write(folder, (*entries, entry))
        try:
            add_line(folder, len(entries) + 1, entry.digest)
        except OSError as refusal:
            raise UnwrittenSignature(
                f"what {name} wrote of audit {folder.name} is kept beside it, but the home's ledger could not be "
                f"written ({_reason(refusal)}): until the next signature or comment is in the ledger, its being taken "
                "out would not show. Make room, or get leave to write there, and add a comment"
            ) from None
    return entry


def _refuse_unreadable(folder: Path) -> None:
    """What nobody can read nobody has read: the page must be of the `audit.json` beside it."""
    try:
        content = json.loads((folder / AUDIT_FILE).read_text(encoding="utf-8"))
        audit_id = content["audit_id"]
        page = (folder / REPORT_FILE).read_text(encoding="utf-8")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AlteredAudit(
            f"{AUDIT_FILE} or {REPORT_FILE} of audit {folder.name} cannot be read: nothing unread is signed; "
            "audit again"
        ) from error
    if not isinstance(audit_id, str) or f"Disparity audit {audit_id} " not in page:
        raise AlteredAudit(
            f"{REPORT_FILE} of audit {folder.name} is not the page of the {AUDIT_FILE} beside it. Audit again"
        )


def digest_of(file: Path) -> str:
    """The SHA-256 of a file; empty for one that is not there or cannot be read."""
    try:
        status = file.stat()
        return _digest_of(file, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    except OSError:
        return ""


def _read(folder: Path) -> tuple[Entry, ...]:
    file = folder / SIGNATURES_FILE
    if not file.exists():
        return ()
    try:
        entries = tuple(Entry(**plain) for plain in json.loads(file.read_text(encoding="utf-8"))["entries"])
        if not all(_is_an_entry(entry) for entry in entries):
            raise ValueError("not as entries are written")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise AlteredAudit(f"{SIGNATURES_FILE} of audit {folder.name} cannot be read") from error
    return entries


def _is_an_entry(entry: Entry) -> bool:
    """By form: what is shown of it is text that shows as it is, and its files are those of an audit and no others."""
    texts = (entry.kind, entry.name, entry.role, entry.on, entry.comment, entry.previous)
    return (
        all(isinstance(text, str) and is_shown_as_it_is(text) for text in texts)
        and entry.kind in (SIGNATURE, COMMENT)
        and isinstance(entry.files, dict)
        and all(name in SIGNED_FILES and isinstance(digest, str) for name, digest in entry.files.items())
    )


def _refuse_altered(folder: Path, entries: tuple[Entry, ...]) -> None:
    for earlier in entries:
        if altered := earlier.altered(folder):
            raise AlteredAudit(
                f"audit {folder.name} was altered after {earlier.name} wrote of it on {earlier.on}: "
                f"{', '.join(altered)} no longer the same. Audit again, and sign that audit"
            )
    pdf = folder / PDF_FILE
    added_later = entries and pdf.is_file() and not any(PDF_FILE in earlier.files for earlier in entries)
    if added_later and not names_audit(pdf.read_bytes(), digest_of(folder / AUDIT_FILE)):
        raise AlteredAudit(
            f"{PDF_FILE} of audit {folder.name} was added after {entries[-1].name} wrote of it on {entries[-1].on}, "
            f"and was not made with its {AUDIT_FILE}: take it out, or audit again with a PDF, and sign that audit"
        )


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
    """Whole or not at all: written and on the disk beside its name first, then moved there."""
    plain: dict[str, Any] = {"schema": 2, "audit_id": folder.name, "entries": [asdict(entry) for entry in entries]}
    written = folder / f".{SIGNATURES_FILE}"
    try:
        with written.open("w", encoding="utf-8") as opened:
            json.dump(plain, opened, indent=1, ensure_ascii=False)
            opened.flush()
            os.fsync(opened.fileno())
        written.replace(folder / SIGNATURES_FILE)
    except OSError as refusal:
        with suppress(OSError):
            written.unlink(missing_ok=True)
        raise UnwrittenSignature(
            f"nothing was added to audit {folder.name}: it cannot be written to ({_reason(refusal)}). Make room, or "
            "get leave to write there, and sign again"
        ) from None


def _reason(refusal: OSError) -> str:
    return (os.strerror(refusal.errno) if refusal.errno else str(refusal)).lower()


@lru_cache(maxsize=DIGESTS_HELD)
def _digest_of(file: Path, *_state: int) -> str:
    """Reports are megabytes and a page lists a hundred: read again only when the file system says that one changed."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
