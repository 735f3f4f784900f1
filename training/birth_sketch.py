"""Which births a version was made from, kept so that they can be recognised and not listed: a keyed Bloom filter.

Of each birth a key is made: its pregnancy's identifier with the year and month of birth where the records carry
identifiers, else every fact that is recorded of it. Neither the source's name nor the file's is part of it. The key is
hashed under a secret of the home and a salt of the sketch (BLAKE2b, RFC 7693), and the hash sets bits (Bloom, Commun
ACM 1970;13:422). A birth that was put in is always recognised; another is taken for one of them about 1 time in
100,000. By facts, so are births that are alike in all that is recorded.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from models.home import Home
from records.private_file import private_file, write_private
from records.records import Records

__all__ = ["MOST_KEYS", "BirthSketch", "Telling"]

# With 24 bits a key and 16 of them set, (1 - exp(-16 / 24)) ** 16 of other births are taken for one that was put in:
# 0.00001.
BITS_A_KEY, BITS_SET = 24, 16
#: Of more births one in so many is put in; the file is then 195 kB.
MOST_KEYS = 65_000
SALT_BYTES, SECRET_BYTES = 16, 32
ROWS_AT_ONCE = 100_000
BY_IDENTIFIER = ("pregnancy_id", "delivered_year", "delivered_month")
RECORDED = "recorded: "
BETWEEN, UNKNOWN = "\x1f", "\x1e"


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What tells births apart. ``columns`` are of a cohort's frame, and by them those are drawn of which a key is kept;
    ``facts`` are of the records, and part of the key too: without an identifier the few that a model reads are alike in
    many births."""

    columns: tuple[str, ...]
    facts: tuple[str, ...]

    @classmethod
    def of(cls, records: Records, predictors: Sequence[str]) -> Telling:
        if records.names_pregnancies:
            return cls(columns=BY_IDENTIFIER, facts=())
        columns = ("delivered_year", "delivered_month", "ethnic_category", *sorted(predictors))
        facts = sorted({name for name in records.known_from if records.has(name)} - set(columns))
        return cls(columns=columns, facts=tuple(facts))

    @property
    def is_by_identifier(self) -> bool:
        return self.columns == BY_IDENTIFIER

    def tells(self, records: Records) -> bool:
        """Whether births of other ``records`` carry what tells these apart: of a fact that is not recorded there no
        birth is alike."""
        return records.names_pregnancies if self.is_by_identifier else all(records.has(name) for name in self.facts)

    def keys(self, births: pl.DataFrame, records: Records, one_in: int) -> tuple[npt.NDArray[np.intp], list[bytes]]:
        """Rows of ``births`` that are drawn, about one in ``one_in``, and the key of each."""
        drawn = np.array([zlib.crc32(key) % one_in == 0 for key in _written(births, self.columns)], dtype=bool)
        asked = births.filter(drawn)
        if self.facts:
            known = records.facts(*self.facts).select("pregnancy_id", pl.col(self.facts).name.prefix(RECORDED))
            asked = asked.lazy().join(known, on="pregnancy_id", how="left", maintain_order="left").collect()
        return drawn.nonzero()[0], list(_written(asked, (*self.columns, *(RECORDED + name for name in self.facts))))


@dataclass(frozen=True, kw_only=True)
class BirthSketch:
    """A key is put in of one in ``one_in`` of the births."""

    telling: Telling
    one_in: int
    salt: bytes
    bits: npt.NDArray[np.uint8] = field(repr=False)

    @classmethod
    def of(cls, home: Home, records: Records, predictors: Sequence[str], *parts: pl.DataFrame) -> BirthSketch:
        """``parts`` are of a cohort of ``records``."""
        telling, births = Telling.of(records, predictors), sum(part.height for part in parts)
        one_in = max(1, -(-births // MOST_KEYS))
        salt, secret = secrets.token_bytes(SALT_BYTES), _secret(home, is_made=True)
        kept = {key for part in parts for key in telling.keys(part, records, one_in)[1]}
        bits = np.zeros(max(len(kept), 1) * BITS_A_KEY, dtype=bool)
        for key in kept:
            bits[_places(key, salt, secret, bits.size)] = True
        return cls(telling=telling, one_in=one_in, salt=salt, bits=np.packbits(bits))

    def recognised(self, home: Home, births: pl.DataFrame, records: Records) -> tuple[npt.NDArray[np.bool_], int]:
        """Of each birth, whether it was put in; and of how many that was asked, one in ``one_in``.

        Of ``records`` of which `telling` tells. `FileNotFoundError` where the home's secret is gone.
        """
        secret, bits = _secret(home), np.unpackbits(self.bits).astype(bool)
        found = np.zeros(births.height, dtype=bool)
        rows, keys = self.telling.keys(births, records, self.one_in)
        found[rows] = [bits[_places(key, self.salt, secret, bits.size)].all() for key in keys]
        return found, len(keys)

    def write(self, file: Path) -> None:
        told = {"columns": self.telling.columns, "facts": self.telling.facts}
        head = {**told, "one_in": self.one_in, "salt": self.salt.hex()}
        with private_file(file) as opened:
            opened.write(json.dumps(head).encode() + b"\n" + self.bits.tobytes())

    @classmethod
    def read(cls, file: Path) -> BirthSketch:
        head, _, bits = file.read_bytes().partition(b"\n")
        told = json.loads(head)
        return cls(
            telling=Telling(columns=tuple(told["columns"]), facts=tuple(told["facts"])),
            one_in=int(told["one_in"]),
            salt=bytes.fromhex(told["salt"]),
            bits=np.frombuffer(bits, dtype=np.uint8),
        )


def _secret(home: Home, *, is_made: bool = False) -> bytes:
    """Apart from the sketches: without it nobody can ask one whether a birth was put in."""
    file = home.cache / "births_key"
    if is_made and not file.exists():
        home.cache.mkdir(parents=True, exist_ok=True)
        write_private(file, secrets.token_bytes(SECRET_BYTES))
    return file.read_bytes()


def _written(births: pl.DataFrame, columns: Sequence[str]) -> Iterator[bytes]:
    """Numbers are written alike whatever type a source gave them; a column that is not there is known of nobody."""
    written = [
        (pl.col(name) if births.schema[name] == pl.String() else pl.col(name).cast(pl.Float64).cast(pl.String))
        if name in births.columns
        else pl.lit(None, dtype=pl.String)
        for name in columns
    ]
    whole = pl.concat_str([one.fill_null(UNKNOWN) for one in written], separator=BETWEEN)
    for part in births.iter_slices(ROWS_AT_ONCE):
        for key in part.select(whole.alias("key")).to_series():
            yield key.encode("utf-8", "surrogatepass")


def _places(key: bytes, salt: bytes, secret: bytes, bits: int) -> npt.NDArray[np.int64]:
    """Two halves of one hash stand for any number of hashes (Kirsch and Mitzenmacher, Random Struct Algor
    2008;33:187)."""
    hashed = hashlib.blake2b(key, key=secret, salt=salt, digest_size=16).digest()
    first, step = int.from_bytes(hashed[:8], "big"), int.from_bytes(hashed[8:], "big") | 1
    return np.array([(first + place * step) % bits for place in range(BITS_SET)], dtype=np.int64)
