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
from records.sources.fhir.versions import another_version

__all__ = ["Located", "files_of", "resources_among", "resources_of"]

_NO_ALIASES: Mapping[str, str] = MappingProxyType({})
_TYPE_AND_ID = re.compile(r"(^|/)(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})(/_history/[^/?]+)?$")
_LINES, _WHOLE = (".ndjson", ".ndjson.gz"), (".json", ".json.gz")


class Located(NamedTuple):
    """A resource and where it stands: the line of an NDJSON file, or the entry of a Bundle, from 1.

    ``aliases`` are the addresses by which entries of the same Bundle name each other. ``is_deleted``: the resource
    holds nothing but its type, its id, and when it was deleted if that is written.
    """

    resource: Json
    file: str
    row: int
    aliases: Mapping[str, str] = _NO_ALIASES
    is_deleted: bool = False


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


def _of_bundle(bundle: Json, file: str) -> Iterator[Located]:
    aliases: dict[str, str] = {}
    held: list[tuple[Json, bool]] = []
    for number, entry in enumerate(bundle.get("entry") or (), start=1):
        if (deleted := _deleted(entry, file, number)) is not None:
            held.append((deleted, True))
            continue
        resource = _resource(entry.get("resource") if isinstance(entry, dict) else None, file, number)
        address = str(entry.get("fullUrl", ""))
        if address.startswith("urn:"):
            # An entry without an id takes its address as one.
            resource = {"id": address.rpartition(":")[2], **resource}
            aliases[address] = str(key_of(resource))
        held.append((resource, False))
    for number, (resource, is_deleted) in enumerate(held, start=1):
        yield _checked(Located(resource, file, number, aliases, is_deleted))


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
        return _of_bundle(resource, file)
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
