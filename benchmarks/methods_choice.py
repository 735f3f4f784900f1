"""What a constrained row must gain before row 0 is given up: whom each bar harms, and what it leaves untaken.

    python -m benchmarks.methods_choice [--grounds benchmark england] [--births 30000 60000 200000] [--seeds 10]

Every fit is made once; each bar then chooses among its rows. Held-out births of these simulations are judged twice: by
who had the event (*seen*, as an audit must), and by the true risks (*true*: the share of expected events flagged, free
of the chance of who had it). Seeds start at 100, apart from those that `benchmarks.methods` judges.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.methods_tables import mean_and_margin
from records.groups import MISSING_ETHNICITY, NOT_KNOWN
from records.sources.simulated import simulate
from training.cohort import OBSERVED, assemble
from training.design_choice import RetrainRequest, design_for
from training.fair_boost import FrontierRow
from training.fair_boost.frontier import LARGEST_LOSS_ALLOWED, choose
from training.fitting import fit
from training.offer_policy import ENOUGH_EVENTS
from training.split import hold_out

OUTCOME = "preterm_birth"
BARS = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03)


@dataclass(frozen=True, kw_only=True)
class JudgedFit:
    """Sensitivities have one row a row of the frontier and one column a group."""

    frontier: Sequence[FrontierRow]
    groups: NDArray[np.str_]
    events: NDArray[np.float64]
    seen: NDArray[np.float64]
    true: NDArray[np.float64]

    def chosen(self, bar: float) -> int:
        """At a bar of 0, any rise at all."""
        return choose(self.frontier, smallest_gain=bar or np.finfo(float).tiny).row

    def loses(self, row: int, sensitivity: NDArray[np.float64], *, fewest_events: int) -> bool:
        counted = self.events >= fewest_events
        return bool((sensitivity[0] - sensitivity[row])[counted].max(initial=0.0) > LARGEST_LOSS_ALLOWED)

    def worst_group_gain(self, row: int) -> float:
        """True sensitivity of the worst stated group, whichever it then is, above row 0's."""
        stated = ~np.isin(self.groups, MISSING_ETHNICITY)
        return float(self.true[row, stated].min() - self.true[0, stated].min())


def judged_fit(ground: str, births: int, seed: int) -> JudgedFit:
    simulated = simulate(births, seed=seed, scenario=ground)
    request = RetrainRequest(outcome=OUTCOME, seed=seed)
    cohort = assemble(OUTCOME, request.point, simulated.records)
    design = design_for(request, cohort)
    split = hold_out(cohort.frame, fraction=design.holdout_fraction, seed=seed)
    fitted = fit(design, cohort, split.training(cohort.frame))

    unseen = split.holdout(cohort.frame).filter(pl.col(OBSERVED).is_not_null())
    risks = simulated.truth.select("pregnancy_id", risk=f"{OUTCOME}_true_risk")
    true_risk = unseen.select("pregnancy_id").join(risks, on="pregnancy_id", how="left")["risk"].to_numpy()
    event = unseen[OBSERVED].to_numpy().astype(np.float64)
    groups, codes = np.unique(unseen["ethnic_group"].fill_null(NOT_KNOWN).to_numpy().astype(str), return_inverse=True)
    encoded = fitted.model.encoding.encode(unseen)
    flags = [
        fitted.classifier.risk_at(encoded, number) >= row.figures.threshold
        for number, row in enumerate(fitted.classifier.frontier_)
    ]

    def flagged_share(weight: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.bincount(codes, weights=weight)
        found = np.array([np.bincount(codes, weights=weight * flag) for flag in flags])
        shares: NDArray[np.float64] = np.divide(found, total, out=np.zeros_like(found), where=total > 0)
        return shares

    return JudgedFit(
        frontier=fitted.classifier.frontier_,
        groups=groups,
        events=np.bincount(codes, weights=event).astype(np.float64),
        seen=flagged_share(event),
        true=flagged_share(true_risk),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grounds", nargs="+", choices=("benchmark", "england"), default=("england", "benchmark"))
    parser.add_argument("--births", type=int, nargs="+", default=(30_000, 60_000, 200_000))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=100)
    asked = parser.parse_args()
    print("Loss: some group more than .01 below row 0. Gain: true sensitivity of the worst stated group.\n")
    print(
        "| ground | births | bar | constrained row taken | loss seen, 100 events | true, 100 events | true, any group "
        "| gain |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    for ground in asked.grounds:
        for births in asked.births:
            seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
            fits = [judged_fit(ground, births, seed) for seed in seeds]
            for bar in BARS:
                print(f"| {ground} | {births:,} | {_line(fits, bar)} |", flush=True)


def _line(fits: Sequence[JudgedFit], bar: float) -> str:
    chosen = [(judged, judged.chosen(bar)) for judged in fits]
    counts = [
        sum(row > 0 for _, row in chosen),
        sum(judged.loses(row, judged.seen, fewest_events=ENOUGH_EVENTS) for judged, row in chosen),
        sum(judged.loses(row, judged.true, fewest_events=ENOUGH_EVENTS) for judged, row in chosen),
        sum(judged.loses(row, judged.true, fewest_events=0) for judged, row in chosen),
    ]
    gain, margin = mean_and_margin(np.array([judged.worst_group_gain(row) for judged, row in chosen]))
    counted = " | ".join(f"{count} of {len(fits)}" for count in counts)
    return f"{bar or 'any rise'} | {counted} | {gain:+.4f} ± {margin:.4f}"


if __name__ == "__main__":
    main()
