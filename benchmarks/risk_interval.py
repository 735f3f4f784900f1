"""Whether the interval shown with a risk holds what it says: how often women scored alike truly have the outcome.

    python -m benchmarks.risk_interval [--births 20000 60000 200000] [--seeds 10] [--fresh 200000]
        [--scenarios benchmark england] [--outcomes preterm_birth haemorrhage]

Births are simulated, so that each woman's true risk is known. A model is fitted as `retrain` fits it and its interval
is made of the births held out. Then as many births as ``--fresh`` says, that no model saw, are scored, sorted by risk
and cut into fifty parts of equally many women; in each part the mean true risk is what women scored alike have. The
interval is to hold it in 95 of 100. Beside it: Wilson's interval of tenths of the held-out women, which was shown
before, and how often the risk told itself lies in the interval.
"""

from __future__ import annotations

import argparse
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import t as student

from benchmarks.printed import print_heading, print_row
from models.risk_model import RiskModel
from records.sources.simulated import simulate
from records.sources.simulated.births import live
from records.sources.simulated.course import baseline_log_odds, booking_risk
from records.sources.simulated.scenario_file import scenario as scenario_named
from records.sources.simulated.simulation import Simulation
from training.cohort import Cohort, assemble
from training.design_choice import RetrainRequest, design_for
from training.fitting import fit
from training.holdout import shown_with_a_risk
from training.split import hold_out

__all__ = ["WOMEN", "Coverage", "Fresh", "coverage", "fitted_with_interval", "fresh_births"]

SCENARIOS = ("benchmark", "england")
# A common outcome and a rare one: 12 % and 1 % of `benchmark` births, 8 % and 3 % of `england` births.
OUTCOMES = ("preterm_birth", "haemorrhage")
# Later facts that women of the outcome's population have in common: preterm birth is of one baby.
POPULATION: Mapping[str, Mapping[str, bool]] = MappingProxyType(
    {"preterm_birth": {"multiple_pregnancy": False}, "haemorrhage": {}}
)
PARTS = 50
# Which of the fifty parts, from the lowest risks: all; and where limits are hardest to keep.
WOMEN = {"all women": (0, 50), "lowest tenth": (0, 5), "middle": (5, 45), "highest tenth": (45, 50)}
# Seeds of the fresh births, far from any that a model is fitted on.
FRESH_SEED = 900_000

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """Births that no model saw, as a cohort's frame, and each woman's true risk."""

    frame: pl.DataFrame
    true_risk: Array


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """By part of the women, from the lowest risks: whether each interval held the true share, and how wide it was.

    ``told`` is whether the mean risk told lies in the interval, ``tenths`` whether Wilson's interval of tenths held.
    """

    held: npt.NDArray[np.bool_]
    tenths: npt.NDArray[np.bool_]
    told: npt.NDArray[np.bool_]
    told_in_tenths: npt.NDArray[np.bool_]
    width: Array
    tenths_width: Array


def fresh_births(scenario: str, outcome: str, births: int, seed: int) -> Fresh:
    simulated = simulate(births, seed=FRESH_SEED + seed, scenario=scenario)
    cohort = assemble(outcome, RetrainRequest(outcome=outcome).point, simulated.records)
    truth = simulated.truth.select("pregnancy_id", true_risk=pl.Series(_true_risks(simulated.simulation, outcome)))
    known = cohort.ascertained.join(truth, on="pregnancy_id")
    return Fresh(frame=known.drop("true_risk"), true_risk=known["true_risk"].to_numpy())


def _true_risks(simulation: Simulation, outcome: str) -> Array:
    """Of each pregnancy, in the order of the records, were she of the outcome's population."""
    declared = scenario_named(simulation.scenario)
    wanted = next(one for one in declared.outcomes if one.name == outcome)
    risks, delivered = [], []
    for women, _ in live(simulation.births, seed=simulation.seed, scenario=declared):
        baseline = women.by_group(wanted.intercept) + baseline_log_odds(women, wanted)
        risks.append(booking_risk(women, wanted, baseline, given=POPULATION[outcome]))
        delivered.append(women.facts["delivered"])
    return np.concatenate(risks)[np.argsort(np.concatenate(delivered), kind="stable")]


def fitted_with_interval(cohort: Cohort, seed: int, constraint: str = "tpr_floor") -> RiskModel:
    """A model as `retrain` makes it, up to its audit."""
    request = RetrainRequest(outcome=cohort.outcome.name, seed=seed, constraint=constraint)
    design = design_for(request, cohort)
    split = hold_out(cohort.frame, fraction=design.holdout_fraction, seed=design.seed)
    model = fit(design, cohort, split.training(cohort.frame)).model
    holdout = split.holdout(cohort.frame)
    return shown_with_a_risk(model, holdout, model.predict(holdout))


def coverage(model: RiskModel, fresh: Fresh, parts: int = PARTS) -> Coverage:
    risk = model.predict(fresh.frame)
    held, tenths, told, told_in_tenths, width, tenths_width = [], [], [], [], [], []
    for women in np.array_split(np.argsort(risk, kind="stable"), parts):
        alike, truth = float(risk[women].mean()), float(fresh.true_risk[women].mean())
        shown = model.calibration_band_of(alike)
        tenth = next(band for band in model.calibration_bands if band.low <= alike < band.high)
        assert shown is not None, "every model of these has an interval"
        held.append(shown.lower <= truth <= shown.upper)
        tenths.append(tenth.lower <= truth <= tenth.upper)
        told.append(shown.lower <= alike <= shown.upper)
        told_in_tenths.append(tenth.lower <= alike <= tenth.upper)
        width.append(shown.upper - shown.lower)
        tenths_width.append(tenth.upper - tenth.lower)
    return Coverage(
        held=np.array(held),
        tenths=np.array(tenths),
        told=np.array(told),
        told_in_tenths=np.array(told_in_tenths),
        width=np.array(width),
        tenths_width=np.array(tenths_width),
    )


def main() -> None:
    asked = _arguments()
    women = [*WOMEN]
    print_heading(
        "births",
        "outcome",
        "interval holds: all women",
        *women[1:],
        "its width",
        "tenths hold: all women",
        *women[1::2],
        "risk told lies in the interval",
        "in its tenth’s",
    )
    for scenario, outcome in itertools.product(asked.scenarios, asked.outcomes):
        fresh = fresh_births(scenario, outcome, asked.fresh, asked.first_seed)
        for births in asked.births:
            print_row(f"{births:,}, {scenario}", outcome, *_cells(list(_runs(scenario, outcome, births, fresh, asked))))


def _runs(scenario: str, outcome: str, births: int, fresh: Fresh, asked: argparse.Namespace) -> Iterator[Coverage]:
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        records = simulate(births, seed=seed, scenario=scenario).records
        cohort = assemble(outcome, RetrainRequest(outcome=outcome).point, records)
        yield coverage(fitted_with_interval(cohort, seed), fresh)


def _cells(runs: Sequence[Coverage]) -> Iterator[str]:
    for first, last in WOMEN.values():
        yield _share([run.held[first:last].mean() for run in runs])
    yield f"{100 * np.mean([run.width.mean() for run in runs]):.1f} points"
    for name in ("all women", "lowest tenth", "highest tenth"):
        first, last = WOMEN[name]
        yield _share([run.tenths[first:last].mean() for run in runs])
    yield _share([run.told.mean() for run in runs])
    yield _share([run.told_in_tenths.mean() for run in runs])


def _share(shares: Sequence[float]) -> str:
    """Mean over seeds, in percent, with Student's 95 % margin."""
    mean, spread = 100 * np.mean(shares), 100 * np.std(shares, ddof=1) / np.sqrt(len(shares))
    return f"{mean:.0f} ± {student.ppf(0.975, len(shares) - 1) * spread:.0f} %"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--births", type=int, nargs="+", default=[20_000, 60_000, 200_000])
    parser.add_argument("--scenarios", nargs="+", choices=SCENARIOS, default=SCENARIOS)
    parser.add_argument("--outcomes", nargs="+", choices=OUTCOMES, default=OUTCOMES)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--fresh", type=int, default=200_000, help="births scored to know the true shares")
    return parser.parse_args()


if __name__ == "__main__":
    main()
