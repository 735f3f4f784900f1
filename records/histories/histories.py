"""Histories: what a source of dated records gives, and what is known of each pregnancy by a prediction point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from records.clock import ADMISSION, BIRTH, BOOKING, POSTNATAL, PredictionPoint
from records.concepts import concept
from records.histories.as_of import FOREVER, NEVER, read_as_of
from records.histories.tables import UNCLEAR_COLUMNS, ClosedFrom, column_of
from records.identity import IDENTITY_COLUMNS

__all__ = ["HERE", "NOT_BOOKED", "STANDINGS", "Histories"]

#: Where a woman is at a prediction point. Only who is ``here`` can be asked for a risk.
STANDINGS = ("here", "not booked by then", "no longer pregnant", "care moved elsewhere", "not there yet")
HERE, NOT_BOOKED, _ENDED, _MOVED, _NOT_YET = STANDINGS

Days = npt.NDArray[np.int16]
_TERM = 280
_NO_DAY = pl.lit(NEVER, dtype=pl.Int16)


@dataclass(frozen=True, kw_only=True)
class Histories:
    """``pregnancies`` has `PREGNANCY_COLUMNS`, ``observations`` `OBSERVATION_COLUMNS`.

    ``closed`` names the flags of which no observation means 'no', and from when on: ``booked`` once she is under care,
    ``birth`` once she gave birth under it. Any other fact that was not observed is not known. ``unclear`` has a row
    (`UNCLEAR_COLUMNS`) for each entry of a flag whose date or value cannot be read: afterwards she is not one of whom
    there is no entry. By a point it is as if there were none, since when care came to know it cannot be told.
    """

    pregnancies: pl.DataFrame
    observations: pl.LazyFrame
    closed: Mapping[str, ClosedFrom] = field(default_factory=dict)
    unclear: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNCLEAR_COLUMNS))

    def known_by(self, point: PredictionPoint, names: Sequence[str]) -> pl.DataFrame:
        """Identity columns and the named concepts as care knew them at the point; null where it knew nothing."""
        limit = self._last_day(point)
        columns = self._read(names, limit, until=limit)
        standing = self.standing(point)
        for name in names:
            if name in self.closed and concept(name).read_by.days_after_birth is None:
                since = pl.Series(standing == HERE)
                if self.closed[name] == "birth":
                    since = since & pl.Series(self._birth_day() <= limit)
                columns[name] = _closed(columns[name], since)
        return self._identified(columns)

    def afterwards(self, names: Sequence[str]) -> pl.DataFrame:
        """Identity columns and the named concepts whenever they were observed: for outcomes and populations.

        A flag that was not observed is 'no' only of who gave birth under this care, and, where it is looked for some
        days after, was followed that long: a transfer, a loss and a pregnancy that goes on say nothing.
        """
        for_ever = np.full(self.pregnancies.height, FOREVER, dtype=np.int16)
        columns = self._read(names, for_ever, until=self._days(pl.col("ended_day").fill_null(_NO_DAY)))
        gave_birth = self.pregnancies["ended_by"].eq_missing("birth")
        for name in names:
            if name in self.closed:
                window = concept(name).read_by.days_after_birth
                followed = gave_birth if window is None else gave_birth & self._followed(window[1])
                columns[name] = _closed(columns[name], followed & ~self._unclear(concept(name).read_by.of))
        return self._identified(columns)

    def seen_by(self, names: Sequence[str], days: pl.Series) -> pl.DataFrame:
        """The named concepts as they were observed by a day of each pregnancy's own (null: by none); of what was not
        observed nothing is said, not even 'no'."""
        limit = days.clip(NEVER, FOREVER).cast(pl.Int16).fill_null(NEVER).to_numpy()
        return pl.DataFrame(list(self._read(names, limit, until=limit).values()))

    def afterwards_lazily(self, names: Sequence[str]) -> pl.LazyFrame:
        """`afterwards`, read when it is asked for."""
        columns = {name: column_of(name, pl.Series([], dtype=pl.Float64)).dtype for name in names}
        return pl.defer(lambda: self.afterwards(names), schema=pl.Schema({**IDENTITY_COLUMNS, **columns}))

    def standing(self, point: PredictionPoint) -> pl.Series:
        """One of `STANDINGS` a pregnancy."""
        day, booked, ended = _day_of(point), pl.col("booked_day"), pl.col("ended_day")
        # An admission is for birth, of that day or later, and a birth is its own day; other points come before the end.
        over = {ADMISSION: ended < day, BIRTH: pl.lit(value=False), POSTNATAL: pl.lit(value=False)}.get(
            point, ended <= day
        )
        left = pl.when(pl.col("ended_by") == "transfer").then(pl.lit(_MOVED)).otherwise(pl.lit(_ENDED))
        standing = (
            pl.when(booked.is_null() | (booked > day).fill_null(value=False))
            .then(pl.lit(NOT_BOOKED))
            .when(ended.is_not_null() & (day.is_null() | over))
            .then(left)
            .when(day.is_null())
            .then(pl.lit(_NOT_YET))
            .otherwise(pl.lit(HERE))
        )
        return self._column(standing).alias("standing")

    def _last_day(self, point: PredictionPoint) -> Days:
        day = _day_of(point) + point.after_days - (0 if point.includes_its_day else 1)
        return self._days(day.cast(pl.Int16).fill_null(_NO_DAY))

    def _birth_day(self) -> Days:
        return self._days(pl.when(pl.col("ended_by") == "birth").then(pl.col("ended_day")).fill_null(FOREVER))

    def _days(self, days: pl.Expr) -> Days:
        return self._column(days.cast(pl.Int16)).to_numpy()

    def _column(self, expression: pl.Expr) -> pl.Series:
        """One value a pregnancy, of an expression that may name no column."""
        return self.pregnancies.with_columns(expression.alias("_asked")).get_column("_asked")

    def _followed(self, days: int) -> pl.Series:
        return (self.pregnancies["followed_days"] >= days).fill_null(value=False)

    def _unclear(self, name: str) -> pl.Series:
        rows = self.unclear.filter(pl.col("concept") == name)["pregnancy"].to_numpy()
        unclear = np.zeros(self.pregnancies.height, dtype=bool)
        unclear[rows] = True
        return pl.Series(unclear)

    def _read(self, names: Sequence[str], limit: Days, *, until: Days) -> dict[str, pl.Series]:
        needs = {name: needed for name in names if (needed := concept(name).defined_if) is not None}
        asked = tuple(dict.fromkeys([*names, *needs.values()]))
        readings = [concept(name).read_by for name in asked]
        numbers = read_as_of(
            self._parts({reading.of for reading in readings}), readings, limit, self._birth_day(), until=until
        )
        found = dict(zip(asked, numbers, strict=True))
        for name, needed in needs.items():
            found[name] = np.where(found[needed] == 0, np.nan, found[name])
        return {name: column_of(name, pl.Series(found[name])) for name in names}

    def _parts(self, concepts: set[str]) -> Iterator[pl.DataFrame]:
        asked = self.observations.filter(pl.col("concept").cast(pl.String).is_in(sorted(concepts)))
        yield from asked.collect_batches(maintain_order=False)

    def _identified(self, columns: Mapping[str, pl.Series]) -> pl.DataFrame:
        # Of who did not give birth here, the month she was due: it too tells earlier pregnancies from later ones.
        due = pl.col("day_zero") + pl.duration(days=_TERM)
        months = (
            pl.coalesce("delivered_year", due.dt.year().cast(IDENTITY_COLUMNS["delivered_year"])),
            pl.coalesce("delivered_month", due.dt.month().cast(IDENTITY_COLUMNS["delivered_month"])),
        )
        # A fact as it was known then stands in for the identity column of its name.
        return self.pregnancies.with_columns(*months).select(*IDENTITY_COLUMNS).with_columns(columns.values())


def _day_of(point: PredictionPoint) -> pl.Expr:
    """The gestational day of the point; null where her record has none."""
    if point.gestational_day is not None:
        return pl.lit(point.gestational_day, dtype=pl.Int16)
    gave_birth = pl.when(pl.col("ended_by") == "birth").then(pl.col("ended_day"))
    if point == BOOKING:
        return pl.col("booked_day")
    return pl.coalesce("admitted_day", gave_birth) if point == ADMISSION else gave_birth


def _closed(column: pl.Series, where: pl.Series) -> pl.Series:
    """'No', or none, where nothing was observed of whom it would have been."""
    none = pl.lit(value=False) if column.dtype == pl.Boolean else pl.lit(0, dtype=column.dtype)
    return pl.select(pl.coalesce(column, pl.when(where).then(none))).to_series().alias(column.name)
