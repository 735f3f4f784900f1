"""What a validation prints, in the terminal and on its page alike: headings, sentences and tables of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import TITLES, Figure, GroupFigures, count_text, p_text
from training.validation.judging import OF_EVERYONE, JudgedScorer

__all__ = [
    "Part",
    "PrintedTable",
    "equals",
    "not_told_apart",
    "of_everyone",
    "of_groups",
    "of_one_figure",
    "said_of_disclosure",
]

NOBODY = "nobody"
# Not '*', which stands for a figure that may not be printed.
NOT_TOLD_APART = "†"


@dataclass(frozen=True, kw_only=True)
class PrintedTable:
    """``drawn`` holds one ratio a row, or two, drawn beside it around 1; empty where nothing is. ``drawn_of`` says
    whose they are."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    drawn: tuple[tuple[Figure, ...], ...] = ()
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


def of_groups(
    caption: str,
    estimand: str,
    judged: Sequence[JudgedScorer],
    *,
    same_women: DisclosureRule | None = None,
    also_drawn: str = "",
) -> PrintedTable:
    """One row an ethnic group, one column a scorer; O:E of the first scorer is drawn, and of the one ``also_drawn``.

    Where all scorers judged the ``same_women``, that being the rule their counts are printed by, a figure is marked
    that rounding leaves not told apart from the first scorer's.
    """
    groups = dict.fromkeys(row.group for one in judged for row in one.groups)
    found = [{row.group: row for row in one.groups} for one in judged]
    drawn = [rows for one, rows in zip(judged, found, strict=True) if one is judged[0] or one.name == also_drawn]

    def told(group: str, rows: dict[str, GroupFigures]) -> str:
        if group not in rows:
            return NOBODY
        text, first = rows[group][estimand].text, found[0].get(group)
        if same_women is None or first is None or rows is found[0]:
            return text
        return f"{text} {NOT_TOLD_APART}" if not_told_apart(first, rows[group], estimand, same_women) else text

    return PrintedTable(
        caption=caption,
        columns=("Women", *(one.name for one in judged)),
        rows=tuple((group, *(told(group, rows) for rows in found)) for group in groups),
        drawn=tuple(tuple(rows[group][estimand] for rows in drawn) for group in groups)
        if estimand == "observed_to_expected" and all(set(groups) == set(rows) for rows in drawn)
        else (),
        drawn_of=judged[0].name if len(drawn) == 1 else f"{judged[0].name} (dot) and {also_drawn} (diamond)",
    )


def not_told_apart(first: GroupFigures, other: GroupFigures, estimand: str, rule: DisclosureRule) -> bool:
    """Whether two figures of the same women differ by one step of the disclosure rounding, or not at all.

    What is rounded is the count of women found, or the events expected (women times their printed mean risk). Two
    counts that were rounded to the nearest of a step can lie nearly a step nearer, or farther, than they are printed.
    """
    if rule.rounded_to == 1 or first[estimand].value is None or other[estimand].value is None:
        return False
    (a, of_a), (b, of_b) = first.effective[estimand].pair, other.effective[estimand].pair
    if a is None or b is None or not of_a or not of_b:
        return False
    if estimand != "observed_to_expected":
        return abs(a - b) <= rule.rounded_to
    before, after = first["mean_risk"].value, other["mean_risk"].value
    step = float(rule.step_of_mean(of_a))
    # Means are whole numbers of steps, but for how floats are written.
    return before is not None and after is not None and abs(before - after) < 1.5 * step


def said_of_disclosure(rule: DisclosureRule, *, first: str = "") -> tuple[str, ...]:
    """How the counts behind a table by group were printed; with the ``first`` column's name, what its mark means."""
    note = f"Disclosure rule: {rule.title} ({rule.authority})."
    if rule.rounded_to == 1:
        return (note,)
    hidden = f"{note} * is a figure that may not be printed of so few women."
    if not first:
        return (hidden,)
    return (
        hidden,
        f"{NOT_TOLD_APART}: what it is made from (the women found, or the events expected) is, as rounded, the same as "
        f"under '{first}' or one step from it. By how much it differs cannot be told of so few women. What an update "
        "does to everyone’s risks is done to theirs too.",
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
        drawn=tuple((one.everyone["observed_to_expected"],) for one in judged),
    )


def equals(p_value: float | None) -> str:
    """'= 0.04', '< 0.001', as they follow a p."""
    told = p_text(p_value)
    return told if told.startswith("<") else f"= {told}"
