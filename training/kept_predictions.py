"""What a re-audit of a run needs: its holdout's predictions, in the home's cache and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fairness_audits.context import AuditContext
from fairness_audits.report import AuditReport
from fairness_audits.review_list import missed_women
from models.home import Home
from records.predictions import read_predictions
from records.private_file import private_file, write_private
from training.birth_sketch import BirthSketch

__all__ = ["KeptPredictions"]


@dataclass(frozen=True, kw_only=True)
class KeptPredictions:
    """The holdout's predictions and context of one run, in the home's cache, mode 0600: never an artefact.

    ``record_ids`` leads from the pseudonyms of women who had the outcome to the source's records of them. By the
    sketches, births that the version was made from are recognised.
    """

    folder: Path

    @classmethod
    def of(cls, home: Home, run_id: str) -> KeptPredictions:
        return cls(folder=home.cache / "holdouts" / run_id)

    @property
    def predictions(self) -> Path:
        return self.folder / "predictions.parquet"

    @property
    def context(self) -> Path:
        return self.folder / "context.json"

    @property
    def record_ids(self) -> Path:
        return self.folder / "record_ids.parquet"

    def sketches(self) -> tuple[BirthSketch, ...]:
        """Of the births it was made from, and of those that each version before it was; none in an older home."""
        return tuple(BirthSketch.read(file) for file in sorted(self.folder.glob("made_from-*.sketch")))

    def keep(
        self,
        predictions: pl.LazyFrame,
        context: AuditContext,
        record_ids: pl.DataFrame,
        sketches: Sequence[BirthSketch],
    ) -> None:
        """``predictions`` is written as it is worked out: a national table is never in memory whole."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with private_file(self.predictions) as opened:
            predictions.sink_parquet(opened)
        write_private(self.context, context.to_json().encode("utf-8"))
        with private_file(self.record_ids) as opened:
            record_ids.write_parquet(opened)
        for place, sketch in enumerate(sketches):
            sketch.write(self.folder / f"made_from-{place}.sketch")

    def missed_women(self, report: AuditReport) -> pl.DataFrame:
        """For case-note review, by the source's own records of them; by pseudonym where an older home kept no key."""
        missed = missed_women(report, read_predictions(self.predictions))
        if not self.record_ids.is_file():
            return missed
        named = missed.join(pl.read_parquet(self.record_ids), on="pregnancy_id", how="left", maintain_order="left")
        return named.with_columns(pregnancy_id=pl.coalesce("record_id", "pregnancy_id")).drop("record_id")
