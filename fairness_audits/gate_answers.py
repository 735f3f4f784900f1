"""What each data-quality gate says of each row of figures: whether the data are good enough to publish from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import GroupFigures, per_hundred
from fairness_audits.levels import EVERYONE_LEVEL
from fairness_audits.policy_parts import Gate
from models.outcomes import OUTCOMES
from records.groups import MISSING_ETHNICITY

__all__ = ["GateAnswer", "judge"]


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
