"""Births that several tests look at."""

from __future__ import annotations

import pytest

from records.sources.simulated import SCENARIO_NAMES, SimulatedBirths, simulate


@pytest.fixture(scope="package", params=SCENARIO_NAMES)
def births(request: pytest.FixtureRequest) -> SimulatedBirths:
    return simulate(20_000, seed=5, scenario=request.param)
