"""Who is held out: the latest births where months or several years are known, otherwise women drawn at random within
strata.

A woman is never on both sides. The holdout is used once, for the evaluation and the audit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["Split", "folds_of", "hold_out", "keyed_hash"]

TRAINING, HOLDOUT, SET_ASIDE = 0, 1, 2
# A temporal holdout is used where whole months, or years where not every month is known, give one of about the size
# asked for.
TEMPORAL_RANGE = (0.6, 1.4)


@dataclass(frozen=True, kw_only=True)
class Split:
    """``part`` has one number a row of the frame: 0 training, 1 holdout, 2 set aside (an earlier birth of a woman
    who is in the holdout)."""

    part: npt.NDArray[np.int8]
    kind: str
    description: str

    def absences(self, frame: pl.DataFrame) -> tuple[str, ...]:
        """Sentences on ethnic groups of the cohort that one of the two parts has nobody of."""
        everyone = frame["ethnic_group"].drop_nulls().unique().sort().to_list()
        said = []
        for part, where, so in (
            (TRAINING, "births fitted on", "the model has seen none of these women"),
            (HOLDOUT, "held-out births", "no figure can be given of them"),
        ):
            present = set(frame["ethnic_group"].filter(self.part == part).unique())
            absent = [group for group in everyone if group not in present]
            if absent:
                said.append(f"not in the {where}: {', '.join(absent)}; {so}")
        return tuple(said)

    def together(self, frame: pl.DataFrame) -> tuple[Split, pl.DataFrame]:
        """The split, and the frame it is of, with the births of each part one after the other in the frame's order.

        The parts then lie in one frame once: of a national year, a copy of each beside it would be most of a gigabyte.
        """
        parts = [frame.filter(self.part == part) for part in (TRAINING, HOLDOUT, SET_ASIDE)]
        return replace(self, part=np.sort(self.part)), pl.concat(parts, rechunk=False)

    def training(self, frame: pl.DataFrame) -> pl.DataFrame:
        return self._births_of(TRAINING, frame)

    def holdout(self, frame: pl.DataFrame) -> pl.DataFrame:
        return self._births_of(HOLDOUT, frame)

    def _births_of(self, part: int, frame: pl.DataFrame) -> pl.DataFrame:
        """A view where the part's births follow each other, otherwise a copy."""
        places = np.flatnonzero(self.part == part)
        if places.size and places[-1] - places[0] == places.size - 1:
            return frame.slice(int(places[0]), places.size)
        return frame.filter(self.part == part)


def hold_out(frame: pl.DataFrame, *, fraction: float, seed: int) -> Split:
    """Splits a cohort by time where it can, and by woman always."""
    return _by_time(frame, fraction) or _by_woman(frame, fraction, seed)


def _woman(frame: pl.DataFrame) -> pl.Series:
    return frame.select(pl.coalesce("woman_id", "pregnancy_id")).to_series()


def _by_time(frame: pl.DataFrame, fraction: float) -> Split | None:
    month = frame.select(pl.col("delivered_year").cast(pl.Int32) * 12 + pl.col("delivered_month")).to_series()
    if is_by_year := month.null_count() > 0:
        month = frame.select(pl.col("delivered_year").cast(pl.Int32) * 12 + 1).to_series()
    if month.null_count() or month.n_unique() < 2:
        return None
    share_from = month.value_counts().sort(month.name, descending=True)
    shares = share_from["count"].cum_sum() / frame.height
    nearest = int((shares - fraction).abs().arg_min() or 0)
    if not TEMPORAL_RANGE[0] * fraction <= shares[nearest] <= TEMPORAL_RANGE[1] * fraction:
        return None
    first = int(share_from[month.name][nearest])
    part = (month >= first).to_numpy().astype(np.int8)
    women = _woman(frame)
    held = women.filter(part == HOLDOUT).unique()
    part[(part == TRAINING) & women.is_in(held.implode()).to_numpy()] = SET_ASIDE
    since = f"{(first - 1) // 12}" + ("" if is_by_year else f"-{(first - 1) % 12 + 1:02d}")
    aside = int((part == SET_ASIDE).sum())
    return Split(
        part=part,
        kind="temporal",
        description=f"births from {since} on are held out; {aside:,} earlier births of those women are in neither part",
    )


def folds_of(frame: pl.DataFrame, folds: int, *, seed: int) -> npt.NDArray[np.int8]:
    """The fold of each birth, from 0 up: women dealt out in turn within ethnic group and outcome."""
    strata = _strata(frame, f"{seed} folds")
    place = strata.select(pl.col("key").rank("dense").over("stratum").cast(pl.Int64) - 1).to_series()
    # Each stratum begins with another fold, or small ones would all fill the first.
    first = strata.select(pl.col("stratum").rank("dense").cast(pl.Int64)).to_series()
    return ((place + first) % folds).to_numpy().astype(np.int8)


def _by_woman(frame: pl.DataFrame, fraction: float, seed: int) -> Split:
    """Within each stratum of ethnic group and outcome, the women with the lowest keyed hash are held out."""
    strata = _strata(frame, str(seed))
    rank = strata.select(pl.col("key").rank("dense").over("stratum") / pl.col("key").n_unique().over("stratum"))
    part = (rank.to_series() <= fraction).to_numpy().astype(np.int8)
    return Split(
        part=part,
        kind="by woman",
        description=f"women drawn at random within ethnic group and outcome are held out (seed {seed})",
    )


def keyed_hash(key: int | str, woman: str) -> int:
    """The same for a woman on any machine; another order of women with another key."""
    return int.from_bytes(hashlib.blake2b(f"{key}:{woman}".encode(), digest_size=8).digest(), "little")


def _strata(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Of each birth its woman's keyed hash and her stratum, which is one for all her births."""
    women = _woman(frame)
    keys = np.fromiter((keyed_hash(key, woman) for woman in women), dtype=np.uint64, count=len(women))
    return frame.select(
        key=pl.Series(keys),
        stratum=pl.format("{}/{}", pl.col("ethnic_group").fill_null(""), pl.col("observed").fill_null(value=False)),
        woman=women,
    ).with_columns(stratum=pl.col("stratum").max().over("woman"))
