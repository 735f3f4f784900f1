"""docs/reference/data-dictionary.md: which form of record holds which fact, in which unit and range, read how, known
when, coded how, and which outcomes can be read from it."""

from __future__ import annotations

from collections.abc import Iterator

from models.outcomes import OUTCOMES, Outcome
from models.predictors import NEVER_PREDICTORS, PREDICTORS
from models.reference_pages.codes import codes_table
from models.reference_pages.forms import Form, forms
from models.reference_pages.markdown import code, listed, page, paragraph, table, without_empty_columns
from models.reference_pages.msds_fields import facts_of_fields, fields_read
from models.reference_pages.reading_words import how_read, no_entry_means
from records.concept import Concept
from records.concepts import THEMES
from records.sources.msds.tables import SUBMISSION_FIELDS
from records.sources.registry import SOURCES

__all__ = ["data_dictionary_page"]


def data_dictionary_page() -> str:
    held_by = forms()
    return page(
        "# Data dictionary",
        paragraph(
            "Every fact this project can hold, whoever recorded it: its name, unit and believable range, the forms of "
            "record that hold it, and the point from which care knows it. Written from the code by `python -m "
            "models.reference_pages docs/reference`. See also [outcomes](outcomes.md), [predictors](predictors.md) "
            "and [data sources](data-sources.md)."
        ),
        "## Sources",
        paragraph("A file of a source may lack some of the facts that its form can hold, and says which and why."),
        table(("source", "what it reads", "facts"), (_source(name) for name in SOURCES)),
        "## Outcomes a source can answer",
        paragraph(
            "By each definition: 'first' is the one that is used, 'can' one that the form could also answer; else, "
            "what the form cannot hold. A FHIR export and a folder of simulated histories hold the same facts; births "
            "without dates, which `simulated` reads too, have a column of their own."
        ),
        table(("outcome", "definition", *(form.title for form in held_by)), _definitions(held_by)),
        paragraph("How many declared predictors each form holds, by the definition used and the point a risk is for:"),
        table(("outcome", "point", *(form.title for form in held_by)), _points(held_by)),
        "## Facts",
        paragraph(
            "The columns of the forms name the earliest [point](outcomes.md#prediction-points) at which care knows it; "
            "a fact that no form holds is one that a request or a chart may give. "
            "'Read' says how it is read from dated entries; where that is empty, a flag is true if one entry says so, "
            "and of anything else the last entry counts (of several on one day, the largest value). A fact is never "
            "read from an entry dated after the point. 'No entry' says what it means where a dated English record has "
            "none: 'no' from booking or from birth on; where it is empty, not known. 'Undefined' means that a fact has "
            "no meaning without the other. 'Predicts' names the point from which a model may use it."
        ),
        *(part for theme in THEMES for part in _theme(theme, held_by)),
        "## Codes",
        paragraph(
            "The codes by which a fact is recognised, in the part of the record in which each is read. A fact that is "
            "not here is read from a [field of its own](#msds-fields), or has no code that was verified."
        ),
        codes_table(),
        "## MSDS fields",
        paragraph(
            "Of each table of the data set, by NHS England's names: the fields without which its rows belong nowhere "
            "(a file without one is refused), and those that are read where they are there. Every table may also have "
            f"{listed(SUBMISSION_FIELDS)}, by which the latest submission is known. Reading a folder names each table "
            "and field that it does not have."
        ),
        fields_read(),
        paragraph("Facts that have a field of their own; all others are recognised by their codes:"),
        facts_of_fields(),
    )


def _source(name: str) -> tuple[str, str, str]:
    source = SOURCES[name]
    return code(name), source.title, str(len(source.known_from))


def _definitions(held_by: tuple[Form, ...]) -> Iterator[tuple[str, ...]]:
    for declared in OUTCOMES.values():
        used = [_first_answered(declared, form) for form in held_by]
        for place, definition in enumerate(declared.definitions):
            cells = [
                why if (why := form.why_not(definition)) else "first" if place == first else "can"
                for form, first in zip(held_by, used, strict=True)
            ]
            yield code(declared.name), str(definition), *cells


def _first_answered(declared: Outcome, form: Form) -> int | None:
    return next((place for place, one in enumerate(declared.definitions) if not form.why_not(one)), None)


def _points(held_by: tuple[Form, ...]) -> Iterator[tuple[str, ...]]:
    for declared in OUTCOMES.values():
        used = [_first_answered(declared, form) for form in held_by]
        for at in declared.prediction_points:
            cells = [
                "none" if first is None else str(form.predictors(declared.definitions[first], at))
                for form, first in zip(held_by, used, strict=True)
            ]
            yield code(declared.name), code(at), *cells


def _theme(theme: str, held_by: tuple[Form, ...]) -> tuple[str, str]:
    header = ("fact", "what it is", "unit, range", "read", "no entry", *(form.title for form in held_by), "predicts")
    return f"### {theme}", without_empty_columns(header, [_fact(fact, held_by) for fact in THEMES[theme]])


def _fact(fact: Concept, held_by: tuple[Form, ...]) -> tuple[str, ...]:
    return (
        code(fact.name),
        fact.title + (f" (undefined without {code(fact.defined_if)})" if fact.defined_if else ""),
        _range(fact),
        how_read(fact),
        no_entry_means(fact.name),
        *(form.point_of(fact.name) for form in held_by),
        _predicts(fact.name),
    )


def _range(fact: Concept) -> str:
    if fact.kind == "flag":
        return "yes or no"
    if fact.kind == "category":
        return ", ".join(fact.categories)
    low, high = fact.plausible or (0, 0)
    return f"{low:g} to {high:g} {fact.unit or ''}".rstrip()


def _predicts(name: str) -> str:
    if name in NEVER_PREDICTORS:
        return "never"
    return PREDICTORS[name].known_from.name if name in PREDICTORS else ""
