"""The predictions table: the short form, both file kinds, and every reason to refuse one."""

from __future__ import annotations

import os
import stat

import polars as pl
import pytest

from records import prediction_errors as refused
from records.prediction_validation import hash_of, validate
from records.predictions import (
    PREDICTION_COLUMNS,
    PREDICTION_KEY,
    SHORT_FORM,
    complete_predictions,
    read_predictions,
    write_predictions,
)

CSV = """pregnancy_id,outcome,risk,observed,ethnic_group,due_at,predicted_at
001,preterm_birth,0.2,true,Black,2024-01-01,2024-01-01T10:00:00Z
002,preterm_birth,0.1,false,,,
003,preterm_birth,0.15,,White,,
"""


@pytest.fixture
def short() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "pregnancy_id": ["a", "b", "c"],
            "outcome": ["preterm_birth"] * 3,
            "risk": [0.1, 0.2, 0.3],
            "observed": [True, False, None],
            "ethnic_group": ["White", None, "Black"],
        }
    )


def test_the_short_form_is_completed_without_guessing(short):
    table = validate(short).collect()
    assert table.schema == pl.Schema(PREDICTION_COLUMNS)
    assert table["ethnic_group"].to_list() == ["White", "Not known", "Black"]
    assert table["group_scheme"].unique().to_list() == ["not given"]
    assert table["alert"].null_count() == 3
    assert table["observed"].to_list() == [True, False, None]
    assert table["weight"].to_list() == [1.0] * 3


def test_csv_with_empty_as_unknown(tmp_path):
    (tmp_path / "p.csv").write_text(CSV, encoding="utf-8")
    table = validate(read_predictions(tmp_path / "p.csv")).collect()
    assert table["pregnancy_id"].to_list() == ["001", "002", "003"]
    assert table["observed"].to_list() == [True, False, None]
    assert str(table["due_at"][0]) == "2024-01-01"
    assert table["predicted_at"][0].isoformat() == "2024-01-01T10:00:00+00:00"


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_what_is_written_is_read_back(short, tmp_path, suffix):
    write_predictions(short, tmp_path / f"p.{suffix}")
    expected = complete_predictions(short).collect()
    assert read_predictions(tmp_path / f"p.{suffix}").collect().equals(expected)


@pytest.mark.parametrize("name", ["p.csv", "p.parquet"])
def test_a_table_with_a_row_a_woman_is_its_owners_alone(short, tmp_path, name):
    """Under the most open umask, and over a file that others could read."""
    target = tmp_path / name
    target.write_bytes(b"of before")
    target.chmod(0o644)
    before = os.umask(0)
    try:
        write_predictions(short, target)
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_several_files_are_one_table(short, tmp_path):
    write_predictions(short.head(1), tmp_path / "a.csv")
    write_predictions(short.tail(2), tmp_path / "b.parquet")
    assert validate(read_predictions([tmp_path / "a.csv", tmp_path / "b.parquet"])).collect().height == 3


@pytest.mark.parametrize("column", SHORT_FORM)
def test_a_column_of_the_short_form_is_missing(short, column):
    with pytest.raises(refused.MissingPredictionColumn, match=column):
        validate(short.drop(column))


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"rsik": pl.lit(0.1)}, refused.UnknownPredictionColumn, "'rsik'"),
        ({"risk": pl.lit(1.2)}, refused.RiskOutsideRange, "3 rows"),
        ({"risk": pl.lit(float("nan"))}, refused.RiskOutsideRange, "3 rows"),
        ({"risk": pl.lit(None)}, refused.UnscoredPrediction, "guideline:"),
        ({"pregnancy_id": pl.lit("a")}, refused.DuplicatePrediction, "^1 pregnancies"),
        ({"pregnancy_id": pl.lit(None)}, refused.UnreadablePredictions, "lack a pregnancy_id"),
        ({"observed": pl.lit(1)}, refused.UnreadablePredictions, "not true or false"),
        ({"risk": pl.lit("high")}, refused.UnreadablePredictions, "'risk'"),
        ({"weight": pl.lit(0.0)}, refused.WeightOutsideRange, "3 rows .* mean is 1"),
        ({"weight": pl.lit(1e7)}, refused.WeightOutsideRange, "3 rows .* mean is 1"),
        ({"weight": pl.lit(float("nan"))}, refused.WeightOutsideRange, "3 rows"),
        ({"ascertained": pl.lit(value=False)}, refused.ContradictoryOutcome, "2 rows"),
        ({"group_scheme": pl.Series(["us_omb", "england_2001", "us_omb"])}, refused.SchemesPooled, "england_2001, us"),
    ],
)
def test_refused_by_name(short, change, error, says):
    with pytest.raises(error, match=says):
        validate(short.with_columns(**change))


def test_a_rule_needs_no_risk(short):
    ruled = short.with_columns(risk=pl.lit(None, dtype=pl.Float64), scored_by=pl.lit("guideline:nice_ng3@2020"))
    assert validate(ruled).collect().height == 3


def test_an_empty_table_says_so(short):
    with pytest.raises(refused.EmptyPredictions):
        validate(short.head(0))


def test_a_refusal_does_not_quote_the_value(tmp_path):
    (tmp_path / "p.csv").write_text(CSV.replace("0.15", "9434765919x"), encoding="utf-8")
    with pytest.raises(refused.UnreadablePredictions) as refusal:
        validate(read_predictions(tmp_path / "p.csv"))
    assert "9434765919" not in str(refusal.value)
    assert "'risk'" in str(refusal.value)


@pytest.mark.parametrize(("name", "says"), [("absent.csv", "no such file"), ("p.xlsx", "parquet or .csv")])
def test_files_that_cannot_be_read(tmp_path, name, says):
    if name == "p.xlsx":
        (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(refused.UnreadablePredictions, match=says):
        read_predictions(tmp_path / name)


def test_a_parquet_file_that_is_not_one(tmp_path):
    (tmp_path / "p.parquet").write_bytes(b"not parquet at all")
    with pytest.raises(refused.UnreadablePredictions, match=r"p\.parquet"):
        read_predictions(tmp_path / "p.parquet")


@pytest.mark.parametrize(
    ("label", "group"),
    [
        *(
            (label, "Not known")
            for label in ("", " ", "Unknown", "not  known", "NULL", "na", "N/A", "None", "not_known")
        ),
        *((label, "Not stated") for label in (" NOT STATED", "Prefer not to say", "refused")),
        *((label, "White") for label in ("White ", "white", "WHITE")),
        ("american  indian or alaska native", "American Indian or Alaska Native"),
        ("Z", "Z"),
        ("Any other ethnic group", "Any other ethnic group"),
    ],
)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_group_is_one_group_however_it_is_written(short, tmp_path, label, group, suffix):
    file = tmp_path / f"p.{suffix}"
    given = short.with_columns(ethnic_group=pl.lit(label))
    given.write_csv(file) if suffix == "csv" else given.write_parquet(file)
    assert validate(read_predictions(file)).collect()["ethnic_group"].unique().to_list() == [group]


def _file_of(tmp_path, text):
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    return tmp_path / "p.csv"


def test_a_file_without_a_header_does_not_show_its_first_woman(tmp_path):
    file = _file_of(tmp_path, "9434765919,Jane Smith,0.2,true,Black\n9434765870,Ann Jones,0.1,false,White\n")
    with pytest.raises(refused.UnknownPredictionColumn, match=r"5 .*may lack a header row") as refusal:
        read_predictions(file)
    assert not any(value in str(refusal.value) for value in ("9434765919", "Jane", "0.2"))


def test_only_the_first_three_unknown_columns_are_shown(short):
    wide = short.with_columns(pl.lit(1).alias(f"extra_{letter}") for letter in "abcde")
    with pytest.raises(refused.UnknownPredictionColumn, match="'extra_c' and 2 more") as refusal:
        validate(wide)
    assert "extra_d" not in str(refusal.value)


@pytest.mark.parametrize("label", ["9434765919", "943 476 5919", "woman 943476"])
def test_identifiers_are_not_taken_for_groups(short, label):
    with pytest.raises(refused.IdentifiersAsGroups, match="look like identifiers") as refusal:
        validate(short.with_columns(ethnic_group=pl.lit(label)))
    assert label not in str(refusal.value)


@pytest.mark.parametrize(("labels", "is_refused"), [(60, False), (61, True)])
def test_more_labels_than_any_coding_has_are_not_groups(labels, is_refused):
    names = [f"Surname{n}" for n in range(labels)]
    table = pl.DataFrame({"pregnancy_id": names, "ethnic_group": names}).with_columns(
        outcome=pl.lit("preterm_birth"), risk=pl.lit(0.1), observed=pl.lit(value=False)
    )
    if not is_refused:
        assert validate(table).collect().height == labels
        return
    with pytest.raises(refused.IdentifiersAsGroups) as refusal:
        validate(table)
    assert "Surname" not in str(refusal.value)


@pytest.mark.parametrize("label", ["Black, British", "Black, British, 9434765919", "Black,"])
def test_a_row_of_more_fields_than_the_header_is_not_cut_short(tmp_path, label):
    header = "pregnancy_id,outcome,risk,observed,ethnic_group\n"
    rows = f"1,preterm_birth,0.1,true,White\n2,preterm_birth,0.2,false,{label}\n"
    with pytest.raises(refused.UnreadablePredictions, match="1 rows hold more fields than the header") as refusal:
        read_predictions(_file_of(tmp_path, header + rows))
    assert "9434765919" not in str(refusal.value)
    quoted = rows.replace(label, f'"{label}"') if "9434765919" not in label else '1,preterm_birth,0.1,true,"a\nb"\n'
    assert validate(read_predictions(_file_of(tmp_path, header + quoted))).collect().height >= 1


HEADER = "pregnancy_id,outcome,risk,observed,ethnic_group\n"
ROW = "9434765919,preterm_birth,0.1,true,White\n"


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"", refused.EmptyPredictions, "the file is empty"),
        ((HEADER + ROW).encode("utf-16"), refused.UnreadablePredictions, "save it as UTF-8"),
        ((HEADER + ROW).encode("utf-16-le"), refused.UnreadablePredictions, "save it as UTF-8"),
        ((HEADER + ROW).replace(",", ";").encode(), refused.UnreadablePredictions, "parted by semicolons; .* commas"),
        ((HEADER + ROW).replace(",", "\t").encode(), refused.UnreadablePredictions, "parted by tabs; .* commas"),
        ((HEADER + "9434765919,preterm_birth,0.1\n").encode(), refused.UnreadablePredictions, "1 rows hold fewer"),
        ((HEADER + ROW.replace("0.1", "12.3%")).encode(), refused.UnreadablePredictions, "from 0 to 1, such as 0.123"),
        ((HEADER + ROW + ROW).encode(), refused.DuplicatePrediction, "sort the table by pregnancy_id"),
        (
            (HEADER.replace("ethnic_group", "ethnicgroup") + ROW).encode(),
            refused.UnknownPredictionColumn,
            "unknown column 'ethnicgroup'; did you mean 'ethnic_group'. The columns are: pregnancy_id",
        ),
    ],
    ids=["empty", "UTF-16", "UTF-16 unmarked", "semicolons", "tabs", "short row", "percent", "twice", "misspelt"],
)
def test_a_csv_refusal_says_what_would_be_right_and_quotes_nobody(tmp_path, content, error, says):
    (tmp_path / "p.csv").write_bytes(content)
    with pytest.raises(error, match=says) as refusal:
        validate(read_predictions(tmp_path / "p.csv"))
    assert "9434765919" not in str(refusal.value)
    assert "12.3" not in str(refusal.value)


def test_a_quotation_mark_that_is_never_closed(tmp_path):
    file = _file_of(
        tmp_path, 'pregnancy_id,outcome,risk,observed,ethnic_group\n1,preterm_birth,0.1,true,"' + "x" * 200_000
    )
    with pytest.raises(refused.UnreadablePredictions, match="never closed"):
        read_predictions(file)


def test_rows_alike_in_their_key_and_only_those_share_a_hash(short):
    """Swapped values, empty text and null are told apart: none may be taken for a duplicate."""
    keys = [("a", "b"), ("b", "a"), ("", "b"), (None, "b"), ("a", None), ("a", "b")]
    frame = pl.DataFrame(keys, schema=["x", "y"], orient="row")
    hashes = frame.select(hash_of(("x", "y"))).to_series().to_list()
    assert hashes[0] == hashes[-1]
    assert len(set(hashes)) == len(set(keys))
    table = complete_predictions(short).collect()
    assert table.select(hash_of(PREDICTION_KEY)).to_series().n_unique() == 3


@pytest.mark.parametrize("column", ["outcome", "scored_by", "ethnic_category", "age_band", "parity"])
def test_no_column_that_is_printed_takes_what_looks_like_an_identifier(column):
    frame = pl.DataFrame(
        {
            "pregnancy_id": ["a"],
            "outcome": ["preterm_birth"],
            "risk": [0.1],
            "observed": [True],
            "ethnic_group": ["White"],
        }
    )
    with pytest.raises(refused.IdentifiersAsGroups, match=column):
        validate(frame.with_columns(pl.lit("943 476 5919").alias(column)))
