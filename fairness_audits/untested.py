"""Women without a recorded outcome: three analyses side by side, because untested is missing, not negative.

Tested only: what every other table of the audit shows. Weighted: each tested woman stands for the untested ones of her
group whose risk was like hers (inverse probability of being tested; Seaman and White, Stat Methods Med Res
2013;22:278).
Bounds: every untested woman had the outcome, or none had, and the furthest that their outcomes could move the figure.

Weighting helps only if, among women of one group and one band of risk, being tested has nothing to do with the outcome.
Where it depends on what is not recorded, the weighted figure is as wrong as the one of tested women, and only the
bounds hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from fairness_audits.bounds import extremes
from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import Figure, GroupFigures, Section, figure, hidden, row_to_dict
from fairness_audits.intervals import UNDEFINED
from fairness_audits.levels import Level
from fairness_audits.printed_rates import mean_of_risks, ratio, share
from fairness_audits.tallies import Tally
from fairness_audits.testing_weights import Weighted, weighted_by_testing

__all__ = ["UNTESTED_CAVEAT", "UntestedAnalysis", "untested_analyses"]

UNTESTED_CAVEAT = (
    "Weighting the tested women does not help if being tested depends on anything that is not recorded; the bounds "
    "hold whatever the untested women's outcomes were."
)
ESTIMANDS = ("event_rate", "sensitivity", "observed_to_expected")


@dataclass(frozen=True, kw_only=True)
class UntestedAnalysis:
    """One figure of one group, four ways. ``untested`` of ``due`` women have no recorded outcome.

    ``effective_women`` is how many unweighted tested women would tell as much as the weighted ones. ``lowest`` and
    ``highest`` are the bounds; their outer limits hold the figure whatever the untested women's outcomes were.
    """

    section: Section
    operating_point: str
    level: str
    group: str
    estimand: str
    due: int | None
    untested: int | None
    tested_only: Figure
    weighted: Figure
    effective_women: int | None
    none_had_it: Figure
    all_had_it: Figure
    lowest: Figure
    highest: Figure

    def to_dict(self) -> dict[str, Any]:
        return row_to_dict(self)


def untested_analyses(
    rows: pl.DataFrame, figures: Sequence[tuple[GroupFigures, Tally]], level: Level | None, rule: DisclosureRule
) -> tuple[UntestedAnalysis, ...]:
    """For everyone and each group of ``level``; empty where every outcome that was due is recorded.

    ``rows`` carry ``flagged_share``; ``figures`` are those of everyone and of the level's groups, with their tallies.
    """
    if not figures or not figures[0][0].counts["untested"]:
        return ()
    weights = weighted_by_testing(rows, None, rule)
    if level is not None:
        weights |= weighted_by_testing(rows, level, rule)
    return tuple(
        _analysis(estimand, row, tally, weights.get(row.group), rule)
        for row, tally in figures
        for estimand in ESTIMANDS
    )


def _analysis(
    estimand: str, row: GroupFigures, tally: Tally, weights: Weighted | None, rule: DisclosureRule
) -> UntestedAnalysis:
    ratios = _ratios(row, tally, rule)
    bounds = ratios if estimand == "observed_to_expected" else _rates(estimand, row, rule)
    untested, known = row.counts["untested"], row.counts["ascertained"]
    can_be_told = row[estimand].value is not None and weights is not None
    return UntestedAnalysis(
        section=row.section,
        operating_point=row.operating_point,
        level=row.level,
        group=row.group,
        estimand=estimand,
        due=None if untested is None or known is None else untested + known,
        untested=untested,
        tested_only=row[estimand],
        weighted=_weighted(estimand, row, weights),
        effective_women=weights.women if can_be_told and weights is not None else None,
        **bounds,
    )


def _weighted(estimand: str, row: GroupFigures, weights: Weighted | None) -> Figure:
    """Hidden wherever the figure of tested women is."""
    if row[estimand].is_hidden:
        return hidden(estimand)
    return figure(estimand, UNDEFINED if weights is None else weights.intervals[estimand])


def _rates(rate: str, row: GroupFigures, rule: DisclosureRule) -> dict[str, Figure]:
    found = extremes(rate, row.counts, rule)
    if found is None:
        return dict.fromkeys(("none_had_it", "all_had_it", "lowest", "highest"), hidden(rate))
    lowest, highest = (share(rate, *one, rule) for one in found)
    if rate == "event_rate":
        return {"none_had_it": lowest, "all_had_it": highest, "lowest": lowest, "highest": highest}
    (_, unflagged), (flagged, _) = found
    more = flagged - min(row.counts["found"] or 0, row.counts["evaluated_events"] or 0)
    everyone = share(rate, flagged, unflagged + more, rule)
    return {"none_had_it": row[rate], "all_had_it": everyone, "lowest": lowest, "highest": highest}


def _ratios(row: GroupFigures, tally: Tally, rule: DisclosureRule) -> dict[str, Figure]:
    """O:E where none of the untested had the outcome, and where all had; they are the bounds too."""
    events, known, untested = (row.counts[n] for n in ("scored_events", "scored_ascertained", "untested_scored"))
    name = "observed_to_expected"
    if events is None or known is None or untested is None:
        return dict.fromkeys(("none_had_it", "all_had_it", "lowest", "highest"), hidden(name))
    # The mean risk of a few untested women is not told: it is taken to be that of the tested ones.
    told = tally.mean_risk if not untested or rule.is_disguised(untested) else tally.mean_risk_due
    mean = mean_of_risks(told, known, rule)
    most = int(rule.possible(untested)[1])
    none, everyone = (ratio(n, known + most, mean, rule) for n in (events, events + most))
    return {"none_had_it": none, "all_had_it": everyone, "lowest": none, "highest": everyone}
