"""The one line beneath a table that says which of its figures are withheld, and why."""

from __future__ import annotations

from collections.abc import Iterable

from fairness_audits.figures import WITHHELD, Figure
from fairness_audits.wording import listed, these_women

__all__ = ["withheld_note"]

FOR, AND = " for ", ", and at least "


def withheld_note(cells: Iterable[tuple[str, Figure]]) -> str:
    """'Withheld: the outcome is known for 61 of 100 (Asian women), and at least 70 are asked for.'

    ``cells`` are the groups of a table with their figures. Groups of one reason are named together, and what is asked
    of several is said once. Nothing where no figure is withheld.
    """
    whose: dict[str, list[str]] = {}
    for group, figure in cells:
        if figure.not_published and these_women(group) not in whose.setdefault(figure.not_published, []):
            whose[figure.not_published].append(these_women(group))
    told = [(*reason.partition(AND), listed(women)) for reason, women in whose.items()]
    same_asked: dict[tuple[str, str], list[str]] = {}
    for known, _, asked, women in told:
        what, _, of_100 = known.rpartition(FOR)
        same_asked.setdefault((what, asked), []).append(f"{of_100} ({women})")
    sentences = [
        f"{what}{FOR if what else ''}{'; '.join(shares)}{AND if asked else ''}{asked}"
        for (what, asked), shares in same_asked.items()
    ]
    return f"{WITHHELD.capitalize()}: {'. '.join(sentences)}." if sentences else ""
