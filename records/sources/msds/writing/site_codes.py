"""Codes of the simulated site, for facts of which no national code was verified: listed beside the tables, as a real
site lists its own."""

from __future__ import annotations

import csv
from pathlib import Path

from records.codelists import codes_for
from records.concepts import concept

__all__ = ["code_of", "write_site_codes"]

_SITE_ONLY = {
    "previous_baby_4500g_or_more": "history",
    "glucose_two_hours": "pregnancy",
    "estimated_blood_loss": "labour",
    "epds_item_10": "pregnancy",
}


def code_of(name: str, place: str) -> str:
    """The first national code of a concept at a place of the record, or the simulated site's own."""
    if name in _SITE_ONLY:
        return _site_code(name)
    return next(fact.code for fact in codes_for("snomed", name) if fact.place == place)


def write_site_codes(file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["place", "concept", "code", "value", "term", "provenance"])
        for name, place in _SITE_ONLY.items():
            writer.writerow([place, name, _site_code(name), "", concept(name).title, "code of the simulated site"])


def _site_code(name: str) -> str:
    return f"SIM-{name.upper().replace('_', '-')}"
