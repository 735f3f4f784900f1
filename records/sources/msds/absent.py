"""Fields that are read and that no file of the folder has: a renamed one would else be an empty one, in silence."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path

from records.sources.msds.codes import CODED_IN
from records.sources.msds.reading import names_in
from records.sources.msds.tables import SUBMISSION_FIELDS, TABLES

__all__ = ["absent_fields"]

#: How like a field's name another column's must be to be asked about (`difflib`, 1 is the same; project default).
_ALIKE = 0.75


def absent_fields(files: Mapping[str, Path]) -> tuple[str, ...]:
    """A sentence for each table of the folder that lacks fields, and one for the tables that are not there."""
    absent = [TABLES[short].name for short in TABLES if short not in files]
    told = [f"Tables that are read and are not in the folder: {', '.join(absent)}."] if absent else []
    for short, file in sorted(files.items()):
        columns = names_in(short, file)
        fields = _without(short, {name.lower() for name in columns})
        if fields:
            named = [f"{field}{_perhaps(field, short, columns)}" for field in fields]
            told.append(f"{file.name} has no field {', '.join(named)}.")
    return tuple(told)


def _without(short: str, columns: set[str]) -> list[str]:
    """Of fields that can say the same, such as the codes of a diagnosis, none where one is there, else the first."""
    table = TABLES[short]
    coded = CODED_IN.get(short)
    alternatives = [(*fields, *coded.icd10) for fields in coded.snomed] if coded is not None else []
    others = {field for fields in alternatives for field in fields}
    plain = [(field,) for field in table.fields if field not in others and field not in SUBMISSION_FIELDS]
    return [fields[0] for fields in (*plain, *alternatives) if not any(field.lower() in columns for field in fields)]


def _perhaps(field: str, short: str, columns: Sequence[str]) -> str:
    """Whether a column that is not read may be it."""
    known = {name.lower() for name in TABLES[short].fields}
    others = {name.lower(): name for name in columns if name.lower() not in known}
    alike = difflib.get_close_matches(field.lower(), others, n=1, cutoff=_ALIKE)
    return f" (is it {others[alike[0]]}?)" if alike else ""
