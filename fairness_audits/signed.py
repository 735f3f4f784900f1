"""What is shown of an audit's signatures and comments, and whether what was signed is still what lies there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fairness_audits.report_files import SIGNED_FILES
from fairness_audits.signature_ledger import last_line, ledger_of
from fairness_audits.signatures import SIGNATURE, AlteredAudit, Entry, digest_of, entries_of

__all__ = ["Alteration", "Signed", "signed"]

# Of a digest's 64 letters: enough to compare by eye with what was printed at signing.
HEAD_SHOWN = 16


@dataclass(frozen=True, kw_only=True)
class Alteration:
    """``what`` is 'altered', 'gone' or 'added'; ``after`` the day of the last entry by whose time it was not yet so."""

    file: str
    what: str
    after: str

    @property
    def in_words(self) -> str:
        return f"{self.file} {self.what} after {self.after}"


@dataclass(frozen=True, kw_only=True)
class Signed:
    """``alterations`` tell which files are no longer as someone read them, or were read by nobody who wrote here;
    ``trouble`` why the entries themselves cannot be trusted, and then there are none. ``in_ledger`` is false where the
    home's ledger tells of none of these entries, and None where there is no home around the folder."""

    entries: tuple[Entry, ...] = ()
    alterations: tuple[Alteration, ...] = ()
    trouble: str = ""
    in_ledger: bool | None = None

    @property
    def altered(self) -> tuple[str, ...]:
        return tuple(alteration.file for alteration in self.alterations)

    @property
    def signatures(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.kind == SIGNATURE)

    @property
    def comments(self) -> int:
        """What was said, on its own or with a signature."""
        return sum(bool(entry.comment) for entry in self.entries)

    @property
    def is_signed(self) -> bool:
        """By someone, with nothing altered since."""
        return bool(self.signatures) and not self.alterations

    @property
    def head(self) -> str:
        """Of the last entry's digest, which holds all before it; empty without entries."""
        return self.entries[-1].digest[:HEAD_SHOWN] if self.entries else ""

    @property
    def chain_in_words(self) -> str:
        """What to compare with what was printed at signing; empty without entries."""
        if not self.entries:
            return ""
        number = f"{len(self.entries)} {'entry' if len(self.entries) == 1 else 'entries'}, the last {self.head}"
        return f"{number}; NOT IN THE LEDGER of this home" if self.in_ledger is False else number

    @property
    def in_words(self) -> str:
        if self.trouble:
            return f"NOT TO BE RELIED ON: {self.trouble}"
        by = "; ".join(f"{entry.name}, {entry.role}, {entry.on}" for entry in self.signatures)
        told = f"; {self.comments} comment{'' if self.comments == 1 else 's'}" if self.comments else ""
        since = "; ".join(alteration.in_words for alteration in self.alterations)
        return f"{f'signed by {by}' if by else 'not signed'}{told}{f'; ALTERED SINCE: {since}' if since else ''}"

    def to_dict(self) -> dict[str, Any]:
        return {
            "is_signed": self.is_signed,
            "altered": list(self.altered),
            "alterations": [asdict(alteration) for alteration in self.alterations],
            "trouble": self.trouble,
            "head": self.head,
            "in_ledger": self.in_ledger,
            "entries": [asdict(entry) for entry in self.entries],
        }


def signed(folder: Path) -> Signed:
    """Who signed the audit in ``folder`` and what was said of it."""
    try:
        entries = entries_of(folder)
    except AlteredAudit as reason:
        return Signed(trouble=str(reason))
    return Signed(
        entries=entries,
        alterations=tuple(_alterations(folder, entries)) if entries else (),
        in_ledger=last_line(folder) is not None if ledger_of(folder) is not None else None,
    )


def _alterations(folder: Path, entries: tuple[Entry, ...]) -> Iterator[Alteration]:
    for name in SIGNED_FILES:
        now = digest_of(folder / name)
        read = [entry for entry in entries if name in entry.files]
        if not read:
            if (folder / name).exists():
                yield Alteration(file=name, what="added", after=entries[-1].on)
        elif any(entry.files[name] != now for entry in read):
            what = "altered" if (folder / name).exists() else "gone"
            yield Alteration(file=name, what=what, after=read[-1].on)
