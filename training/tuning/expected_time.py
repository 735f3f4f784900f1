"""How long a search would take, before anything is fitted."""

from __future__ import annotations

from models.design import ModelDesign
from models.encoding import Encoding
from training.tuning.asked import Tuning
from training.tuning.folds import FOLDS

__all__ = ["expected_search"]

# Seconds a trial takes whatever its size, and nanoseconds a birth, column and tree of all folds: measured on two cores.
FIXED_SECONDS = 0.5
NANOSECONDS_A_CELL = 6.0


def expected_search(asked: Tuning, design: ModelDesign, births: int) -> tuple[float, int]:
    """Seconds, and trials in them; a first call is assumed, and trials like the default settings."""
    columns = len(Encoding.of(design.predictors).columns)
    cells = births * columns * int(design.booster["n_estimators"]) * FOLDS
    a_trial = FIXED_SECONDS + cells * NANOSECONDS_A_CELL * 1e-9
    trials = int(min(asked.seconds, 1e12) / a_trial)
    if asked.trials is not None:
        trials = min(trials, asked.trials)
    trials = max(trials, 1)
    return round(min(asked.seconds, trials * a_trial), 1), trials
