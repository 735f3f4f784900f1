"""MSDS tables written by hand, small enough to read: one woman, and what is different about her."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from records.clock import point
from records.concepts import concept
from records.records import Records
from records.sources.msds import MSDS
from records.sources.msds.tables import TABLES

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]

#: Due 7 October 2024, so that day 0 is 1 January; booked at 10 weeks; born at term.
BOOKING: Row = {
    "UniqPregID": "P1", "Person_ID_Mother": "W1", "OrgCodeProvider": "R01", "AgeAtBookingMother": "31",
    "AntenatalAppDate": "2024-03-11", "GestAgeBooking": "70", "EDDAgreed": "2024-10-07", "PreviousLiveBirths": "1",
    "PreviousStillBirths": "0", "RecordNumber": "1", "UniqSubmissionID": "1", "RPStartDate": "2024-03-01",
}  # fmt: skip
MOTHER: Row = {
    "Person_ID_Mother": "W1", "EthnicCategoryMother": "N", "Rank_IMD_Decile_2015": "3", "RecordNumber": "1",
}  # fmt: skip
DELIVERY: Row = {
    "UniqPregID": "P1", "LabourDeliveryID": "L1", "LabourOnsetMethod": "1", "BirthsPerLabandDel": "1",
    "StartDateMotherDeliveryHospProvSpell": "2024-10-06",
}  # fmt: skip
BABY: Row = {
    "UniqPregID": "P1", "LabourDeliveryID": "L1", "Person_ID_Baby": "B1", "Person_ID_Mother": "W1",
    "OrgCodeProvider": "R01", "PersonBirthDateBaby": "2024-10-07", "GestationLengthBirth": "280", "PregOutcome": "01",
    "PersonDeathDateBaby": "",
}  # fmt: skip


def tables(**changed: Sequence[Row]) -> dict[str, Sequence[Row]]:
    """Her tables, with those named (`MSD106=[...]`) in place of or beside them. Diagnoses, activities of labour and
    admissions of babies are there and empty: without their tables nothing would be said of them."""
    hers: dict[str, Sequence[Row]] = {"MSD001": [MOTHER], "MSD101": [BOOKING], "MSD301": [DELIVERY], "MSD401": [BABY]}
    return {**hers, "MSD106": [], "MSD302": [], "MSD402": [], **changed}


def write(folder: Path, given: Tables) -> Path:
    folder.mkdir(exist_ok=True)
    for short, rows in given.items():
        fields = list(dict.fromkeys(name for row in rows for name in row)) or list(TABLES[short].fields)
        with (folder / f"{TABLES[short].name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fields, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def scan(folder: Path, given: Tables) -> Records:
    return MSDS.scan([write(folder, given)])


def known(records: Records, at: str, name: str) -> Any:
    """What was known of the first pregnancy's concept at a point."""
    assert records.histories is not None
    concept(name)
    return records.histories.known_by(point(at), [name])[name][0]


def afterwards(records: Records, name: str) -> Any:
    return records.facts(name).collect()[name][0]


def clock(records: Records, name: str) -> Any:
    assert records.histories is not None
    return records.histories.pregnancies[name][0]
