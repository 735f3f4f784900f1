"""What a validation prints, in the terminal and on its page alike: headings, sentences and tables of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairness_audits.figures import TITLES, Figure, count_text, p_text
from training.validation.judging import OF_EVERYONE, JudgedScorer

__all__ = ["Part", "PrintedTable", "equals", "of_everyone", "of_groups", "of_one_figure"]

NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class PrintedTable:
    """``drawn`` holds one ratio a row, drawn beside it around 1; empty where nothing is. ``drawn_of`` says whose."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    drawn: tuple[Figure, ...] = ()
    drawn_of: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    heading: str
    sentences: tuple[str, ...] = ()
    tables: tuple[PrintedTable, ...] = ()


def of_everyone(
    caption: str, first: str, judged: Sequence[JudgedScorer], estimands: Sequence[str] = OF_EVERYONE
) -> PrintedTable:
    """One row a figure, one column a scorer."""
    return PrintedTable(
        caption=caption,
        columns=(first, *(one.name for one in judged)),
        rows=tuple((TITLES[name], *(one.everyone[name].text for one in judged)) for name in estimands),
    )


def of_groups(caption: str, estimand: str, judged: Sequence[JudgedScorer]) -> PrintedTable:
    """One row an ethnic group, one column a scorer; O:E of the first scorer is drawn."""
    groups = dict.fromkeys(row.group for one in judged for row in one.groups)
    found = [{row.group: row for row in one.groups} for one in judged]
    return PrintedTable(
        caption=caption,
        columns=("Women", *(one.name for one in judged)),
        rows=tuple(
            (group, *(rows[group][estimand].text if group in rows else NOBODY for rows in found)) for group in groups
        ),
        drawn=tuple(found[0][group][estimand] for group in groups)
        if estimand == "observed_to_expected" and set(groups) == set(found[0])
        else (),
        drawn_of=judged[0].name,
    )


def of_one_figure(caption: str, first: str, judged: Sequence[JudgedScorer], estimands: Sequence[str]) -> PrintedTable:
    """One row a scorer (a period, a site), one column a figure; O:E is drawn."""
    return PrintedTable(
        caption=caption,
        columns=(first, "Births", "Events", *(TITLES[name] for name in estimands)),
        rows=tuple(
            (
                one.name,
                count_text(one.everyone.counts["n"]),
                count_text(one.everyone.counts["events"]),
                *(one.everyone[name].text for name in estimands),
            )
            for one in judged
        ),
        drawn=tuple(one.everyone["observed_to_expected"] for one in judged),
    )


def equals(p_value: float | None) -> str:
    """'= 0.04', '< 0.001', as they follow a p."""
    told = p_text(p_value)
    return told if told.startswith("<") else f"= {told}"
