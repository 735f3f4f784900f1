"""From an unfitted LGBMClassifier to what the booster is trained with, and what is refused for a risk."""

from __future__ import annotations

from typing import Any

import lightgbm

from records.errors import EquipartumError

__all__ = ["UnsuitableEstimator", "booster_parameters", "default_estimator"]

#: A leaf holds at least this many births, so that no leaf describes a few women; less where births are few.
_FULL_LEAF = 200
_LEAVES_WORTH_OF_BIRTHS = 50

_TAKES_NO_PART = ("n_estimators", "importance_type", "class_weight", "n_jobs", "random_state", "objective")


class UnsuitableEstimator(EquipartumError, ValueError):
    """An estimator whose settings cannot give a risk, or cannot be continued by fair rounds."""


def default_estimator(training_births: int) -> lightgbm.LGBMClassifier:
    """Shallow trees, which score no worse on booking data and cost far less to explain exactly."""
    return lightgbm.LGBMClassifier(
        n_estimators=200,
        learning_rate=0.06,
        max_depth=4,
        num_leaves=16,
        min_child_samples=max(1, min(_FULL_LEAF, training_births // _LEAVES_WORTH_OF_BIRTHS)),
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )


def booster_parameters(estimator: lightgbm.LGBMClassifier, seed: int) -> tuple[dict[str, Any], int]:
    """Parameters for `lightgbm.train`, and the number of rounds of the plain fit.

    ``seed`` serves where the estimator has no ``random_state``. Histograms are summed by rows and deterministically
    unless the estimator says otherwise, so that the number of threads does not change the model.
    """
    if not isinstance(estimator, lightgbm.LGBMClassifier):
        raise TypeError(f"estimator must be an unfitted lightgbm.LGBMClassifier; found {type(estimator).__name__}")
    given = {name: value for name, value in estimator.get_params().items() if value is not None}
    _refuse_what_gives_no_risk(given)
    parameters = {name: value for name, value in given.items() if name not in _TAKES_NO_PART}
    if "n_jobs" in given:
        parameters["num_threads"] = given["n_jobs"]
    own_seed = given.get("random_state", seed)
    if not isinstance(own_seed, int):
        raise UnsuitableEstimator(
            "the estimator's random_state must be an integer or None, so that a fit can be redone"
        )
    parameters |= {"objective": "binary", "metric": "None", "seed": own_seed}
    parameters.setdefault("verbosity", -1)
    parameters.setdefault("deterministic", True)
    if not parameters.get("force_col_wise"):
        parameters.setdefault("force_row_wise", True)
    return parameters, int(given["n_estimators"])


def _refuse_what_gives_no_risk(given: dict[str, Any]) -> None:
    if given.get("boosting_type", "gbdt") != "gbdt":
        raise UnsuitableEstimator(
            f"boosting_type {given['boosting_type']!r} changes earlier trees and cannot be continued by fair rounds; "
            "use 'gbdt'"
        )
    if given.get("objective", "binary") != "binary":
        raise UnsuitableEstimator(
            f"a risk is fitted on log-loss: objective must be 'binary', not {given['objective']!r}"
        )
    if given.get("is_unbalance") or given.get("unbalance") or given.get("scale_pos_weight", 1) != 1:
        raise UnsuitableEstimator("is_unbalance and scale_pos_weight shift every risk; leave them out")
    if "class_weight" in given:
        raise UnsuitableEstimator("class_weight shifts every risk; leave it out, or weight births by sample_weight")
    if any("early_stopping" in name or name == "n_iter_no_change" for name in given):
        raise UnsuitableEstimator("early stopping would spend the held-out births twice; set n_estimators instead")
