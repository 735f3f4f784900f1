"""FHIR: maternity records as FHIR R4 resources, NDJSON of a bulk export or Bundles."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from records.clock import PredictionPoint
from records.records import Records
from records.sources.fhir.errors import NotFhir
from records.sources.fhir.reading import read_located
from records.sources.fhir.resources import Located, files_of, resources_of
from records.sources.nhs_facts import NHS_KNOWN_FROM

__all__ = ["FHIR", "FhirSource"]

_TOLD_EVERY = 100_000


@dataclass(frozen=True, kw_only=True)
class FhirSource:
    """The mapping from resources to concepts is in docs/how-to/read-fhir.md."""

    name: str = "fhir"
    title: str = "Maternity records as FHIR R4 with UK Core"

    @property
    def known_from(self) -> Mapping[str, PredictionPoint]:
        return NHS_KNOWN_FROM

    def scan(
        self,
        paths: Sequence[Path],
        *,
        column_mapping: Path | None = None,
        progress: Callable[[str, int], None] | None = None,
    ) -> Records:
        """The pregnancies of the files, and of folders those in them that end in .ndjson or .json (also .gz).

        Raises one of `records.sources.fhir.errors`; nothing is returned of a file that is not whole.
        """
        if column_mapping is not None:
            raise NotFhir("FHIR resources have elements, not columns; leave the column mapping out")
        files = files_of(paths)
        with ThreadPoolExecutor(max_workers=1) as hasher:
            digests = [hasher.submit(_digest_of, file) for file in files]
            found = read_located(_all_of(files, progress))
            digest = hashlib.sha256("\n".join(sorted(one.result() for one in digests)).encode()).hexdigest()
        return Records.dated(
            source=self.name,
            description=f"{self.title}: {', '.join(path.name for path in paths)}, "
            f"{found.histories.pregnancies.height:,} pregnancies",
            data_digest=digest,
            histories=found.histories,
            known_from=self.known_from,
            notes=("Simulated births: not for care.",) if found.is_simulated else (),
            doubts=found.doubts,
            set_aside=found.set_aside,
            is_simulated=found.is_simulated,
        )


def _all_of(files: Sequence[Path], progress: Callable[[str, int], None] | None) -> Iterator[Located]:
    read = 0
    for file in files:
        for located in resources_of(file):
            yield located
            read += 1
            if progress is not None and read % _TOLD_EVERY == 0:
                progress(f"reading {file.name}", read)
        if progress is not None:
            progress(f"reading {file.name}", read)


def _digest_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


FHIR = FhirSource()
