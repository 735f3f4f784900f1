"""`tune`: from a design and its training births to the same design with the settings that a search chose."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import lightgbm
import polars as pl

from models.design import ModelDesign
from models.home import Home
from training.cohort import OBSERVED
from training.tuning.asked import ImpossibleTuning, Tuning
from training.tuning.cross_fit import CrossFit
from training.tuning.folds import FOLDS, TIME_SHARES, folds_of
from training.tuning.gain import paired_gain, standard_error
from training.tuning.judging import LIMITS, Default, pooled
from training.tuning.search import MOST_EXPLANATION_COST, best_of, booster_tried, search
from training.tuning.search_space import RANGES, starting_points
from training.tuning.study import FinishedTrial, TuningStudy
from training.tuning.tuned import Tuned

__all__ = ["study_file", "tune"]

# Project default: fewer, and a fold holds too few events to tell two settings apart.
FEWEST_EVENTS = 200
# The default is given up for a gain above its standard error alone (Breiman and others, Classification and Regression
# Trees, 1984, section 3.4.3, choose by the same).
STANDARD_ERRORS_TO_GIVE_UP_DEFAULT = 1.0

Say = Callable[[str], None]


def tune(
    asked: Tuning, design: ModelDesign, data_digest: str, training: pl.DataFrame, home: Home, say: Say = lambda _: None
) -> Tuned:
    """Goes on with what an earlier call for the same design and data tried. Raises `ImpossibleTuning`."""
    began = time.monotonic()
    events = int(training[OBSERVED].sum())
    if events < FEWEST_EVENTS:
        raise ImpossibleTuning(
            f"tuning needs {FEWEST_EVENTS} births with the outcome among those to fit on; there are {events}: "
            "retrain without --tune, which takes settings made for few births"
        )
    folds = folds_of(training, design.seed)
    births = CrossFit(design, training, folds)
    study = TuningStudy(
        study_file(home, design, data_digest),
        rules=_rules(folds.description),
        seed=design.seed,
        starting_points=starting_points(design.booster),
    )
    _say_what_was_there(study, say)
    default = Default.of(births, design.booster)
    search(study, births, design, default, asked, say, began)
    tuned = _chosen(study.finished[: asked.trials], study.failed, births, design, default)
    study.close()
    say(tuned.sentence)
    return tuned


def study_file(home: Home, design: ModelDesign, data_digest: str) -> Path:
    return home.cache / data_digest / f"tuning-{design.digest}.db"


def _rules(folds: str) -> str:
    """A name that changes whenever trials would be tried or judged otherwise."""
    rules = (RANGES, FOLDS, TIME_SHARES, folds, LIMITS, MOST_EXPLANATION_COST, lightgbm.__version__)
    return f"net benefit, {hashlib.sha256(repr(rules).encode()).hexdigest()[:12]}"


def _say_what_was_there(study: TuningStudy, say: Say) -> None:
    if study.killed:
        say("tuning: the trial under way when an earlier search was killed is marked failed and tried again")
    if study.finished:
        say(f"tuning goes on after {len(study.finished)} trials of an earlier call")


def _chosen(
    trials: tuple[FinishedTrial, ...], failed: int, births: CrossFit, design: ModelDesign, default: Default
) -> Tuned:
    """Fits the best once more, to compare it with the default settings woman by woman."""
    best = best_of(trials)
    booster = booster_tried(best, trials[best], design)
    after = default.folds if best == 0 else [births.judged(booster, number) for number in range(len(default.folds))]
    rows, _, offered_before = pooled(default.folds)
    gain = paired_gain(
        pooled(after)[2], offered_before, births.event[rows], births.women[rows], default.figures.threshold
    )
    taken = best > 0 and gain.value >= STANDARD_ERRORS_TO_GIVE_UP_DEFAULT * standard_error(gain)
    return Tuned(
        design=replace(design, booster=booster) if taken else design,
        untuned=design,
        trials=trials,
        failed=failed,
        best=best,
        gain=gain,
        threshold=default.figures.threshold,
        net_benefit=default.figures.net_benefit,
        judged=len(rows),
        folds=births.folds.description,
    )
