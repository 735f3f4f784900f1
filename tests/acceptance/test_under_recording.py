"""`equipartum audit run --under-recording`, against births of which the simulator knows what was not recorded."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from records.sources.simulated import simulate
from tests.acceptance.command_line import Command, Done, refused

LOST = 0.3


@pytest.fixture(scope="module")
def births() -> pl.DataFrame:
    """60,000 births told their true risks of preterm birth; three in ten of Black women's events are recorded 'no'."""
    simulated = simulate(60_000, seed=12, plants=[f"under_recording:Black={LOST}"])
    possible = simulated.truth.filter(pl.col("preterm_birth_true").is_not_null())
    return possible.select(
        "pregnancy_id",
        "ethnic_group",
        outcome=pl.lit("preterm_birth"),
        risk="preterm_birth_true_risk",
        recorded="preterm_birth_recorded",
        true="preterm_birth_true",
    )


def _audited(births: pl.DataFrame, observed: str, command: Command, folder: Path) -> Done:
    kept = births.select("pregnancy_id", "outcome", "risk", "ethnic_group", pl.col(observed).alias("observed"))
    kept.write_parquet(folder / f"{observed}.parquet")
    return command(
        "audit", "--predictions", folder / f"{observed}.parquet", "--under-recording", "Black=0.0..0.5",
        "--out", folder / observed, "--json",
    )  # fmt: skip


def _answers(done: Done) -> dict[str, list[str]]:
    (bias,) = done.last["label_bias"]
    return {verdict["code"]: verdict["states"] for verdict in bias["verdicts"]}


def test_the_bench_finds_the_share_that_was_planted(
    births: pl.DataFrame, in_this_process: Command, tmp_path: Path
) -> None:
    recorded = _audited(births, "recorded", in_this_process, tmp_path)
    assert recorded.code == 0, recorded.err
    (bias,) = recorded.last["label_bias"]
    # True risks are right by construction, so they are right again where what was planted is put back.
    assert abs(bias["level_at"] - LOST) < 0.06
    truth = _audited(births, "true", in_this_process, tmp_path)
    states, true_states = _answers(recorded), _answers(truth)
    at_the_plant = round(LOST * 100)
    assert states["FA002"][0] == "risk overstated"
    for code in ("FA002", "FA003", "FA005", "FA006"):
        assert states[code][at_the_plant] == true_states[code][0], code
    written = json.loads((tmp_path / "recorded" / "audit.json").read_text(encoding="utf-8"))
    assert written["label_bias"][0]["level_at"] == bias["level_at"]
    page = (tmp_path / "recorded" / "report.html").read_text(encoding="utf-8")
    assert bias["level_sentence"] in page


def test_a_wrong_slide_is_refused_before_anything_is_written(
    births: pl.DataFrame, in_this_process: Command, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    births.head(2_000).select(
        "pregnancy_id", "outcome", "risk", "ethnic_group", pl.col("recorded").alias("observed")
    ).write_csv(table)

    def ask(slide: str) -> Done:
        return in_this_process("audit", "--predictions", table, "--under-recording", slide, "--out", tmp_path / "out")

    refused(ask("Martian=0.0..0.5"), "no ethnic group 'Martian' is compared in this audit; there are: ", "Black")
    refused(ask("Black=0.5"), "write GROUP=FROM..TO")
    assert not (tmp_path / "out").exists()
