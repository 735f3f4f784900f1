"""CSV and Parquet under the file's own names or a mapping's, in the shapes that other tools leave them in."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from records.records import SetAside
from records.sources.cdc_natality import CDC_NATALITY
from tests.fixtures.natality.births import record, write_records


def test_a_csv_as_other_tools_write_it(tmp_path: Path) -> None:
    """Lower-case names, lost leading zeros, counts turned into decimals, columns nobody asked for."""
    path = tmp_path / "natl2021.csv"
    path.write_text(
        "restatus,mager,combgest,bmi,priorlive,priordead,mm_mtr,mracehisp\n"
        "1,29,39.0,26.6,1,0,N,7\n"
        "1,31,,26,2,0,,7.0\n"
        "2,99,99,99.9,99,0,U,8\n"
    )
    frame = CDC_NATALITY.scan([path]).pregnancies.collect()
    assert frame["pregnancy_id"].to_list() == ["natl2021:1", "natl2021:2", "natl2021:3"]
    assert frame["maternal_age"].to_list() == [29.0, 31.0, None]
    assert frame["gestation_at_birth_combined"].to_list() == [273.0, None, None]
    assert frame["body_mass_index"].to_list() == [26.6, 26.0, None]
    assert frame["parity"].to_list() == [1, 2, None]
    assert frame["maternal_transfusion"].to_list() == [False, None, None]
    assert frame["ethnic_group"].to_list() == ["Hispanic", "Hispanic", "Not known"]


def test_a_column_that_is_not_there_is_not_published(tmp_path: Path) -> None:
    path = tmp_path / "births.csv"
    path.write_text("MAGER\n29\n")
    births = CDC_NATALITY.scan([path])
    assert "gestational_diabetes" in births.lacking
    assert "maternal_age" not in births.lacking


def test_a_csv_under_other_names(tmp_path: Path) -> None:
    path = tmp_path / "births.csv"
    path.write_text('"age of mother","weeks"\n29,36\n')
    mapping = tmp_path / "columns.toml"
    mapping.write_text('[columns]\n"age of mother" = "MAGER"\nweeks = "COMBGEST"\n')
    frame = CDC_NATALITY.scan([path], column_mapping=mapping).pregnancies.collect()
    assert frame["maternal_age"].to_list() == [29.0]
    assert frame["gestation_at_birth_combined"].to_list() == [252.0]


def test_parquet_of_any_types(tmp_path: Path) -> None:
    path = tmp_path / "births.parquet"
    pl.DataFrame(
        {
            "MAGER": pl.Series([29, None], dtype=pl.Int8),
            "COMBGEST": [39.0, float("nan")],
            "MM_MTR": [True, None],
            "MEDUC": pl.Series(["4", "9"], dtype=pl.Categorical),
        }
    ).write_parquet(path)
    frame = CDC_NATALITY.scan([path]).pregnancies.collect()
    assert frame["maternal_age"].to_list() == [29.0, None]
    assert frame["gestation_at_birth_combined"].to_list() == [273.0, None]
    assert frame["maternal_transfusion"].to_list() == [True, None]
    assert frame["education_level"].to_list() == [4, None]


@pytest.mark.parametrize("cell", ["39.5", "12", "x", "1e400"])
def test_an_unreadable_cell_sets_its_row_aside(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "births.csv"
    path.write_text(f"MAGER,COMBGEST\n29,39\n29,{cell}\n")
    births = CDC_NATALITY.scan([path])
    (aside,) = births.set_aside
    assert (aside.rows, aside.example_rows) == (1, (2,))
    assert aside.reason.startswith("births.csv: COMBGEST is ")
    assert births.pregnancies.collect().height == 1


def test_files_of_several_forms_at_once(tmp_path: Path) -> None:
    text = write_records(tmp_path / "text.txt", record({75: "21"}), record({75: "xx"}))
    table = tmp_path / "table.csv"
    table.write_text("MAGER\n22\n")
    columns = tmp_path / "columns.parquet"
    pl.DataFrame({"mager": [23]}).write_parquet(columns)
    births = CDC_NATALITY.scan([text, table, columns])
    frame = births.pregnancies.collect()
    assert frame["pregnancy_id"].to_list() == ["text:1", "table:1", "columns:1"]
    assert frame["maternal_age"].to_list() == [21.0, 22.0, 23.0]
    assert births.set_aside == (SetAside(reason="text.txt: MAGER is not a number", rows=1, example_rows=(2,)),)
