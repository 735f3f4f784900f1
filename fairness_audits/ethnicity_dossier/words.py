"""What each option does, in sentences that need no statistics to follow; the page holds the figures of each."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.ethnicity_dossier.dossier import Dossier
from fairness_audits.ethnicity_dossier.figures import (
    BAND,
    CANNOT_TELL,
    GAINS,
    LEVEL_UP,
    LOSES,
    ONE_CUT,
    OTHER_CAPACITY,
    OptionFigures,
)
from fairness_audits.figures import Figure
from fairness_audits.levels import EVERYONE
from fairness_audits.wording import is_missing_ethnicity, listed

__all__ = ["OptionWords", "more_places_in_words", "option_words"]


IN_A_SENTENCE = {
    ONE_CUT: "one cut for everyone",
    LEVEL_UP: "level-up cuts",
    BAND: "a band (cuts by group, for no more flags)",
}


@dataclass(frozen=True, kw_only=True)
class OptionWords:
    title: str
    uses_ethnicity: bool
    sentences: tuple[str, ...]


def option_words(option: OptionFigures) -> OptionWords:
    if not option.is_evaluated:
        told: tuple[str, ...] = ("Cannot be evaluated: what it asks for is not recorded in these births.",)
    else:
        told = tuple(
            filter(
                None, (_found(option, ONE_CUT), _found(option, LEVEL_UP), _cost(option), _band(option), _told(option))
            )
        )
    return OptionWords(title=option.title, uses_ethnicity=option.uses_ethnicity, sentences=told)


def _found(option: OptionFigures, cuts: str) -> str:
    if not any(way.cuts == cuts for row in option.rows for way in row.ways):
        return ""
    if option.who(OTHER_CAPACITY, cuts):
        share = next(way.flag_rate for way in option.rows[0].ways if way.cuts == cuts)
        return f"It flags another share of women than the site has places for ({share.text}), so nobody is compared."
    gains, loses, unsure = (option.who(verdict, cuts) for verdict in (GAINS, LOSES, CANNOT_TELL))
    told = [
        f"found more often than by row 0: {listed(gains)}" if gains else "",
        f"found less often: {listed(loses)}" if loses else "",
        f"cannot be told: {listed(unsure)}" if unsure else "",
    ]
    said = "; ".join(filter(None, told)) or "nobody is found more or less often than by row 0"
    return f"With {IN_A_SENTENCE[cuts]}: {said}."


def _cost(option: OptionFigures) -> str:
    if option.level_up_flags_per_1000 is None:
        return ""
    return f"Level-up cuts take about {option.level_up_flags_per_1000:g} more flags per 1,000 women."


def _band(option: OptionFigures) -> str:
    return f"No {BAND}: {option.band_refused}." if option.band_refused else _found(option, BAND)


def _told(option: OptionFigures) -> str:
    if all(row.observed_to_expected.value is None for row in option.rows):
        return ""
    wrong = [row for row in option.rows[1:] if row.is_told_right is False]
    if not wrong:
        return "Of no group can it be told that observed over expected lies outside 0.8 to 1.25."
    named = listed([f"{row.group} ({row.observed_to_expected.text})" for row in wrong])
    return f"Told a wrong risk, observed over expected outside 0.8 to 1.25 and beyond chance: {named}."


def more_places_in_words(dossier: Dossier, option: OptionFigures) -> tuple[str, ...]:
    """Everyone and each group: of 100 women who had the outcome, how many are found now and with more places."""
    now = next((point for point in option.curve if point.alert_rate == dossier.capacity.alert_rate), None)
    then = next((point for point in option.curve if point.alert_rate == dossier.capacity.raised_rate), None)
    if now is None or then is None:
        return ()
    told = []
    for group, found in now.found.items():
        more = then.found.get(group)
        if found.value is None or more is None or more.value is None:
            continue
        whom = "all women" if group == EVERYONE else group
        note = " (as recorded)" if is_missing_ethnicity(group) else ""
        told.append(f"{whom}{note}: {_of_100(found)} of 100 now, {_of_100(more)} then")
    return tuple(told)


def _of_100(found: Figure) -> str:
    limits = f" ({100 * (found.low or 0):.0f} to {100 * (found.high or 0):.0f})" if found.has_limits else ""
    return f"{100 * (found.value or 0):.0f}{limits}"
