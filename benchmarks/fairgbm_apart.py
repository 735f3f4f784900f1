"""FairGBM 0.9.14 (Cruz et al., ICLR 2023) in a virtual environment of its own: it needs an older scikit-learn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
from numpy.typing import NDArray

__all__ = ["FairGBM", "NotRun", "installed_apart"]

REQUIREMENTS = ("fairgbm==0.9.14", "scikit-learn==1.7.*")
LONGEST_INSTALL, LONGEST_FIT = 600, 1200

# what FairGBM shares with the booster that every method is given
_SHARED = ("n_estimators", "learning_rate", "max_depth", "num_leaves", "min_child_samples", "random_state")


@dataclass(frozen=True)
class NotRun:
    """Why a method has no figures."""

    reason: str


@dataclass(frozen=True)
class FairGBM:
    python: Path

    def scores(
        self,
        estimator: lightgbm.LGBMClassifier,
        predictors: NDArray[np.float64],
        event: NDArray[np.bool_],
        group: NDArray[np.str_],
        to_score: list[NDArray[np.float64]],
        *,
        bound: float,
        multiplier_rate: float,
    ) -> tuple[list[NDArray[np.float64]], float]:
        """Log-odds of each of ``to_score``, and CPU seconds of the fit. False negative rates are held within ``bound``,
        by multipliers that move at ``multiplier_rate``; missing ethnicity is a group like any other, since FairGBM can
        leave no birth out."""
        given = estimator.get_params()
        settings = {name: given[name] for name in _SHARED if given.get(name) is not None} | {
            "constraint_type": "FNR",
            "constraint_fnr_threshold": bound,
            "multiplier_learning_rate": multiplier_rate,
            "n_jobs": 1,
        }
        with tempfile.TemporaryDirectory() as folder:
            births, scores = Path(folder, "births.npz"), Path(folder, "scores.npz")
            np.savez(
                births,
                predictors=predictors,
                event=event.astype(np.int64),
                group=np.unique(group, return_inverse=True)[1],
                settings=json.dumps(settings),
                **{f"to_score_{number}": part for number, part in enumerate(to_score)},
            )
            script = Path(__file__).with_name("fairgbm_fit.py")
            _run([str(self.python), str(script), str(births), str(scores)], LONGEST_FIT)
            with np.load(scores) as kept:
                return [kept[f"to_score_{number}"] for number in range(len(to_score))], float(kept["seconds"])


def installed_apart(folder: Path) -> FairGBM | NotRun:
    """An environment in ``folder``, made if it is not there; `NotRun` where the packages cannot be had."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    try:
        if not python.exists():
            _run([sys.executable, "-m", "venv", str(folder)], LONGEST_INSTALL)
            _run([str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS], LONGEST_INSTALL)
        _run([str(python), "-c", "import fairgbm"], LONGEST_INSTALL)
    except (subprocess.SubprocessError, OSError) as failure:
        said = getattr(failure, "stderr", None) or str(failure)
        return NotRun(f"{' and '.join(REQUIREMENTS)} could not be installed: {said.strip().splitlines()[-1]}")
    return FairGBM(python)


def _run(command: list[str], seconds: int) -> None:
    # the other environment must not find this project, or its packages, by the way
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds, env=environment)
