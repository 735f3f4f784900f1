"""Ways of treating groups fairly, side by side on births that none of them has seen.

    python -m benchmarks.methods [--grounds benchmark england real] [--births 200000] [--seeds 5] [--data FILE...]

Three grounds: births simulated by the scenarios `benchmark` and `england`, and the real files named by ``--data``. For
each seed: simulate (or, for real births, split anew), hold births out as training does, fit, and count on the births
held out. Figures are means over seeds with Student's 95 % interval; over splits of one real file the seeds share their
births, so that there the interval speaks of the split and not of another year. Targets are set for `benchmark` alone.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

# before LightGBM and Polars start their threads: cost is CPU time, and threads that wait for each other burn it
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import polars as pl

from benchmarks.methods_judging import SeedRun, judge
from benchmarks.methods_tables import Seeds, print_tables
from benchmarks.methods_targets import targets
from records.records import Records
from records.sources.cdc_natality import CDC_NATALITY
from records.sources.simulated import simulate
from training.design_choice import RetrainRequest

SIMULATED_GROUNDS = ("benchmark", "england")
GROUND_WITH_TARGETS = "benchmark"


def main() -> None:
    asked = _arguments()
    for ground in asked.grounds:
        runs = []
        for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
            records, true_risks = birth_records(ground, seed, asked.births, asked.data, asked.outcome)
            runs.append(judge(records, RetrainRequest(outcome=asked.outcome, seed=seed), true_risks))
        _report(ground, asked.outcome, records, runs)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grounds", nargs="+", choices=(*SIMULATED_GROUNDS, "real"))
    parser.add_argument("--births", type=int, default=200_000, help="of each simulation")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--outcome", default="preterm_birth")
    parser.add_argument("--data", type=Path, nargs="+", default=[], help="natality files for the ground 'real'")
    asked = parser.parse_args()
    if asked.grounds is None:
        asked.grounds = [*SIMULATED_GROUNDS, *(["real"] if asked.data else [])]
    if "real" in asked.grounds and not asked.data:
        parser.error("the ground 'real' needs --data with natality files (.txt, .zip)")
    return asked


def birth_records(
    ground: str, seed: int, births: int, data: list[Path], outcome: str
) -> tuple[Records, pl.DataFrame | None]:
    """Records, and of simulated births each one's true risk of the outcome."""
    if ground == "real":
        return CDC_NATALITY.scan(data), None
    simulated = simulate(births, seed=seed, scenario=ground)
    return simulated.records, simulated.truth.select("pregnancy_id", true_risk=f"{outcome}_true_risk")


def _report(ground: str, outcome: str, records: Records, runs: list[SeedRun]) -> None:
    seeds = Seeds(runs)
    print(f"\n## {ground}: {outcome}, {len(runs)} seeds\n\nLast seed: {records.description}; {runs[-1].split}.")
    print_tables(seeds)
    print("\nChosen by seed:")
    for run in runs:
        print(f"- {run.chosen}")
    if ground == GROUND_WITH_TARGETS:
        print("\nTargets, on means over seeds and groups with enough events:")
        for target in targets(seeds):
            print(f"- {target}")


if __name__ == "__main__":
    main()
