"""Run by `benchmarks.fairgbm_apart` in an environment of its own, which has FairGBM and none of this project.

    python fairgbm_fit.py births.npz scores.npz

``births.npz``: predictors and event and group codes of the births to fit on, predictors of the births to score, and
settings. ``scores.npz``: log-odds of those, and CPU seconds of the fit.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from fairgbm import FairGBMClassifier


def main(births_file: str, scores_file: str) -> None:
    births = np.load(births_file)
    model = FairGBMClassifier(**json.loads(str(births["settings"])))
    began = time.process_time()
    model.fit(births["predictors"], births["event"], constraint_group=births["group"])
    seconds = time.process_time() - began
    scores = {
        name: model.predict(births[name], raw_score=True) for name in births.files if name.startswith("to_score_")
    }
    np.savez(scores_file, seconds=seconds, **scores)


if __name__ == "__main__":
    main(*sys.argv[1:])
