"""The predictions table: one schema, read alike by evaluation, audit, the service's log and monitoring.

A row is one pregnancy scored once for one outcome at one prediction point by one scorer (a model version, a guideline,
or 'flag_nobody'). Kept as a Polars frame, so that national files stream.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import polars as pl

from records.csv_shape import refuse_misshapen
from records.groups import ETHNIC_SCHEMES, NOT_KNOWN, NOT_STATED
from records.prediction_errors import (
    ContradictoryOutcome,
    DuplicatePrediction,
    EmptyPredictions,
    IdentifiersAsGroups,
    MissingPredictionColumn,
    RiskOutsideRange,
    SchemesPooled,
    UnknownPredictionColumn,
    UnreadablePredictions,
    UnscoredPrediction,
    WeightOutsideRange,
)
from records.private_file import private_file

__all__ = [
    "NOT_GIVEN",
    "PREDICTION_COLUMNS",
    "PREDICTION_KEY",
    "SHORT_FORM",
    "ContradictoryOutcome",
    "DuplicatePrediction",
    "EmptyPredictions",
    "IdentifiersAsGroups",
    "MissingPredictionColumn",
    "RiskOutsideRange",
    "SchemesPooled",
    "UnknownPredictionColumn",
    "UnreadablePredictions",
    "UnscoredPrediction",
    "WeightOutsideRange",
    "complete_predictions",
    "labels_read_otherwise",
    "place_of_refusal",
    "read_predictions",
    "write_predictions",
]

NOT_GIVEN = "not given"

PREDICTION_COLUMNS: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "pregnancy_id": pl.String(),
        "outcome": pl.String(),
        "prediction_point": pl.String(),
        "scored_by": pl.String(),
        "model_version": pl.String(),
        "outcome_definition": pl.String(),
        "predicted_at": pl.Datetime("us", "UTC"),
        "risk": pl.Float64(),
        "alert": pl.Boolean(),
        "band": pl.String(),
        "observed": pl.Boolean(),
        "ascertained": pl.Boolean(),
        "due_at": pl.Date(),
        "group_scheme": pl.String(),
        "ethnic_category": pl.String(),
        "ethnic_group": pl.String(),
        "deprivation_quintile": pl.Int8(),
        "age_band": pl.String(),
        "parity": pl.String(),
        "interpreter_needed": pl.Boolean(),
        "site": pl.String(),
        "woman_id": pl.String(),
        "weight": pl.Float64(),
        "is_simulated": pl.Boolean(),
    }
)
PREDICTION_KEY = ("pregnancy_id", "outcome", "outcome_definition", "prediction_point", "scored_by", "model_version")
SHORT_FORM = ("pregnancy_id", "outcome", "risk", "observed", "ethnic_group")

_DEFAULTS: Mapping[str, str | float | bool] = MappingProxyType(
    {
        "prediction_point": NOT_GIVEN,
        "scored_by": "model",
        "model_version": NOT_GIVEN,
        "outcome_definition": NOT_GIVEN,
        "group_scheme": NOT_GIVEN,
        "ethnic_group": NOT_KNOWN,
        "weight": 1.0,
        "is_simulated": False,
    }
)

# Case-folded ways to write that ethnicity is missing: any of them left as it stands would be audited as a group.
_MISSING_LABELS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("", "unknown", "not known", "not_known", "null", "na", "n/a", "none", "nan", "missing"), NOT_KNOWN)
    | dict.fromkeys(("not recorded", "not_recorded", "not available"), NOT_KNOWN)
    | dict.fromkeys(("not stated", "not_stated", "prefer not to say", "refused"), NOT_STATED)
)
# 'white' and 'WHITE' are the group 'White': apart, each would be audited on too few women.
_READ_AS: Mapping[str, str] = MappingProxyType(
    {group.lower(): group for scheme in ETHNIC_SCHEMES.values() for group in scheme.groups} | dict(_MISSING_LABELS)
)
LIKE_A_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_ ]{0,40}")
MOST_DIGITS_OF_A_NAME = 5
NAMES_SHOWN = 3
# Control and format characters: zero-width ones and those that turn the direction of writing among them.
NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def read_predictions(paths: str | Path | Sequence[str | Path]) -> pl.LazyFrame:
    """Predictions from Parquet or CSV (UTF-8, a header, true/false, empty is null), completed but not yet validated."""
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not files:
        raise EmptyPredictions("no predictions file was named")
    return pl.concat([complete_predictions(_scan(file)) for file in files], how="vertical")


def labels_read_otherwise(paths: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    """Ethnic group labels of files already read that `read_predictions` takes for another: as written, and as read."""
    found: dict[tuple[str, str], None] = {}
    for file in paths:
        table = pl.scan_parquet(file) if file.suffix.lower() == ".parquet" else pl.scan_csv(file, infer_schema=False)
        if table.collect_schema().get("ethnic_group") != pl.String():
            continue
        labels = table.select(pl.col("ethnic_group").unique().drop_nulls()).collect(engine="streaming").to_series()
        found |= dict.fromkeys((written, tidy) for written in labels if (tidy := _tidy(written)) != written)
    return tuple(sorted(found))


def _scan(file: Path) -> pl.LazyFrame:
    if not file.is_file():
        raise UnreadablePredictions(f"{file.name}: there is no such file")
    suffix = file.suffix.lower()
    if suffix not in (".parquet", ".csv"):
        raise UnreadablePredictions(f"{file.name}: predictions are read from .parquet or .csv files")
    try:
        if suffix == ".parquet":
            frame = pl.scan_parquet(file)
            frame.collect_schema()
            return frame
        refuse_misshapen(file)
        names = pl.scan_csv(file, infer_schema=False).collect_schema().names()
        # Only text and identifiers may look like numbers, so every known column is read as what it is.
        read_as = {n: _csv_type(PREDICTION_COLUMNS[n]) if n in PREDICTION_COLUMNS else pl.String() for n in names}
        return pl.scan_csv(file, schema=read_as)
    except pl.exceptions.PolarsError as refusal:
        place = place_of_refusal(refusal)
        raise UnreadablePredictions(f"{file.name}: not a readable predictions file ({place})") from None


def _csv_type(dtype: pl.DataType) -> pl.DataType:
    return pl.String() if dtype.is_temporal() else dtype


def place_of_refusal(refusal: Exception) -> str:
    """Where Polars stumbled; its message would quote the value itself, which may be a patient's."""
    named = re.search(r"column '(\w+)'", str(refusal))
    if named is None:
        if "parse date" in str(refusal):
            return "predicted_at or due_at holds what is no date; write 2026-01-31, or 2026-01-31T09:30:00Z for a time"
        return type(refusal).__name__
    if PREDICTION_COLUMNS.get(named[1]) is not None and PREDICTION_COLUMNS[named[1]].is_temporal():
        return f"column {named[1]!r} holds what is no date; write 2026-01-31, or 2026-01-31T09:30:00Z for a time"
    wanted = "; write true or false" if PREDICTION_COLUMNS.get(named[1]) == pl.Boolean() else ""
    if named[1] == "risk":
        wanted = "; write a probability from 0 to 1, such as 0.123"
    return f"column {named[1]!r} does not hold what its name says{wanted}"


def complete_predictions(frame: pl.DataFrame | pl.LazyFrame) -> pl.LazyFrame:
    """The table with every column of the schema, in its order; the short form's absent columns get their defaults.

    Unknown stays null; only what names the row ('not given'), the group ('Not known') and the weight (1) is filled.
    A blank ethnic group, or one written as 'unknown' or 'n/a', is 'Not known'; 'refused' is 'Not stated'.
    One that is a group of a scheme but for case, spaces and characters that are not shown is that group; any other
    label stays as it is written, without those characters and with single spaces (`labels_read_otherwise` tells which).
    """
    lazy = frame.lazy()
    given = lazy.collect_schema()
    unknown = [name for name in given.names() if name not in PREDICTION_COLUMNS]
    if unknown:
        raise UnknownPredictionColumn(f"unknown {_columns(unknown)} The columns are: {', '.join(PREDICTION_COLUMNS)}")
    missing = [name for name in SHORT_FORM if name not in given]
    if missing:
        raise MissingPredictionColumn(
            f"a predictions table needs {', '.join(map(repr, missing))}; the shortest form is: {', '.join(SHORT_FORM)}"
        )
    return lazy.select(_completed(name, dtype, given.get(name)) for name, dtype in PREDICTION_COLUMNS.items())


def _columns(unknown: Sequence[str]) -> str:
    """The first few unknown columns by name; none of them where a row of data may stand in the header's place."""
    if not all(LIKE_A_NAME.fullmatch(n) and len(re.findall(r"\d", n)) <= MOST_DIGITS_OF_A_NAME for n in unknown):
        return f"columns, {len(unknown)} of those given (the file may lack a header row)."
    more = f" and {len(unknown) - NAMES_SHOWN} more" if len(unknown) > NAMES_SHOWN else ""
    meant = [near for name in unknown for near in difflib.get_close_matches(name.lower(), PREDICTION_COLUMNS, n=1)]
    asked = f"; did you mean {', '.join(map(repr, meant[:NAMES_SHOWN]))}?" if meant else "."
    return f"column {', '.join(map(repr, unknown[:NAMES_SHOWN]))}{more}{asked}"


def _completed(name: str, dtype: pl.DataType, given: pl.DataType | None) -> pl.Expr:
    default = _DEFAULTS.get(name)
    if given is None:
        return pl.lit(default, dtype=dtype).alias(name)
    column = pl.col(name)
    if given == dtype or given == pl.Null():
        typed = column.cast(dtype)
    elif dtype.is_temporal() and given == pl.String():
        # Day and month of a date with slashes are anybody's guess: it is made unreadable.
        iso = column.str.replace(r"^\s*\d{1,2}[/.]", "not ISO 8601: ")
        typed = iso.str.to_datetime(time_zone="UTC") if isinstance(dtype, pl.Datetime) else iso.str.to_date("%Y-%m-%d")
    elif dtype == pl.Boolean() and given not in (pl.Boolean(),):
        raise UnreadablePredictions(f"column {name!r} holds {given}, not true or false (empty where unknown)")
    else:
        typed = column.cast(dtype)
    if name == "ethnic_group":
        typed = typed.map_batches(_tidy_labels, return_dtype=pl.String(), is_elementwise=True)
    return typed.fill_null(default) if default is not None else typed


def _tidy_labels(labels: pl.Series) -> pl.Series:
    """Label by label rather than row by row: millions of rows hold a handful of labels."""
    as_written = labels.unique().drop_nulls()
    tidy = pl.Series([_tidy(label) for label in as_written], dtype=pl.String)
    return labels if tidy.equals(as_written) else labels.replace(as_written, tidy)


def _tidy(label: str) -> str:
    shown = _as_shown(label)
    return _READ_AS.get(shown.lower(), shown)


def _as_shown(label: str) -> str:
    """Letters that look alike made alike, and what is not shown left out: 'B\u200black' would be a group of its own."""
    # A tab or a line end is a space between words, though its category is that of what is not shown.
    spaced = " ".join(unicodedata.normalize("NFKC", label).split())
    return " ".join("".join(c for c in spaced if unicodedata.category(c) not in NOT_SHOWN).split())


def write_predictions(frame: pl.DataFrame | pl.LazyFrame, path: str | Path) -> None:
    """Write the completed table as Parquet or CSV, as the name of ``path`` says, readable by its owner alone."""
    target = Path(path)
    if target.suffix.lower() not in (".parquet", ".csv"):
        raise UnreadablePredictions(f"{target.name}: predictions are written to .parquet or .csv files")
    table = complete_predictions(frame).collect()
    with private_file(target) as opened:
        table.write_parquet(opened) if target.suffix.lower() == ".parquet" else table.write_csv(opened)
