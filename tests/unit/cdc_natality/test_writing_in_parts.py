"""Births written part by part are the file of them all, and nothing stays behind of what cannot be written."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from records.sources.cdc_natality.encode import write_natality, write_natality_parts
from records.sources.cdc_natality.errors import UnencodableValue

BIRTHS = pl.DataFrame({"DOB_YY": [2020] * 5, "MAGER": [18, 25, 31, 44, None], "COMBGEST": [39, 36, 40, 41, 28]})


@pytest.mark.parametrize("ending", [".txt", ".zip"])
def test_parts_make_the_same_file(tmp_path: Path, ending: str) -> None:
    whole, parted = tmp_path / "whole" / f"births{ending}", tmp_path / "parted" / f"births{ending}"
    for path in (whole, parted):
        path.parent.mkdir()
    write_natality(BIRTHS, whole)
    write_natality_parts((BIRTHS[start : start + 2] for start in range(0, 5, 2)), parted)
    assert parted.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("ending", [".txt", ".zip"])
def test_a_part_that_cannot_be_written_leaves_no_file(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"births{ending}"
    with pytest.raises(UnencodableValue, match="MAGER"):
        write_natality_parts([BIRTHS, BIRTHS.with_columns(MAGER=pl.lit(7))], path)
    assert not path.exists()
