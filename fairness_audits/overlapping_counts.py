"""Whether the same women may be in two files of counts. Counts hold no identifier, so it can be seen but never proven.

Sites and months tell files apart: women of two sites, or of two periods, are taken for different women. Where neither
does, a named person has to say that they are.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import combinations

from fairness_audits.comment_text import line, said
from fairness_audits.counts import Counts
from records.errors import EquipartumError

__all__ = ["CountsMayOverlap", "UnsignedStatement", "no_overlap_statement", "refuse_overlap"]

# Less is no sentence.
LEAST_WORDS = 3


class CountsMayOverlap(EquipartumError):
    """Counts that the same women may be in twice, and nobody has said that they are not."""


class UnsignedStatement(EquipartumError):
    """A statement that no woman is in two files which does not say who states it, or how they know."""


def refuse_overlap(parts: Sequence[Counts], names: Sequence[str]) -> None:
    """`CountsMayOverlap` names the first two files that nothing tells apart."""
    for (one, first), (other, second) in combinations(zip(parts, names, strict=True), 2):
        shared = _undivided(one, other)
        if shared:
            raise CountsMayOverlap(
                f"{first} and {second}: the same women may be in both ({shared}), and would be counted twice. Count "
                "each hospital's births with the column 'site' filled, or over months that differ (the column "
                "'predicted_at'); or let a person who knows state that no woman is in both: --no-overlap 'NAME: HOW "
                "THEY KNOW'"
            )


def no_overlap_statement(text: str, on: datetime.date) -> str:
    """'NAME: SENTENCE' as the audit prints it. Raises `UnsignedStatement`, and `IncompleteSignature` for what must not
    be printed."""
    name, colon, sentence = text.partition(":")
    if not colon or not name.strip() or len(sentence.split()) < LEAST_WORDS:
        raise UnsignedStatement(
            "--no-overlap takes who states that no woman is in two of the files, and how they know: 'NAME: SENTENCE', "
            "as 'A. Clerk, data manager: north holds births of 2024 and south of 2025'"
        )
    return f"{line('name', name, on)}: {' '.join(said(sentence, on, needed=True).split())}"


def _undivided(one: Counts, other: Counts) -> str:
    """Why nothing tells the two apart; '' where sites or months do."""
    if one.period and other.period and (one.period[1] < other.period[0] or other.period[1] < one.period[0]):
        return ""
    ours, theirs = _sites(one), _sites(other)
    if None in ours or None in theirs:
        return "not every row names its site, and the months are the same or not told"
    both = sorted({str(site) for site in ours & theirs})
    return f"both hold births of {', '.join(both)}, and the months are the same or not told" if both else ""


def _sites(counts: Counts) -> set[str | None]:
    """Whatever the case and spaces they are written in."""
    written = counts.frame["site"].unique().to_list()
    return {" ".join(site.split()).casefold() or None if site is not None else None for site in written}
