"""Why a file of births is refused. Messages name the file (never its folder) and the byte or row, never a value."""

from __future__ import annotations

from records.errors import EquipartumError

__all__ = [
    "AnotherLayout",
    "DamagedArchive",
    "InvalidColumnMapping",
    "MisplacedRecordEnd",
    "MissingColumn",
    "MissingFile",
    "NotANatalityFile",
    "RepeatedFile",
    "ShortRecord",
    "TruncatedArchive",
    "UnencodableValue",
    "UnknownField",
    "UnsupportedArchive",
    "WrongChecksum",
]


class NotANatalityFile(EquipartumError):
    """The content is not births in any form this source reads."""


class AnotherLayout(NotANatalityFile):
    """Births of a year whose record puts its fields elsewhere (2013 and before), or of a year not yet verified."""


class ShortRecord(EquipartumError):
    """The last record stops before its last byte: the file was cut off."""


class MisplacedRecordEnd(EquipartumError):
    """A record does not end where every other one does, so nothing after it can be trusted."""


class MissingFile(EquipartumError):
    """There is no file at the path given."""


class RepeatedFile(EquipartumError):
    """Two files of one name: their births would share pregnancy ids."""


class TruncatedArchive(EquipartumError):
    """A ZIP whose end is missing: the download stopped early."""


class DamagedArchive(EquipartumError):
    """A ZIP whose compressed data cannot be inflated."""


class WrongChecksum(EquipartumError):
    """A ZIP whose content is not what was put in (CRC-32 differs)."""


class UnsupportedArchive(EquipartumError):
    """A ZIP that is encrypted, compressed by another method, or holds no fixed-width file."""


class InvalidColumnMapping(EquipartumError):
    """A column-mapping TOML that does not say which column is which field."""


class UnknownField(EquipartumError):
    """A field name that the natality record does not have, or that this source does not read."""


class MissingColumn(EquipartumError):
    """A column that the mapping names is not in the file."""


class UnencodableValue(EquipartumError):
    """A value that the field's code list does not have."""
