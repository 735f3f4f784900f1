"""CDC_NATALITY: births of the United States, 2014 to 2024, from the public-use natality files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from records.clock import PredictionPoint
from records.records import Records
from records.sources.cdc_natality.births import Births
from records.sources.cdc_natality.decode import Decoded, decode_records
from records.sources.cdc_natality.errors import MissingFile, RepeatedFile
from records.sources.cdc_natality.facts import FACTS
from records.sources.cdc_natality.fixed_width import blocks_of_archive, blocks_of_text
from records.sources.cdc_natality.pregnancies import pregnancies_of
from records.sources.cdc_natality.publication import lacking_facts, notes_on
from records.sources.cdc_natality.tables import births_of_csv, births_of_parquet, read_column_mapping

__all__ = ["CDC_NATALITY", "CdcNatality", "Inspection"]

Progress = Callable[[str, int], None]

_INSPECTED_BLOCKS = 2


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What the first births of some files hold, without reading the rest."""

    births_read: int
    lacking: Mapping[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CdcNatality:
    """The source. One row of its Records is a live birth: the public file has no key that joins twins or siblings."""

    name: str = "cdc_natality"
    title: str = "United States births, public-use natality file 2014-2024 (NCHS)"

    @property
    def known_from(self) -> Mapping[str, PredictionPoint]:
        return MappingProxyType({fact.concept: fact.known_from for fact in FACTS.values()})

    def scan(
        self,
        paths: Sequence[Path],
        *,
        column_mapping: Path | None = None,
        progress: Progress | None = None,
    ) -> Records:
        """Every birth of the files, in order. The form of each is told by its first bytes.

        Raises one of `records.sources.cdc_natality.errors`; nothing is returned from a file that is not whole.
        """
        _check_names(paths)
        mapping = read_column_mapping(column_mapping) if column_mapping is not None else None
        births = Births()
        with ThreadPoolExecutor(max_workers=1) as hasher:
            digests = [hasher.submit(_digest_of, path) for path in paths]
            for path in paths:
                births.begin_file(path.name)
                for block in _blocks_of(path, mapping):
                    births.add(block)
                    if progress is not None:
                        progress(f"reading {path.name}", births.rows_read)
            digest = _joint_digest(digests)
        frame = births.frame()
        names = tuple(path.name for path in paths)
        lacking_fields = births.lacking_fields()
        pregnancies, doubts = pregnancies_of(frame, paths, lacking_fields)
        return Records(
            source=self.name,
            description=f"{self.title}: {', '.join(names)}",
            data_digest=digest,
            pregnancies=pregnancies,
            known_from=self.known_from,
            lacking=lacking_facts(lacking_fields),
            notes=notes_on(names, lacking_fields),
            doubts=doubts,
            set_aside=births.set_aside(),
            is_simulated=births.is_simulated,
            names_pregnancies=False,
        )

    def inspect(self, paths: Sequence[Path], *, column_mapping: Path | None = None) -> Inspection:
        """What the files seem to lack, judged by some ten thousand births at the start of each."""
        _check_names(paths)
        mapping = read_column_mapping(column_mapping) if column_mapping is not None else None
        births = Births()
        for path in paths:
            births.begin_file(path.name)
            for block in islice(_blocks_of(path, mapping), _INSPECTED_BLOCKS):
                births.add(block)
        lacking_fields = births.lacking_fields()
        names = tuple(path.name for path in paths)
        return Inspection(
            births_read=births.rows_read,
            lacking=lacking_facts(lacking_fields),
            notes=notes_on(names, lacking_fields),
        )


CDC_NATALITY = CdcNatality()


def _check_names(paths: Sequence[Path]) -> None:
    if not paths:
        raise MissingFile("no file was given; name the files of births")
    seen: set[str] = set()
    for path in paths:
        if not path.is_file():
            raise MissingFile(f"there is no file {path.name} at the path given")
        if path.stem in seen:
            raise RepeatedFile(f"two files are called {path.stem}; a birth is named by file and row, so rename one")
        seen.add(path.stem)


def _blocks_of(path: Path, mapping: Mapping[str, str] | None) -> Iterator[Decoded]:
    with path.open("rb") as file:
        mark = file.read(4)
    if mark == b"PK\x03\x04":
        return map(decode_records, blocks_of_archive(path))
    if mark == b"PAR1":
        return births_of_parquet(path, mapping)
    if path.suffix.lower() == ".csv":
        return births_of_csv(path, mapping)
    return map(decode_records, blocks_of_text(path))


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _joint_digest(digests: Sequence[Future[str]]) -> str:
    """SHA-256 of one file, as any other tool prints it; of several, of their digests in the order given."""
    found = [digest.result() for digest in digests]
    return found[0] if len(found) == 1 else hashlib.sha256("\n".join(found).encode()).hexdigest()
