"""One LightGBM booster kept open after its plain fit, so that fair rounds continue on the births already binned.

The booster holds its own running scores of the training and the held-out births: nothing is scored twice, and row 0
of a frontier is the same booster cut off after the plain rounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from training.fair_boost.births import Births
from training.fair_boost.predictor_rows import PredictorRows

__all__ = ["LiveBooster", "Objective"]

Objective = Callable[[NDArray[np.float64], lightgbm.Dataset], tuple[NDArray[np.float32], NDArray[np.float32]]]


class LiveBooster:
    """A booster after its plain rounds. Scores are log-odds; `plain_rounds` may fall short of what was asked where no
    split was left to make."""

    def __init__(
        self,
        parameters: dict[str, Any],
        rounds: int,
        predictors: NDArray[Any] | PredictorRows,
        names: list[str] | None,
        *,
        training: tuple[NDArray[np.intp], Births],
        held_out: tuple[NDArray[np.intp], Births],
        plain: lightgbm.Booster | None = None,
    ) -> None:
        """``plain`` is the plain fit where it was made elsewhere; otherwise ``rounds`` of it are made here."""
        if plain is None:
            # built one after the other: each wide copy of rows is freed once it is binned
            training_set = _binned(parameters, predictors, names, *training, reference=None).construct()
            held_out_set = _binned(parameters, predictors, names, *held_out, reference=training_set).construct()
            self._booster = lightgbm.train(
                parameters, training_set, rounds, valid_sets=[held_out_set], keep_training_booster=True
            )
        else:
            self._booster = _continued(parameters, predictors, names, training, held_out, plain)
        self.plain_rounds = self.iterations
        #: False where the births are too few, or too alike, for any split: LightGBM can add no round to that
        self.has_split = bool(self._booster.feature_importance("split").any())
        # with its own objective LightGBM hands out probabilities, and remembers them for the next caller
        self._use_objective("none")

    def held_out_scores(self) -> NDArray[np.float64]:
        kept: list[NDArray[np.float64]] = []

        def keep(scores: NDArray[np.float64], _: lightgbm.Dataset) -> tuple[str, float, bool]:
            kept.append(scores.copy())  # LightGBM writes the next round's scores into the same memory
            return "kept", 0.0, False

        self._booster.eval_valid(keep)
        return kept[0] if self.has_split else np.log(kept[0] / (1 - kept[0]))

    @property
    def iterations(self) -> int:
        return int(self._booster.current_iteration())

    def add_round(self, objective: Objective) -> None:
        self._booster.update(fobj=objective)

    def back_to_plain(self) -> None:
        """Drop the rounds added since the plain fit."""
        while self.iterations > self.plain_rounds:
            self._booster.rollback_one_iter()

    def frozen(self, iterations: int) -> lightgbm.Booster:
        """A copy of the first ``iterations`` trees for prediction alone, which holds no births."""
        # a model text without an objective would predict log-odds where its neighbour predicts probabilities
        self._use_objective("binary")
        text = self._booster.model_to_string(num_iteration=iterations)
        self._use_objective("none")
        # how many threads this machine used is no part of the model
        return lightgbm.Booster(model_str=re.sub(r"\[num_threads: -?\d+\]", "[num_threads: 0]", text))

    def _use_objective(self, name: str) -> None:
        if self.has_split:
            self._booster.reset_parameter({"objective": name})


class _WhollyParametrised(lightgbm.Dataset):
    """Bins placed alike whether rows come as one array or in batches.

    For batches LightGBM asks this method, which leaves out the seed that draws the sample and the smallest leaf that
    tells which columns can split at all; for an array it reads every parameter.
    """

    def get_params(self) -> dict[str, Any]:
        return dict(self.params or {})


def _binned(
    parameters: dict[str, Any],
    predictors: NDArray[Any] | PredictorRows,
    names: list[str] | None,
    rows: NDArray[np.intp],
    births: Births,
    *,
    reference: lightgbm.Dataset | None,
) -> lightgbm.Dataset:
    return _WhollyParametrised(
        predictors[rows],
        births.event,
        weight=births.weight if births.weighted else None,
        reference=reference,
        feature_name="auto" if names is None else names,
        params=parameters,
    )


def _continued(
    parameters: dict[str, Any],
    predictors: NDArray[Any] | PredictorRows,
    names: list[str] | None,
    training: tuple[NDArray[np.intp], Births],
    held_out: tuple[NDArray[np.intp], Births],
    plain: lightgbm.Booster,
) -> lightgbm.Booster:
    """``plain`` open for further rounds, its scores of the births worked out once. LightGBM opens a booster only by a
    round, which is taken back."""
    sets: list[lightgbm.Dataset] = []
    for rows, births in (training, held_out):
        numbers = np.asarray(predictors[rows])
        sets.append(
            _binned(parameters, numbers, names, np.arange(len(rows)), births, reference=sets[0] if sets else None)
        )
    training_set, held_out_set = sets
    booster = lightgbm.train(
        parameters, training_set, 1, valid_sets=[held_out_set], init_model=plain, keep_training_booster=True
    )
    booster.rollback_one_iter()
    return booster
