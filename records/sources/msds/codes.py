"""Codes of a row to facts: the project's code lists, and those a site adds in a file of its own."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from records.codelists import PLACES, CodedFact, coded_facts, read_codelist
from records.sources.msds.errors import UnreadableTable

__all__ = ["CODED_IN", "SITE_CODES", "CodedIn", "Codes", "facts_by_code", "has_code", "is_unlisted"]

#: The file in which a site lists codes of its own, in the columns of the project's code lists.
SITE_CODES = "codes.csv"


@dataclass(frozen=True, kw_only=True)
class CodedIn:
    """The fields of a table that hold codes, and the part of the record it is.

    ``snomed`` has one tuple for each thing a row can say (what was observed, found and done are three); of the fields
    of one, the first with a listed code holds. ``icd10`` are further fields of the only one.
    """

    place: str
    snomed: tuple[tuple[str, ...], ...]
    icd10: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return (*(field for fields in self.snomed for field in fields), *self.icd10)


_OBSERVED, _FOUND = ("MasterSnomedCTObsCode", "ObsCode"), ("MasterSnomedCTFindingCode", "FindingCode")
_DONE = ("MasterSnomedCTProcedureCode", "ProcedureCode")
#: By short name, the tables whose rows say by a code what they are.
CODED_IN: Mapping[str, CodedIn] = {
    "MSD104": CodedIn(place="pregnancy", snomed=(("ToolTypeSNOMED",),)),
    "MSD106": CodedIn(
        place="pregnancy",
        snomed=(("MasterSnomedCTDiagCode", "MapSnomedCTDiagCode", "Diag"),),
        icd10=("MasterICD10Code", "MapICD10Code", "Diag"),
    ),
    "MSD107": CodedIn(
        place="history",
        snomed=(("MasterSnomedCTPrevDiagCode", "MapSnomedCTPrevDiagCode", "PrevDiag"),),
        icd10=("MasterICD10PrevCode", "PrevDiag"),
    ),
    "MSD108": CodedIn(
        place="family", snomed=(("MasterSnomedCTSituationCode", "Situation"),), icd10=("MasterICD10SituationCode",)
    ),
    "MSD109": CodedIn(place="pregnancy", snomed=(_OBSERVED, _FOUND)),
    "MSD202": CodedIn(place="pregnancy", snomed=(_OBSERVED, _FOUND, _DONE)),
    "MSD203": CodedIn(place="pregnancy", snomed=(("ToolTypeSNOMED",),)),
    "MSD302": CodedIn(place="labour", snomed=(_OBSERVED, _FOUND, _DONE)),
}


@dataclass(frozen=True, kw_only=True)
class Codes:
    """By place of the record: SNOMED CT (and the site's own) codes, and ICD-10 codes without their dot."""

    snomed: Mapping[str, Mapping[str, CodedFact]]
    icd10: Mapping[str, Mapping[str, CodedFact]]

    @classmethod
    def of(cls, folders: Sequence[Path]) -> Codes:
        """Raises `UnreadableTable` where a site's own file is no code list."""
        own: list[CodedFact] = []
        for folder in folders:
            file = folder / SITE_CODES
            if folder.is_dir() and file.is_file():
                own += _site_codes(file)
        return cls(
            snomed={
                place: {**coded_facts("snomed", place), **{fact.code: fact for fact in own if fact.place == place}}
                for place in PLACES
            },
            icd10={place: coded_facts("icd10", place) for place in PLACES},
        )

    def places_of(self, name: str) -> tuple[str, ...]:
        """The places of the record in which a code for the concept is listed."""
        return tuple(
            place
            for place in PLACES
            if any(fact.concept == name for facts in (self.snomed, self.icd10) for fact in facts[place].values())
        )

    def without_events(self, place: str) -> Codes:
        """Without the codes of the place that are listed for another one as another fact."""

        def lasting(listed: Mapping[str, Mapping[str, CodedFact]]) -> dict[str, Mapping[str, CodedFact]]:
            others = [facts for other, facts in listed.items() if other != place]
            kept = {
                code: fact
                for code, fact in listed[place].items()
                if all(code not in facts or facts[code].concept == fact.concept for facts in others)
            }
            return {**listed, place: kept}

        return Codes(snomed=lasting(self.snomed), icd10=lasting(self.icd10))


def _site_codes(file: Path) -> tuple[CodedFact, ...]:
    try:
        return read_codelist(file.read_text(encoding="utf-8"), file.name)
    except UnicodeDecodeError:
        raise UnreadableTable(f"{file.name} is not in UTF-8; save it as UTF-8") from None
    except (csv.Error, KeyError, ValueError) as error:
        raise UnreadableTable(f"{file.name} is no code list: {error}") from error


def facts_by_code(rows: pl.LazyFrame, codes: Codes, short: str) -> pl.LazyFrame:
    """What the table's rows say by codes that are listed for its place of the record: one row a fact, with ``concept``
    and ``coded``, the value that the code gives by itself."""
    facts = _facts_at(codes, CODED_IN[short].place)
    concepts = pl.Series([fact.concept for fact in facts], dtype=pl.String)
    values = pl.Series([fact.value for fact in facts], dtype=pl.Float64)
    # In one pass, for the table of activities is the largest and is streamed; most of its rows say one thing.
    said = pl.concat_list(_fact_numbers(codes, short)).list.drop_nulls()
    return (
        rows.with_columns(said.alias("_fact"))
        .filter(pl.col("_fact").list.len() > 0)
        .explode("_fact")
        .with_columns(pl.lit(concepts).gather("_fact").alias("concept"), pl.lit(values).gather("_fact").alias("coded"))
        .drop("_fact")
    )


def has_code(short: str) -> pl.Expr:
    """Whether a row of the table has a code of any kind."""
    return pl.any_horizontal(pl.col(field).is_not_null() for field in CODED_IN[short].fields)


def is_unlisted(codes: Codes, short: str) -> pl.Expr:
    """Whether a row of the table has a code, and none that is listed for its place of the record."""
    return has_code(short) & pl.all_horizontal(number.is_null() for number in _fact_numbers(codes, short))


def _facts_at(codes: Codes, place: str) -> list[CodedFact]:
    return [*codes.snomed[place].values(), *codes.icd10[place].values()]


def _fact_numbers(codes: Codes, short: str) -> list[pl.Expr]:
    """For each thing that a row can say its place in `_facts_at`; null where the code is not listed."""
    coded = CODED_IN[short]
    place_of = {id(fact): number for number, fact in enumerate(_facts_at(codes, coded.place))}
    by_snomed = {code: place_of[id(fact)] for code, fact in codes.snomed[coded.place].items()}
    by_icd10 = {code: place_of[id(fact)] for code, fact in codes.icd10[coded.place].items()}
    found = [[_listed(pl.col(field), by_snomed) for field in fields] for fields in coded.snomed]
    for field in coded.icd10:
        plain = pl.col(field).str.replace_all(".", "", literal=True).str.to_uppercase()
        found[0] += [_listed(plain.str.head(4), by_icd10), _listed(plain.str.head(3), by_icd10)]
    return [pl.coalesce(numbers) for numbers in found]


def _listed(code: pl.Expr, numbers: Mapping[str, int]) -> pl.Expr:
    if not numbers:
        return pl.lit(None, dtype=pl.UInt32)
    return code.replace_strict(numbers, default=None, return_dtype=pl.UInt32)
