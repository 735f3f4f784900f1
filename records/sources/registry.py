"""SOURCES: every source that can be named on the command line, and what one must offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from records.clock import PredictionPoint
from records.errors import WrongUse
from records.records import Records
from records.sources.cdc_natality import CDC_NATALITY
from records.sources.fhir import FHIR
from records.sources.msds import MSDS
from records.sources.simulated import SIMULATED

__all__ = ["SOURCES", "Source", "UnknownSource", "source"]


class UnknownSource(WrongUse):
    """A source that this project does not define."""


class Source(Protocol):
    """Reads files of one kind into `Records`.

    ``known_from`` lists every concept the kind of file can hold, with the point at which care knows it; a file may
    still lack some, and its Records say which and why.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def known_from(self) -> Mapping[str, PredictionPoint]: ...

    def scan(
        self,
        paths: Sequence[Path],
        *,
        column_mapping: Path | None = None,
        progress: Callable[[str, int], None] | None = None,
    ) -> Records: ...


_ALL: tuple[Source, ...] = (
    MSDS,
    FHIR,
    CDC_NATALITY,
    SIMULATED,
)

SOURCES: Mapping[str, Source] = MappingProxyType({s.name: s for s in _ALL})


def source(name: str) -> Source:
    """The source of that name; `UnknownSource` lists the names there are."""
    try:
        return SOURCES[name]
    except KeyError:
        raise UnknownSource(f"no source is called {name!r}; there are: {', '.join(SOURCES)}") from None
