"""Of every resource its latest version. Of two that nothing tells apart in time, none, unless they say the same."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from records.sources.fhir.set_aside import Asides

__all__ = ["latest"]

# Two Bundles of a file can each hold the resource in the same entry, so a place does not tell versions apart.
_COPY = "_copy"


def latest(rows: pl.DataFrame, files: Sequence[str], asides: Asides) -> pl.DataFrame:
    """The rows of the latest versions that say something; the earlier and the repeated are counted in ``asides``."""
    keys = rows.lazy().filter(pl.col("part") == 0).select("resource").drop_nulls()
    repeated = keys.group_by("resource").len().filter(pl.col("len") > 1).select("resource").collect()
    if repeated.is_empty():
        return rows.filter("says")
    # The rows of one resource stand together, from part 0 on.
    rows = rows.with_columns((pl.col("part") == 0).cum_sum().alias(_COPY))
    once = rows.join(repeated, on="resource", how="anti")
    several = rows.join(repeated, on="resource", how="semi")
    newest = pl.col("version").fill_null(pl.lit(-(2**63)))
    is_newest = newest == newest.max().over("resource")
    asides.add_rows(several.filter(~is_newest), files, "an earlier version of a resource that was amended")
    kept = _agreeing(several.filter(is_newest), files, asides)
    return pl.concat([once, kept]).filter("says").drop(_COPY)


def _agreeing(rows: pl.DataFrame, files: Sequence[str], asides: Asides) -> pl.DataFrame:
    """One of the versions of the same instant, where all say the same."""
    said = pl.struct(pl.exclude("resource", "version", "file", "row", _COPY)).hash()
    versions = rows.group_by("resource", "file", "row", _COPY).agg(said.sort().implode().hash().first().alias("said"))
    versions = versions.sort("resource", "file", "row", _COPY).with_columns(
        (pl.col("said").n_unique().over("resource") == 1).alias("agree"),
        pl.int_range(pl.len()).over("resource").alias("place"),
    )
    repeated = versions.filter(pl.col("agree") & (pl.col("place") > 0))
    asides.add_rows(repeated, files, "the same resource again")
    asides.add_rows(
        versions.filter(~pl.col("agree")), files, "versions of a resource that differ, and no time tells which is later"
    )
    kept = versions.filter(pl.col("agree") & (pl.col("place") == 0)).select(_COPY)
    return rows.join(kept, on=_COPY, how="semi")
