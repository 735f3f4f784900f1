"""Hand-worked pregnancies: a text that a midwife can check, and the question and answer worked out beside it.

A pregnancy is a line of its clock, then lines of what was observed on a gestational day:

    booked 60, born 280, followed 400
    60: haemoglobin 118, no pre_existing_diabetes, smoking_status former
    280: alive, measured_blood_loss 1500

`unbooked`, `admitted`, `lost`, `moved` (care went elsewhere), `goes on` and `day 0 on 2024-01-01` are the clock's other
words. A flag stands for itself, after `no` for its opposite; `alive`, `alive twins` and `stillborn` are short for what
is recorded of such a birth. A semicolon ends a line as a new line does.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from records.concepts import concept
from records.histories.earlier_pregnancies import with_earlier_pregnancies
from records.histories.histories import Histories
from records.histories.tables import OBSERVATION_COLUMNS, PREGNANCY_COLUMNS, observed_value
from records.records import Records
from records.sources.nhs_facts import NHS_CLOSED, NHS_KNOWN_FROM

__all__ = ["Pregnancy", "pregnancy", "records_of"]

_ENDINGS = {"born": "birth", "lost": "loss", "moved": "transfer"}
_LIVE = (("live_birth", True),)
_STILL = (("live_birth", False), ("stillbirth", True))


@dataclass
class Pregnancy:
    """``observed`` holds day, concept and value; ``woman`` tells pregnancies of one woman, None: of her alone."""

    woman: str | None = None
    clock: dict[str, object] = field(default_factory=dict)
    observed: list[tuple[int, str, float]] = field(default_factory=list)


def pregnancy(text: str, woman: str | None = None) -> Pregnancy:
    first, *later = (line.strip() for line in text.strip().replace(";", "\n").splitlines())
    found = Pregnancy(woman=woman, clock=dict(_clock(first)))
    for line in later:
        day, _, facts = line.partition(":")
        for fact in facts.split(","):
            found.observed += [(int(day), name, observed_value(name, v)) for name, v in _facts(fact.strip(), int(day))]
    return found


def records_of(*pregnancies: Pregnancy) -> Records:
    """Records of a dated English source, in the order of the pregnancies."""
    rows = [
        {
            "pregnancy_id": f"p{n}",
            "woman_id": one.woman or f"w{n}",
            "group_scheme": "england_2001",
            "ethnic_group": "White",
            "site": "RXX",
            "day_zero": datetime.date(2024, 1, 1),
            **one.clock,
        }
        for n, one in enumerate(pregnancies)
    ]
    observations = [(n, name, day, value) for n, one in enumerate(pregnancies) for day, name, value in one.observed]
    histories = Histories(
        pregnancies=pl.DataFrame(rows, schema=dict(PREGNANCY_COLUMNS)),
        observations=pl.DataFrame(observations, schema=dict(OBSERVATION_COLUMNS), orient="row").lazy(),
        closed=NHS_CLOSED,
    )
    return Records.dated(
        source="msds",
        description="worked out by hand",
        data_digest="0" * 64,
        histories=with_earlier_pregnancies(histories),
        known_from=NHS_KNOWN_FROM,
    )


def _clock(line: str) -> Iterator[tuple[str, object]]:
    for part in line.split(","):
        word, _, value = part.strip().partition(" ")
        if word in _ENDINGS:
            yield from (("ended_day", int(value)), ("ended_by", _ENDINGS[word]))
        elif word == "day":
            yield "day_zero", datetime.date.fromisoformat(value.removeprefix("0 on "))
        elif word in ("booked", "admitted", "followed"):
            yield f"{word}_{'days' if word == 'followed' else 'day'}", int(value)
        elif part.strip() not in ("unbooked", "goes on"):
            raise ValueError(f"the clock has no word {part.strip()!r}")


def _facts(text: str, day: int) -> Iterator[tuple[str, float | bool | str]]:
    if text in ("alive", "alive twins", "stillborn"):
        yield from _STILL if text == "stillborn" else _LIVE
        yield from (("gestation_at_birth", day), ("fetuses", 2 if text == "alive twins" else 1))
        return
    name, _, value = text.removeprefix("no ").partition(" ")
    if concept(name).kind == "flag":
        yield name, not text.startswith("no ")
    else:
        yield name, value if concept(name).kind == "category" else float(value)
