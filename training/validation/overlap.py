"""Whether the births of a site are births that the version was made from, and which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from models.home import Home
from records.records import Records
from training.kept_predictions import KeptPredictions
from training.validation.new_births import NewBirths
from training.version import Version

__all__ = ["MOST_SEEN", "UnseenBirths", "same_files", "unseen"]

#: Where more of the births than this were there when the version was made, they are not other births that hold some of
#: its own: they are its own (project default).
MOST_SEEN = 0.1


@dataclass(frozen=True, kw_only=True)
class UnseenBirths:
    """``births`` without those that the version was made from; all of them, with ``warnings``, where it was made from
    more than `MOST_SEEN` of them."""

    births: NewBirths
    warnings: tuple[str, ...] = ()


def same_files(version: Version, records: Records) -> tuple[str, ...]:
    """A warning where it was fitted on births of the very files."""
    if records.data_digest not in version.made_from:
        return ()
    return (
        f"{version} was fitted on births of these very files: its figures on them flatter it, and this is no "
        "external validation.",
    )


def unseen(version: Version, births: NewBirths, home: Home, printed: Callable[[float], int | None]) -> UnseenBirths:
    """By the sketches of the births that it, and the versions it comes from, were made from; ``printed`` is how the
    policy's disclosure rule prints a count.

    Versions of older homes, and those made in another home, have none: then it is said that it cannot be told.
    """
    kept = KeptPredictions.of(home, version.run_id)
    sketches = [sketch for sketch in kept.sketches() if sketch.telling.tells(births.cohort.records)]
    is_whole = len(sketches) >= len(set(version.made_from)) and (home.cache / "births_key").is_file()
    if not is_whole and (warnings := _holdout_shared(version, births.cohort.records, kept)):
        return UnseenBirths(births=births, warnings=warnings)
    untold = () if is_whole else (_untold(version),)
    found, share = np.zeros(births.frame.height, dtype=bool), 0.0
    for sketch in sketches if (home.cache / "births_key").is_file() else ():
        recognised, asked = sketch.recognised(home, births.frame, births.cohort.records)
        found |= recognised
        share += float(recognised.sum()) / max(asked, 1)
    if share > MOST_SEEN:
        return UnseenBirths(births=births, warnings=(_told(version, share),))
    if not found.any():
        by_name = any(sketch.telling.is_by_identifier for sketch in sketches)
        return UnseenBirths(births=replace(births, on_seen=(*untold, *((_by_name(version),) if by_name else ()))))
    rest = births.frame.filter(~found)
    left_out = _left_out(version, printed(float(found.sum())), max(sketch.one_in for sketch in sketches))
    cohort = replace(births.cohort, frame=rest)
    return UnseenBirths(births=replace(births, frame=rest, cohort=cohort, on_seen=(left_out, *untold)))


def _told(version: Version, share: float) -> str:
    return (
        f"{version} was made from {100 * min(share, 1.0):.0f} % of these births, though they come from other files or "
        f"another source: its figures on them flatter it. Up to {100 * MOST_SEEN:g} % would have been left out."
    )


def _left_out(version: Version, count: int | None, one_in: int) -> str:
    births = "*" if count is None else f"{count:,}"
    sampled = f" Of about 1 in {one_in} can it be told: others may be among these births." if one_in > 1 else ""
    return f"Left out, because {version} was made from them: {births} of these births.{sampled}"


def _by_name(version: Version) -> str:
    return (
        f"None of these births has the identifier of one that {version} was made from. They are recognised by that "
        "alone: births that were given other identifiers since (pseudonymised anew) could be among them."
    )


def _untold(version: Version) -> str:
    return (
        f"Whether {version}, or a version it comes from, was made from some of these births cannot be told: this home "
        "keeps no sketch of the births it was made from by which these could be recognised."
    )


def _holdout_shared(version: Version, records: Records, kept: KeptPredictions) -> tuple[str, ...]:
    """Of an older version the home keeps the keys of those held out who had the outcome: where the new files hold some
    of these, they hold births that it was fitted on as well."""
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
