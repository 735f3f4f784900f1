"""What can be wrong with a folder of MSDS tables. Messages name table, row and field, and never a value of a woman."""

from __future__ import annotations

from records.errors import EquipartumError

__all__ = [
    "AmbiguousDates",
    "MissingField",
    "MissingTable",
    "NoPregnancies",
    "UnreadableTable",
    "WrongDate",
    "WrongOrganisations",
    "WrongVersion",
]


class MissingTable(EquipartumError):
    """No folder, a folder without tables, or one without the table of bookings."""


class UnreadableTable(EquipartumError):
    """A table that is not CSV in UTF-8 or Parquet, is cut off, or stands there twice."""


class WrongVersion(EquipartumError):
    """A table of a version of the data set that is not read."""


class MissingField(EquipartumError):
    """A table without one of the fields by which its rows belong to a pregnancy."""


class WrongDate(EquipartumError):
    """A field of dates that holds something else."""


class AmbiguousDates(EquipartumError):
    """Dates of which day and month cannot be told apart."""


class WrongOrganisations(EquipartumError):
    """A list of merged organisations that contradicts itself."""


class NoPregnancies(EquipartumError):
    """Tables in which no row is of a pregnancy."""
