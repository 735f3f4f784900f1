"""Data-quality gates: a figure whose data are not good enough is withheld, and says why.

As NHS indicators do it: a provider's rate is published only where completeness and plausibility pass (NHS England,
Clinical Quality Improvement Metrics from the Maternity Services Data Set). How many women there are, whose outcome is
known and who had it is published all the same: that is what shows that the data are not good enough. How many of them
had been flagged or missed is a withheld figure by another name, and goes with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType

import polars as pl

from fairness_audits.comparators import Comparison, ComparisonRow
from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import WITHHELD, Figure, GroupFigures, Section
from fairness_audits.gate_answers import GateAnswer, judge
from fairness_audits.levels import EVERYONE, EVERYONE_LEVEL
from fairness_audits.policy_parts import Gate
from fairness_audits.untested import UntestedAnalysis
from models.outcomes import is_tested_by_choice
from records.groups import MISSING_ETHNICITY

__all__ = [
    "OPEN",
    "Gates",
    "bounds_alone",
    "gates_of_untested",
    "kept_back",
    "withheld",
    "without",
]


# What a figure needs: rates of the outcome need outcomes, and who was missed needs to know who was flagged as well.
NEEDS_FLAGS = frozenset(
    {"flag_rate", "sensitivity", "specificity", "positive_predictive_value", "net_benefit", "false_positive_rate"}
)
NEEDS_NO_OUTCOME = frozenset({"flag_rate", "missing_outcomes", "mean_risk"})
# Counts that give a figure back, each with the figure that it goes with.
TELLS: Mapping[str, str] = MappingProxyType(
    {
        "found": "sensitivity",
        "missed": "sensitivity",
        "cleared": "specificity",
        "false_alarms": "specificity",
        "low_risk_events": "told_low_risk",
    }
)


@dataclass(frozen=True, kw_only=True)
class Gates:
    """Every gate's answer about one section: what each table beside the main one asks before it prints a figure.

    Without answers nothing is withheld.
    """

    answers: tuple[GateAnswer, ...] = ()
    ethnic_levels: frozenset[str] = frozenset()

    def why(self, group: str, estimand: str = "sensitivity", level: str = "ethnic_group") -> str:
        """Why ``estimand`` of ``group`` is withheld: the first reason; '' where every gate is open."""
        row = (EVERYONE_LEVEL if group == EVERYONE else level, group)
        for one in self.answers:
            if one.is_open is not False:
                continue
            measure, is_own = one.gate.measure, (one.level, one.group) == row
            if (
                (measure == "rows" and is_own)
                or (measure == "outcome_known" and is_own and estimand not in NEEDS_NO_OUTCOME)
                or (measure == "flag_known" and is_own and estimand in NEEDS_FLAGS)
                or (measure == "outcome_rate" and estimand not in NEEDS_NO_OUTCOME)
                or (measure == "ethnicity_known" and row[0] in self.ethnic_levels and estimand != "missing_outcomes")
            ):
                return one.reason
        return ""

    def not_judged(self, groups: Iterable[str]) -> dict[str, str]:
        """Those of ``groups`` whose risks could not be set against outcomes, and why; `Everyone` first where that is so
        of everyone and of every stated group."""
        told = {group: self.why(group, "observed_to_expected") for group in groups if group != EVERYONE}
        whole = self.why(EVERYONE, "observed_to_expected")
        is_nobody = whole and all(why for group, why in told.items() if group not in MISSING_ETHNICITY)
        return ({EVERYONE: whole} if is_nobody else {}) | {group: why for group, why in told.items() if why}

    def shown(self, figure: Figure, group: str) -> Figure:
        return _gated(figure, self.why(group, figure.estimand))

    def counted(self, count: int | None, group: str, estimand: str = "sensitivity") -> int | None:
        """A count that would give ``estimand`` back, where that is not withheld."""
        return None if self.why(group, estimand) else count

    def bands(self, bands: pl.DataFrame) -> pl.DataFrame:
        """Counts by risk band, without those of women flagged or not whose outcome is known: they add up to who was
        found."""
        is_of_women = pl.col("observed") == "not known"
        closed = [
            cell for cell in bands.select("level", "group").unique().iter_rows() if self.why(cell[1], level=cell[0])
        ]
        if not closed:
            return bands
        is_closed = pl.struct("level", "group").is_in([{"level": level, "group": group} for level, group in closed])
        return bands.with_columns(count=pl.when(is_of_women | ~is_closed).then(pl.col("count")))

    def status(self, status: str, group: str) -> str:
        """What a row says of the women found; 'withheld' in its place."""
        return WITHHELD if self.why(group) else status


# Where no gate is asked.
OPEN = Gates()


def withheld(
    figures: Iterable[GroupFigures],
    gates: Sequence[Gate],
    ethnic_levels: Iterable[str],
    rule: DisclosureRule,
    *,
    not_known: Collection[str] = MISSING_ETHNICITY,
) -> list[GroupFigures]:
    """The rows with every figure whose gate is closed replaced by the reason, and without the counts that tell it.

    An undefined figure stays undefined. How many events would be needed follows from everyone's sensitivity.
    """
    ethnic = frozenset(ethnic_levels)
    rows: list[GroupFigures] = []
    for _, of_point in groupby(figures, key=lambda row: row.operating_point):
        kept = list(of_point)
        asked = Gates(answers=judge(kept, gates, rule, not_known=not_known), ethnic_levels=ethnic)
        has_needed = not asked.why(EVERYONE)
        rows += [_withheld_row(row, asked, has_needed=has_needed) for row in kept]
    return rows


def _withheld_row(row: GroupFigures, asked: Gates, *, has_needed: bool) -> GroupFigures:
    why = {name: asked.why(row.group, name, row.level) for name in row.figures}
    return replace(
        row,
        counts={name: None if why.get(TELLS.get(name, "")) else count for name, count in row.counts.items()},
        figures={name: _gated(shown, why[name]) for name, shown in row.figures.items()},
        events_needed=row.events_needed if has_needed else None,
    )


def kept_back(figures: Iterable[GroupFigures], section: Section) -> Mapping[str, str]:
    """Groups of the section, everyone among them, whose outcomes are not fit to publish, with the reason."""
    return {
        row.group: row["event_rate"].not_published or row["sensitivity"].not_published
        for row in figures
        if row.section == section
        and row.is_primary
        and row.level in (EVERYONE_LEVEL, "ethnic_group")
        and (row["event_rate"].not_published or row["sensitivity"].not_published)
    }


def without(comparison: Comparison, kept_back: Mapping[str, str]) -> Comparison:
    """The comparison without what the model finds among these groups."""
    return replace(comparison, rows=tuple(_without(row, kept_back.get(row.group, "")) for row in comparison.rows))


def bounds_alone(one: UntestedAnalysis, kept_back: Mapping[str, str]) -> UntestedAnalysis:
    """The analysis with the bounds alone where outcomes are not fit to publish: they hold whatever was not recorded.

    Had none of the untested women had the outcome, sensitivity would be that of the tested ones, which is withheld.
    """
    reason = kept_back.get(one.group, "")
    return replace(
        one,
        tested_only=_gated(one.tested_only, reason),
        weighted=_gated(one.weighted, reason),
        effective_women=None if reason else one.effective_women,
        none_had_it=_gated(one.none_had_it, reason if one.estimand == "sensitivity" else ""),
    )


def gates_of_untested(section: Section, gates: Sequence[Gate]) -> Sequence[Gate]:
    """The gates for the analyses of untested women.

    Where women are tested by choice, as for gestational diabetes, fewer than the gate asks for may be all that there
    were: the three analyses, each headed by whom it rests on, are then what can be said, and are shown side by side.
    """
    if not is_tested_by_choice(section.outcome, section.outcome_definition):
        return gates
    return tuple(gate for gate in gates if gate.measure != "outcome_known")


def _without(row: ComparisonRow, reason: str) -> ComparisonRow:
    return replace(
        row,
        found_by_rule=None if reason else row.found_by_rule,
        found_by_model=None if reason else row.found_by_model,
        rule=_gated(row.rule, reason),
        model=_gated(row.model, reason),
        difference=_gated(row.difference, reason),
        rule_at_capacity=_gated(row.rule_at_capacity, reason),
        model_at_capacity=_gated(row.model_at_capacity, reason),
    )


def _gated(shown: Figure, reason: str) -> Figure:
    if not reason or shown.is_undefined:
        return shown
    return Figure(estimand=shown.estimand, value=None, is_hidden=True, not_published=reason)
