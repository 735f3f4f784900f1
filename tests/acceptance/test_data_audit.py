"""`equipartum audit data` on real births and on simulated ones, as its users have it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from fairness_audits.data_audit.files import data_audit_schema
from records.sources.simulated import simulate, write_parquet
from tests.acceptance.command_line import Command, refused


def test_real_births_beside_the_published_rate_of_their_year(
    natality: Path, in_this_process: Command, tmp_path: Path
) -> None:
    done = in_this_process(
        "audit", "data", "--source", "cdc_natality", "--data", natality / "Nat2020us_10000.zip",
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.code == 0, done.err
    # The data's own README: 7.96 % of these births. Nationally 7.8 %, of Asian women 14.9 %, of Black women 6.5 %.
    assert "all women, 7.95 % (7.44 to 8.50) here and 7.8 % published (no difference shown)" in done.out
    assert "care after the third month, or never" in done.out
    assert "The file cannot say who had: postpartum haemorrhage" in done.out
    assert "interpreter need, area deprivation and the place of care" in done.out
    written = json.loads((tmp_path / "out" / "data-audit.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(data_audit_schema()).validate(written)
    page = (tmp_path / "out" / "data-audit.html").read_text(encoding="utf-8")
    assert "NOT FOR CARE" not in page
    assert "no MM_MTR" in page
    assert written["passport"]["years"] == {"2020": 10_000}


def test_a_year_without_ethnicity_shows_no_disparity_and_says_so_first(
    natality: Path, in_this_process: Command, tmp_path: Path
) -> None:
    done = in_this_process(
        "audit", "data", "--source", "cdc_natality", "--data", natality / "Nat2014us_100000.zip",
        "--outcome", "severe_maternal_morbidity", "--home", tmp_path / "home", "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "no disparity can be shown" in done.last["findings"][0]["sentence"]
    assert Path(done.last["report"]).is_file()
    assert Path(done.last["report"]).is_relative_to(tmp_path / "home" / "data_audits")


@pytest.fixture(scope="module")
def births(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("births") / "births.parquet"
    write_parquet(simulate(8_000, seed=5, plants=["missingness:Black=0.4,predictor=haemoglobin"]), path)
    return path


def test_a_fact_lost_of_one_group_is_on_the_first_page(births: Path, in_this_process: Command, tmp_path: Path) -> None:
    """Planted: haemoglobin lost for two in five Black women, beyond what is missing anyway."""
    done = in_this_process("audit", "data", "--source", "simulated", "--data", births, "--out", tmp_path / "out")
    assert done.code == 0, done.err
    (line,) = (line for line in done.out.splitlines() if "Recorded less often of Black women" in line)
    assert "haemoglobin at booking (not recorded for 4" in line
    assert "SIMULATED: NOT FOR CARE" in done.out
    assert "SIMULATED: NOT FOR CARE" in (tmp_path / "out" / "data-audit.html").read_text(encoding="utf-8")


def test_wrong_use_is_refused_by_name(births: Path, in_this_process: Command, tmp_path: Path) -> None:
    def ask(*more: object) -> object:
        return in_this_process("audit", "data", "--source", "simulated", "--data", births, "--out", tmp_path, *more)

    refused(ask("--outcome", "gout"), "no outcome is called 'gout'", code=2)
    refused(ask("--policy", tmp_path / "none.toml"), "none.toml: there is no such policy file")
    refused(
        in_this_process("audit", "data", "--source", "hospital", "--data", births),
        "no source is called 'hospital'",
        code=2,
    )
    assert not list(tmp_path.iterdir())
