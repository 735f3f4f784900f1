"""Counts as a file that merges exactly: restricted, because fine bins of small groups are nearly rows.

The file is for two sites with a data-sharing agreement. It names no woman, and yet what it holds of a small group is
close to what the records hold; so it is made readable by its owner alone, says in its own metadata what it is, and the
registry refuses to take it. What may be published is `counts.parquet` (`fairness_audits.bands`).
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from fairness_audits.bands import COUNTS_METADATA, PUBLISHED
from fairness_audits.counts import SUMS, Counts, CountsDoNotAdd, SameCountsTwice, keys_of
from fairness_audits.overlapping_counts import refuse_overlap
from records.errors import EquipartumError
from records.private_file import private_file

__all__ = [
    "DamagedCounts",
    "NotRestrictedCounts",
    "OtherCountsSchema",
    "PublishedCountsDoNotMerge",
    "UnwrittenCounts",
    "is_restricted",
    "pooled_counts",
    "read_restricted_counts",
    "write_restricted_counts",
]

RESTRICTED = "restricted"
COUNTS_SCHEMA = 1
NOTICE = (
    "RESTRICTED. Exact counts in fine risk bins: small cells describe single women. For holders of the records and for "
    "those with whom a data-sharing agreement was made; never published, uploaded or attached to a model."
)
# Whole numbers of 128 bits as decimals of 38 digits, which every reader of Parquet knows.
WIDE = pl.Decimal(38, 0)


class NotRestrictedCounts(EquipartumError):
    """A file that holds no restricted counts of an audit."""


class PublishedCountsDoNotMerge(NotRestrictedCounts):
    """Publishable counts, given where only restricted ones will do."""


class OtherCountsSchema(EquipartumError):
    """Restricted counts of another version of the file's schema."""


class DamagedCounts(EquipartumError):
    """Restricted counts that are not what was written."""


class UnwrittenCounts(EquipartumError):
    """Restricted counts for which there was no leave or no room."""


def write_restricted_counts(counts: Counts, path: str | Path) -> Path:
    """Write ``counts`` so that they can be read back and merged exactly, readable by their owner alone from the start.

    A file of that name is replaced in one step.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    described = {
        "kind": RESTRICTED,
        "schema": COUNTS_SCHEMA,
        "notice": NOTICE,
        "cell_columns": counts.cell_columns,
        "thresholds": counts.thresholds,
        "group_scheme": counts.group_scheme,
        "as_of": counts.as_of.isoformat(),
        "rows": counts.rows,
        "is_simulated": bool(counts.frame["simulated"].sum()),
        "content": _content(counts),
        "period": counts.period,
        "no_overlap": counts.no_overlap,
        "releases": sorted(counts.releases) or _releases(counts),
    }
    wide = [name for name, dtype in counts.frame.schema.items() if dtype == pl.Int128()]
    cells = counts.frame.with_columns(pl.col(wide).cast(WIDE))
    table = pl.concat([cells, counts.repeated], how="diagonal")
    try:
        with private_file(target) as opened:
            table.write_parquet(opened, metadata={COUNTS_METADATA: json.dumps(described)})
    except (pl.exceptions.PolarsError, OSError) as refusal:
        raise UnwrittenCounts(
            f"{target.name}: the counts cannot be written there ({_why(refusal)}); nothing is left of them. Make "
            "room, or name another place"
        ) from None
    return target


def _why(refusal: Exception) -> str:
    if isinstance(refusal, OSError) and refusal.errno:
        return os.strerror(refusal.errno).lower()
    return "no room left?" if "space" in str(refusal).lower() else type(refusal).__name__


def read_restricted_counts(path: str | Path) -> Counts:
    """The counts of a restricted file, exactly as they were written.

    Raises `NotRestrictedCounts`, `PublishedCountsDoNotMerge`, `OtherCountsSchema` and `DamagedCounts`.
    """
    file = Path(path)
    described = _description(file)
    if described["schema"] != COUNTS_SCHEMA:
        raise OtherCountsSchema(
            f"{file.name}: restricted counts of schema {described['schema']}; this version reads {COUNTS_SCHEMA}. Make "
            "them again with 'equipartum audit run --restricted-counts'"
        )
    try:
        counts = _counts(pl.read_parquet(file), described)
        intact = _content(counts) == described["content"]
    except (pl.exceptions.PolarsError, KeyError, TypeError, ValueError):
        intact = False
    if not intact:
        raise DamagedCounts(f"{file.name}: not the counts that were written; ask for the file again")
    return counts


def pooled_counts(paths: Sequence[str | Path], *, no_overlap: str = "") -> Counts:
    """The counts of several restricted files, as if their rows had been pooled; a refusal names the file.

    ``no_overlap`` is a named person's statement that no woman is in two of them (`no_overlap_statement`). Without it,
    files that neither sites nor months tell apart are refused: `CountsMayOverlap`.
    """
    parts = [read_restricted_counts(path) for path in paths]

    def added(counts: Counts, given: tuple[str | Path, Counts]) -> Counts:
        path, part = given
        try:
            return counts.merge(part)
        except (CountsDoNotAdd, SameCountsTwice) as refusal:
            raise type(refusal)(f"{Path(path).name}: {refusal}") from None

    pooled = functools.reduce(added, list(zip(paths, parts, strict=True))[1:], parts[0])
    if no_overlap:
        return replace(pooled, no_overlap=tuple(sorted({*pooled.no_overlap, no_overlap})))
    refuse_overlap(parts, [Path(path).name for path in paths])
    return pooled


def is_restricted(path: Path) -> bool:
    """Whether the file is one of restricted counts, whatever its name."""
    try:
        return _metadata(path).get("kind") == RESTRICTED
    except NotRestrictedCounts:
        return False


def _description(file: Path) -> Mapping[str, Any]:
    described = _metadata(file)
    if described.get("kind") == RESTRICTED:
        return described
    if described.get("kind") == PUBLISHED:
        raise PublishedCountsDoNotMerge(
            f"{file.name}: these are published counts, rounded by the disclosure rule '{described['disclosure']}' in "
            "about ten risk bands: they do not add up to the counts of anything. Ask each site, under a data-sharing "
            "agreement, for the file of 'equipartum audit run --restricted-counts'"
        )
    raise NotRestrictedCounts(
        f"{file.name}: no restricted counts of an audit, which 'equipartum audit run --restricted-counts' writes"
    )


def _metadata(file: Path) -> Mapping[str, Any]:
    try:
        described = json.loads(pl.read_parquet_metadata(file).get(COUNTS_METADATA, "{}"))
    except FileNotFoundError:
        raise NotRestrictedCounts(f"{file.name}: there is no such file") from None
    except (pl.exceptions.PolarsError, OSError, ValueError):
        raise NotRestrictedCounts(f"{file.name}: not a readable Parquet file") from None
    return described if isinstance(described, Mapping) else {}


def _counts(table: pl.DataFrame, described: Mapping[str, Any]) -> Counts:
    keys = keys_of(described["cell_columns"])
    wide = [name for name, dtype in table.schema.items() if dtype == WIDE]
    is_pattern = pl.col("pattern").is_not_null()
    return Counts(
        frame=table.filter(~is_pattern).select(*keys, *SUMS).with_columns(pl.col(wide).cast(pl.Int128)),
        repeated=table.filter(is_pattern).select("pattern", "women", *keys, "row_weight"),
        cell_columns=tuple(described["cell_columns"]),
        thresholds=tuple(described["thresholds"]),
        group_scheme=described["group_scheme"],
        as_of=datetime.date.fromisoformat(described["as_of"]),
        releases=frozenset(described["releases"]),
        period=(str(period[0]), str(period[1])) if (period := described.get("period")) else None,
        no_overlap=tuple(map(str, described.get("no_overlap", ()))),
    )


def _content(counts: Counts) -> str:
    """A digest of all that is counted."""
    digest = hashlib.sha256(counts.frame.write_csv().encode())
    digest.update(counts.repeated.write_csv().encode())
    return digest.hexdigest()


def _releases(counts: Counts) -> list[str]:
    """A digest for each site counted, by which its rows are known when they are given a second time.

    Exact sums of risks are as good as a fingerprint of the women summed, and the digest gives none of them back.
    """
    parts = counts.frame.partition_by("site", maintain_order=True)
    return sorted(hashlib.sha256(part.write_csv().encode()).hexdigest() for part in parts)
