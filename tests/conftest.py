"""What many tests share: where the real data are, if they are there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def natality() -> Path:
    """The folder of real birth files; tests that need it skip, and say why, where it is not there."""
    shared = Path(os.environ.get("EQUIPARTUM_SHARED", REPOSITORY.parent / "shared"))
    folder = shared / "data" / "natality"
    if not folder.is_dir():
        pytest.skip("the real birth files are not here: set EQUIPARTUM_SHARED to the folder that holds data/natality")
    return folder
