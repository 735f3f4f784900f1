"""A seed gives the same births on every machine: recorded digests, and this machine with its vector units off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from records.sources.simulated import simulate, simulate_histories
from records.sources.simulated.digest import content_digest

# SHA-256 of 1,000 births of seed 2025: records, then truth. They change when a scenario file or the drawing changes,
# and must then be recorded anew; they must not change with the machine, numpy or Polars.
RECORDED = {
    "england": (
        "577e1174cefca24829f08912030c59af23cd9fd8f793dd0f942d204ea5f014e2",
        "03ac2fa1f93b051b3cda948036dc6dca8b02301a345d2c35a8d61c211f332594",
    ),
    "benchmark": (
        "602e6a93ad7b3cd8246d404a8e3158d71a9ab3451f2aca0b4e2201f383a472b0",
        "6bafed4ee32f875fd98735bd261944f3e457faad7d568856fd09bf2890827aad",
    ),
}
# Of the histories of scenario england: records, then truth with the risks at every point.
RECORDED_HISTORIES = (
    "e989a7a165b59bd048c6eac88d990bb105160d984744d7f492f30c12b9dd9718",
    "585e9f03d739bb05dccfe80c33595545ff94b5a1af4220c6ad91f59e7d70a184",
)
# The same with treatments.
RECORDED_TREATED = (
    "52e6efdd79d1251051e31bc6e61174cc427549c025029a6ace620874c57df07f",
    "b792840b45af8998c445bbac678e221bd3b96d353f081e998c7c454314da5d26",
)
REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("scenario", RECORDED)
def test_the_births_of_a_seed_are_those_that_were_recorded(scenario: str) -> None:
    births = simulate(1_000, seed=2025, scenario=scenario)
    assert (births.records.data_digest, content_digest(births.truth)) == RECORDED[scenario]


def test_the_histories_of_a_seed_are_those_that_were_recorded() -> None:
    histories = simulate_histories(1_000, seed=2025)
    assert (histories.records.data_digest, content_digest(histories.truth)) == RECORDED_HISTORIES


def test_the_histories_with_treatments_are_those_that_were_recorded() -> None:
    histories = simulate_histories(1_000, seed=2025, treatments=True)
    assert (histories.records.data_digest, content_digest(histories.truth)) == RECORDED_TREATED


def test_another_processor_makes_the_same_births() -> None:
    extensions = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    if not extensions:
        pytest.skip("this numpy has no vector extensions to turn off")
    program = (
        "from records.sources.simulated import simulate, simulate_histories\n"
        "from records.sources.simulated.digest import content_digest\n"
        "births = simulate(1_000, seed=2025, scenario='england')\n"
        "histories = simulate_histories(1_000, seed=2025)\n"
        "treated = simulate_histories(1_000, seed=2025, treatments=True)\n"
        "for one in (births, histories, treated):\n"
        "    print(one.records.data_digest, content_digest(one.truth))"
    )
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(extensions), "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert tuple(done.stdout.split()) == (*RECORDED["england"], *RECORDED_HISTORIES, *RECORDED_TREATED)


@pytest.mark.parametrize("scenario", RECORDED)
def test_another_seed_makes_other_births(scenario: str) -> None:
    one, other = (simulate(200, seed=seed, scenario=scenario) for seed in (1, 2))
    assert one.records.data_digest != other.records.data_digest
    assert one.truth["preterm_birth_true_risk"].to_list() != other.truth["preterm_birth_true_risk"].to_list()
