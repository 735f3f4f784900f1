"""The pages that the code declares: nothing is left out, and a reading is said as it is done."""

from __future__ import annotations

import re

import pytest

from models.outcomes import OUTCOMES
from models.reference_pages import PAGES
from models.reference_pages.forms import forms
from models.reference_pages.reading_words import how_read, no_entry_means
from records.concepts import CONCEPTS, concept
from records.sources.registry import SOURCES

DICTIONARY = PAGES["data-dictionary.md"]()


def rows(section: str) -> list[list[str]]:
    """Cells of the rows of every table below a heading of the second level, headers included."""
    text = DICTIONARY.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def test_every_fact_has_one_row() -> None:
    names = [row[0].strip("`") for row in rows("Facts") if row[0].startswith("`")]
    assert sorted(names) == sorted(CONCEPTS)


def test_every_source_is_one_of_one_form_and_says_what_it_can_hold() -> None:
    named = [name for form in forms() for name in form.names]
    assert set(SOURCES) - {"simulated"} <= set(named)
    assert {"simulated births", "simulated histories"} <= set(named)
    assert len(named) == len(set(named))
    for form in forms():
        for name in set(form.names) & set(SOURCES):
            assert {c: form.point_of(c) for c in CONCEPTS if form.point_of(c)} == {
                c: point.name for c, point in SOURCES[name].known_from.items()
            }


def test_a_definition_is_first_where_no_earlier_one_can_be_answered() -> None:
    """A birth certificate measures no loss, so of it haemorrhage is the proxy; the English forms measure it."""
    header, *told = rows("Outcomes a source can answer")
    cells = {(row[0], row[1]): dict(zip(header, row, strict=True)) for row in told if len(row) == len(header)}
    assert cells["`haemorrhage`", "measured loss >= 1500 ml"]["cdc_natality"] == "lacks `measured_blood_loss`"
    assert cells["`haemorrhage`", "proxy: maternal transfusion"]["cdc_natality"] == "first"
    assert cells["`haemorrhage`", "measured loss >= 1500 ml"]["simulated births"] == "first"
    assert cells["`haemorrhage`", "proxy: maternal transfusion"]["simulated births"] == "can"
    assert {outcome for outcome, _ in cells} >= {f"`{name}`" for name in OUTCOMES}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("parity", ""),
        ("antenatal_bleeding", ""),
        ("haemoglobin", "first"),
        ("haemoglobin_latest", "last `haemoglobin`, before birth"),
        ("measured_blood_loss", "highest, day 0 to 1 after birth"),
        ("depression_within_a_year", "any `depression`, day 1 to 365 after birth"),
        ("antenatal_bleeding_episodes", "how many `antenatal_bleeding`, before birth"),
        ("systolic_blood_pressure_slope", "rise a week of `systolic_blood_pressure`, before birth"),
        ("days_since_pre_eclampsia", "days since the first `pre_eclampsia`, before birth"),
        ("apgar_5_minutes", "lowest"),
    ],
)
def test_how_a_fact_is_read(name: str, said: str) -> None:
    assert how_read(concept(name)) == said


def test_no_entry_means_no_only_of_what_would_have_been_written_down() -> None:
    assert no_entry_means("pre_eclampsia") == "no, once booked"
    assert no_entry_means("maternal_transfusion") == "no, once she gave birth"
    assert no_entry_means("smoking_status") == ""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stays_readable(name: str) -> None:
    page = PAGES[name]()
    assert len(page.splitlines()) < 400
    assert [line for line in page.splitlines() if len(line) > 120 and not line.startswith("|")] == []
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
