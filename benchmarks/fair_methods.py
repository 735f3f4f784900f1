"""Ours beside fairlearn's methods, reweighing and FairGBM: same births, split, trees, capacity and calibration.

    python -m benchmarks.fair_methods [--grounds benchmark england real] [--births 60000] [--seeds 10] [--data FILE...]

Each seed's births are simulated once (real ones: split anew) and every method is fitted on the same part of them, so
that differences are paired. Methods that draw at random count by expectation. FairGBM runs in an environment of its
own, made in a temporary folder (or kept in ``--environment``); where it cannot be installed its row says so. For each
other method the last table says whether ours is no worse in the worst group's sensitivity, the largest loss to any
group and the AUROC, within the paired interval; by the simulator's true risks where births are simulated.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

from benchmarks.fair_methods_fitted import (
    FAIRGBM,
    FAIRGBM_SLOW,
    GRADIENT,
    GRID,
    ODDS,
    OPTIMIZER,
    REWEIGHING,
    Comparators,
)
from benchmarks.fair_methods_tables import print_beside
from benchmarks.fairgbm_apart import FairGBM, NotRun, installed_apart
from benchmarks.methods import SIMULATED_GROUNDS, birth_records
from benchmarks.methods_judging import judge
from benchmarks.methods_tables import Seeds
from training.design_choice import RetrainRequest

METHODS = {
    "gradient": GRADIENT,
    "odds": ODDS,
    "grid": GRID,
    "optimizer": OPTIMIZER,
    "reweighing": REWEIGHING,
    "fairgbm": FAIRGBM,
    "fairgbm_slow": FAIRGBM_SLOW,
}
# 'odds' costs as much again as all the others
DEFAULT_METHODS = tuple(name for name in METHODS if name != "odds")


def main() -> None:
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        fairgbm: FairGBM | NotRun = NotRun("not asked for")
        if {"fairgbm", "fairgbm_slow"} & set(asked.methods):
            fairgbm = installed_apart(asked.environment or Path(folder, "fairgbm"))
        for ground in asked.grounds:
            runs = []
            for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
                records, true_risks = birth_records(ground, seed, asked.births, asked.data, asked.outcome)
                request = RetrainRequest(outcome=asked.outcome, seed=seed)
                others = _comparators(asked, request, fairgbm)
                runs.append(judge(records, request, true_risks, others.counted))
            print(f"\n## {ground}: {asked.outcome}, {len(runs)} seeds, {records.description}")
            print_beside(Seeds(runs))
            if isinstance(fairgbm, NotRun):
                print(f"\nFairGBM: not run: {fairgbm.reason}")


def _comparators(asked: argparse.Namespace, request: RetrainRequest, fairgbm: FairGBM | NotRun) -> Comparators:
    return Comparators(
        methods=tuple(METHODS[name] for name in asked.methods),
        alert_rate=request.alert_rate,
        tolerance=request.tolerance,
        max_iter=asked.max_iter,
        grid_size=asked.grid_size,
        fairgbm=fairgbm if isinstance(fairgbm, FairGBM) else None,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grounds", nargs="+", choices=(*SIMULATED_GROUNDS, "real"), default=["benchmark"])
    parser.add_argument("--births", type=int, default=60_000, help="of each simulation")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--outcome", default="preterm_birth")
    parser.add_argument("--data", type=Path, nargs="+", default=[], help="natality files for the ground 'real'")
    parser.add_argument("--methods", nargs="+", choices=tuple(METHODS), default=list(DEFAULT_METHODS))
    parser.add_argument("--max-iter", type=int, default=12, help="of the exponentiated gradient")
    parser.add_argument("--grid-size", type=int, default=10, help="fits of the grid search")
    parser.add_argument("--environment", type=Path, help="folder of FairGBM's environment, made if it is not there")
    asked = parser.parse_args()
    if "real" in asked.grounds and not asked.data:
        parser.error("the ground 'real' needs --data with natality files (.txt, .zip)")
    return asked


if __name__ == "__main__":
    main()
