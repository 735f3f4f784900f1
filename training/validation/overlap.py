"""Whether the births that validate are births that the version was made from."""

from __future__ import annotations

import polars as pl

from models.home import Home
from records.records import Records
from training.kept_predictions import KeptPredictions
from training.version import Version

__all__ = ["overlap_with"]


def overlap_with(version: Version, records: Records, home: Home) -> tuple[str, ...]:
    """Warnings: the very files it was fitted on, or births that its own holdout has too.

    A version keeps no key of the births it was fitted on. Of its holdout the home keeps the keys of those with the
    outcome; where the new files hold some of these, they hold births that it was fitted on as well.
    """
    if records.data_digest in version.made_from:
        return (
            f"{version} was fitted on births of these very files: its figures on them flatter it, and this is no "
            "external validation.",
        )
    kept = KeptPredictions.of(home, version.run_id)
    if version.tags.source != records.source or not kept.record_ids.is_file():
        return ()
    held_out = pl.scan_parquet(kept.record_ids).select(pregnancy_id="record_id")
    shared = records.pregnancies.select("pregnancy_id").join(held_out, on="pregnancy_id", how="semi")
    if shared.head(1).collect().is_empty():
        return ()
    return (
        f"These files hold births that the files {version} was made from hold too, by the source's own key of them: "
        "some of these births were fitted on, and the figures flatter it.",
    )
