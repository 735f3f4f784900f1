"""A RiskModel on disk: `model.lgb` (text booster) and `risk_model.json` (everything else, digest and self-test).

Loading reads text and JSON only. A truncated, altered or foreign file is refused by name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.encoding import Encoding
from models.risk_model import RiskModel, StaleModel

__all__ = ["SCHEMA_VERSION", "load_risk_model", "save_risk_model", "self_test_rows"]

SCHEMA_VERSION = 1
BOOSTER_FILE = "model.lgb"
HEADER_FILE = "risk_model.json"
SELF_TEST_ROWS = 16
# Text boosters round-trip exactly; another processor may differ in the last bits of exp() in the calibrator.
SELF_TEST_TOLERANCE = 1e-12


def save_risk_model(model: RiskModel, folder: Path) -> None:
    """Writes both files into ``folder``, which is created if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = self_test_rows(model.encoding)
    document = {
        "schema_version": SCHEMA_VERSION,
        "model_digest": model.digest,
        **model.header(),
        "self_test": model.calibrator.apply(model.raw_scores(rows, threads=1)).tolist(),
    }
    document["file_digest"] = _file_digest(document)
    (folder / BOOSTER_FILE).write_text(model.booster_text, encoding="utf-8", newline="\n")
    (folder / HEADER_FILE).write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def load_risk_model(folder: Path) -> RiskModel:
    """The model saved in ``folder``; `StaleModel` if it is not whole, not unaltered or not of this schema."""
    document = _header(folder)
    if document.get("file_digest") != _file_digest(document):
        raise StaleModel(f"the saved model was altered: {HEADER_FILE} is not what it was when it was saved")
    try:
        booster_text = (folder / BOOSTER_FILE).read_text(encoding="utf-8")
        model = RiskModel.from_header(document, booster_text)
        model_digest, expected = document["model_digest"], document["self_test"]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise StaleModel(f"the saved model is not complete: {type(error).__name__} in {HEADER_FILE}") from error
    if model.digest != model_digest:
        raise StaleModel(f"the saved model was altered: {BOOSTER_FILE} is not what it was when it was saved")
    _self_test(model, expected)
    return model


def _file_digest(document: Mapping[str, Any]) -> str:
    """SHA-256 over every member but itself: who a model is for and whom it shows no percentage count like its trees."""
    rest = {name: value for name, value in document.items() if name != "file_digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _header(folder: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads((folder / HEADER_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StaleModel(f"no readable {HEADER_FILE}: {type(error).__name__}") from error
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION:
        raise StaleModel(f"{HEADER_FILE} has schema {version}; this version reads schema {SCHEMA_VERSION}: retrain")
    return document


def _self_test(model: RiskModel, expected: list[float]) -> None:
    risks = model.calibrator.apply(model.raw_scores(self_test_rows(model.encoding), threads=1))
    if risks.shape != (len(expected),) or not np.allclose(risks, expected, rtol=0, atol=SELF_TEST_TOLERANCE):
        raise StaleModel("the saved model fails its self-test: this machine computes other risks than training did")


def self_test_rows(encoding: Encoding) -> npt.NDArray[np.float64]:
    """Made-up women, from plausible ranges alone: the first has nothing recorded. Shape (16, columns)."""
    rows = np.full((SELF_TEST_ROWS, len(encoding.columns)), np.nan)
    for index, column in enumerate(encoding.columns):
        low, high = column.plausible
        for row in range(1, SELF_TEST_ROWS):
            # Coprime strides visit every part of the range without a random generator; each seventh is not recorded.
            step = (row * 5 + index * 3) % SELF_TEST_ROWS
            if (row + index) % 7:
                share = step / (SELF_TEST_ROWS - 1)
                rows[row, index] = low + share * (high - low) if column.is_number else float(share > 0.5)
    return rows
