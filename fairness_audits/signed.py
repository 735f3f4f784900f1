"""What is shown of an audit's signatures and comments, and whether what was signed is still what lies there."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fairness_audits.signatures import SIGNATURE, AlteredAudit, Entry, entries_of

__all__ = ["Signed", "signed"]


@dataclass(frozen=True, kw_only=True)
class Signed:
    """``altered`` are the audit's files that are no longer as someone read them; ``trouble`` says why the entries
    themselves cannot be trusted, and then there are none."""

    entries: tuple[Entry, ...] = ()
    altered: tuple[str, ...] = ()
    trouble: str = ""

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
        return bool(self.signatures) and not self.altered

    @property
    def in_words(self) -> str:
        if self.trouble:
            return f"NOT TO BE RELIED ON: {self.trouble}"
        by = "; ".join(f"{entry.name}, {entry.role}, {entry.on}" for entry in self.signatures)
        said = f"; {self.comments} comment{'' if self.comments == 1 else 's'}" if self.comments else ""
        since = f"; ALTERED SINCE: {', '.join(self.altered)}" if self.altered else ""
        return f"{f'signed by {by}' if by else 'not signed'}{said}{since}"

    def to_dict(self) -> dict[str, Any]:
        return {
            "is_signed": self.is_signed,
            "altered": list(self.altered),
            "trouble": self.trouble,
            "entries": [asdict(entry) for entry in self.entries],
        }


def signed(folder: Path) -> Signed:
    """Who signed the audit in ``folder`` and what was said of it."""
    try:
        entries = entries_of(folder)
    except AlteredAudit as reason:
        return Signed(trouble=str(reason))
    return Signed(entries=entries, altered=tuple(dict.fromkeys(n for e in entries for n in e.altered(folder))))
