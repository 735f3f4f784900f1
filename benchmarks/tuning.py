"""What a search for a booster's settings gains on births that took no part in it.

    python -m benchmarks.tuning [--minutes 10] [--births 100000] [--seeds 1] [--outcome preterm_birth] [--data FILE...]

For each seed: simulate births of the scenario `benchmark` (or read the files of ``--data``), hold births out as
training does, search on the rest, and fit the default settings and the search's best. They are compared on births that
neither has seen: twice as many freshly simulated, or the real births held out. The gain is net benefit in 1,000 women
at the default model's offer threshold, with a 95 % interval over women: that of these two models, not of another
search.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.printed import print_heading, print_row
from models.design import ModelDesign
from models.home import Home
from models.metrics import auroc
from models.risk_model import RiskModel
from records.records import Records
from records.sources.cdc_natality import CDC_NATALITY
from records.sources.simulated import simulate
from training.cohort import OBSERVED, Cohort, assemble
from training.design_choice import RetrainRequest, design_for
from training.fitting import fit
from training.offer_policy import ENOUGH_EVENTS
from training.split import hold_out
from training.tuning.asked import Tuning
from training.tuning.gain import paired_gain
from training.tuning.search import booster_tried
from training.tuning.search_space import explanation_cost
from training.tuning.tune import tune

FRESH_SEED = 1_000


def main() -> None:
    asked = _arguments()
    print_heading(
        "births", "seed", "settings", "trials", "AUROC", "worst group found", "gain (95 % interval)", "cost to explain"
    )
    for seed in asked.seeds:
        records = _records(asked, seed)
        request = RetrainRequest(outcome=asked.outcome, seed=seed)
        cohort = assemble(request.outcome, request.point, records)
        design = design_for(request, cohort)
        split = hold_out(cohort.frame, fraction=design.holdout_fraction, seed=design.seed)
        unseen = split.holdout(cohort.frame) if asked.data else _fresh(asked, seed, cohort)
        _compare(asked, seed, cohort, design, split.training(cohort.frame), unseen.drop_nulls(OBSERVED))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--births", type=int, default=100_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--outcome", default="preterm_birth")
    parser.add_argument("--data", type=Path, nargs="+", default=[], help="natality files (.txt, .zip)")
    return parser.parse_args()


def _records(asked: argparse.Namespace, seed: int) -> Records:
    if asked.data:
        return CDC_NATALITY.scan(asked.data)
    return simulate(asked.births, seed=seed, scenario="benchmark").records


def _fresh(asked: argparse.Namespace, seed: int, cohort: Cohort) -> pl.DataFrame:
    fresh = simulate(2 * asked.births, seed=FRESH_SEED + seed, scenario="benchmark").records
    return assemble(cohort.outcome.name, cohort.prediction_point.name, fresh).frame


def _compare(
    asked: argparse.Namespace,
    seed: int,
    cohort: Cohort,
    design: ModelDesign,
    training: pl.DataFrame,
    unseen: pl.DataFrame,
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        home = Home(root=Path(scratch))
        tuned = tune(Tuning(minutes=asked.minutes), design, cohort.records.data_digest, training, home)
    best = replace(design, booster=booster_tried(tuned.best, tuned.trials[tuned.best], design))
    default = fit(design, cohort, training).model
    ground = "real, held out" if asked.data else "simulated, fresh"
    trials = f"{len(tuned.trials)} ({tuned.pruned} pruned)"
    kept = " = default" if tuned.is_default else " = best"
    for name, own in (("default", design), (f"best of the search (chosen{kept})", best)):
        model = default if own == design else fit(own, cohort, training).model
        cost = explanation_cost(own.booster, own.fair_rounds) / explanation_cost(design.booster, design.fair_rounds)
        figures = _figures(model, default, unseen)
        print_row(f"{ground}, {unseen.height:,}", str(seed), name, trials, *figures, f"{cost:.2f} ×")
    print(f"\n{tuned.sentence}\n{dict(best.booster)}\n", flush=True)


def _figures(model: RiskModel, default: RiskModel, unseen: pl.DataFrame) -> tuple[str, str, str]:
    event = unseen[OBSERVED].to_numpy().astype(np.float64)
    risk = model.predict(unseen)
    offered, before = (_offered(one, unseen) for one in (model, default))
    _, woman = np.unique(unseen.select(pl.coalesce("woman_id", "pregnancy_id")).to_series(), return_inverse=True)
    gain = paired_gain(offered, before, event, woman, default.offer_policy.threshold)
    order, place = np.unique(risk, return_inverse=True)
    area = auroc(
        np.bincount(place, weights=event, minlength=len(order)),
        np.bincount(place, weights=1 - event, minlength=len(order)),
    )
    by_group = (
        unseen.select("ethnic_group", found=pl.Series(offered * event), event=pl.Series(event))
        .group_by("ethnic_group")
        .sum()
        .filter(pl.col("event") >= ENOUGH_EVENTS)
    )
    worst = float((by_group["found"] / by_group["event"]).min())  # type: ignore[arg-type]
    return (
        f"{float(area):.4f}",
        f"{worst:.3f}",
        f"{1000 * gain.value:+.2f} ({1000 * gain.low:+.2f} to {1000 * gain.high:+.2f}) per 1,000",
    )


def _offered(model: RiskModel, unseen: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return (model.predict(unseen) >= model.offer_policy.threshold).astype(np.float64)


if __name__ == "__main__":
    main()
