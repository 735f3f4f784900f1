"""Records: pregnancies, and what is known of each by a prediction point.

Every source (a national birth file, an NHS extract, simulated births) becomes this one value. `known_by` is the only
way to predictors, so that nothing recorded after the point can be seen by a model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

from records.clock import PredictionPoint
from records.concepts import concept
from records.errors import EquipartumError
from records.histories.earlier_pregnancies import overlapping
from records.histories.histories import Histories
from records.identity import IDENTITY_COLUMNS
from records.landmark import standing_without_dates

__all__ = [
    "AFTERWARDS",
    "ALREADY",
    "ENDED_BY",
    "FOLLOWED",
    "IDENTITY_COLUMNS",
    "STANDING",
    "LackingConcept",
    "Records",
    "SetAside",
]

#: What stands before a concept's name in `Records.at`.
AFTERWARDS, ALREADY = "afterwards: ", "already: "
STANDING, ENDED_BY, FOLLOWED = "standing", "ended_by", "followed_days"
_WHOLE_YEAR = 365


class LackingConcept(EquipartumError):
    """A fact that was asked of a source that does not have it."""


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """Rows of one file that could not be read: why, how many, and some of their row numbers (never their values)."""

    reason: str
    rows: int
    example_rows: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Records:
    """One row a pregnancy (or a birth, where the source cannot tell twins: its ``notes`` say so).

    ``pregnancies`` holds the identity columns and one column a concept, in the concept's canonical unit, null where
    not recorded. ``known_from`` gives for each concept the point at which care knows it. ``lacking`` says why a
    concept that the source could have is not in this file. ``histories`` is what a source of dated records has, and
    `dated` makes such Records. ``doubts`` counts births by a sentence on what was doubted
    of them: exact, so what leaves the site is printed by `doubts_told`. ``names_pregnancies`` is false where a
    ``pregnancy_id`` is a place in a file and no identifier that the record carries.
    """

    source: str
    description: str
    data_digest: str
    pregnancies: pl.LazyFrame
    known_from: Mapping[str, PredictionPoint]
    lacking: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    doubts: Mapping[str, int] = field(default_factory=dict)
    set_aside: tuple[SetAside, ...] = ()
    is_simulated: bool = False
    histories: Histories | None = None
    names_pregnancies: bool = True

    @classmethod
    def dated(
        cls,
        *,
        source: str,
        description: str,
        data_digest: str,
        histories: Histories,
        known_from: Mapping[str, PredictionPoint],
        lacking: Mapping[str, str] = MappingProxyType({}),
        notes: tuple[str, ...] = (),
        doubts: Mapping[str, int] = MappingProxyType({}),
        set_aside: tuple[SetAside, ...] = (),
        is_simulated: bool = False,
    ) -> Records:
        """Records of a source whose observations carry dates. ``known_from`` is the earliest a concept can be known."""
        held = tuple(name for name in known_from if name not in lacking)
        return cls(
            source=source,
            description=description,
            data_digest=data_digest,
            pregnancies=histories.afterwards_lazily(held),
            known_from=known_from,
            lacking=lacking,
            notes=notes,
            doubts={**doubts, **overlapping(histories.pregnancies)},
            set_aside=set_aside,
            is_simulated=is_simulated,
            histories=histories,
        )

    def known_by(self, point: PredictionPoint, names: Sequence[str] | None = None) -> pl.LazyFrame:
        """Identity columns and every concept, or those of ``names``, that care knows at or before ``point``."""
        known = [name for name, since in self.known_from.items() if since <= point and self.has(name)]
        asked = [name for name in known if names is None or name in names]
        if self.histories is not None:
            return self.histories.known_by(point, asked).lazy()
        return self.pregnancies.select([*IDENTITY_COLUMNS, *(name for name in asked if name not in IDENTITY_COLUMNS)])

    def facts(self, *names: str) -> pl.LazyFrame:
        """Identity columns and the named concepts, whenever they came to be known: for outcomes and populations.

        Raises `LackingConcept` with the reason the source gives.
        """
        for name in names:
            if not self.has(name):
                raise LackingConcept(self.why_lacking(name))
        if self.histories is not None:
            return self.histories.afterwards(names).lazy()
        return self.pregnancies.select([*IDENTITY_COLUMNS, *(n for n in names if n not in IDENTITY_COLUMNS)])

    def at(self, point: PredictionPoint, *, known: Sequence[str], afterwards: Sequence[str]) -> pl.LazyFrame:
        """What a cohort is made from, one row a pregnancy: identity columns; the concepts of ``known`` as they were at
        the point; those of ``afterwards`` whenever they were observed, each with `AFTERWARDS` before its name, and as
        they were at the point with `ALREADY`; `STANDING`; `ENDED_BY`; and `FOLLOWED`, in days after birth.

        Without dates `ALREADY` is null of everyone, `ENDED_BY` of everyone 'birth', and everyone was followed a year:
        whether an outcome is known is then what the record itself says.
        """
        if self.histories is not None:
            return pl.concat(
                [
                    self.histories.known_by(point, known),
                    *(
                        frame.select(pl.col(afterwards).name.prefix(prefix))
                        for prefix, frame in (
                            (AFTERWARDS, self.histories.afterwards(afterwards)),
                            (ALREADY, self.histories.known_by(point, afterwards)),
                        )
                    ),
                    self.histories.standing(point).alias(STANDING).to_frame(),
                    self.histories.pregnancies.select(
                        pl.col("ended_by").alias(ENDED_BY), pl.col("followed_days").alias(FOLLOWED)
                    ),
                ],
                how="horizontal",
            ).lazy()
        columns = [name for name in known if name not in IDENTITY_COLUMNS]
        return self.pregnancies.select(
            *IDENTITY_COLUMNS,
            *columns,
            *(pl.col(name).alias(AFTERWARDS + name) for name in afterwards),
            *(pl.lit(None).alias(ALREADY + name) for name in afterwards),
            standing_without_dates(point, [name for name in self.known_from if self.has(name)]).alias(STANDING),
            pl.lit("birth").alias(ENDED_BY),
            pl.lit(_WHOLE_YEAR, dtype=pl.Int16).alias(FOLLOWED),
        )

    def doubts_told(self, printed: Callable[[float], int | None]) -> tuple[str, ...]:
        """Each doubt with the births it concerns as a disclosure rule prints them (None: hidden)."""
        counts = {sentence: printed(births) for sentence, births in self.doubts.items()}
        return tuple(
            f"{sentence} ({'*' if births is None else f'{births:,}'} {'birth' if births == 1 else 'births'})"
            for sentence, births in counts.items()
        )

    def has(self, name: str) -> bool:
        return name in self.known_from and name not in self.lacking

    def why_lacking(self, name: str) -> str:
        """One sentence on why the concept is not there."""
        title = concept(name).title
        reason = self.lacking.get(name, f"the source {self.source} does not record it")
        return f"{name} ({title}): {reason}"
