"""Women with several rows: which rows they have together is counted, and who they are is not."""

from __future__ import annotations

import datetime

import polars as pl

from fairness_audits.counts import count_predictions

ON = datetime.date(2026, 1, 31)


def _table(rows: list[tuple[str | None, str, float, bool | None]], **columns: str) -> pl.DataFrame:
    schema = {"woman_id": pl.String, "ethnic_group": pl.String, "risk": pl.Float64, "observed": pl.Boolean}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("pregnancy_id")
    named = {name: pl.lit(value) for name, value in ({"outcome": "preterm_birth"} | columns).items()}
    return frame.with_columns(pl.col("pregnancy_id").cast(pl.String), **named)


def _repeated(frame: pl.DataFrame) -> pl.DataFrame:
    return count_predictions(frame, cell_columns=("ethnic_group",), as_of=ON).repeated


TWINS = [
    ("w1", "White", 0.2, True),
    ("w1", "White", 0.2, False),
    ("w2", "White", 0.2, False),
    ("w2", "White", 0.2, True),
    ("w3", "Black", 0.2, True),
    ("w3", "Black", 0.2, True),
    ("w4", "Black", 0.2, True),
    (None, "Black", 0.2, True),
    (None, "Black", 0.2, True),
]


def test_patterns_are_multisets_of_rows_and_who_has_them_is_not_kept():
    """w1 and w2 have the same rows in another order; w4 has one row, and two unnamed women are not one woman."""
    repeated = _repeated(_table(TWINS))
    found = {
        tuple(part.select("ethnic_group", "observed").rows()): part["women"].unique().to_list()
        for part in repeated.partition_by("pattern", maintain_order=True)
    }
    assert found == {
        (("White", False), ("White", True)): [2],
        (("Black", True), ("Black", True)): [1],
    }
    assert "woman_id" not in repeated.columns


def test_a_woman_scored_by_two_models_is_not_two_rows_of_one_model():
    frame = _table([("w1", "White", 0.2, True)])
    assert _repeated(pl.concat([frame, frame.with_columns(model_version=pl.lit("2"))], how="diagonal")).height == 0


def test_weights_tell_patterns_apart():
    frame = _table(TWINS[:4]).with_columns(weight=pl.Series([1.0, 1.0, 1.0, 0.5]))
    assert _repeated(frame)["pattern"].n_unique() == 2


def test_a_table_without_women_has_none():
    assert _repeated(_table(TWINS).drop("woman_id")).height == 0


def test_their_rows_stay_in_the_counts():
    counts = count_predictions(_table(TWINS), cell_columns=("ethnic_group",), as_of=ON)
    assert counts.rows == len(TWINS)
    without = count_predictions(_table(TWINS).drop("woman_id"), cell_columns=("ethnic_group",), as_of=ON)
    assert counts.frame.equals(without.frame)
