"""Risks moved by group: none, an intercept, subgroup recalibration and MCGrad, on births that none was fitted on.

    python -m benchmarks.subgroup_recalibration [--grounds benchmark england] [--births 200000] [--seeds 10]
        [--data FILE...] [--fewest-events 100] [--mcgrad PYTHON]

Each real file is a ground of its own. For each seed: simulate (or split the file anew), hold births out as training
does, fit plain trees without a constraint, fit each way of moving risks on the births the trees have not seen, and
judge it on those held out. Figures are means over seeds with Student's 95 % interval; a group or crossing is judged
where every seed left it ``--fewest-events`` unseen events. ``--mcgrad`` is the Python of an environment that holds it.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from benchmarks.methods_tables import mean_and_margin
from benchmarks.printed import print_heading, print_row
from benchmarks.subgroup_recalibration_judging import BLIND, Judged, Seed, judge_seed
from records.groups import MISSING_ETHNICITY
from records.sources.cdc_natality import CDC_NATALITY
from records.sources.simulated import simulate
from training.design_choice import RetrainRequest
from training.offer_policy import ENOUGH_EVENTS

SIMULATED_GROUNDS = ("benchmark", "england")
Floats = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grounds", nargs="*", choices=SIMULATED_GROUNDS, default=SIMULATED_GROUNDS)
    parser.add_argument("--births", type=int, default=200_000, help="of each simulation")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--outcome", default="preterm_birth")
    parser.add_argument("--data", type=Path, nargs="*", default=[], help="natality files (.txt, .zip)")
    parser.add_argument("--fewest-events", type=int, default=ENOUGH_EVENTS)
    parser.add_argument("--mcgrad", type=Path)
    asked = parser.parse_args()
    for ground in (*asked.grounds, *asked.data):
        seeds = [_seed(ground, seed, asked) for seed in range(asked.seeds)]
        name = ground.stem if isinstance(ground, Path) else ground
        print(f"\n## {name}: {asked.outcome}, seeds 0 to {asked.seeds - 1}\n\nLast seed: {seeds[-1].split}.")
        report(seeds, asked.fewest_events)


def _seed(ground: str | Path, seed: int, asked: argparse.Namespace) -> Seed:
    request = RetrainRequest(outcome=asked.outcome, seed=seed, constraint="none")
    if isinstance(ground, Path):
        return judge_seed(CDC_NATALITY.scan([ground]), request, None, asked.mcgrad)
    births = simulate(asked.births, seed=seed, scenario=ground)
    return judge_seed(births.records, request, births.truth, asked.mcgrad)


def report(seeds: Sequence[Seed], fewest_events: int) -> None:
    tables = SeedTables(seeds, fewest_events)
    tables.print_by_group("Observed over expected", lambda judged: judged.observed_over_expected, digits=2)
    tables.print_by_group("Sensitivity, the same share of women flagged", lambda judged: judged.sensitivity, digits=3)
    tables.print_summary()
    by = " and ".join(seeds[0].by)
    moved = ", ".join(str(seed.moved) for seed in seeds)
    print(f"\nSubgroup recalibration is by {by}. Subgroups that it moved, by seed: {moved}.")


class SeedTables:
    """Groups in the order of their names; judged are those with enough unseen events in every seed."""

    def __init__(self, seeds: Sequence[Seed], fewest_events: int) -> None:
        self.seeds = seeds
        self.ways = tuple(seeds[0].by_way)
        self.groups, self.judged = _judged([(s.groups, s.events) for s in seeds], fewest_events)
        self.crossings, self.judged_crossings = _judged(
            [(s.crossings, s.crossing_events) for s in seeds], fewest_events
        )

    def by_group(self, way: str, figure: Callable[[Judged], Floats]) -> Floats:
        """One row a seed, one column a judged group, missing ethnicity among them."""
        return np.array([figure(s.by_way[way])[[s.groups.index(name) for name in self.judged]] for s in self.seeds])

    def by_crossing(self, way: str, figure: Callable[[Judged], Floats]) -> Floats:
        return np.array(
            [figure(s.by_way[way])[[s.crossings.index(name) for name in self.judged_crossings]] for s in self.seeds]
        )

    def each(self, way: str, figure: Callable[[Judged], float]) -> Floats:
        return np.array([figure(s.by_way[way]) for s in self.seeds])

    def print_by_group(self, title: str, figure: Callable[[Judged], Floats], *, digits: int) -> None:
        events = np.array([s.events[[s.groups.index(name) for name in self.judged]] for s in self.seeds]).mean(axis=0)
        print(f"\n{title}; mean unseen events in brackets\n")
        print_heading("way", *(f"{name} ({count:.0f})" for name, count in zip(self.judged, events, strict=True)))
        for way in self.ways:
            values = self.by_group(way, figure)
            print_row(way, *(_printed(values[:, column], digits) for column in range(len(self.judged))))
        left_out = [name for name in self.groups if name not in self.judged]
        if left_out:
            print(f"\nToo few events to judge: {', '.join(left_out)}.")

    def print_summary(self) -> None:
        print("\nAgainst blind, over judged groups and crossings\n")
        print_heading(
            "way",
            "worst-group O:E",
            "worst-group calibration error",
            f"worst-crossing O:E (of {len(self.judged_crossings)})",
            "the same by true risks",
            "worst-group sensitivity",
            "largest loss of sensitivity, mean over seeds",
            "AUROC",
            "log-loss",
            "flags per 1,000",
            "CPU s to fit",
        )
        for way in self.ways:
            print_row(way, *self._summary(way))

    def _summary(self, way: str) -> list[str]:
        stated = [name not in MISSING_ETHNICITY for name in self.judged]
        ratio = self.by_group(way, lambda j: j.observed_over_expected)[:, stated].mean(axis=0)
        error = self.by_group(way, lambda j: j.calibration_error)[:, stated].mean(axis=0)
        names = [name for name, is_stated in zip(self.judged, stated, strict=True) if is_stated]
        fall = (self.by_group(BLIND, lambda j: j.sensitivity) - self.by_group(way, lambda j: j.sensitivity)).mean(
            axis=0
        )
        loser = int(fall.argmax())
        return [
            _worst_ratio(ratio, names),
            f"{error.max():.4f} ({names[int(error.argmax())]})" if names else "-",
            _worst_ratio(
                self.by_crossing(way, lambda j: j.crossing_observed_over_expected).mean(axis=0), self.judged_crossings
            ),
            _worst_ratio(
                self.by_crossing(way, lambda j: j.crossing_true_over_expected).mean(axis=0), self.judged_crossings
            ),
            _printed(self.by_group(way, lambda j: j.sensitivity)[:, stated].min(axis=1), 3) if names else "-",
            "-" if way == BLIND else f"{fall[loser]:.3f} ({self.judged[loser]})" if fall[loser] > 0 else "none",
            _printed(self.each(way, lambda j: j.auroc), 4),
            _printed(self.each(way, lambda j: j.log_loss), 5),
            _printed(self.each(way, lambda j: j.flags_per_1000), 1),
            f"{np.median(self.each(way, lambda j: j.seconds)):.2f}",
        ]

    def _worst_crossing(self, way: str, figure: Callable[[Judged], Floats]) -> str:
        return _worst_ratio(self.by_crossing(way, figure).mean(axis=0), self.judged_crossings)


def _judged(counted: Sequence[tuple[tuple[str, ...], Floats]], fewest: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All names, and those of enough events in every seed."""
    names = sorted(set().union(*(names for names, _ in counted)))
    events = [dict(zip(own, amounts.tolist(), strict=True)) for own, amounts in counted]
    return tuple(names), tuple(name for name in names if all(one.get(name, 0) >= fewest for one in events))


def _worst_ratio(ratio: Floats, names: Sequence[str]) -> str:
    """The one farthest from 1, up or down alike."""
    if not len(names) or np.isnan(ratio).any():
        return "-"
    worst = int(np.abs(np.log(ratio)).argmax())
    return f"{ratio[worst]:.2f} ({names[worst]})"


def _printed(values: Floats, digits: int) -> str:
    mean, margin = mean_and_margin(values)
    return f"{mean:.{digits}f}" + ("" if np.isnan(margin) else f" ± {margin:.{digits}f}")


if __name__ == "__main__":
    main()
