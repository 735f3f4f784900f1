"""A site's own rules, from a TOML file: added to today's, or in place of one of them, for the outcomes it names.

The file may also list the ethnicities with a high prevalence of diabetes that NICE NG3 leaves to each site.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.conditions import Comparison, Condition
from models.guideline_rule import GUIDELINE, EthnicityCondition, GuidelineRule, InvalidRule
from models.guidelines import GUIDELINES
from models.outcomes import OUTCOMES, Outcome
from records.concepts import concept
from records.errors import EquipartumError

__all__ = ["NO_SITE_RULES", "SIMULATED_SITE_RULES", "SiteRule", "SiteRules", "read_site_rules", "rules_of"]

RULES_SCHEMA = 1
# Of the simulated hospitals, which offer the test as `records.sources.simulated.birth` says. A demonstration.
SIMULATED_SITE_RULES = Path(__file__).with_name("simulated_site_rules.toml")
_COMPARISONS: Mapping[str, Comparison] = {name: name for name in ("below", "at_least", "is", "is_not")}
_ORDERED = ("below", "at_least")
_LIST = "ethnicities_with_a_high_prevalence_of_diabetes"


@dataclass(frozen=True, kw_only=True)
class SiteRule:
    """``replaces`` names the rule it takes the place of, '' where it is one more."""

    rule: GuidelineRule
    outcomes: tuple[str, ...]
    replaces: str = ""


@dataclass(frozen=True, kw_only=True)
class SiteRules:
    """``ethnicities`` completes the rules that leave ethnicity to the site, on ``ethnicities_authority``."""

    rules: tuple[SiteRule, ...] = ()
    ethnicities: EthnicityCondition | None = None
    ethnicities_authority: str = ""


NO_SITE_RULES = SiteRules()


def rules_of(outcome: Outcome, site: SiteRules = NO_SITE_RULES) -> tuple[GuidelineRule, ...]:
    """What is set beside a model of the outcome: today's rules, the site's, then nobody and everyone."""
    own = [one for one in site.rules if outcome.name in one.outcomes]
    replaced = {one.replaces: one.rule for one in own if one.replaces}
    declared = [replaced.get(name) or _completed(GUIDELINES[name], site) for name in outcome.comparators]
    added = [one.rule for one in own if not one.replaces]
    asking = [rule for rule in declared if rule.conditions]
    return (*asking, *added, *(rule for rule in declared if not rule.conditions))


def _completed(rule: GuidelineRule, site: SiteRules) -> GuidelineRule:
    if site.ethnicities is None or not rule.reads_ethnicity:
        return rule
    conditions = tuple(site.ethnicities if isinstance(c, EthnicityCondition) else c for c in rule.conditions)
    return replace(
        rule,
        title=f"{rule.title}, with the ethnicities this site lists",
        authority=f"{rule.authority}; ethnicities: {site.ethnicities_authority}",
        conditions=conditions,
    )


def read_site_rules(path: Path) -> SiteRules:
    """Raises `InvalidRule` naming the place in the file, and what would be right there."""
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as refusal:
        raise InvalidRule(f"{path.name}: not a rules file that can be read ({refusal})") from None
    return _site_rules(plain, path.name)


def _site_rules(plain: Mapping[str, Any], file: str) -> SiteRules:
    _only(plain, ("schema", "rule", _LIST), file)
    if plain.get("schema") != RULES_SCHEMA:
        raise InvalidRule(f"{file}: schema = {RULES_SCHEMA} is needed at its head")
    rows = plain.get("rule", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidRule(f"{file}: rules are written as [[rule]]")
    rules = tuple(_site_rule(row, f"{file}, [[rule]] {n}") for n, row in enumerate(rows, start=1))
    _refuse_two_of_a_name(rules, file)
    if _LIST not in plain:
        return SiteRules(rules=rules)
    listed, where = plain[_LIST], f"{file}, [{_LIST}]"
    _only(listed, ("scheme", "groups", "categories", "authority", "date"), where)
    authority = f"{_text(listed, 'authority', where)} ({_date(listed, where)})"
    condition = _ethnicity(listed, where, title="ethnicities with a high prevalence of diabetes")
    return SiteRules(rules=rules, ethnicities=condition, ethnicities_authority=authority)


def _site_rule(row: Mapping[str, Any], where: str) -> SiteRule:
    _only(row, ("name", "title", "authority", "date", "action", "outcomes", "replaces", "reading", "condition"), where)
    outcomes = _texts(row, "outcomes", where)
    if unknown := [name for name in outcomes if name not in OUTCOMES]:
        raise InvalidRule(
            f"{where}: no outcome is called {', '.join(map(repr, unknown))}; there are: {', '.join(OUTCOMES)}"
        )
    date = _date(row, where)
    try:
        rule = GuidelineRule(
            scored_by=f"{GUIDELINE}{_text(row, 'name', where)}@{date}",
            title=_text(row, "title", where),
            authority=_text(row, "authority", where),
            date=date,
            action=_text(row, "action", where),
            conditions=_conditions(row, where),
            reading=_text(row, "reading", where) if "reading" in row else "",
        )
    except InvalidRule as refusal:
        raise InvalidRule(str(refusal) if where in str(refusal) else f"{where}: {refusal}") from None
    replaces = _text(row, "replaces", where) if "replaces" in row else ""
    for name in outcomes if replaces else ():
        there_are = [one for one in OUTCOMES[name].comparators if GUIDELINES[one].conditions]
        if replaces not in there_are:
            raise InvalidRule(
                f"{where}: {name} has no rule {replaces!r} to replace; it has: {', '.join(there_are) or 'none'}"
            )
    return SiteRule(rule=rule, outcomes=outcomes, replaces=replaces)


def _refuse_two_of_a_name(rules: tuple[SiteRule, ...], file: str) -> None:
    names = [one.rule.scored_by for one in rules]
    taken = {name for name in names if names.count(name) > 1} | {name for name in names if name in GUIDELINES}
    if taken:
        raise InvalidRule(f"{file}: {', '.join(sorted(taken))} is the name of another rule; give each its own")


def _conditions(row: Mapping[str, Any], where: str) -> tuple[Condition | EthnicityCondition, ...]:
    given = row.get("condition", [])
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise InvalidRule(f"{where}: a rule has one [[rule.condition]] or more")
    return tuple(_condition(one, f"{where}, condition {n}") for n, one in enumerate(given, start=1))


def _condition(given: Mapping[str, Any], where: str) -> Condition | EthnicityCondition:
    if "scheme" in given:
        _only(given, ("title", "scheme", "groups", "categories"), where)
        return _ethnicity(given, where, title=_text(given, "title", where) if "title" in given else "ethnicity")
    _only(given, ("concept", "unit", *_COMPARISONS), where)
    compared = [name for name in _COMPARISONS if name in given]
    if len(compared) != 1:
        raise InvalidRule(f"{where}: exactly one of {', '.join(_COMPARISONS)} is needed")
    try:
        fact = concept(_text(given, "concept", where))
        value = fact.check(given[compared[0]], given.get("unit"))
    except EquipartumError as refusal:
        raise InvalidRule(f"{where}: {str(refusal).removeprefix(f'{where}: ')}") from None
    if value is None or (compared[0] in _ORDERED and fact.kind not in ("quantity", "count")):
        raise InvalidRule(f"{where}: {fact.name} is a {fact.kind}; ask for it with is or is_not")
    return Condition(concept=fact.name, comparison=_COMPARISONS[compared[0]], value=value)


def _ethnicity(given: Mapping[str, Any], where: str, *, title: str) -> EthnicityCondition:
    groups = _texts(given, "groups", where) if "groups" in given else ()
    categories = _texts(given, "categories", where) if "categories" in given else ()
    if not groups and not categories:
        raise InvalidRule(f"{where}: list the groups or the categories of the scheme")
    try:
        return EthnicityCondition(
            title=title, scheme=_text(given, "scheme", where), groups=groups, categories=categories
        )
    except InvalidRule as refusal:
        raise InvalidRule(f"{where}: {str(refusal).removeprefix(f'{where}: ')}") from None


def _only(given: Any, keys: tuple[str, ...], where: str) -> None:
    if not isinstance(given, dict):
        raise InvalidRule(f"{where}: a table of keys is needed here")
    if unknown := [key for key in given if key not in keys]:
        raise InvalidRule(f"{where}: unknown {', '.join(map(repr, unknown))}; the keys are: {', '.join(keys)}")


def _text(given: Mapping[str, Any], key: str, where: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InvalidRule(f"{where}: {key} is needed, as text")
    return value.strip()


def _texts(given: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = given.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise InvalidRule(f"{where}: {key} is needed, as a list of names")
    return tuple(value)


def _date(given: Mapping[str, Any], where: str) -> str:
    value = given.get("date")
    if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
        raise InvalidRule(f"{where}: date is needed, such as 2026-01-31, without quotes")
    return value.isoformat()
