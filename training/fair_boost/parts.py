"""Which births fit the trees, which steer and calibrate them, and which are opened once for the certificate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from records.errors import EquipartumError
from training.fair_boost.births import UnequalLengths
from training.fair_boost.groups import as_codes, is_missing

__all__ = ["CERTIFICATE", "HELD_OUT", "TRAINING", "UnidentifiedWoman", "split_parts"]

TRAINING, HELD_OUT, CERTIFICATE = 0, 1, 2


class UnidentifiedWoman(EquipartumError, ValueError):
    """A row without a woman, where women were given: her other births could fall on another side."""


def split_parts(
    event: NDArray[np.float64],
    group_codes: NDArray[np.intp],
    *,
    women: ArrayLike | None = None,
    held_out_fraction: float,
    certificate_fraction: float,
    seed: int,
) -> NDArray[np.int8]:
    """TRAINING, HELD_OUT or CERTIFICATE for each row, the same for every row of a woman, the same for the same seed.

    Stratified by whether the woman has an event x her group (of her first row). A stratum of one woman trains; of two,
    one is held out; from three on each part has one.
    """
    woman, first_row = _women(women, len(event))
    has_event = np.bincount(woman, weights=event) > 0
    stratum = group_codes[first_row] * 2 + has_event
    lottery = np.random.default_rng(seed).random(len(first_row))
    order = np.lexsort((lottery, stratum))
    size = np.bincount(stratum)
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order)) - start[stratum[order]]

    held_out = np.rint(size * held_out_fraction).astype(np.intp)
    held_out = np.where(held_out_fraction > 0, np.clip(held_out, 1, size - 1), 0)
    certificate = np.rint(size * certificate_fraction).astype(np.intp)
    certificate = np.where(certificate_fraction > 0, np.clip(certificate, 1, size - held_out - 1), 0)
    part = np.full(len(order), TRAINING, dtype=np.int8)
    part[place < held_out[stratum] + certificate[stratum]] = CERTIFICATE
    part[place < held_out[stratum]] = HELD_OUT
    return np.asarray(part[woman])


def _women(women: ArrayLike | None, rows: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """A code for each row's woman, and the first row of each."""
    if women is None:
        return np.arange(rows), np.arange(rows)
    identities, codes = as_codes(women)
    if len(codes) != rows:
        raise UnequalLengths(f"groups has {len(codes)} rows; y has {rows}")
    missing = [position for position, value in enumerate(identities) if is_missing(value)]
    if missing:
        row = int(np.flatnonzero(np.isin(codes, missing))[0])
        raise UnidentifiedWoman(f"groups, row {row}: every row needs the woman it belongs to, or pass groups=None")
    _, first_row = np.unique(codes, return_index=True)
    return codes, first_row
