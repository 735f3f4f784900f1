"""To what a reference leads: 'Patient/1', whichever way it was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["Json", "id_of", "key_of", "target"]

Json = dict[str, Any]


def id_of(resource: Json) -> str | None:
    identity = resource.get("id")
    return identity if isinstance(identity, str) and identity else None


def key_of(resource: Json) -> str | None:
    """'Type/id'; None of a resource without an id, which nothing can refer to or amend."""
    identity = id_of(resource)
    return None if identity is None else f"{resource['resourceType']}/{identity}"


def target(reference: object, aliases: Mapping[str, str]) -> str | None:
    """'Type/id' of a relative, absolute or versioned reference, or through ``aliases`` of one within a Bundle.

    None of a contained resource or one named by an identifier only: neither can be found among the files.
    """
    text = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(text, str) or text.startswith("#"):
        return None
    if aliases and text in aliases:
        return aliases[text]
    path = text.partition("/_history/")[0]
    if path.count("/") == 1:
        return path
    kind_and_id = path.rsplit("/", 2)[-2:]
    return "/".join(kind_and_id) if len(kind_and_id) == 2 else None
