"""Why FHIR files are refused. Messages name the file, the line or entry, and the element, never a value or an id."""

from __future__ import annotations

from records.errors import EquipartumError

__all__ = [
    "AnotherFhirVersion",
    "MissingFile",
    "MixedSimulation",
    "NoPregnancies",
    "NotAResource",
    "NotFhir",
    "NotJson",
    "TruncatedFile",
    "UnreadableResource",
    "UnwritableHistories",
]


class NotFhir(EquipartumError):
    """The content is not FHIR resources in a form this source reads."""


class MissingFile(NotFhir):
    """There is no file at the path given, or none of a folder holds resources."""


class NotJson(NotFhir):
    """A line or file that is not one JSON value."""


class TruncatedFile(NotFhir):
    """The content stops before its end: the download or the copy was cut off."""


class NotAResource(NotFhir):
    """JSON without a ``resourceType``."""


class AnotherFhirVersion(NotFhir):
    """A resource of STU3 or R5, whose elements mean something else than those of R4."""


class MixedSimulation(NotFhir):
    """Patients that are marked as test data beside patients that are not."""


class NoPregnancies(NotFhir):
    """Resources among which no pregnancy can be placed in time."""


class UnwritableHistories(EquipartumError):
    """Histories that FHIR has no place for, such as a woman without an identifier."""


class UnreadableResource(Exception):
    """One resource that is set aside, which never leaves this source: ``element`` is where, ``why`` what is wrong."""

    def __init__(self, element: str, why: str) -> None:
        super().__init__(f"{element} {why}")
