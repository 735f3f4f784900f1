"""Organisations that merged."""

from __future__ import annotations

from pathlib import Path

import pytest

from records.sources.msds.errors import WrongOrganisations
from tests.spec.msds.msds_tables import BOOKING, clock, scan, tables


def listed(folder: Path, *rows: str, heading: str = "code,successor") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "organisations.csv").write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return folder


def test_a_successor_that_merged_again_is_its_own_successor(tmp_path: Path) -> None:
    assert clock(scan(listed(tmp_path, "R01,R50", "R50,R99"), tables()), "site") == "R99"


def test_both_codes_can_be_counted(tmp_path: Path) -> None:
    second = {**BOOKING, "UniqPregID": "P2", "Person_ID_Mother": "M2", "OrgCodeProvider": "R99"}
    records = scan(listed(tmp_path, "R01,R99"), tables(MSD101=[BOOKING, second]))
    assert records.histories is not None
    assert records.histories.pregnancies["site"].to_list() == ["R99", "R99"]
    assert records.doubts == {"provider R01 has merged into R99 and is counted under it": 1}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["R01,R02", "R02,R01"], "R01 succeeds itself, by way of R02"),
        (["R01,R02", "R01,R03"], "line 3"),
        (["R01,"], "line 2"),
    ],
)
def test_a_list_that_contradicts_itself_is_refused(tmp_path: Path, rows: list[str], message: str) -> None:
    with pytest.raises(WrongOrganisations, match=message):
        scan(listed(tmp_path, *rows), tables())


def test_other_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongOrganisations, match="two columns, code and successor"):
        scan(listed(tmp_path, heading="old,new"), tables())
