"""Methods side by side over seeds: figures with how far the seeds leave them open, printed as Markdown tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from benchmarks.methods_judging import PARITY, ROW_0, Counted, SeedRun
from benchmarks.printed import print_heading, print_row
from records.groups import MISSING_ETHNICITY
from training.fair_boost.frontier import LARGEST_LOSS_ALLOWED
from training.offer_policy import ENOUGH_EVENTS

__all__ = ["Seeds", "levelled_down", "mean_and_margin", "print_tables"]

# a sensitivity of fewer is a fraction of a handful of women: it says nothing, and of real women too much
FEWEST_EVENTS_SHOWN = 10


class Seeds:
    """The runs of one ground. A group is judged where seeds left it at least `ENOUGH_EVENTS` unseen events on
    average, and in a single seed where that seed did."""

    def __init__(self, runs: Sequence[SeedRun]) -> None:
        self.runs = tuple(runs)
        # a group of a few births can be missing from a seed's holdout
        self.groups = tuple(sorted(set.intersection(*(set(run.groups) for run in runs))))
        self.methods = tuple(runs[0].by_method)

    def by_group(self, method: str, figure: Callable[[Counted], NDArray[np.float64]]) -> NDArray[np.float64]:
        """One row a seed, one column a group."""
        return np.array(
            [figure(run.by_method[method])[[run.groups.index(name) for name in self.groups]] for run in self.runs]
        )

    def each(self, method: str, figure: Callable[[Counted], float]) -> NDArray[np.float64]:
        return np.array([figure(run.by_method[method]) for run in self.runs])

    def promised(self, method: str) -> tuple[float, float]:
        """Flags per 1,000 that level-up cuts promised, and how many of them by the lower cuts; means over seeds."""
        promises = [run.promised[method] for run in self.runs]
        return float(np.mean([p.flags_per_1000 for p in promises])), float(np.mean([p.extra for p in promises]))

    @property
    def shown(self) -> NDArray[np.bool_]:
        """Groups with enough events for a figure of their own in a table; the rest are named beneath it."""
        return np.asarray((self.by_group(ROW_0, lambda c: c.events) >= FEWEST_EVENTS_SHOWN).all(axis=0))

    @property
    def judged(self) -> NDArray[np.bool_]:
        return np.asarray(self.by_group(ROW_0, lambda c: c.events).mean(axis=0) >= ENOUGH_EVENTS)

    @property
    def judged_in_seed(self) -> NDArray[np.bool_]:
        """One row a seed, one column a group."""
        return np.asarray(self.by_group(ROW_0, lambda c: c.events) >= ENOUGH_EVENTS)

    @property
    def worst_eligible(self) -> NDArray[np.bool_]:
        """Judged groups that can be the worst: missing ethnicity is a row, and nobody's group."""
        return self.judged & ~np.isin(self.groups, MISSING_ETHNICITY)

    def sensitivity(self, method: str) -> NDArray[np.float64]:
        return self.by_group(method, lambda c: c.sensitivity)

    def true_sensitivity(self, method: str) -> NDArray[np.float64]:
        """By the simulator's own risks; NaN of real births."""
        return self.by_group(method, lambda c: c.true_sensitivity)

    def worst_sensitivity(self, method: str, *, true: bool = False) -> NDArray[np.float64]:
        """Of each seed; NaN where no group has enough events."""
        if not self.worst_eligible.any():
            return np.full(len(self.runs), math.nan)
        sensitivity = self.true_sensitivity(method) if true else self.sensitivity(method)
        return np.asarray(sensitivity[:, self.worst_eligible].min(axis=1))

    def change(self, method: str, *, true: bool = False) -> NDArray[np.float64]:
        """Sensitivity above row 0's, by seed and group."""
        if true:
            return self.true_sensitivity(method) - self.true_sensitivity(ROW_0)
        return self.sensitivity(method) - self.sensitivity(ROW_0)

    def largest_losses(self, method: str, *, true: bool = False) -> NDArray[np.float64]:
        """Of each seed, the most that a group judged in it fell below row 0; 0 where none fell."""
        return np.asarray(np.where(self.judged_in_seed, -self.change(method, true=true), 0.0).max(axis=1, initial=0.0))

    def largest_loss(self, method: str) -> tuple[str, float]:
        """The judged group whose mean over seeds fell most below row 0, and by how much (negative: none fell)."""
        if not self.judged.any():
            return "no group", math.nan
        loss = np.where(self.judged, -self.change(method).mean(axis=0), -np.inf)
        return self.groups[int(loss.argmax())], float(loss.max())

    def seeds_with_a_loss(self, method: str) -> int:
        return int((self.largest_losses(method) > LARGEST_LOSS_ALLOWED).sum())

    def worst_calibrated(self, method: str) -> tuple[str, float]:
        if not self.worst_eligible.any():
            return "no group", math.nan
        ratio = self.by_group(method, lambda c: c.observed_over_expected).mean(axis=0)
        worst = max(np.flatnonzero(self.worst_eligible), key=lambda index: abs(math.log(ratio[index])))
        return self.groups[int(worst)], float(ratio[worst])


def mean_and_margin(values: NDArray[np.float64]) -> tuple[float, float]:
    """Mean, and half of Student's 95 % interval for it over seeds; NaN for a single seed."""
    if len(values) < 2:
        return float(values.mean()), math.nan
    margin = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    return float(values.mean()), float(margin)


def levelled_down(seeds: Seeds, method: str) -> tuple[tuple[str, float], ...]:
    """Judged groups whose mean sensitivity is below row 0's by more than is allowed, and by how much, most first."""
    change = seeds.change(method).mean(axis=0)
    lost = [
        (name, float(-change[i]))
        for i, name in enumerate(seeds.groups)
        if seeds.judged[i] and change[i] < -LARGEST_LOSS_ALLOWED
    ]
    return tuple(sorted(lost, key=lambda pair: -pair[1]))


def print_tables(seeds: Seeds) -> None:
    _print_group_table(
        "Sensitivity (of the women it happened to, the share flagged)",
        seeds,
        lambda method: (seeds.each(method, lambda c: c.overall_sensitivity), seeds.sensitivity(method)),
        digits=3,
    )
    _print_group_table(
        "Observed over expected",
        seeds,
        lambda method: (
            seeds.each(method, lambda c: float(c.events.sum() / c.expected.sum())),
            seeds.by_group(method, lambda c: c.observed_over_expected),
        ),
        digits=2,
    )
    _print_summary(seeds)
    lost = levelled_down(seeds, PARITY)
    named = ", ".join(f"{name} by {loss:.3f}" for name, loss in lost)
    print(f"\nTwo-sided parity levels down: {named or 'no judged group by more than .01'}.")


def _print_group_table(
    title: str,
    seeds: Seeds,
    figures: Callable[[str], tuple[NDArray[np.float64], NDArray[np.float64]]],
    *,
    digits: int,
) -> None:
    shown = np.flatnonzero(seeds.shown)
    events = seeds.by_group(ROW_0, lambda c: c.events).mean(axis=0)
    heads = [f"{seeds.groups[i]}{'*' if seeds.judged[i] else ''} ({events[i]:.0f})" for i in shown]
    print(f"\n{title}; mean events in brackets, * judged\n")
    print_heading("method", "all", *heads)
    for method in seeds.methods:
        overall, groups = figures(method)
        print_row(method, _printed(overall, digits), *(_printed(groups[:, i], digits) for i in shown))
    hidden = [name for name, visible in zip(seeds.groups, seeds.shown, strict=True) if not visible]
    if hidden:
        print(f"\nNot shown, fewer than {FEWEST_EVENTS_SHOWN} unseen events in some seed: {', '.join(hidden)}.")


def _print_summary(seeds: Seeds) -> None:
    print("\nAgainst row 0, over judged groups\n")
    heads = [
        "worst-group sensitivity",
        "largest loss, mean over seeds",
        "seeds with a loss > .01",
        "worst O:E",
        "AUROC",
    ]
    print_heading("method", *heads, "flags per 1,000", "cost")
    for method in seeds.methods:
        loser, loss = seeds.largest_loss(method)
        group, ratio = seeds.worst_calibrated(method)
        flags = _printed(seeds.each(method, lambda c: c.flags_per_1000), 1)
        if method in seeds.runs[0].promised:
            promised, extra = seeds.promised(method)
            flags += f" (promised {promised:.1f}, of them {extra:.1f} by the lower cuts)"
        lost = "-" if method == ROW_0 else f"{loss:.3f} ({loser})" if loss > 0 else "none"
        print_row(
            method,
            _printed(seeds.worst_sensitivity(method), 3),
            lost,
            "-" if method == ROW_0 else f"{seeds.seeds_with_a_loss(method)} of {len(seeds.runs)}",
            f"{ratio:.2f} ({group})",
            _printed(seeds.each(method, lambda c: c.auroc), 4),
            flags,
            f"{np.median(seeds.each(method, lambda c: c.cost)):.2f}x",
        )


def _printed(values: NDArray[np.float64], digits: int) -> str:
    mean, margin = mean_and_margin(values)
    if math.isnan(mean):
        return "-"
    return f"{mean:.{digits}f}" + ("" if math.isnan(margin) else f" ± {margin:.{digits}f}")
