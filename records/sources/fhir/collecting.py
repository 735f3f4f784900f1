"""Resources into four tables, one after the other, in any order: patients, episodes, encounters, and statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from records.sources.fhir.dates import instant_of
from records.sources.fhir.errors import UnreadableResource
from records.sources.fhir.latest import latest
from records.sources.fhir.people import encounter, episode, episode_of, is_test_data, patient
from records.sources.fhir.references import Json, key_of, target
from records.sources.fhir.resources import Located
from records.sources.fhir.rows import KEY, Rows
from records.sources.fhir.set_aside import Asides
from records.sources.fhir.statements import NOTHING, STATED_BY, refuse_withdrawn
from records.sources.fhir.unknown_rules import unknown_rule

__all__ = ["Collected", "collected"]

# ``part`` counts the rows of one resource from 0; the row of one that says nothing still takes back what its earlier
# versions said.
_VERSION: Mapping[str, pl.DataType] = {
    "resource": KEY, "version": pl.Int64(), "file": pl.UInt16(), "row": pl.UInt32(), "part": pl.UInt16(),
    "says": pl.Boolean(),
}  # fmt: skip
_PATIENT = {
    "woman_id": pl.String(), "ethnic_category": pl.String(), "birth_date": pl.Int32(), "interpreter": pl.Boolean(),
    "died_early": pl.Int32(),
}  # fmt: skip
_EPISODE = {
    "patient": KEY, "pregnancy_id": pl.String(), "over": pl.Boolean(), "of_pregnancy": pl.Boolean(),
    "start": pl.Int32(), "end": pl.Int32(), "site": pl.String(),
}  # fmt: skip
_ENCOUNTER = {
    "patient": KEY, "episode": KEY, "part_of": KEY, "booking": pl.Boolean(), "for_birth": pl.Boolean(),
    "inpatient": pl.Boolean(), "start": pl.Int32(), "end": pl.Int32(), "meaning": pl.UInt16(),
}  # fmt: skip
_STATEMENT = {
    "patient": KEY, "episode": KEY, "encounter": KEY, "meaning": pl.UInt16(), "known": pl.Int32(), "began": pl.Int32(),
    "number": pl.Float64(), "holds": pl.Boolean(), "doubt": pl.UInt8(),
}  # fmt: skip


# What reading an element raises whose form is not the one R4 has (text where an object is due, or a list).
_OTHER_FORM = (AttributeError, TypeError, KeyError, ValueError)
_STATEMENTS = "statements"
# A deletion without a time is later than every version.
_AFTER_ALL = 2**63 - 1
_COLUMNS: Mapping[str, Mapping[str, pl.DataType]] = {
    "Patient": _PATIENT,
    "EpisodeOfCare": _EPISODE,
    "Encounter": _ENCOUNTER,
    _STATEMENTS: _STATEMENT,
}
_READERS: Mapping[str, Callable[[Json, Mapping[str, str]], tuple[object, ...]]] = {
    "Patient": lambda resource, _: patient(resource),
    "EpisodeOfCare": episode,
    "Encounter": encounter,
}


@dataclass(frozen=True, kw_only=True)
class Collected:
    """Tables of the latest version of every resource; ``file`` is the place of a name in ``files``.

    ``tagged`` and ``untagged`` count patients by whether they are marked as test data. ``unread`` counts resources
    from which no concept is read, by why. ``last_updated`` is the latest instant at which any was updated.
    """

    patients: pl.DataFrame
    episodes: pl.DataFrame
    encounters: pl.DataFrame
    statements: pl.DataFrame
    files: tuple[str, ...]
    tagged: int
    untagged: int
    unread: Mapping[str, int]
    last_updated: int | None
    asides: Asides


def collected(resources: Iterable[Located]) -> Collected:
    """What cannot be read is counted in ``asides``; a file that cannot raises its error."""
    collector = _Collector()
    for located in resources:
        collector.add(located)
    files = tuple(collector.files)
    tables = {kind: latest(rows.table(), files, collector.asides) for kind, rows in collector.tables.items()}
    return Collected(
        patients=tables["Patient"],
        episodes=tables["EpisodeOfCare"],
        encounters=tables["Encounter"],
        statements=tables[_STATEMENTS],
        files=files,
        tagged=collector.tags[True],
        untagged=collector.tags[False],
        unread=collector.unread,
        last_updated=collector.last_updated,
        asides=collector.asides,
    )


class _Collector:
    def __init__(self) -> None:
        self.files: dict[str, int] = {}
        self.asides = Asides()
        self.unread: Counter[str] = Counter()
        self.tags: Counter[bool] = Counter()
        self.last_updated: int | None = None
        self.tables = {kind: Rows({**_VERSION, **columns}) for kind, columns in _COLUMNS.items()}

    def add(self, located: Located) -> None:
        kind = located.resource["resourceType"]
        if kind not in _READERS and kind not in STATED_BY:
            if located.aside is not None:
                self.asides.add(located.file, " ".join(located.aside), located.row)
                return
            self.unread[f"{kind}: a kind of resource that is not read"] += 1
            return
        key, updated = key_of(located.resource), None
        file = self.files.setdefault(located.file, len(self.files))
        try:
            updated = self._updated(located.resource)
            if located.is_deleted:
                updated = _AFTER_ALL if updated is None else updated
                raise UnreadableResource(kind, "was deleted, by an entry of a Bundle")
            if (unknown := located.aside or unknown_rule(located.resource, kind)) is not None:
                raise UnreadableResource(*unknown)
            refuse_withdrawn(located.resource)
            rows = self._rows(kind, located)
        except (UnreadableResource, *_OTHER_FORM) as failure:
            known = isinstance(failure, UnreadableResource)
            why = str(failure) if known else f"{kind} has an element in another form than R4's"
            self.asides.add(located.file, why, located.row)
            rows = [(False, *(None,) * len(_COLUMNS.get(kind, _COLUMNS[_STATEMENTS])))]
        table = self.tables[kind if kind in _READERS else _STATEMENTS]
        for part, values in enumerate(rows):
            table.add(key, updated, file, located.row, part, *values)

    def _updated(self, resource: Json) -> int | None:
        meta = resource.get("meta")
        if not isinstance(meta, dict) or "lastUpdated" not in meta:
            return None
        updated = instant_of(meta["lastUpdated"], f"{resource['resourceType']}.meta.lastUpdated")
        if updated is not None and (self.last_updated is None or updated > self.last_updated):
            self.last_updated = updated
        return updated

    def _rows(self, kind: str, located: Located) -> list[tuple[object, ...]]:
        """What follows the version in the rows of the resource, one of them at least."""
        if kind in _READERS:
            if kind == "Patient":
                self.tags[is_test_data(located.resource)] += 1
            return [(True, *_READERS[kind](located.resource, located.aliases))]
        stated = list(STATED_BY[kind](located.resource))
        if not stated:
            self.unread[f"{kind}: nothing of it has a code that is read here"] += 1
            return [(False, None, None, None, *NOTHING)]
        resource, aliases = located.resource, located.aliases
        subject = target(resource.get("patient" if kind == "FamilyMemberHistory" else "subject"), aliases)
        if subject is None:
            raise UnreadableResource(f"{kind}.subject", "leads to no patient")
        own, at = episode_of(resource, aliases), target(resource.get("encounter"), aliases)
        return [(True, subject, own, at, *statement) for statement in stated]
