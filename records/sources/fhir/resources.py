"""Resources of files, one after the other: NDJSON as bulk export writes it, Bundles, or single resources; also gzipped.

NDJSON is held a line at a time, a Bundle whole.
"""

from __future__ import annotations

import gzip
import re
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, NamedTuple, cast

from pydantic_core import from_json

from records.sources.fhir.errors import AnotherFhirVersion, MissingFile, NotAResource, NotFhir, NotJson, TruncatedFile
from records.sources.fhir.references import Json, key_of
from records.sources.fhir.unknown_rules import unknown_rule
from records.sources.fhir.versions import another_version

__all__ = ["Located", "files_of", "resources_among", "resources_of"]

_NO_ALIASES: Mapping[str, str] = MappingProxyType({})
_TYPE_AND_ID = re.compile(r"(^|/)(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})(/_history/[^/?]+)?$")
_LINES, _WHOLE = (".ndjson", ".ndjson.gz"), (".json", ".json.gz")
# A batch-response holds searchsets; no server was seen to go deeper, and what does may have no end.
_DEEPEST = 4
# What stands for an entry of which nothing is read.
_NO_RESOURCE: Json = {"resourceType": "Bundle"}


class Located(NamedTuple):
    """A resource and where it stands: the line of an NDJSON file, or the entry of a Bundle, from 1.

    Of a Bundle that holds Bundles the entries are counted through all of them. ``aliases`` are the addresses by which
    entries of the same Bundle name each other. ``is_deleted``: the resource holds nothing but its type, its id, and
    when it was deleted if that is written. ``aside`` is the element for which the entry is not read, and why.
    """

    resource: Json
    file: str
    row: int
    aliases: Mapping[str, str] = _NO_ALIASES
    is_deleted: bool = False
    aside: tuple[str, str] | None = None


def files_of(paths: Sequence[Path]) -> list[Path]:
    """The files named, and of a folder those in it that hold resources, by name. Raises `MissingFile`."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(file for file in path.iterdir() if file.name.endswith(_LINES + _WHOLE))
        elif path.is_file():
            found.append(path)
        else:
            raise MissingFile(f"there is no file {path.name} at the path given")
    if not found:
        raise MissingFile("no FHIR file was found; name .ndjson or .json files (also .gz), or a folder that holds them")
    repeated = {path.name for path in found if sum(other.name == path.name for other in found) > 1}
    if repeated:
        raise NotFhir(
            f"two files are called {min(repeated)}; what is set aside is told by file and line, so rename one"
        )
    return found


def resources_of(path: Path) -> Iterator[Located]:
    """Raises one of `records.sources.fhir.errors`, naming the line."""
    if not path.name.endswith(_LINES + _WHOLE):
        raise NotFhir(f"{path.name} is neither .ndjson nor .json (or either with .gz)")
    try:
        with _opened(path) as file:
            if path.name.endswith(_LINES):
                yield from _of_lines(file, path.name)
            else:
                yield from _expanded(_parsed(file.read().removeprefix(BOM_UTF8), path.name, 1, last=True), path.name, 1)
    except (EOFError, zlib.error):
        raise TruncatedFile(f"{path.name}: the compressed data stops before its end; fetch it again") from None
    except gzip.BadGzipFile:
        raise NotFhir(f"{path.name} is not gzip, whatever its name says") from None


def resources_among(resources: Iterable[Json]) -> Iterator[Located]:
    """Of resources that are in memory, Bundles among them."""
    for row, resource in enumerate(resources, start=1):
        yield from _expanded(resource, "resources", row)


def _opened(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if path.name.endswith(".gz") else path.open("rb")


def _of_lines(file: IO[bytes], name: str) -> Iterator[Located]:
    for row, line in enumerate(file, start=1):
        line = line.removeprefix(BOM_UTF8) if row == 1 else line
        if not line.isspace():
            yield from _expanded(_parsed(line, name, row, last=not line.endswith(b"\n")), name, row)


def _parsed(content: bytes, name: str, row: int, *, last: bool) -> Any:
    try:
        return from_json(content, allow_inf_nan=False)
    except ValueError as failure:
        cut_off = last and "EOF" in str(failure)
    if cut_off:
        raise TruncatedFile(f"{name}, row {row}: breaks off within a value; the file was cut off, fetch it again")
    raise NotJson(f"{name}, row {row}: is not JSON (RFC 8259)")


def _resource(value: Any, file: str, row: int) -> Json:
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise NotAResource(f"{file}, row {row}: has no resourceType, so it is no FHIR resource")
    return value


class _Place(NamedTuple):
    """Where a Bundle stands: the row of its file, how many Bundles deep, in which entry of the outermost, and what it
    has from those around it."""

    file: str
    row: int
    depth: int = 1
    entry: int | None = None
    aliases: Mapping[str, str] = _NO_ALIASES
    aside: tuple[str, str] | None = None


def _numbered(entries: Iterable[Located]) -> Iterator[Located]:
    for number, located in enumerate(entries, start=1):
        yield _checked(located._replace(row=number))


def _of_bundle(bundle: Json, place: _Place) -> Iterator[Located]:
    if place.depth > _DEEPEST:
        raise NotFhir(
            f"{place.file}, row {place.row}: holds Bundles within Bundles, more than {_DEEPEST} deep; unpack the inner "
            "ones first"
        )
    aliases = dict(place.aliases)
    whole = place.aside or unknown_rule(bundle, "Bundle")
    held: list[tuple[Located, int]] = []
    for number, entry in enumerate(bundle.get("entry") or (), start=1):
        outermost = place.entry or number
        resource, is_deleted = _held(entry, place.file, outermost)
        aside = whole or (unknown_rule(entry, "Bundle.entry") if isinstance(entry, dict) else None)
        if resource is _NO_RESOURCE:
            aside = aside or ("Bundle.entry", "has a response and no resource")
        elif is_deleted and aside is not None:
            # Not read, it deletes nothing.
            resource = _NO_RESOURCE
        elif (address := _address(entry)) is not None:
            # An entry without an id takes its address as one.
            resource = {"id": address.rpartition(":")[2], **resource}
            aliases[address] = str(key_of(resource))
        held.append((Located(resource, place.file, outermost, aliases, is_deleted, aside), outermost))
    for located, outermost in held:
        if located.resource["resourceType"] == "Bundle" and located.resource is not _NO_RESOURCE:
            inner = place._replace(depth=place.depth + 1, entry=outermost, aliases=aliases, aside=located.aside)
            yield from _of_bundle(located.resource, inner)
        else:
            yield located


def _held(entry: Any, file: str, row: int) -> tuple[Json, bool]:
    """What an entry holds, `_NO_RESOURCE` where it only answers a request; and whether that was deleted."""
    if (deleted := _deleted(entry, file, row)) is not None:
        return deleted, True
    is_answer = isinstance(entry, dict) and "resource" not in entry and isinstance(entry.get("response"), dict)
    if is_answer:
        return _NO_RESOURCE, False
    return _resource(entry.get("resource") if isinstance(entry, dict) else None, file, row), False


def _address(entry: Json) -> str | None:
    address = str(entry.get("fullUrl", ""))
    return address if address.startswith("urn:") and "resource" in entry else None


def _deleted(entry: Any, file: str, row: int) -> Json | None:
    """What an entry deletes (R4, Bundle.entry.request), as a history or the deletions of a bulk export tell it; None of
    an entry that deletes nothing."""
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict) or request.get("method") != "DELETE":
        return None
    named = _TYPE_AND_ID.search(str(request.get("url")))
    if named is None:
        raise NotFhir(
            f"{file}, row {row}: is a DELETE of what a search finds, and of which resource cannot be told; name it as "
            "Type/id"
        )
    response = entry.get("response")
    when = response.get("lastModified") if isinstance(response, dict) else None
    meta = {} if when is None else {"meta": {"lastUpdated": when}}
    return {"resourceType": named["type"], "id": named["id"], **meta}


def _expanded(value: Any, file: str, row: int) -> Iterable[Located]:
    resource = _resource(value, file, row)
    if resource["resourceType"] == "Bundle":
        return _numbered(_of_bundle(resource, _Place(file, row)))
    return (_checked(Located(resource, file, row)),)


def _checked(located: Located) -> Located:
    other = another_version(located.resource)
    if other is not None:
        version, element = other
        raise AnotherFhirVersion(
            f"{located.file}, row {located.row}: {element} is as FHIR {version} has it; this source reads "
            "R4 (4.0.1), so export or convert to R4"
        )
    return located
