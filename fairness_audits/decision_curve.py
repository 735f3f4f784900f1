"""Decision curves within a group: what acting on the model is worth, beside each rule, flagging everyone, and nobody.

Net benefit depends on how common the outcome is, so it is read within a group and never compared between groups; the
standardised figure, a share of the most that could be gained, may be. Flagging nobody is worth 0 by definition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from fairness_audits.disclosure import DisclosureRule, publish
from fairness_audits.estimate import operating_threshold
from fairness_audits.families import Cell, families_of
from fairness_audits.figures import Figure, Section, figure, hidden
from fairness_audits.intervals import UNDEFINED, Interval, effective
from fairness_audits.levels import EVERYONE, EVERYONE_LEVEL, Level
from fairness_audits.net_benefit import net_benefit_interval, standardised_net_benefit_interval
from fairness_audits.policy import OperatingPoint
from fairness_audits.risk_bins import BINS, bin_lower_risk
from fairness_audits.tallies import flagged_share

__all__ = ["DecisionCurve", "DecisionPoint", "WorthOfActing", "decision_curves"]

# Thresholds drawn, as multiples of the one in use; each is moved to the nearest edge of a risk bin, so it is exact.
MULTIPLES = (0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0)

CURVED_LEVELS = ("everyone", "ethnic_group")

Counted = Mapping[str, float | None]


@dataclass(frozen=True, kw_only=True)
class WorthOfActing:
    """Net benefit of one way to flag, and the same as a share of the event rate."""

    net_benefit: Figure
    standardised: Figure

    def to_dict(self) -> dict[str, Any]:
        return {"net_benefit": self.net_benefit.to_dict(), "standardised": self.standardised.to_dict()}


@dataclass(frozen=True, kw_only=True)
class DecisionPoint:
    """One risk threshold. ``rules`` by scorer; ``model_less_everyone`` is the gain over flagging everyone."""

    threshold: float
    is_in_use: bool
    model: WorthOfActing
    everyone: WorthOfActing
    model_less_everyone: Figure
    rules: Mapping[str, WorthOfActing]

    def to_dict(self) -> dict[str, Any]:
        return {
            "threshold": self.threshold,
            "in_use": self.is_in_use,
            "model": self.model.to_dict(),
            "everyone": self.everyone.to_dict(),
            "model_less_everyone": self.model_less_everyone.to_dict(),
            "rules": {name: worth.to_dict() for name, worth in self.rules.items()},
            "nobody": 0,
        }


@dataclass(frozen=True, kw_only=True)
class DecisionCurve:
    """``women`` and ``events`` are those of the model; a rule that was not worked out for all rests on fewer."""

    section: Section
    level: str
    group: str
    women: int | None
    events: int | None
    points: tuple[DecisionPoint, ...]

    def to_dict(self) -> dict[str, Any]:
        plain = {"level": self.level, "group": self.group, "women": self.women, "events": self.events}
        return {**self.section.to_dict(), **plain, "points": [point.to_dict() for point in self.points]}


@dataclass(frozen=True, kw_only=True)
class _Cut:
    threshold: float
    is_in_use: bool
    flagged: pl.Expr


def decision_curves(
    section: Section,
    rows: pl.DataFrame,
    rules: Sequence[tuple[Section, pl.DataFrame]],
    *,
    point: OperatingPoint,
    levels: Sequence[Level],
    thresholds: tuple[float, ...],
    rule: DisclosureRule,
) -> tuple[DecisionCurve, ...]:
    """Everyone first, then each ethnic group; empty where no risks were given or nobody is flagged.

    ``rows`` and those of the ``rules`` are counts; ``thresholds`` are the declared ones.
    """
    cuts = _cuts(rows, point, thresholds)
    if not cuts:
        return ()
    counted = _counted(rows.filter(pl.col("bin").is_not_null()), levels, [cut.flagged for cut in cuts], rule)
    by_rule = {
        other.scored_by: _counted(theirs.filter(pl.col("alert").is_not_null()), levels, [pl.col("alert")], rule)
        for other, theirs in rules
    }
    return tuple(
        DecisionCurve(
            section=section,
            level=cell[0],
            group=cell[1],
            women=_whole(counts["women"]),
            events=_whole(counts["events"]),
            points=tuple(
                _point(cut, number, counts, {n: c[cell] for n, c in by_rule.items() if cell in c}, rule)
                for number, cut in enumerate(cuts)
            ),
        )
        for cell, counts in counted.items()
        if cell[0] in CURVED_LEVELS
    )


def _cuts(rows: pl.DataFrame, point: OperatingPoint, declared: tuple[float, ...]) -> list[_Cut]:
    """Rising. A declared threshold is exact by its cut, any other by the edge of its bin."""
    in_use = operating_threshold(point, flagged_share(rows, point, declared))
    if in_use is None or not 0 < in_use < 1:
        return []
    exact = {risk: pl.col("cut") >= number for number, risk in enumerate(declared, start=1)}
    for multiple in MULTIPLES:
        risk = in_use * multiple
        if risk < 1 and not any(abs(risk - one) < 1e-9 for one in exact):
            edge = min(range(1, BINS), key=lambda number: abs(bin_lower_risk(number) - risk))
            exact[bin_lower_risk(edge)] = pl.col("bin") >= edge
    nearest = min(exact, key=lambda risk: abs(risk - in_use))
    return [_Cut(threshold=risk, is_in_use=risk == nearest, flagged=exact[risk]) for risk in sorted(exact)]


def _counted(
    rows: pl.DataFrame, levels: Sequence[Level], flags: Sequence[pl.Expr], rule: DisclosureRule
) -> dict[Cell, Counted]:
    """Everyone first, then every group: women, events, and for each flag found and false alarms, as printed.

    All levels pass the disclosure rule together, as the tallies do. Weighted rows count as effective numbers.
    """
    known = rows.filter(pl.col("observed").is_not_null())
    sums = _sums(flags)
    sized: dict[Cell, dict[str, float]] = {
        (EVERYONE_LEVEL, EVERYONE): _effective(known.select(**sums).row(0, named=True))
    }
    groups: dict[str, list[str]] = {}
    for level in levels:
        found = level.labelled(known).group_by("group").agg(**sums).rows_by_key("group", named=True, unique=True)
        groups[level.name] = [group for group in level.groups if group in found]
        sized |= {(level.name, group): _effective(found[group]) for group in groups[level.name]}
    # A rule that rounds nothing does not make effective numbers whole.
    return dict(sized) if rule.rounded_to == 1 else dict(publish(rule, sized, families_of(levels, groups)))


def _sums(flags: Sequence[pl.Expr]) -> dict[str, pl.Expr]:
    weight, event = pl.col("weight"), pl.col("observed")
    flagged = {
        f"{name}:{number}": (weight * (flag & is_it).cast(pl.Float64)).sum()
        for number, flag in enumerate(flags)
        for name, is_it in (("found", event), ("false_alarms", ~event))
    }
    total = {"women": weight.sum(), "events": (weight * event.cast(pl.Float64)).sum()}
    return total | {"squared": pl.col("weight_squared").sum()} | flagged


def _effective(row: Mapping[str, float]) -> dict[str, float]:
    scale = effective(row["women"], row["squared"]) / row["women"] if row["women"] else 0.0
    return {name: value * scale for name, value in row.items() if name != "squared"}


def _point(
    cut: _Cut, number: int, counts: Counted, by_rule: Mapping[str, Counted], rule: DisclosureRule
) -> DecisionPoint:
    model = (counts[f"found:{number}"], counts[f"false_alarms:{number}"])
    events, women = counts["events"], counts["women"]
    others = None if events is None or women is None else max(women - events, 0.0)
    return DecisionPoint(
        threshold=round(cut.threshold, 5),
        is_in_use=cut.is_in_use,
        model=_worth(*model, counts, cut.threshold, rule),
        everyone=_worth(events, others, counts, cut.threshold, rule),
        model_less_everyone=_gain(*model, counts, cut.threshold, rule),
        rules={
            name: _worth(theirs["found:0"], theirs["false_alarms:0"], theirs, cut.threshold, rule)
            for name, theirs in by_rule.items()
        },
    )


def _worth(
    found: float | None, false_alarms: float | None, counts: Counted, threshold: float, rule: DisclosureRule
) -> WorthOfActing:
    told = _told(found, false_alarms, counts, rule)
    if told is None:
        return WorthOfActing(net_benefit=hidden("net_benefit"), standardised=hidden("standardised_net_benefit"))
    right, wrong, events, women = told
    share = standardised_net_benefit_interval(right, wrong, events, women, threshold)
    return WorthOfActing(
        net_benefit=figure("net_benefit", net_benefit_interval(right, wrong, women, threshold)),
        standardised=figure("standardised_net_benefit", share),
    )


def _gain(
    found: float | None, false_alarms: float | None, counts: Counted, threshold: float, rule: DisclosureRule
) -> Figure:
    """Everyone flagged, less the model, is the same figure over the women it left out: missed and cleared."""
    told = _told(found, false_alarms, counts, rule)
    if told is None:
        return hidden("net_benefit")
    right, wrong, events, women = told
    lost = net_benefit_interval(events - right, women - events - wrong, women, threshold)
    return figure("net_benefit", UNDEFINED if women <= 0 else Interval(-lost.value, -lost.high, -lost.low))


def _told(
    found: float | None, false_alarms: float | None, counts: Counted, rule: DisclosureRule
) -> tuple[float, float, float, float] | None:
    """None where disguise or rounding could have moved either rate too far."""
    events, women = counts["events"], counts["women"]
    if found is None or false_alarms is None or events is None or women is None:
        return None
    others = women - events
    if not women:
        return 0.0, 0.0, 0.0, 0.0
    if not rule.can_be_share(found, events) or not rule.can_be_share(false_alarms, others):
        return None
    return min(found, events), min(false_alarms, others), events, women


def _whole(count: float | None) -> int | None:
    return None if count is None else int(count + 0.5)
