"""docs/reference/predictors.md: what a model may use, from when on, why, and what it may never use."""

from __future__ import annotations

from models.predictors import NEVER_PREDICTORS, PREDICTORS, Predictor
from models.reference_pages.markdown import code, page, paragraph, table
from records.concept import Concept
from records.concepts import concept
from records.sources.registry import SOURCES, Source

__all__ = ["predictors_page"]


def predictors_page() -> str:
    return page(
        "# Predictors",
        paragraph(
            "Declared in `models/predictors.py`. A model uses those that the source holds, that care knows by the "
            "prediction point, and that are not part of the outcome's definition. A fact marked 'no' under 'shown' may "
            "move a risk and is logged when it does, but it is never shown to anyone as a reason."
        ),
        paragraph(
            "The point is the earliest at which care can know the fact, in a record that dates what it holds. Where a "
            "source does not date it, the last column says from which point that source tells it: a model from its "
            "records does not use it before."
        ),
        paragraph(
            "Ethnic group is not among them. It is used to fit and to audit; `predict` never takes it. See "
            "[fairness](../explanation/fairness.md)."
        ),
        table(
            ("predictor", "fact", "accepted", "known from", "why", "shown", "in source"),
            map(_row, PREDICTORS.values()),
        ),
        "## Never predictors",
        paragraph("A design that asks for one of these is refused by name."),
        table(("fact", "why not"), ((code(name), reason) for name, reason in NEVER_PREDICTORS.items())),
    )


def _row(predictor: Predictor) -> tuple[str, ...]:
    fact = concept(predictor.concept)
    return (
        code(fact.name),
        fact.title,
        _accepted(fact),
        predictor.known_from.name,
        predictor.reason,
        "no" if predictor.wording is None else "yes",
        ", ".join(_told_by(one, predictor) for one in SOURCES.values() if fact.name in one.known_from),
    )


def _told_by(source: Source, predictor: Predictor) -> str:
    since = source.known_from[predictor.concept]
    return source.name if since <= predictor.known_from else f"{source.name} from {since.name}"


def _accepted(fact: Concept) -> str:
    match fact.kind:
        case "flag":
            return "true or false"
        case "category":
            return ", ".join(fact.categories)
        case "count" | "quantity":
            low, high = fact.plausible or (0, 0)
            units = ", ".join((fact.unit, *fact.other_units)) if fact.unit else "a count"
            return f"{low:g} to {high:g} ({units})"
