"""A folder of simulated tables, each row as it was sent to the national data set."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import polars as pl

from records.histories.histories import Histories
from records.sources.msds.codes import SITE_CODES
from records.sources.msds.source import SIMULATED_MARK
from records.sources.msds.tables import TABLES
from records.sources.msds.writing.birth import birth_tables
from records.sources.msds.writing.observed import dated
from records.sources.msds.writing.pregnancy import pregnancy_tables
from records.sources.msds.writing.site_codes import write_site_codes

__all__ = ["write_msds"]

Form = Literal["csv", "parquet"]

# What a first submission does not say yet, by table. Tables that are not named are sent once.
_NOT_YET = {
    "MSD001": (),
    "MSD101": ("PreviousLiveBirths", "DischargeDateMatService"),
    "MSD103": ("NoFetusesDatingUltrasound",),
    "MSD104": ("Score",),
    "MSD106": (),
    "MSD107": (),
    "MSD108": (),
    "MSD301": ("LabourOnsetMethod",),
    "MSD401": ("GestationLengthBirth", "PersonDeathDateBaby"),
    "MSD405": ("BirthWeight",),
}
_FIRST, _SECOND = ("1", "2024-01-01"), ("2", "2024-02-01")


def write_msds(histories: Histories, folder: Path, *, form: Form = "csv", repeated: bool = True) -> None:
    """The folder is made, and marked as simulated.

    ``repeated`` sends most rows twice, as providers do: first without some of what they say, then whole, and with the
    second submission standing before the first in its file.
    """
    folder.mkdir(parents=True)
    (folder / SIMULATED_MARK).write_text("Simulated births. Not for care.\n", encoding="utf-8")
    write_site_codes(folder / SITE_CODES)
    rows = dated(histories)
    tables = {**pregnancy_tables(rows, histories.pregnancies), **birth_tables(rows, histories.pregnancies)}
    for short, table in tables.items():
        sent = _sent(short, table, repeated=repeated)
        file = folder / f"{TABLES[short].name}.{form}"
        sent.write_csv(file) if form == "csv" else sent.write_parquet(file)


def _sent(short: str, table: pl.DataFrame, *, repeated: bool) -> pl.DataFrame:
    """With the fields of the submission."""
    whole = _in(_SECOND, table, numbered_from=1 + table.height)
    if not repeated or short not in _NOT_YET:
        return whole
    earlier = table.with_columns(pl.lit(None, dtype=table.schema[field]).alias(field) for field in _NOT_YET[short])
    return pl.concat([whole, _in(_FIRST, earlier, numbered_from=1)])


def _in(submission: tuple[str, str], table: pl.DataFrame, *, numbered_from: int) -> pl.DataFrame:
    identifier, period = submission
    return table.with_row_index("RecordNumber", offset=numbered_from).with_columns(
        pl.lit(identifier).alias("UniqSubmissionID"), pl.lit(period).alias("RPStartDate")
    )
