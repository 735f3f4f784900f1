"""What a worker never imports, and what a request never waits for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]


def test_the_application_imports_neither_registry_nor_explainers_of_others() -> None:
    """LightGBM brings pandas and scikit-learn where they are installed; nothing of ours asks for them."""
    heavy = ("mlflow", "shap", "bentoml", "fairlearn", "matplotlib", "training")
    code = f"import sys, serving.app, serving.opening; print([m for m in {heavy!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_risk_is_scored_without_a_data_frame(served: Any, champion: Any, asked: Any, monkeypatch: Any) -> None:
    import pandas as pd
    import polars as pl

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a data frame on the way of one request")

    with served(champion) as client:
        client.post("/v1/risks", json=asked())
        monkeypatch.setattr(pl.DataFrame, "__init__", refuse)
        monkeypatch.setattr(pd.DataFrame, "__init__", refuse)
        assert client.post("/v1/risks", json=asked()).status_code == 200
