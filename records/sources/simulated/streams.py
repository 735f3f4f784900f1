"""Uniform numbers by seed and name, the same on every machine and every numpy.

Relies on one promise only: the raw 64-bit stream of a numpy bit generator never changes (NEP 19). What `Generator`
makes of that stream may change between versions, so nothing here goes through it. Philox is keyed with the seed and a
digest of the stream's name, so each fact has a stream of its own: a fact that is added, or a plant, shifts no other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from records.errors import WrongUse

__all__ = ["ImpossibleSeed", "Streams", "refuse_impossible"]

_TWO_TO_MINUS_53 = 2.0**-53


class ImpossibleSeed(WrongUse):
    """A seed that is not a whole number of 64 bits."""


def refuse_impossible(seed: int) -> None:
    """Raises `ImpossibleSeed`."""
    if not 0 <= seed < 2**64:
        raise ImpossibleSeed(f"a seed is a whole number from 0 to 2^64 - 1; got {seed}")


@dataclass(frozen=True, kw_only=True)
class Streams:
    """The streams of one seed. ``part`` tells two blocks of rows of the same births apart."""

    seed: int
    part: str

    def __post_init__(self) -> None:
        refuse_impossible(self.seed)

    def uniform(self, name: str, rows: int) -> NDArray[np.float64]:
        """``rows`` numbers in [0, 1), multiples of 2^-53."""
        stream = int.from_bytes(hashlib.sha256(f"{self.part}/{name}".encode()).digest()[:8], "little")
        raw = np.random.Philox(key=np.array([self.seed, stream], dtype=np.uint64)).random_raw(rows)
        return np.asarray((raw >> np.uint64(11)).astype(np.float64) * _TWO_TO_MINUS_53)
