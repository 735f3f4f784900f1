"""Births as Records want them: identity columns and concepts, lazily, and a count of what had to be doubted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from records.concepts import concept
from records.groups import US_OMB, age_band
from records.records import IDENTITY_COLUMNS
from records.sources.cdc_natality.births import FILE_COLUMN, ROW_COLUMN
from records.sources.cdc_natality.codes import blank
from records.sources.cdc_natality.derivation import as_recorded, number, plausible
from records.sources.cdc_natality.facts import FACTS
from records.sources.cdc_natality.fields import FIELDS
from records.sources.cdc_natality.publication import files_lacking

__all__ = ["pregnancies_of"]

_ETHNIC_CODE = "MRACEHISP"


def pregnancies_of(
    births: pl.LazyFrame, paths: Sequence[Path], lacking_fields: Sequence[frozenset[str]]
) -> tuple[pl.LazyFrame, Mapping[str, int]]:
    """The births, and how many of them each doubt concerns."""
    facts = [_fact_where_published(name, lacking_fields) for name in FACTS]
    return births.select([*_identity(paths), *facts]), _doubts(births)


def _fact_where_published(name: str, lacking_fields: Sequence[frozenset[str]]) -> pl.Expr:
    """A file that lacks one of several needed fields would give only some of the answers: then it gives none."""
    lacking = files_lacking(FACTS[name], lacking_fields)
    if not lacking:
        return plausible(name)
    return pl.when(~pl.col(FILE_COLUMN).is_in(lacking)).then(plausible(name)).alias(name)


def _identity(paths: Sequence[Path]) -> list[pl.Expr]:
    code = pl.col(_ETHNIC_CODE)
    bytes_recorded = range(33, 127)
    groups = {byte: US_OMB.group_of(chr(byte)) for byte in bytes_recorded}
    stems = {position: path.stem for position, path in enumerate(paths)}
    bands = {age: age_band(age) for age in range(FIELDS["MAGER"].codes.low, FIELDS["MAGER"].codes.high + 1)}
    file = pl.col(FILE_COLUMN).replace_strict(stems, return_dtype=pl.String, default=None)
    given = {
        "pregnancy_id": pl.format("{}:{}", file, pl.col(ROW_COLUMN)),
        "group_scheme": pl.lit(US_OMB.name),
        "ethnic_category": code.replace_strict(
            {byte: chr(byte) for byte in bytes_recorded}, return_dtype=pl.String, default=None
        ),
        "ethnic_group": code.replace_strict(groups, return_dtype=pl.String, default=US_OMB.group_of(None)),
        "age_band": number("MAGER").replace_strict(bands, return_dtype=pl.String, default=None),
        "delivered_year": number("DOB_YY"),
        "delivered_month": number("DOB_MM"),
    }
    return [given.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in IDENTITY_COLUMNS.items()]


def _doubts(births: pl.LazyFrame) -> dict[str, int]:
    """Numbers outside a concept's plausible range, and ethnic codes the scheme does not have."""
    asked = {_doubt_about(name): _implausible(name) for name in FACTS if concept(name).plausible is not None}
    codes = births.group_by(_ETHNIC_CODE).len().collect()
    counted = births.select([expression.sum().alias(sentence) for sentence, expression in asked.items()]).collect()
    doubts: dict[str, int] = {sentence: doubted for sentence in asked if (doubted := int(counted[sentence][0] or 0))}
    for byte, rows in sorted(codes.iter_rows()):
        if byte < blank(FIELDS[_ETHNIC_CODE]) and chr(byte) not in US_OMB.by_code:
            doubts[f"{_ETHNIC_CODE} holds the unknown code {chr(byte)!r}; kept as recorded, group 'Not known'"] = rows
    return doubts


def _doubt_about(name: str) -> str:
    definition = concept(name)
    low, high = definition.plausible or (0, 0)
    span = f"{low:g} to {high:g} {definition.unit or ''}".rstrip()
    return f"{definition.title} outside {span}, taken as not recorded"


def _implausible(name: str) -> pl.Expr:
    low, high = concept(name).plausible or (0, 0)
    return as_recorded(name).is_between(low, high).not_()
