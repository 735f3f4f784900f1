"""Ways to treat ethnicity against row 0, as printed: who would be found, whose risk would be right, at what cost.

They are laid out for a person to decide; none of them is served until somebody has signed for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import EthnicityOption, GroupAgainstRowZero, OptionGroup
from fairness_audits.disclosure import DisclosureRule, PublishedCounts, one_family, publish
from fairness_audits.figures import Figure, figure, rounded
from fairness_audits.gates import OPEN, Gates
from fairness_audits.intervals import Interval
from fairness_audits.levels import EVERYONE
from fairness_audits.printed_rates import mean_of_risks, ratio, share
from fairness_audits.row_zero import status_told, uses_row_zero
from fairness_audits.rule_description import RuleDescription
from models.guideline_rule import GUIDELINE

__all__ = ["OptionRow", "PrintedOption", "everyone_of", "option_title", "printed_options"]

# The way that the audited model itself goes.
BLIND = "blind"
TITLES: Mapping[str, str] = MappingProxyType(
    {
        BLIND: "Blind: the model never sees ethnicity",
        "group_intercept": "Blind, then one step up or down for each group",
        "subgroup_recalibration": "Blind, then recalibrated within each group (and deprivation quintile, if recorded)",
        "ethnicity_as_input": "Ethnicity as an input",
    }
)
OTHER_CAPACITY = "other number of flags"
ADDED = ("women", "flagged", "ascertained", "events", "found", "found_by_row_zero", "gained", "lost")
COUNTS = ("women", "flagged", "ascertained", "events", "found", "found_by_row_zero", "found_with_level_up")


@dataclass(frozen=True, kw_only=True)
class OptionRow:
    """One group under one option. ``status``: 'no worse', 'worse', 'cannot tell' or 'withheld', against row 0 on the
    same women; a rule flags another number of women than row 0 does, so that neither can be said of it."""

    group: str
    events: int | None
    flag_rate: Figure
    sensitivity: Figure
    with_level_up: Figure
    observed_to_expected: Figure
    status: str

    def to_dict(self) -> dict[str, Any]:
        figures = ("flag_rate", "sensitivity", "with_level_up", "observed_to_expected")
        return {**vars(self), **{name: getattr(self, name).to_dict() for name in figures}}


@dataclass(frozen=True, kw_only=True)
class PrintedOption:
    """Everyone first, then each group. ``rows`` is empty where a rule could not be evaluated."""

    name: str
    title: str
    uses_ethnicity: bool
    is_evaluated: bool
    level_up_flags_per_1000: float | None
    auroc: Figure
    rows: tuple[OptionRow, ...]

    @property
    def made_worse(self) -> tuple[str, ...]:
        """Groups that row 0 serves better; everyone together is not a group."""
        return tuple(row.group for row in self.rows[1:] if row.status == "worse")

    def to_dict(self) -> dict[str, Any]:
        rows = [row.to_dict() for row in self.rows]
        return {**vars(self), "auroc": self.auroc.to_dict(), "rows": rows, "made_worse": list(self.made_worse)}


def printed_options(
    context: AuditContext, rule: DisclosureRule, limit: float, gates: Gates = OPEN
) -> tuple[PrintedOption, ...]:
    """``limit`` is how much of its sensitivity a group may lose to an option before it is worse off (FA004's)."""
    named = {one.scored_by: one.title for one in context.rules}
    is_row_zero = {BLIND: uses_row_zero(context)}
    return tuple(
        _printed(one, named.get(one.name), rule, limit, gates, is_row_zero=is_row_zero.get(one.name, False))
        for one in context.ethnicity_options
    )


def _printed(
    option: EthnicityOption,
    rule_title: str | None,
    rule: DisclosureRule,
    limit: float,
    gates: Gates,
    *,
    is_row_zero: bool,
) -> PrintedOption:
    nan = float("nan")
    area = nan if option.auroc is None else option.auroc
    return PrintedOption(
        name=option.name,
        title=option_title(option.name, rule_title),
        uses_ethnicity=option.uses_ethnicity,
        is_evaluated=option.is_evaluated,
        # Where counts are rounded, so is this: a tenth of a flag in 1,000 of a small holdout is one woman again.
        level_up_flags_per_1000=rounded(option.level_up_flags_per_1000, 1 if rule.rounded_to == 1 else 0),
        auroc=gates.shown(figure("auroc", Interval(area, nan, nan)), EVERYONE),
        rows=_rows(option, rule, limit, gates, is_row_zero=is_row_zero),
    )


def option_title(name: str, rule_title: str | None = None) -> str:
    return TITLES.get(name) or f"Today’s rule: {rule_title or RuleDescription.named(name).title}"


def _rows(
    option: EthnicityOption, rule: DisclosureRule, limit: float, gates: Gates, *, is_row_zero: bool
) -> tuple[OptionRow, ...]:
    if not option.groups:
        return ()
    groups = {EVERYONE: everyone_of(option.groups), **{row.group: row for row in option.groups}}
    exact = {name: {count: float(getattr(row, count) or 0) for count in COUNTS} for name, row in groups.items()}
    printed = publish(rule, exact, one_family(exact, EVERYONE))
    is_rule = option.name.startswith(GUIDELINE)
    return tuple(
        _row(row, printed[name], rule, limit, gates, is_rule=is_rule, is_row_zero=is_row_zero)
        for name, row in groups.items()
    )


def everyone_of(groups: tuple[OptionGroup, ...]) -> OptionGroup:
    def total(name: str) -> int:
        return sum(getattr(group, name) or 0 for group in groups)

    known = total("ascertained")
    told = [(g.mean_risk, g.ascertained) for g in groups if g.mean_risk is not None]
    added = {name: total(name) for name in ADDED}
    mean = sum(risk * n for risk, n in told) / known if told and known else None

    def total_of_cuts(name: str) -> int | None:
        return total(name) if getattr(groups[0], name) is not None else None

    return OptionGroup(
        group=EVERYONE,
        mean_risk=mean,
        found_with_level_up=total_of_cuts("found_with_level_up"),
        flagged_with_level_up=total_of_cuts("flagged_with_level_up"),
        gained_with_level_up=total_of_cuts("gained_with_level_up"),
        lost_with_level_up=total_of_cuts("lost_with_level_up"),
        found_with_band=total_of_cuts("found_with_band"),
        flagged_with_band=total_of_cuts("flagged_with_band"),
        gained_with_band=total_of_cuts("gained_with_band"),
        lost_with_band=total_of_cuts("lost_with_band"),
        **added,
    )


def _row(
    row: OptionGroup,
    counts: PublishedCounts,
    rule: DisclosureRule,
    limit: float,
    gates: Gates,
    *,
    is_rule: bool,
    is_row_zero: bool,
) -> OptionRow:
    mean = mean_of_risks(row.mean_risk, counts["ascertained"], rule)
    has_level_up = row.found_with_level_up is not None
    return OptionRow(
        group=row.group,
        events=counts["events"],
        flag_rate=gates.shown(share("flag_rate", counts["flagged"], counts["women"], rule), row.group),
        sensitivity=gates.shown(share("sensitivity", counts["found"], counts["events"], rule), row.group),
        with_level_up=gates.shown(
            share("sensitivity", counts["found_with_level_up"], counts["events"], rule), row.group
        )
        if has_level_up
        else Figure(estimand="sensitivity", value=None),
        observed_to_expected=gates.shown(ratio(counts["events"], counts["ascertained"], mean, rule), row.group),
        status=OTHER_CAPACITY
        if is_rule
        else status_told(
            GroupAgainstRowZero(
                group=row.group,
                events=row.events,
                found_by_row_zero=row.found_by_row_zero,
                found_by_chosen=row.found,
                gained=row.gained,
                lost=row.lost,
            ),
            limit,
            gates,
            is_row_zero=is_row_zero,
        ),
    )
