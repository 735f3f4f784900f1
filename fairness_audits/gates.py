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
from fairness_audits.figures import WITHHELD, Figure, GroupFigures, Section, per_hundred
from fairness_audits.levels import EVERYONE, EVERYONE_LEVEL
from fairness_audits.policy_parts import Gate
from fairness_audits.untested import UntestedAnalysis
from models.outcomes import OUTCOMES, is_tested_by_choice
from records.groups import MISSING_ETHNICITY

__all__ = [
    "OPEN",
    "GateAnswer",
    "Gates",
    "bounds_alone",
    "gates_of_untested",
    "judge",
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
class GateAnswer:
    """What one gate says of one row of figures: open, closed with the reason, or None where it cannot be told."""

    gate: Gate
    level: str
    group: str
    is_open: bool | None
    reason: str = ""


def judge(
    figures: Sequence[GroupFigures],
    gates: Iterable[Gate],
    rule: DisclosureRule,
    *,
    not_known: Collection[str] = MISSING_ETHNICITY,
) -> tuple[GateAnswer, ...]:
    """Every gate's answer about one section's rows of one operating point, from printed figures only.

    None where the rule disguises or rounds the counts too much to say. Women of the groups ``not_known`` are those
    whose ethnicity is not.
    """
    answers: list[GateAnswer] = []
    everyone = next(row for row in figures if row.level == EVERYONE_LEVEL)
    for gate in gates:
        if gate.measure == "outcome_rate":
            answers.append(_of_rate(gate, everyone))
        elif gate.measure == "ethnicity_known":
            answers.append(_of_ethnicity(gate, everyone, figures, rule, not_known))
        else:
            answers += [_of_row(gate, row) for row in figures]
    return tuple(answers)


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


def _of_row(gate: Gate, row: GroupFigures) -> GateAnswer:
    if gate.measure == "rows":
        n = row.counts["n"]
        says = "too few rows to print" if n is None else f"there are {n:,} rows"
        return _answer(gate, row, None if n is None else float(n), says)
    if gate.measure == "outcome_known":
        missing = row["missing_outcomes"].value
        known = None if missing is None else 1 - missing
        words = "the outcome is known"
    else:
        known, words = _share(row.counts["evaluated"], row.counts["n"]), "whether they were flagged is known"
    return _answer(gate, row, known, f"{words} for {_of_100(known, gate)}")


def _of_ethnicity(
    gate: Gate,
    everyone: GroupFigures,
    figures: Iterable[GroupFigures],
    rule: DisclosureRule,
    not_known: Collection[str],
) -> GateAnswer:
    missing = [r.counts["n"] for r in figures if r.level == "ethnic_group" and r.group in not_known]
    women, unknown = everyone.counts["n"], sum(n or 0 for n in missing)
    is_told = women is not None and None not in missing and rule.can_be_share(min(unknown, women), women)
    share = _share(unknown, women) if is_told else None
    known = None if share is None else 1 - share
    return _answer(gate, everyone, known, f"ethnicity is known for {_of_100(known, gate)}")


def _of_rate(gate: Gate, everyone: GroupFigures) -> GateAnswer:
    """Closed only where the whole interval lies outside: a small table's rate may be far out by chance."""
    rate = everyone["event_rate"]
    known = OUTCOMES.get(everyone.section.outcome)
    lowest, highest = gate.at_least, gate.at_most
    if (lowest is None or highest is None) and known is not None:
        lowest, highest = known.plausible_rate
    if lowest is None or highest is None or rate.value is None or rate.low is None or rate.high is None:
        return GateAnswer(gate=gate, level=everyone.level, group=everyone.group, is_open=None)
    is_open = rate.high >= lowest and rate.low <= highest
    reason = f"{rate.text} had the outcome, plausible are {lowest * 100:g} to {highest * 100:g} of 100"
    return GateAnswer(gate=gate, level=everyone.level, group=everyone.group, is_open=is_open, reason=reason)


def _answer(gate: Gate, row: GroupFigures, value: float | None, reason: str) -> GateAnswer:
    """``reason`` with what is asked for: 'the outcome is known for 61 of 100, and at least 70 are asked for'."""
    is_open = None if value is None else value >= (gate.at_least or 0.0)
    least = gate.at_least or 0.0
    asked = f"{least:,.0f}" if gate.measure == "rows" else f"{least * 100:g}"
    told = f"{reason}, and at least {asked} are asked for"
    return GateAnswer(gate=gate, level=row.level, group=row.group, is_open=is_open, reason=told)


def _of_100(known: float | None, gate: Gate) -> str:
    """'61 of 100'; with a digit more where rounding would hide that it is too few."""
    share = known or 0.0
    is_close = per_hundred(share) == per_hundred(gate.at_least or 0.0)
    return f"{share * 100:.1f} of 100" if is_close else f"{per_hundred(share)} of 100"


def _share(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else min(part / whole, 1.0)
