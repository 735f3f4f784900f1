"""From drawn counts to the limits that an audit prints, and how often they hold the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from benchmarks.audit_populations import BIN_NUMBERS, Population
from fairness_audits.disclosure import DisclosureRule
from fairness_audits.distribution_figures import PrintedTotals, distribution_intervals
from fairness_audits.figures import figure
from fairness_audits.intervals import rounding_variance
from fairness_audits.net_benefit import net_benefit_interval
from fairness_audits.printed_rates import difference, mean_of_risks, ratio, share
from fairness_audits.tallies import Distribution

__all__ = ["CONSERVATIVE", "Coverage", "covered", "figures_of_cell"]

STATED = 0.95
SURELY = 0.001
# They promise at least the stated rate: O:E takes women to vary as if all had one risk, calibration error is bounded
# by a distribution matched in its first two moments.
CONSERVATIVE = frozenset({"observed_to_expected", "calibration_error"})

Counted = NDArray[np.int64]


@dataclass
class Coverage:
    """Of the repeats that printed limits for a figure: in how many they held the truth; and how many printed none."""

    hits: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    repeats: int = 0

    def add(self, limits: dict[str, tuple[float, float]], truths: dict[str, float]) -> None:
        self.repeats += 1
        for name, (low, high) in limits.items():
            self.shown[name] += 1
            self.hits[name] += low <= truths[name] <= high

    def share(self, name: str) -> float:
        return self.hits[name] / self.shown[name]

    def verdict(self, name: str) -> str:
        """'holds', 'short' or 'wide' by the exact binomial test at `SURELY`; 'none' where too few printed limits."""
        if self.shown[name] < 0.1 * self.repeats:
            return "none"
        if binomtest(self.hits[name], self.shown[name], STATED).pvalue > SURELY:
            return "holds"
        return "short" if self.share(name) < STATED else "wide"


def covered(
    population: Population,
    women: int,
    repeats: int,
    rule: DisclosureRule,
    random: np.random.Generator,
    *,
    only_first: bool = False,
) -> list[Coverage]:
    """One `Coverage` a group, or of the first group alone, over samples of ``women`` women."""
    groups = range(len(population.groups))
    truths = [population.truths(group, [g for g in groups if g != group]) for group in groups]
    found = [Coverage() for _ in groups]
    for sample in population.draw(women, repeats, random):
        at_the_cut = [_counts(sample[group], population.flagged[group]) for group in groups]
        total = {name: sum(counts[name] for counts in at_the_cut) for name in at_the_cut[0]}
        for group in (0,) if only_first else groups:
            limits = figures_of_cell(sample[group], at_the_cut[group], total, population, rule)
            found[group].add(limits, truths[group])
    return found


def figures_of_cell(
    sample: Counted, counts: dict[str, int], total: dict[str, int], population: Population, rule: DisclosureRule
) -> dict[str, tuple[float, float]]:
    """Limits of every figure of one group, as printed; those hidden or undefined are left out."""
    return {
        name: (low, high)
        for name, low, high in _figures(sample, counts, total, population, rule)
        if low is not None and high is not None and low == low and high == high
    }


SHARES = {
    "event_rate": ("events", "women"),
    "flag_rate": ("flagged", "women"),
    "sensitivity": ("found", "events"),
    "specificity": ("cleared", "non_events"),
    "positive_predictive_value": ("found", "flagged"),
}
COMPARED = ("sensitivity", "positive_predictive_value")


def _counts(sample: Counted, flagged: NDArray[np.bool_]) -> dict[str, int]:
    non_events, events = sample.sum(axis=0).tolist()
    false_alarms, found = sample[flagged].sum(axis=0).tolist()
    return {
        "women": events + non_events,
        "events": events,
        "non_events": non_events,
        "found": found,
        "false_alarms": false_alarms,
        "flagged": found + false_alarms,
        "cleared": non_events - false_alarms,
    }


def _figures(
    sample: Counted, exact: dict[str, int], total: dict[str, int], population: Population, rule: DisclosureRule
) -> Iterator[tuple[str, float | None, float | None]]:
    rounding = rounding_variance(rule.rounded_to)
    own = {name: rule.count(value) for name, value in exact.items()}
    rest = {name: max((rule.count(value) or 0) - (own[name] or 0), 0) for name, value in total.items()}
    for name, (part, whole) in SHARES.items():
        rate = share(name, own[part], own[whole], rule)
        yield name, rate.low, rate.high
        if name in COMPARED:
            gap = difference((own[part], own[whole]), (rest[part], rest[whole]), rule)
            if gap is not None:
                yield f"{name}, difference", gap.low, gap.high
    if not exact["women"]:
        return
    if all(rule.can_be_share(own["found"], whole) for whole in (own["events"], own["flagged"])):
        counted = (own["found"], own["false_alarms"], own["women"])
        benefit = figure("net_benefit", net_benefit_interval(*counted, population.threshold, rounding=rounding))
        yield "net_benefit", benefit.low, benefit.high
    women = sample.sum(axis=1)
    mean_risk = mean_of_risks(float(women @ population.risk) / exact["women"], own["women"], rule)
    oe = ratio(own["events"], own["women"], mean_risk, rule)
    yield "observed_to_expected", oe.low, oe.high
    events, known = own["events"] or 0, own["women"] or 0
    if min(events, known - events) >= (1 if rule.name == "none" else 10):
        totals = PrintedTotals(
            events=events,
            known=known,
            event_size=events,
            non_event_size=known - events,
            rounded_to=rule.rounded_to,
        )
        for name, interval in distribution_intervals(_distribution(sample, population), totals).items():
            printed = figure(name, interval)
            yield name, printed.low, printed.high


def _distribution(sample: Counted, population: Population) -> Distribution:
    used = sample.sum(axis=1) > 0
    non_events, events = sample[used].astype(float).T
    risk = population.risk[used]
    return Distribution(
        events=events,
        non_events=non_events,
        mean_risk=risk,
        bins=BIN_NUMBERS[used],
        risk_of_events=float(events @ risk),
        squared_risk=float((events + non_events) @ risk**2),
        effective_events=float(events.sum()),
        effective_non_events=float(non_events.sum()),
    )
