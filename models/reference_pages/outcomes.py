"""docs/reference/outcomes.md: each outcome with its definitions, its points, what is offered there, and its limits."""

from __future__ import annotations

from models.outcomes import OUTCOMES, Outcome, OutcomeDefinition
from models.reference_pages.markdown import code, listed, numbered, page, paragraph, table
from records.clock import PREDICTION_POINTS

__all__ = ["outcomes_page"]


def outcomes_page() -> str:
    return page(
        "# Outcomes",
        paragraph(
            "Declared in `models/outcomes.py`. The first definition that a file can answer is used, is named wherever "
            "a figure stands, and is never mixed with another. A prediction point with an action is served; one "
            "without is `gap_only`: audited, never served."
        ),
        paragraph(
            "What is another threshold or another complication is an outcome of its own, and none stands in for "
            "another. A measured and an estimated loss of blood are different facts: no outcome here rests on an "
            "estimate. Severe maternal morbidity is the United States' core morbidity; England's maternal critical "
            "incident is another set, and its maternal morbidity outcome indicator, of 26 events, a third that is not "
            "here. How each is read from dated records is worked out in the [hand-worked "
            "pregnancies](hand-worked-pregnancies.md)."
        ),
        paragraph(
            "The plausible rate is a sanity check: a cohort outside it is refused. The honest AUROC is the top of what "
            "honest predictors are known to reach: read a figure above it as a leak until shown otherwise."
        ),
        *(part for declared in OUTCOMES.values() for part in _section(declared)),
        "## Offers",
        paragraph(
            "A risk without something to offer is not served. A site adds its own weekly capacity; `--alert-rate` "
            "stands for it."
        ),
        _offers(),
        "## Prediction points",
        table(("name", "when", "gestational day"), map(_point, PREDICTION_POINTS)),
    )


def _section(declared: Outcome) -> tuple[str, ...]:
    default = " Trained by `quickstart`." if declared.trained_by_default else ""
    low, high = declared.plausible_rate
    return (
        f"## {declared.name}",
        paragraph(f"{declared.title[:1].upper()}{declared.title[1:]}.{default}"),
        numbered([_definition(one) for one in declared.definitions]),
        _causes(declared),
        paragraph(f"Points: {'; '.join(_offer_at(declared, point) for point in declared.prediction_points)}."),
        paragraph(
            f"Plausible rate {100 * low:g}% to {100 * high:g}%. Honest AUROC up to {declared.honest_auroc:.2f}. Beside "
            f"it in every audit: {listed(declared.comparators)} ([today's rules](guidelines.md))."
        ),
    )


def _causes(declared: Outcome) -> str:
    if not declared.causes:
        return ""
    told = "; ".join(f"{cause.name} ({' or '.join(map(str, cause.any_of))})" for cause in declared.causes)
    return paragraph(f"Events are also counted by cause: {told}.")


def _definition(one: OutcomeDefinition) -> str:
    tested = ""
    if one.tested_by:
        others = ", and those who have the diagnosis," if one.event_shows_test else " and every value of the test"
        tested = f" Only women with {code(one.tested_by)}{others} are ascertained."
    if one.only_without:
        tested = f" For sources that have no record of {code(one.only_without)} at all."
    if one.already:
        tested += f" Who had {' or '.join(map(str, one.already))} by the point had it already."
    return " ".join([f"{one}. {one.authority}. Needs {listed(one.needs)}.{tested}", *one.cautions])


def _offer_at(declared: Outcome, point: str) -> str:
    action = declared.actions[point]
    return f"{code(point)} " + ("`gap_only`" if action is None else f"({action.offer})")


def _offers() -> str:
    actions = dict.fromkeys(action for one in OUTCOMES.values() for action in one.actions.values() if action)
    return table(
        ("offer", "by", "window", "possible harm", "authority"),
        ((a.offer, a.by, a.window, a.harm, a.authority) for a in actions),
    )


def _point(name: str) -> tuple[str, str, str]:
    point = PREDICTION_POINTS[name]
    day = "an event, on whatever day it comes" if point.gestational_day is None else str(point.gestational_day)
    return code(name), point.title, day
