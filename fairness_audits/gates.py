"""Data-quality gates: a figure whose data are not good enough is not published, and says why.

As NHS indicators do it: a provider's rate is published only where completeness and plausibility pass (NHS England,
Clinical Quality Improvement Metrics from the Maternity Services Data Set). Counts of women are published all the same:
they are what shows that the data are not good enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from fairness_audits.comparators import Comparison, ComparisonRow
from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import Figure, GroupFigures, Section, per_hundred
from fairness_audits.levels import EVERYONE_LEVEL
from fairness_audits.policy_parts import Gate
from fairness_audits.untested import UntestedAnalysis
from models.outcomes import OUTCOMES, is_tested_by_choice
from records.groups import MISSING_ETHNICITY

__all__ = ["GateAnswer", "bounds_alone", "closed", "gates_of_untested", "judge", "kept_back", "withheld", "without"]

# What a figure needs: rates of the outcome need outcomes, and who was missed needs to know who was flagged as well.
NEEDS_FLAGS = frozenset(
    {"flag_rate", "sensitivity", "specificity", "positive_predictive_value", "net_benefit", "false_positive_rate"}
)
NEEDS_NO_OUTCOME = frozenset({"flag_rate", "missing_outcomes", "mean_risk"})


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


def closed(row: GroupFigures, estimand: str, answers: Iterable[GateAnswer], ethnic_levels: frozenset[str]) -> str:
    """Why ``estimand`` is not published for ``row``: the first reason; '' where every gate is open."""
    for one in answers:
        if one.is_open is not False:
            continue
        measure, is_own = one.gate.measure, (one.level, one.group) == (row.level, row.group)
        if (
            (measure == "rows" and is_own)
            or (measure == "outcome_known" and is_own and estimand not in NEEDS_NO_OUTCOME)
            or (measure == "flag_known" and is_own and estimand in NEEDS_FLAGS)
            or (measure == "outcome_rate" and estimand not in NEEDS_NO_OUTCOME)
            or (measure == "ethnicity_known" and row.level in ethnic_levels and estimand != "missing_outcomes")
        ):
            return one.reason
    return ""


def withheld(
    figures: Iterable[GroupFigures],
    gates: Sequence[Gate],
    ethnic_levels: Iterable[str],
    rule: DisclosureRule,
    *,
    not_known: Collection[str] = MISSING_ETHNICITY,
) -> list[GroupFigures]:
    """The rows with every figure whose gate is closed replaced by the reason; an undefined figure stays undefined."""
    ethnic = frozenset(ethnic_levels)
    rows: list[GroupFigures] = []
    for _, of_point in groupby(figures, key=lambda row: row.operating_point):
        kept = list(of_point)
        answers = judge(kept, gates, rule, not_known=not_known)
        rows += [
            replace(
                row,
                figures={n: _gated(shown, closed(row, n, answers, ethnic)) for n, shown in row.figures.items()},
            )
            for row in kept
        ]
    return rows


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
    """The comparison with what the model finds among these groups not published."""
    return replace(comparison, rows=tuple(_without(row, kept_back.get(row.group, "")) for row in comparison.rows))


def bounds_alone(one: UntestedAnalysis, kept_back: Mapping[str, str]) -> UntestedAnalysis:
    """The analysis with the bounds alone where outcomes are not fit to publish: they hold whatever was not recorded."""
    reason = kept_back.get(one.group, "")
    return replace(one, tested_only=_gated(one.tested_only, reason), weighted=_gated(one.weighted, reason))


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
        rule=_gated(row.rule, reason),
        model=_gated(row.model, reason),
        difference=_gated(row.difference, reason),
        rule_at_capacity=_gated(row.rule_at_capacity, reason),
        model_at_capacity=_gated(row.model_at_capacity, reason),
    )


def _gated(shown: Figure, reason: str) -> Figure:
    if not reason or shown.value is None:
        return shown
    return Figure(estimand=shown.estimand, value=None, is_hidden=True, not_published=reason)


def _of_row(gate: Gate, row: GroupFigures) -> GateAnswer:
    if gate.measure == "rows":
        n = row.counts["n"]
        says = "too few rows to print" if n is None else f"{n:,} rows"
        return _answer(gate, row, None if n is None else float(n), f"{says}, {gate.range_text}")
    if gate.measure == "outcome_known":
        missing = row["missing_outcomes"].value
        known = None if missing is None else 1 - missing
        words = "outcome known"
    else:
        known, words = _share(row.counts["evaluated"], row.counts["n"]), "flag known"
    return _answer(gate, row, known, f"{words} for {per_hundred(known or 0)} of 100, {gate.range_text}")


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
    return _answer(gate, everyone, known, f"ethnicity known for {per_hundred(known or 0)} of 100, {gate.range_text}")


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
    is_open = None if value is None else value >= (gate.at_least or 0.0)
    return GateAnswer(gate=gate, level=row.level, group=row.group, is_open=is_open, reason=reason)


def _share(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else min(part / whole, 1.0)
