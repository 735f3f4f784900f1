"""The first page of a data audit: what is recorded less often for whom, which rates cannot be, what cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairness_audits.data_audit.lacking import Lacking
from fairness_audits.data_audit.missingness import FactRow
from fairness_audits.data_audit.outcomes import OutcomeRow, RecordedOutcome
from fairness_audits.data_audit.passport import Passport
from fairness_audits.data_audit.published import BesidePublished, PublishedRow
from fairness_audits.data_audit.report import (
    BESIDE,
    CANNOT_TELL,
    IMPLAUSIBLE,
    LATE,
    LESS_KNOWN,
    LESS_RECORDED,
    NOT_COLLECTED,
    OFTEN_NOT_RECORDED,
    DataFinding,
)
from fairness_audits.figures import Figure, per_hundred
from fairness_audits.levels import EVERYONE_LEVEL, QUINTILES
from fairness_audits.policy import AuditPolicy
from fairness_audits.wording import is_missing_ethnicity, listed, so_many_of_100, these_women

__all__ = ["Recorded", "findings_in", "missing_ethnicity", "whom"]

ETHNIC, DEPRIVATION = "ethnic_group", "deprivation_quintile"
COMPARED = (ETHNIC, DEPRIVATION)
# More than these are in the table, and a sentence of more is not read.
FACTS_NAMED = 5
# Surely missing for more than a tenth of all women. Project default.
OFTEN_MISSING = 0.10


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What the words rest on: everything of a data audit but the words."""

    passport: Passport
    facts: tuple[FactRow, ...]
    outcomes: tuple[RecordedOutcome, ...]
    published: tuple[BesidePublished, ...]
    lacking: tuple[Lacking, ...]


def findings_in(recorded: Recorded, policy: AuditPolicy) -> tuple[DataFinding, ...]:
    """In the order in which they are read. Missing ethnicity is never a group that is compared."""
    return (
        *_facts_less_recorded(recorded.facts, policy.tolerance("FA010").limit),
        *_mostly_not_recorded(recorded.facts),
        *_late(recorded.passport, policy.tolerance("FA001").limit),
        *_outcomes_less_known(recorded.outcomes, policy.tolerance("FA008").limit),
        *_implausible(recorded.outcomes),
        *_beside(recorded.published),
        *_cannot_tell(recorded, policy),
        *_not_collected(recorded.passport),
    )


def missing_ethnicity(passport: Passport) -> str:
    """Of how many women ethnicity is not recorded, stated and not known apart; empty where it is of nobody."""
    if not passport.ethnicity_recorded:
        return ""
    missing = [row for row in passport.of_level(ETHNIC) if is_missing_ethnicity(row.group)]
    shares = [f"‘{row.group.lower()}’ for {so_many_of_100(row.share)} of 100 women" for row in missing]
    return f"Ethnicity is recorded as {listed(shares)}." if shares else "Ethnicity is recorded of every woman."


def whom(level: str, group: str) -> str:
    """'Black women', 'women of the most deprived fifth', 'all women'."""
    return f"women of the {group}" if level == DEPRIVATION and group in QUINTILES.values() else these_women(group)


def _is_compared(row: FactRow | OutcomeRow) -> bool:
    return row.level in COMPARED and not is_missing_ethnicity(row.group)


def _facts_less_recorded(facts: Sequence[FactRow], limit: float) -> Iterator[DataFinding]:
    found: dict[tuple[str, str], list[FactRow]] = {}
    for row in facts:
        if _is_compared(row) and (row.difference.low or 0.0) > limit:
            found.setdefault((row.level, row.group), []).append(row)
    for (level, group), rows in found.items():
        rows = sorted(rows, key=lambda row: row.difference.low or 0.0, reverse=True)
        named = [
            f"{row.title} (not recorded for {so_many_of_100(row.not_recorded)} of 100, {_points(row.difference)} more)"
            for row in rows[:FACTS_NAMED]
        ]
        rest = len(rows) - FACTS_NAMED
        more = [f"{rest} other {'fact' if rest == 1 else 'facts'}, in the table below"] if rest > 0 else []
        yield DataFinding(
            kind=LESS_RECORDED,
            group=group,
            facts=tuple(row.concept for row in rows),
            sentence=f"Recorded less often of {whom(level, group)} than of everyone else: {listed(named + more)}.",
        )


def _mostly_not_recorded(facts: Sequence[FactRow]) -> Iterator[DataFinding]:
    everyone = [row for row in facts if row.level == EVERYONE_LEVEL and (row.not_recorded.low or 0.0) > OFTEN_MISSING]
    rows = sorted(everyone, key=lambda row: row.not_recorded.value or 0.0, reverse=True)
    if rows:
        named = [f"{row.title} ({per_hundred(row.not_recorded.value or 0.0)} of 100)" for row in rows[:FACTS_NAMED]]
        more = [f"{len(rows) - FACTS_NAMED} more, in the table below"] if len(rows) > FACTS_NAMED else []
        sentence = f"Not recorded for many women, whoever they are: {listed(named + more)}."
        yield DataFinding(kind=OFTEN_NOT_RECORDED, facts=tuple(row.concept for row in rows), sentence=sentence)


def _late(passport: Passport, limit: float) -> Iterator[DataFinding]:
    for row in passport.groups:
        for late, everyone in zip(row.late, passport.everyone.late, strict=True):
            is_compared = row.level in COMPARED and not is_missing_ethnicity(row.group)
            if is_compared and (late.difference.low or 0.0) > limit:
                sentence = (
                    f"Of 100 {whom(row.level, row.group)}, {so_many_of_100(late.figure)} {late.title}; of 100 women "
                    f"altogether, {so_many_of_100(everyone.figure)}."
                )
                yield DataFinding(kind=LATE, group=row.group, facts=(late.title,), sentence=sentence)


def _points(difference: Figure) -> str:
    value, low, high = (per_hundred(abs(limit or 0.0)) for limit in (difference.value, difference.low, difference.high))
    return f"{value} ({min(low, high)} to {max(low, high)})"


def _outcomes_less_known(outcomes: Sequence[RecordedOutcome], limit: float) -> Iterator[DataFinding]:
    for outcome in outcomes:
        if not outcome.reading.is_first:
            continue
        for row in outcome.rows:
            if _is_compared(row) and (row["difference"].high or 0.0) < -limit:
                tested = f" {so_many_of_100(row['tested'])} of 100 were tested." if outcome.reading.has_test else ""
                known = row["outcome_known"]
                few = "too few to print of all" if known.value is None else f"{so_many_of_100(known)} of 100"
                sentence = (
                    f"{_named(outcome)} is known of {few} "
                    f"{whom(row.level, row.group)}, and of {so_many_of_100(outcome.everyone['outcome_known'])} of 100 "
                    f"women altogether.{tested}"
                )
                yield DataFinding(
                    kind=LESS_KNOWN, group=row.group, facts=(outcome.reading.outcome.name,), sentence=sentence
                )


def _named(outcome: RecordedOutcome) -> str:
    title = outcome.reading.outcome.title
    proxy = f" (by a proxy: {outcome.reading.definition.name})" if outcome.reading.definition.is_proxy else ""
    return f"{title[:1].upper()}{title[1:]}{proxy}"


def _implausible(outcomes: Sequence[RecordedOutcome]) -> Iterator[DataFinding]:
    """Of everyone, or else of each group of whom it is so."""
    for outcome in outcomes:
        everyone = [outcome.everyone] if _is_implausible(outcome, outcome.everyone) else []
        groups = [row for row in outcome.rows if _is_compared(row) and _is_implausible(outcome, row)]
        low, high = outcome.reading.outcome.plausible_rate
        for row in everyone or groups:
            sentence = (
                f"{_named(outcome)}, by ‘{outcome.reading.definition.name}’, is recorded of {row['event_rate'].text} "
                f"of {whom(row.level, row.group)}: outside {low * 100:g} % to {high * 100:g} %, which no cohort of "
                "women is expected to leave. Check how it is coded before anything rests on it."
            )
            yield DataFinding(
                kind=IMPLAUSIBLE, group=row.group, facts=(outcome.reading.outcome.name,), sentence=sentence
            )


def _is_implausible(outcome: RecordedOutcome, row: OutcomeRow) -> bool:
    """The whole interval of the rate lies outside the range that the outcome is declared with."""
    (low, high), rate = outcome.reading.outcome.plausible_rate, row["event_rate"]
    return rate.low is not None and rate.high is not None and (rate.high < low or rate.low > high)


def _beside(published: Sequence[BesidePublished]) -> Iterator[DataFinding]:
    for one in published:
        told = [row for row in one.rows if row.here is not None and row.here.value is not None]
        if told:
            rate = one.rate
            definition = f"{rate.definition[:1].upper()}{rate.definition[1:]}"
            told_of = "; ".join(_beside_one(row) for row in told)
            sentence = f"{definition}: {told_of}. Published of {rate.population}: {rate.source}."
            yield DataFinding(kind=BESIDE, facts=(rate.outcome,), sentence=sentence)


def _beside_one(row: PublishedRow) -> str:
    here = "" if row.here is None else row.here.text
    group = whom(row.level, row.group)
    return f"{group}, {here} here and {row.published * 100:g} % published ({row.stands})"


def _cannot_tell(recorded: Recorded, policy: AuditPolicy) -> Iterator[DataFinding]:
    yield from _ethnicity(recorded.passport, policy.tolerance("FA009").limit)
    if recorded.passport.ethnicity_recorded:
        yield from _too_few(recorded.outcomes, policy.minimum_events)
    absent = [one for one in recorded.lacking if one.kind == "outcome"]
    if absent:
        names = listed([one.title for one in absent])
        sentence = f"The file cannot say who had: {names}. Why not is said below."
        yield DataFinding(kind=CANNOT_TELL, facts=tuple(one.name for one in absent), sentence=sentence)
    unasked = [one for one in recorded.outcomes if one.reading.is_first and _may_hide_the_untested(one)]
    if unasked:
        names = listed([one.reading.outcome.title for one in unasked])
        sentence = (
            "Women nobody tested, measured or asked may stand in the file as ‘no’. It cannot show them, and the rates "
            f"of these outcomes would be too low for whom that happened most: {names}."
        )
        facts = tuple(one.reading.outcome.name for one in unasked)
        yield DataFinding(kind=CANNOT_TELL, facts=facts, sentence=sentence)


def _ethnicity(passport: Passport, limit: float) -> Iterator[DataFinding]:
    if not passport.ethnicity_recorded:
        sentence = "Ethnicity is not recorded in this file, so no disparity can be shown from it."
        yield DataFinding(kind=CANNOT_TELL, sentence=sentence)
        return
    missing = [row for row in passport.of_level(ETHNIC) if is_missing_ethnicity(row.group)]
    for row in missing:
        if (row.share.value or 0.0) > limit:
            sentence = (
                f"For {so_many_of_100(row.share)} of 100 women ethnicity is recorded as ‘{row.group.lower()}’: they "
                "are a row of their own below, and are in no other group's figures."
            )
            yield DataFinding(kind=CANNOT_TELL, group=row.group, sentence=sentence)


def _too_few(outcomes: Sequence[RecordedOutcome], fewest: int) -> Iterator[DataFinding]:
    firsts = [outcome for outcome in outcomes if outcome.reading.is_first]
    few: dict[str, list[RecordedOutcome]] = {}
    for outcome in firsts:
        for row in outcome.of_level(ETHNIC):
            if not is_missing_ethnicity(row.group) and (row.counts["events"] or 0) < fewest:
                few.setdefault(row.group, []).append(outcome)
    alike: dict[tuple[str, ...], list[str]] = {}
    for group, theirs in few.items():
        alike.setdefault(tuple(one.reading.outcome.name for one in theirs), []).append(group)
    titles = {one.reading.outcome.name: one.reading.outcome.title for one in firsts}
    for names, groups in alike.items():
        of_what = "any outcome here" if len(names) == len(firsts) > 1 else listed([titles[name] for name in names])
        sentence = (
            f"Fewer than {fewest} events, so nothing firm about {of_what}: {listed([these_women(g) for g in groups])}."
        )
        yield DataFinding(kind=CANNOT_TELL, facts=names, sentence=sentence)


def _may_hide_the_untested(outcome: RecordedOutcome) -> bool:
    """An outcome that is a ‘yes’ or ‘no’ of the record, with nothing that says for whom it was looked for."""
    return not outcome.reading.has_test and all(c.value is True for c in outcome.reading.definition.any_of)


def _not_collected(passport: Passport) -> Iterator[DataFinding]:
    absent = {
        "interpreter need": passport.everyone.interpreter is None,
        "area deprivation": not passport.of_level(DEPRIVATION),
        "when a woman came into care": not passport.everyone.late,
        "the place of care": not passport.has_sites,
    }
    names = [name for name, is_absent in absent.items() if is_absent]
    if names:
        yield DataFinding(
            kind=NOT_COLLECTED, facts=tuple(names), sentence=f"Not collected in this file: {listed(names)}."
        )
