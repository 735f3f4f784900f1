"""The first page: what was found, in sentences that need no statistics to follow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fairness_audits.comparators import Comparison
from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import GroupFigures, Section, count_text, per_hundred
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.report import AuditReport
from fairness_audits.risk_words import risk_not_wrong_of, risk_wrong_of
from fairness_audits.wording import (
    compares_nothing,
    events_seen,
    is_missing_ethnicity,
    listed,
    not_evaluated,
    nothing_recorded,
    outcome_name,
    point_name,
    scorer_name,
    so_many_of_100,
    these_women,
    went_on_to,
)
from models.outcomes import is_tested_by_choice

__all__ = ["OfAHundred", "PlainWords", "in_plain_words"]


# Below this many events a rate of them is disguised or too rough to print under any rule.
FEW_TO_PRINT = 20


@dataclass(frozen=True, kw_only=True)
class OfAHundred:
    """Of 100 of these women who had the outcome, so many had been flagged, with 95 % limits: to be drawn."""

    women: str
    found: int
    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class PlainWords:
    """Paragraphs and lists of the first page about one model.

    ``major`` are the first sentences of major findings that nobody accepted and ``risk_wrong`` does not hold;
    ``risk_not_wrong`` is said where ``risk_wrong`` is empty.
    """

    title: str
    went_on_to: str
    about: str
    overall: str
    beside_rules: tuple[str, ...]
    not_evaluated: str
    missed: tuple[str, ...]
    drawn: tuple[OfAHundred, ...]
    risk_wrong: tuple[str, ...]
    risk_not_wrong: str
    major: tuple[str, ...]
    cannot_tell: tuple[str, ...]
    gap: str
    accepted: tuple[str, ...]
    verdict: str
    is_blocked: bool
    tally: tuple[tuple[str, int], ...]


def in_plain_words(report: AuditReport, section: Section) -> PlainWords:
    rows = report.figures_of(section, "ethnic_group")
    everyone, found = report.group(section), report.findings_of(section)
    less_recorded = {f.group for f in found if f.code == "FA008" and f.state == FINDING}
    stated = [row for row in rows if not is_missing_ethnicity(row.group)]
    blocking = [finding for finding in report.findings_of(section) if finding.is_blocking]
    accepted = [
        f for f in report.findings_of(section) if (f.state == FINDING or f.is_suspended) and f.accepted is not None
    ]
    flattered = [row.group for row in stated if row.group in less_recorded]
    risk_wrong = tuple(risk_wrong_of(stated, found))
    told = [row.group for row in stated if row.status == "shown"]
    rules = [c for c in report.comparisons if c.model == section and c.is_guideline]
    return PlainWords(
        title=_title(section),
        went_on_to=went_on_to(section),
        about=_about(report, section),
        overall=_overall(report, section),
        beside_rules=tuple(_beside(c, told) for c in rules if c.flag_rate.value),
        not_evaluated=not_evaluated([c.described.title for c in rules if c.why_not]),
        missed=tuple(_missed(row, row.group in flattered) for row in _by_sensitivity(stated)),
        drawn=() if compares_nothing(everyone) else _drawn((everyone, *_by_sensitivity(stated))),
        risk_wrong=risk_wrong,
        risk_not_wrong=risk_not_wrong_of(everyone, flattered, is_any_judged=any(map(_is_judged, stated))),
        major=tuple(line for line in _major(found) if line not in risk_wrong),
        cannot_tell=tuple(
            _cannot_tell(row, report.rule)
            for row in stated
            if row.status == "cannot tell" or row["sensitivity"].value is None
        ),
        gap="" if compares_nothing(everyone) else _gap(report, section, flattered),
        accepted=tuple(_accepted(finding) for finding in accepted),
        verdict=_verdict(
            blocking, [finding for finding in accepted if finding.severity == "blocking"], (everyone, *stated), found
        ),
        is_blocked=bool(blocking),
        tally=tuple(
            (state, sum(finding.state == state for finding in report.findings_of(section)))
            for state in (FINDING, CANNOT_TELL, PASSED, NOT_APPLICABLE)
        ),
    )


def _title(section: Section) -> str:
    point = point_name(section.prediction_point)
    name = outcome_name(section)
    return f"{name[:1].upper()}{name[1:]}{', ' + point if point else ''}"


def _about(report: AuditReport, section: Section) -> str:
    everyone = report.group(section)
    version = "" if section.model_version == "not given" else f" (version {section.model_version})"
    scorer = scorer_name(section)
    events = f"{_counted(everyone.counts['events'], report.rule)} of the women {went_on_to(section)}"
    known = f"how many of the women {went_on_to(section)} is not known" if nothing_recorded(everyone.counts) else events
    return (
        f"{scorer[:1].upper()}{scorer[1:]}{version} scored {_counted(everyone.counts['n'], report.rule)} pregnancies; "
        f"{known}. A woman who is flagged "
        "can be offered care in time; a woman who is missed is not. This page says who was missed, and whether the "
        "risk a woman is told is right for women of her ethnic group."
    )


def _counted(count: int | None, rule: DisclosureRule) -> str:
    """A printed count, or the range that a disguise stands for."""
    least, most = rule.possible(count) if count is not None else (0, 0)
    return f"{least:g} to {most:g}" if least < most else count_text(count)


def _overall(report: AuditReport, section: Section) -> str:
    everyone = report.group(section)
    if unrecorded := nothing_recorded(everyone.counts):
        return unrecorded
    if kept := everyone["sensitivity"].not_published:
        whose = f"How many of the women who {went_on_to(section)} had been flagged is withheld"
        return f"{whose}: {kept}.{_untested_beside(section)}"
    if not everyone.counts["evaluated"] and everyone.counts["evaluated"] is not None:
        return "The table does not say who was flagged, nor does the policy: who was missed cannot be told."
    if everyone["sensitivity"].is_hidden:
        events = everyone.counts["evaluated_events"]
        if events is not None and events > FEW_TO_PRINT:
            return (
                f"Of about {count_text(events)} women who {went_on_to(section)}, how many had been flagged cannot be "
                "printed: it would give a small count back, or rests on a few rows of great weight, or on women told "
                "the same risk at the cut."
            )
        return "Too few women had the outcome to print how many of them had been flagged."
    if everyone["sensitivity"].value is None:
        return "No one was flagged, or no one is known to have had the outcome, so nobody can be said to be missed."
    alike = compares_nothing(everyone)
    return (
        f"Of 100 women who {went_on_to(section)}, {so_many_of_100(everyone['sensitivity'])} had been flagged. "
        f"Flagging these took {so_many_of_100(everyone['flag_rate'])} of every 100 women scored. Flagging nobody would "
        f"have found none.{' ' + alike if alike else ''}"
    )


def _beside(comparison: Comparison, told: Sequence[str]) -> str:
    """The rule at its own flag rate, the model cut to it, the groups that can be ``told``; then the site's capacity."""
    rule, everyone = comparison.name, comparison.rows[0]
    among = "; ".join(
        f"among {these_women(row.group)} {so_many_of_100(row.rule)}, and the model {so_many_of_100(row.model)}"
        for row in comparison.rows
        if row.group in told and row.rule.value is not None
    )
    flags = f"{rule[:1].upper()}{rule[1:]} flags {so_many_of_100(comparison.flag_rate)} of every 100 women"
    women, by_group = went_on_to(comparison.model), f" The rule finds {among}." if among else ""
    if everyone.rule.value is None or everyone.model.value is None:
        return f"{flags}; how many it finds of all who {women} cannot be told.{by_group}"
    return (
        f"{flags} and finds {so_many_of_100(everyone.rule)} of 100 who {women}; the model, cut to flag as many, finds "
        f"{so_many_of_100(everyone.model)}.{by_group}{_at_capacity(comparison)}"
    )


def _at_capacity(comparison: Comparison) -> str:
    flags, places, everyone = comparison.flag_rate.value, comparison.capacity.value, comparison.rows[0]
    if flags is None or places is None:
        return ""
    own = (
        f" At the site's own capacity, {so_many_of_100(comparison.capacity)} of every 100 women, the model finds "
        f"{so_many_of_100(everyone.model_at_capacity)}"
    )
    if places < flags:
        drawn = so_many_of_100(everyone.rule_at_capacity)
        return f"{own}; as many drawn at random from those the rule flags would be expected to hold {drawn}."
    return f"{own}; the rule flags fewer women than that."


def _named(finding: Finding) -> str:
    return f"{finding.code} {finding.title.lower()} ({_whom(finding)})"


def _whom(finding: Finding) -> str:
    return these_women(finding.group) if finding.group else "all women"


def _by_sensitivity(rows: Sequence[GroupFigures]) -> list[GroupFigures]:
    """The most often missed first; groups that cannot be told are said elsewhere."""
    told = [row for row in rows if row.status == "shown" and row["sensitivity"].value is not None]
    return sorted(told, key=lambda row: row["sensitivity"].value or 0.0)


def _drawn(rows: Sequence[GroupFigures]) -> tuple[OfAHundred, ...]:
    """Everyone first, then the groups of whom it can be told."""
    told = [(row, row["sensitivity"]) for row in rows]
    return tuple(
        OfAHundred(
            women=these_women(row.group), found=per_hundred(f.value), low=per_hundred(f.low), high=per_hundred(f.high)
        )
        for row, f in told
        if f.value is not None and f.low is not None and f.high is not None
    )


def _missed(row: GroupFigures, is_less_recorded: bool) -> str:
    share = so_many_of_100(row["missing_outcomes"])
    flatters = f" ({share} of 100 of their outcomes are not recorded, so this may flatter)" if is_less_recorded else ""
    return (
        f"Of 100 {these_women(row.group)} who {went_on_to(row.section)}, "
        f"{so_many_of_100(row['sensitivity'])} had been flagged{flatters}."
    )


def _major(findings: Sequence[Finding]) -> list[str]:
    major = [f for f in findings if f.state == FINDING and f.severity == "major" and f.accepted is None]
    return [re.split(r"(?<=\.)\s+(?=[A-Z])", finding.sentence)[0] for finding in major]


def _cannot_tell(row: GroupFigures, rule: DisclosureRule) -> str:
    needed = ""
    if row.events_needed:
        needed = f"; about {row.events_needed:,} would be needed to say how often they are missed"
    if row.status == "shown":
        needed = "; how many of them had been flagged cannot be told"
    women = these_women(row.group)
    if kept := row["sensitivity"].not_published:
        return f"{women[:1].upper()}{women[1:]}: withheld, {kept}"
    if row.counts["ascertained"] == 0:
        return f"{women[:1].upper()}{women[1:]}: no outcome is recorded"
    return f"{women[:1].upper()}{women[1:]}: {events_seen(row.counts['events'], rule)}{needed}"


def _gap(report: AuditReport, section: Section, flattered: Sequence[str]) -> str:
    gap = next(
        (g for g in report.gaps if (g.section, g.level, g.estimand) == (section, "ethnic_group", "sensitivity")), None
    )
    if gap is None or gap.expected is None:
        return ""
    low, high = round((gap.low or 0) * 100), round((gap.high or 0) * 100)
    left_out = f" Left out, because their figures cannot be published: {listed(gap.left_out)}." if gap.left_out else ""
    counted = [these_women(group) for group in flattered if group not in gap.left_out]
    unsure = f" It counts {listed(counted)}, whose outcomes are recorded less often." if counted else ""
    return (
        f"Between the ethnic group most often found and the one least often found, the difference is about "
        f"{round(gap.expected * 100)} in 100 women (95 % interval {low} to {high}). The chance that it is more than "
        f"{round(gap.tolerance * 100)} in 100 is {gap.probability_text}.{left_out}{unsure}"
    )


def _accepted(finding: Finding) -> str:
    acceptance = finding.accepted
    if acceptance is None:
        return ""
    return (
        f"{finding.code} ({_whom(finding)}) accepted by {acceptance.name}, {acceptance.role}, until "
        f"{acceptance.expires}: {acceptance.reason}"
    )


def _is_judged(row: GroupFigures) -> bool:
    """Whether anything is published of who of them was missed or whether their risk is wrong."""
    return any(row[name].value is not None for name in ("sensitivity", "observed_to_expected"))


def _untested_beside(section: Section) -> str:
    """Where women are tested by choice, that the three analyses are shown all the same."""
    if not is_tested_by_choice(section.outcome, section.outcome_definition):
        return ""
    return " Section 8 of the report sets side by side what can be said where women are tested by choice."


def _verdict(
    blocking: Sequence[Finding],
    accepted: Sequence[Finding],
    rows: Sequence[GroupFigures],
    found: Sequence[Finding],
) -> str:
    """``rows`` are everyone, then the stated groups."""
    if blocking:
        names = listed([_named(finding) for finding in blocking])
        return f"Not to be released until a named person has answered for: {names}."
    if accepted:
        names = listed([_named(finding) for finding in accepted])
        return (
            f"A release would be blocked but for the acceptance of: {names}. What was accepted is still so; nothing "
            "else found here blocks."
        )
    judged = [row for row in rows if _is_judged(row)]
    if not judged:
        return "Nothing here blocks a release, because nothing could be judged. That is no reason to release it."
    if any(finding.state == FINDING and finding.severity == "major" for finding in found):
        stands = "Nothing found here blocks a release, and the findings above stand."
    else:
        stands = "Nothing found here blocks a release."
    unjudged = [these_women(row.group) for row in rows if row not in judged]
    nothing = f" Nothing could be judged of {listed(unjudged)}." if unjudged else ""
    return f"{stands}{nothing} That does not make the model fair: see what cannot be told."
