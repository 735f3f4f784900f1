"""A rule of today as an audit tells of it, whoever knows it: a context, this project, or nothing but its name."""

from __future__ import annotations

from dataclasses import dataclass

from models.guideline_rule import GUIDELINE, GuidelineRule
from models.guidelines import GUIDELINES

__all__ = ["RuleDescription"]


@dataclass(frozen=True, kw_only=True)
class RuleDescription:
    """A rule of today as it was applied to these births: where it is written and since when, what it leads to.

    ``why_not`` says why it could not be evaluated, '' where it could; ``reading`` what was chosen where its authority
    leaves something open.
    """

    scored_by: str
    title: str
    authority: str
    date: str
    action: str
    inputs: tuple[str, ...] = ()
    reading: str = ""
    why_not: str = ""

    @classmethod
    def of(cls, rule: GuidelineRule, why_not: str = "") -> RuleDescription:
        """Of a rule this project holds, or a site has given."""
        return cls(
            scored_by=rule.scored_by,
            title=rule.title,
            authority=rule.authority,
            date=rule.date,
            action=rule.action,
            inputs=tuple(map(str, rule.conditions)),
            reading=rule.reading,
            why_not=why_not,
        )

    @classmethod
    def named(cls, scored_by: str) -> RuleDescription:
        """Of a rule that no context describes: what this project knows of it, or the name it came with."""
        if scored_by in GUIDELINES:
            return cls.of(GUIDELINES[scored_by])
        title = scored_by.removeprefix(GUIDELINE).replace("flag_", "flag ")
        return cls(scored_by=scored_by, title=title, authority="not given", date="", action="not given")
