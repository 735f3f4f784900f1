"""Births as CSV or Parquet, under the file's own column names (in any case) or under a mapping's."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from records.sources.cdc_natality.codes import (
    CodeArray,
    blank,
    code_type,
    codes_by_text,
    text_of_cell,
    unreadable,
    why_unreadable,
)
from records.sources.cdc_natality.decode import Decoded, Unreadable
from records.sources.cdc_natality.errors import (
    InvalidColumnMapping,
    MissingColumn,
    NotANatalityFile,
    UnknownField,
)
from records.sources.cdc_natality.fields import FIELDS, Field

__all__ = ["births_of_csv", "births_of_parquet", "read_column_mapping"]

_ROWS_AT_ONCE = 131_072
_FIELD_OF_LOWER_CASE = {name.lower(): name for name in FIELDS}


def read_column_mapping(path: Path) -> Mapping[str, str]:
    """``[columns]`` of a TOML file: the file's column -> the natality field.

    Raises `InvalidColumnMapping` or `UnknownField`.
    """
    try:
        columns = tomllib.loads(path.read_text(encoding="utf-8")).get("columns")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidColumnMapping(f"{path.name} cannot be read as TOML: {type(error).__name__}") from error
    if not isinstance(columns, dict) or not all(isinstance(field, str) for field in columns.values()):
        raise InvalidColumnMapping(f'{path.name} needs a table [columns] of lines such as "mother_age" = "MAGER"')
    mapping = {str(column): _named_field(str(field)) for column, field in columns.items()}
    unknown = sorted(set(mapping.values()) - set(FIELDS))
    if unknown:
        raise UnknownField(f"{path.name} names fields this source does not read: {', '.join(unknown)}")
    if len(set(mapping.values())) < len(mapping):
        raise InvalidColumnMapping(f"{path.name} maps two columns to one field")
    return mapping


def _named_field(name: str) -> str:
    return _FIELD_OF_LOWER_CASE.get(name.lower(), name)


def births_of_csv(path: Path, mapping: Mapping[str, str] | None) -> Iterator[Decoded]:
    """Blocks of a CSV with a header, comma separated, UTF-8."""
    with path.open("rb") as file:
        header = file.readline().decode("utf-8-sig", errors="replace").strip().replace('"', "").split(",")
    fields = _fields_of_columns(header, mapping, path.name)
    convert = pyarrow.csv.ConvertOptions(
        include_columns=list(fields), column_types=dict.fromkeys(fields, pa.string()), strings_can_be_null=False
    )
    try:
        with pyarrow.csv.open_csv(path, convert_options=convert) as reader:
            for batch in reader:
                yield _decode_batch(batch, fields)
    except pa.ArrowInvalid as error:
        raise NotANatalityFile(f"{path.name} is not a well-formed CSV: a row has too few or too many cells") from error


def births_of_parquet(path: Path, mapping: Mapping[str, str] | None) -> Iterator[Decoded]:
    """Blocks of a Parquet file, whatever types its columns have."""
    try:
        file = pyarrow.parquet.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise NotANatalityFile(f"{path.name} begins as Parquet but is cut off or damaged; fetch it again") from error
    with file:
        fields = _fields_of_columns(file.schema_arrow.names, mapping, path.name)
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=list(fields)):
            yield _decode_batch(batch, fields)


def _fields_of_columns(columns: list[str], mapping: Mapping[str, str] | None, name: str) -> Mapping[str, Field]:
    if mapping is not None:
        missing = sorted(set(mapping) - set(columns))
        if missing:
            raise MissingColumn(f"{name} has no column {', '.join(missing)}, which the column mapping names")
        return {column: FIELDS[field] for column, field in mapping.items()}
    found = {c: FIELDS[_FIELD_OF_LOWER_CASE[c.lower()]] for c in columns if c.lower() in _FIELD_OF_LOWER_CASE}
    if not found:
        raise NotANatalityFile(
            f"{name} has no column named as a natality field (MAGER, COMBGEST, ...); "
            "a column mapping can say which column is which field"
        )
    return found


def _decode_batch(batch: pa.RecordBatch, fields: Mapping[str, Field]) -> Decoded:
    columns: dict[str, CodeArray] = {}
    bad: list[Unreadable] = []
    for column, field in fields.items():
        columns[field.name], problems = _decode_column(batch.column(column), field)
        bad += problems
    for field in FIELDS.values():
        if field.name not in columns:
            columns[field.name] = np.full(batch.num_rows, blank(field), dtype=code_type(field))
    return Decoded(columns=columns, unreadable=tuple(bad), births=batch.num_rows)


def _decode_column(cells: pa.Array, field: Field) -> tuple[CodeArray, list[Unreadable]]:
    """Only the distinct cells are read one by one: a year of births has a few thousand weights."""
    if not pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_encode()
    distinct = cells.dictionary.to_pylist()
    texts = [text_of_cell(field, cell) for cell in distinct]
    known = codes_by_text(field.name)
    # One more entry at the end, for null cells.
    table = np.array([*(known.get(text, unreadable(field)) for text in texts), blank(field)], dtype=code_type(field))
    which = cells.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    codes = table[which]
    reasons: dict[str, list[int]] = {}
    for position, text in enumerate(texts):
        if table[position] == unreadable(field):
            reasons.setdefault(why_unreadable(field, text), []).append(position)
    problems = [
        Unreadable(field=field.name, reason=reason, rows=np.nonzero(np.isin(which, positions))[0])
        for reason, positions in reasons.items()
    ]
    return codes, problems
