"""What many tests share: where the real data are, if they are there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How fast a machine makes examples, while it does other work, says nothing of a law.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def natality() -> Path:
    """The folder of real birth files; tests that need it skip, and say why, where it is not there."""
    shared = Path(os.environ.get("EQUIPARTUM_SHARED", REPOSITORY.parent / "shared"))
    folder = shared / "data" / "natality"
    if not folder.is_dir():
        pytest.skip("the real birth files are not here: set EQUIPARTUM_SHARED to the folder that holds data/natality")
    return folder
