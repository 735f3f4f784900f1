"""From drawn counts to what the checks answer, without rows and without a page: thousands of audits in minutes.

The tallies are made here, in place of `fairness_audits.tallies`; printing, figures and checks are the audit's own. A
test compares the answers with those of `fairness_audits.audit.audit` on the same women. What an audit hides of rounded
counts beyond single small ones (`fairness_audits.secondary_suppression`) is not hidden here.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.audit_populations import BIN_NUMBERS, Population
from fairness_audits.checks import CHECKS, unevenly_ascertained
from fairness_audits.context import AuditContext
from fairness_audits.disclosure import RULES, DisclosureRule, Family, PublishedCounts, publish
from fairness_audits.effective_counts import effective_counts
from fairness_audits.estimate import COUNTED, ENOUGH_FOR_A_DISTRIBUTION, figures_of_tally
from fairness_audits.evidence import Evidence
from fairness_audits.figures import Figure, GroupFigures, Section, figure, hidden
from fairness_audits.findings import Finding
from fairness_audits.gate_answers import judge
from fairness_audits.gates import Gates
from fairness_audits.intervals import auroc_interval
from fairness_audits.levels import EVERYONE, EVERYONE_LEVEL
from fairness_audits.multiplicity import adjusted_differences
from fairness_audits.policy import DEFAULT_POLICY, AuditPolicy
from fairness_audits.tallies import OTHER_SUMS, PARTS, Tally
from records.groups import broad_group

__all__ = ["AS_SHIPPED", "MODEL", "Drawn", "answers", "evidence_of", "predictions_of", "section_rows"]

Counted = NDArray[np.int64]

# The policy as shipped, at the one level that the checks judge.
AS_SHIPPED = replace(DEFAULT_POLICY, group_by=("ethnic_group",))
ON = datetime.date(2026, 1, 31)
OUTCOMES = (False, True, None)
MODEL = Section(
    outcome="preterm_birth",
    prediction_point="booking",
    outcome_definition="given",
    scored_by="model",
    model_version="1",
)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One sample: women by group, bin and outcome (no, yes, not recorded)."""

    population: Population
    women: Counted

    @property
    def low_risk(self) -> NDArray[np.bool_]:
        """Bins that lie wholly in the lower half of all risks."""
        by_bin = self.women.sum(axis=(0, 2))
        low: NDArray[np.bool_] = np.cumsum(by_bin) <= 0.5 * by_bin.sum()
        return low


def answers(evidence: Evidence) -> tuple[Finding, ...]:
    return tuple(finding for check in CHECKS for finding in check.examine(evidence))


def evidence_of(
    drawn: Drawn,
    policy: AuditPolicy = AS_SHIPPED,
    *,
    context: AuditContext | None = None,
) -> Evidence:
    rule = RULES[policy.disclosure]
    low_risk = drawn.low_risk
    tallied = {
        group: _tally(group, drawn.women[number], drawn.population.flagged[number], low_risk, drawn.population.risk)
        for number, group in enumerate(drawn.population.groups)
        if drawn.women[number].sum()
    }
    by_cell = {(EVERYONE_LEVEL, EVERYONE): _together(tuple(tallied.values()))}
    by_cell |= {("ethnic_group", group): tally for group, tally in tallied.items()}
    printed = publish(rule, {cell: tally.rows for cell, tally in by_cell.items()}, _families(tuple(tallied)))
    by_bin = {group: drawn.women[number] for number, group in enumerate(drawn.population.groups)}
    by_bin[EVERYONE] = drawn.women.sum(axis=0)
    figures = tuple(_figures(cell, tally, by_bin[cell[1]], printed[cell], policy) for cell, tally in by_cell.items())
    evidence = Evidence(
        section=MODEL,
        figures=figures,
        gates=Gates(answers=judge(figures, policy.gates, rule), ethnic_levels=frozenset({"ethnic_group"})),
        adjusted_differences=adjusted_differences(figures, rule),
        comparisons=(),
        context=context,
        contexts=() if context is None else (context,),
        policy=policy,
        rule=rule,
        ethnicity_recorded=True,
        simulated_rows=0,
        rows_in_section=int(drawn.women.sum()),
        on=ON,
    )
    return replace(evidence, unevenly_ascertained=unevenly_ascertained(evidence))


def _figures(
    cell: tuple[str, str], tally: Tally, by_bin: Counted, counts: PublishedCounts, policy: AuditPolicy
) -> GroupFigures:
    rule = RULES[policy.disclosure]
    effective = {name: effective_counts(names, tally, counts, rule) for name, names in COUNTED.items()}
    return GroupFigures(
        section=MODEL,
        operating_point=policy.operating_points[0].label,
        is_primary=True,
        level=cell[0],
        group=cell[1],
        counts=counts,
        figures=figures_of_tally(tally, counts, effective, rule) | {"auroc": _auroc(by_bin, counts, rule)},
        status="shown" if (counts["events"] or 0) >= policy.minimum_events else "cannot tell",
        effective=effective,
    )


def _auroc(by_bin: Counted, counts: PublishedCounts, rule: DisclosureRule) -> Figure:
    """The one figure of the distribution that a check reads, hidden where the audit hides it."""
    events, known = counts["scored_events"] or 0, counts["scored_ascertained"] or 0
    if min(events, known - events) < (1 if rule.name == "none" else ENOUGH_FOR_A_DISTRIBUTION):
        return hidden("auroc")
    no, yes, _ = by_bin.astype(float).T
    return figure("auroc", auroc_interval(yes, no, events, known - events))


def _families(groups: tuple[str, ...]) -> list[Family[tuple[str, str]]]:
    return [Family((EVERYONE_LEVEL, EVERYONE), tuple(("ethnic_group", group) for group in groups))] + [
        Family(("broad_group", parent), tuple(("ethnic_group", g) for g in groups if broad_group(g) == parent))
        for parent in dict.fromkeys(map(broad_group, groups))
    ]


def _tally(
    group: str, women: Counted, flagged: NDArray[np.bool_], low_risk: NDArray[np.bool_], risk: NDArray[np.float64]
) -> Tally:
    no, yes, missing = women.T
    total, events, non_events = int(women.sum()), int(yes.sum()), int(no.sum())
    found, false_alarms = int(yes[flagged].sum()), int(no[flagged].sum())
    counts = {
        "n": total,
        "ascertained": events + non_events,
        "missing": int(missing.sum()),
        "events": events,
        "evaluated": total,
        "flagged": found + false_alarms + int(missing[flagged].sum()),
        "evaluated_events": events,
        "found": found,
        "missed": events - found,
        "evaluated_non_events": non_events,
        "cleared": non_events - false_alarms,
        "false_alarms": false_alarms,
        "followed_flagged": found + false_alarms,
        "low_risk_events": int(yes[low_risk].sum()),
        "scored_events": events,
        "scored_ascertained": events + non_events,
        "untested": int(missing.sum()),
        "untested_evaluated": int(missing.sum()),
        "untested_flagged": int(missing[flagged].sum()),
        "untested_scored": int(missing.sum()),
        "untested_low_risk": int(missing[low_risk].sum()),
    }
    told = {name: float(counts[name]) for name in PARTS}
    return _told(told, float((no + yes) @ risk), float(missing @ risk), group)


def _told(counts: Mapping[str, float], risk: float, untested_risk: float, group: str) -> Tally:
    return Tally(
        group=group,
        rows={**counts, **dict.fromkeys(OTHER_SUMS, 0.0)},
        weight=counts,
        effective=counts,
        risk=risk,
        untested_risk=untested_risk,
        is_weighted=False,
    )


def _together(tallies: Sequence[Tally]) -> Tally:
    counts = {name: sum(tally.weight[name] for tally in tallies) for name in PARTS}
    risks = (sum(tally.risk for tally in tallies), sum(tally.untested_risk for tally in tallies))
    return _told(counts, *risks, EVERYONE)


def section_rows(drawn: Drawn, flags: Counted | None = None) -> pl.DataFrame:
    """Counts of one section as an audit holds them, in units; ``flags`` are those whom another scorer flags.

    Both by group, bin and outcome; each cell is split into those flagged and those not.
    """
    population = drawn.population
    flagged = np.where(population.flagged[:, :, None], drawn.women, 0) if flags is None else flags
    parts = [_cells(population, flagged, alert=True), _cells(population, drawn.women - flagged, alert=False)]
    nothing = [pl.lit(0, dtype=pl.Int64).alias(name) for name in OTHER_SUMS]
    return pl.concat(parts).with_columns(*nothing, cut=pl.lit(0, dtype=pl.Int8), site=pl.lit(None, dtype=pl.String))


def _cells(population: Population, women: Counted, *, alert: bool) -> pl.DataFrame:
    group, number, outcome = np.nonzero(women)
    n, risk = women[group, number, outcome], population.risk[number]
    return pl.DataFrame(
        {
            "ethnic_group": np.array(population.groups)[group],
            "bin": BIN_NUMBERS[number],
            "alert": np.full(n.size, alert),
            "observed": [OUTCOMES[o] for o in outcome],
            "n": n,
            "weight": n.astype(float),
            "weight_squared": n.astype(float),
            "risk": n * risk,
            "risk_squared": n * risk**2,
        },
        schema_overrides={"bin": pl.Int16, "observed": pl.Boolean, "n": pl.Int64},
    )


def predictions_of(drawn: Drawn) -> pl.DataFrame:
    """The same sample as a predictions table, a row a woman."""
    population, cells = drawn.population, np.nonzero(drawn.women)
    group, number, outcome = (np.repeat(index, drawn.women[cells]) for index in cells)
    return pl.DataFrame(
        {
            "pregnancy_id": np.arange(group.size).astype(str),
            "outcome": MODEL.outcome,
            "prediction_point": MODEL.prediction_point,
            "risk": population.risk[number],
            "alert": population.flagged[group, number],
            "observed": pl.Series([OUTCOMES[o] for o in outcome], dtype=pl.Boolean),
            "ethnic_group": np.array(population.groups)[group],
        }
    )
