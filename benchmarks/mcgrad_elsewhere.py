"""Runs in an environment of MCGrad's own: reads births and scores from one folder, leaves its risks there.

    PYTHON benchmarks/mcgrad_elsewhere.py FOLDER

Imports nothing of this project. Used as its documentation shows: scores, labels, and the segment columns as
categories; seed 42 is its default. ``fit.csv`` has risk, observed and the groups; ``judge.csv`` the same without
observed. Risks go to ``risks.csv``, and CPU seconds of fitting to ``seconds.txt``.
"""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

import pandas as pd
from mcgrad import methods

SEGMENTS = ["ethnic_group", "deprivation_quintile"]


def main(folder: Path) -> None:
    logging.disable(logging.CRITICAL)
    fitted_on = pd.read_csv(folder / "fit.csv", dtype=dict.fromkeys(SEGMENTS, str), keep_default_na=False)
    judged = pd.read_csv(folder / "judge.csv", dtype=dict.fromkeys(SEGMENTS, str), keep_default_na=False)
    segments = [name for name in SEGMENTS if fitted_on[name].nunique() > 1]
    began = time.process_time()
    model = methods.MCGrad(lightgbm_params=None)
    model.fit(
        fitted_on,
        prediction_column_name="risk",
        label_column_name="observed",
        categorical_feature_column_names=segments,
    )
    seconds = time.process_time() - began
    risk = model.predict(judged, prediction_column_name="risk", categorical_feature_column_names=segments)
    pd.DataFrame({"risk": risk}).to_csv(folder / "risks.csv", index=False, float_format="%.17g")
    (folder / "seconds.txt").write_text(f"{seconds}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
