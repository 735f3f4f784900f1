"""Lineage: which version a recalibrated one comes from, by which update, and on which validation it rests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

__all__ = ["Lineage"]

PREFIX = "lineage."


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """``validation`` names a folder of validations of the home, ``validation_digest`` is the SHA-256 of what it says.

    ``site`` is empty where the births name none or are of several. ``births`` are the data digests of what the versions
    before were made from, where their trees are in this one: births that it must not be validated on either.
    """

    parent_version: int
    parent_run: str
    parent_digest: str
    update: str
    site: str
    validation: str
    validation_digest: str
    births: tuple[str, ...]

    def to_tags(self) -> dict[str, str]:
        told = {one.name: str(getattr(self, one.name)) for one in fields(self)} | {"births": ",".join(self.births)}
        return {f"{PREFIX}{name}": text for name, text in told.items()}

    @classmethod
    def from_tags(cls, tags: Mapping[str, str]) -> Lineage | None:
        """None of a version that was fitted, not recalibrated."""
        told = {one.name: tags[PREFIX + one.name] for one in fields(cls) if PREFIX + one.name in tags}
        if len(told) < len(fields(cls)):
            return None
        version, births = int(told.pop("parent_version")), tuple(filter(None, told.pop("births").split(",")))
        return cls(parent_version=version, births=births, **told)
