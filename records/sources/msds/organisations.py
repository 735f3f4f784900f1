"""Organisations that merged: reported under their successor, and counted under both.

A folder may hold ``organisations.csv`` with the columns ``code`` and ``successor``, one row a code that is no more.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from records.sources.msds.errors import WrongOrganisations

__all__ = ["ORGANISATIONS", "counted_under_both", "successors"]

ORGANISATIONS = "organisations.csv"


def successors(paths: Sequence[Path]) -> Mapping[str, str]:
    """Of each code that is no more, the code that is: of a successor that merged again, its own.

    Raises `WrongOrganisations`, naming the line.
    """
    direct: dict[str, str] = {}
    for path in paths:
        file = path / ORGANISATIONS
        if path.is_dir() and file.is_file():
            _read_into(direct, file)
    return {code: _last(code, direct) for code in direct}


def _read_into(direct: dict[str, str], file: Path) -> None:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if reader.fieldnames != ["code", "successor"]:
                raise WrongOrganisations(f"{file.name} has two columns, code and successor")
            for number, row in enumerate(reader, start=2):
                code, successor = ((row[name] or "").strip() for name in ("code", "successor"))
                if not code or not successor or direct.get(code, successor) != successor:
                    raise WrongOrganisations(
                        f"{file.name}, line {number}: needs a code, which has no other successor yet, and its successor"
                    )
                direct[code] = successor
    except UnicodeDecodeError:
        raise WrongOrganisations(f"{file.name} is not in UTF-8; save it as UTF-8") from None


def _last(code: str, direct: Mapping[str, str]) -> str:
    passed = [code]
    while passed[-1] in direct:
        after = direct[passed[-1]]
        if after in passed:
            raise WrongOrganisations(f"{ORGANISATIONS}: {after} succeeds itself, by way of {passed[-1]}")
        passed.append(after)
    return passed[-1]


def counted_under_both(providers: pl.Series, merged: Mapping[str, str]) -> dict[str, int]:
    """Pregnancies recorded under a code that is no more, by a sentence that names both codes."""
    counts = providers.drop_nulls().value_counts().sort(providers.name)
    return {
        f"provider {code} has merged into {merged[code]} and is counted under it": count
        for code, count in counts.iter_rows()
        if code in merged
    }
