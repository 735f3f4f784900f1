"""What a file does not publish, said in words: a blank column is 'not published', never 'no'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from records.concepts import concept
from records.sources.cdc_natality.derivation import WEEKS_A_MONTH
from records.sources.cdc_natality.facts import ETHNICITY, FACTS, Fact

__all__ = ["files_lacking", "lacking_facts", "notes_on"]

_ETHNICITY_FIELD = "MRACEHISP"

# Without either, the later-born of a set cannot be told from a birth after an earlier pregnancy.
_ORDER_IN_SET_FIELDS = ("ILLB_R", "SETORDER_R")

_STANDING_NOTES = (
    "one row is a live birth; the public file has no key that joins twins, or the births of one woman",
    "parity counts previous live births (PRIORLIVE + PRIORDEAD); stillbirths are among previous losses (PRIORTERM)",
    f"months between births less the weeks of this pregnancy, at {WEEKS_A_MONTH:.3f} weeks a month, give the interval",
)


def files_lacking(fact: Fact, lacking_fields: Sequence[frozenset[str]]) -> tuple[int, ...]:
    """The files (by position) in which one of the fact's needs is not met by any field."""
    return tuple(i for i, lacking in enumerate(lacking_fields) if _unmet(fact, lacking))


def lacking_facts(lacking_fields: Sequence[frozenset[str]]) -> Mapping[str, str]:
    """Concept -> why none of the files has it. Ethnicity is listed under 'ethnic_group'."""
    everywhere = {
        fact.concept: _reason(_unmet(fact, lacking_fields[0]), len(lacking_fields))
        for fact in FACTS.values()
        if lacking_fields and len(files_lacking(fact, lacking_fields)) == len(lacking_fields)
    }
    if lacking_fields and all(_ETHNICITY_FIELD in lacking for lacking in lacking_fields):
        everywhere[ETHNICITY] = _reason((_ETHNICITY_FIELD,), len(lacking_fields))
    return everywhere


def notes_on(names: Sequence[str], lacking_fields: Sequence[frozenset[str]]) -> tuple[str, ...]:
    """Everything a reader must know of the files as such."""
    everywhere = set(lacking_facts(lacking_fields))
    partly = [
        f"{name} does not publish {', '.join(lacking)}; null in its births"
        for position, name in enumerate(names)
        if (lacking := _lacking_in(position, lacking_fields, everywhere))
    ]
    ethnicity = ["ethnicity is not recorded in these births: no disparity can be shown from them"]
    unordered = [
        f"{name} does not say who of twins was born first: parity counts the first-born as a birth before the second's"
        for name, lacking in zip(names, lacking_fields, strict=True)
        if lacking.issuperset(_ORDER_IN_SET_FIELDS) and not _unmet(FACTS["parity"], lacking)
    ]
    return (*_STANDING_NOTES, *(ethnicity if ETHNICITY in everywhere else ()), *partly, *unordered)


def _lacking_in(position: int, lacking_fields: Sequence[frozenset[str]], everywhere: set[str]) -> list[str]:
    lacking = lacking_fields[position]
    facts = [
        f"{concept(fact.concept).title} ({', '.join(unmet)})"
        for fact in FACTS.values()
        if fact.concept not in everywhere and (unmet := _unmet(fact, lacking))
    ]
    if _ETHNICITY_FIELD in lacking and ETHNICITY not in everywhere:
        facts.append(f"ethnicity ({_ETHNICITY_FIELD})")
    return facts


def _unmet(fact: Fact, lacking: frozenset[str]) -> tuple[str, ...]:
    """The fields missing for the first need that no field meets; empty where all are met."""
    return next((need for need in fact.needs if all(field in lacking for field in need)), ())


def _reason(fields: Sequence[str], files: int) -> str:
    here = "this file" if files == 1 else "these files"
    return f"not published in {here} (no {' or '.join(fields)} in any row)"
