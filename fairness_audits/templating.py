"""The templates that every page of an audit is made from, with what they may call."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from fairness_audits.figures import TITLES, count_text, p_text, percent_text
from fairness_audits.levels import EVERYONE
from fairness_audits.withheld_note import withheld_note
from fairness_audits.wording import cannot_be_evaluated, is_missing_ethnicity, listed, point_name, scorer_name

__all__ = ["templates"]


@cache
def templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("fairness_audits", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = count_text
    environment.globals.update(
        titles=TITLES,
        EVERYONE=EVERYONE,
        is_missing=is_missing_ethnicity,
        point_name=point_name,
        scorer_name=scorer_name,
        cannot_be_evaluated=cannot_be_evaluated,
        listed=listed,
        withheld_note=withheld_note,
        p_text=p_text,
        percent=percent_text,
    )
    return environment
