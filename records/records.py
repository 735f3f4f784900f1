"""Records: pregnancies, and what is known of each by a prediction point.

Every source (a national birth file, an NHS extract, simulated births) becomes this one value. `known_by` is the only
way to predictors, so that nothing recorded after the point can be seen by a model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from records.clock import PredictionPoint
from records.concepts import concept
from records.errors import EquipartumError

__all__ = ["IDENTITY_COLUMNS", "LackingConcept", "Records", "SetAside"]

IDENTITY_COLUMNS: Mapping[str, pl.DataType] = {
    "pregnancy_id": pl.String(),
    "woman_id": pl.String(),
    "site": pl.String(),
    "group_scheme": pl.String(),
    "ethnic_category": pl.String(),
    "ethnic_group": pl.String(),
    "deprivation_quintile": pl.Int8(),
    "age_band": pl.String(),
    "interpreter_needed": pl.Boolean(),
    "delivered_year": pl.Int16(),
    "delivered_month": pl.Int8(),
}


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
    concept that the source could have is not in this file. ``doubts`` counts births by a sentence on what was doubted
    of them: exact, so what leaves the site is printed by `doubts_told`.
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

    def known_by(self, point: PredictionPoint) -> pl.LazyFrame:
        """Identity columns and every concept that care knows at or before ``point``."""
        known = [name for name, since in self.known_from.items() if since <= point and self.has(name)]
        return self.pregnancies.select([*IDENTITY_COLUMNS, *(name for name in known if name not in IDENTITY_COLUMNS)])

    def facts(self, *names: str) -> pl.LazyFrame:
        """Identity columns and the named concepts, whenever they came to be known: for outcomes and populations.

        Raises `LackingConcept` with the reason the source gives.
        """
        for name in names:
            if not self.has(name):
                raise LackingConcept(self.why_lacking(name))
        return self.pregnancies.select([*IDENTITY_COLUMNS, *(n for n in names if n not in IDENTITY_COLUMNS)])

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
