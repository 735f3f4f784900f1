"""Small histories under the rules that the English forms share, as Hypothesis draws them."""

from __future__ import annotations

import datetime
import math

import polars as pl
from hypothesis import strategies as st

from records.concepts import concept
from records.groups import ENGLAND_2001, age_band
from records.histories.body_mass_index import body_mass_index
from records.histories.earlier_pregnancies import with_earlier_pregnancies
from records.histories.histories import Histories
from records.histories.tables import OBSERVATION_COLUMNS, PREGNANCY_COLUMNS
from records.sources.fhir.meanings import AT_BOOKING, LOCAL_CONCEPTS
from records.sources.nhs_facts import NHS_CLOSED

__all__ = ["small_histories"]

Row = tuple[int, str, int, float]
_HERSELF = ("maternal_age", "deprivation_quintile", "interpreter_needed")
# What follows of the clock or of other facts is added below, as the rules say.
_FOLLOWS = {
    "body_mass_index",
    "gestation_at_booking",
    "gestation_at_birth",
    "live_birth",
    "stillbirth",
    "height",
    "weight",
}
_DRAWN = tuple(name for name in LOCAL_CONCEPTS if name not in _FOLLOWS and name not in _HERSELF)
_ONLY_TRUE = {name for name in NHS_CLOSED if concept(name).kind == "flag"} | {"depression"}
_CATEGORIES = {code: f"w{place % 3}" for place, code in enumerate(ENGLAND_2001.by_code)}


def _value(name: str) -> st.SearchStrategy[float]:
    declared = concept(name)
    if declared.kind == "category":
        return st.integers(0, len(declared.categories) - 1).map(float)
    if declared.kind == "flag":
        return st.just(1.0) if name in _ONLY_TRUE else st.sampled_from([0.0, 1.0])
    low, high = declared.plausible or (0, 1)
    whole = st.integers(math.ceil(low), math.floor(high)).map(float)
    return whole if declared.kind == "count" else st.floats(low, high)


@st.composite
def _pregnancy(draw: st.DrawFn, number: int) -> dict[str, object]:
    ended_by = draw(st.sampled_from([None, "birth", "loss", "transfer"]))
    ended = {None: st.none(), "birth": st.integers(154, 301)}.get(ended_by, st.integers(60, 160))
    ended_day = draw(ended)
    born = ended_by == "birth"
    day_zero = draw(st.dates(datetime.date(2015, 1, 1), datetime.date(2023, 12, 31)))
    on = day_zero + datetime.timedelta(days=ended_day or 0)
    woman = draw(st.sampled_from(["w0", "w1", "w2"]))
    own = [None, *(code for code, whose in _CATEGORIES.items() if whose == woman)]
    category = own[1] if woman != "w2" else None
    age = draw(st.none() | st.integers(14, 55))
    return {
        "pregnancy_id": f"p{number}",
        "woman_id": woman,
        "site": draw(st.sampled_from([None, "RJ1", "RXX"])),
        "group_scheme": "england_2001",
        "ethnic_category": category,
        "ethnic_group": ENGLAND_2001.group_of(category),
        "deprivation_quintile": draw(st.none() | st.integers(1, 5)),
        "age": age,
        "age_band": age_band(age),
        "interpreter_needed": draw(st.none() | st.booleans()),
        "delivered_year": on.year if born else None,
        "delivered_month": on.month if born else None,
        "day_zero": day_zero,
        "booked_day": draw(st.none() | st.integers(20, (ended_day or 250) - 1)),
        "admitted_day": draw(st.none() | st.integers(ended_day - 3, ended_day)) if born else None,
        "ended_day": ended_day,
        "ended_by": ended_by,
        "followed_days": draw(st.none() | st.integers(0, 500)) if born else None,
    }


@st.composite
def _observations(draw: st.DrawFn, number: int, pregnancy: dict[str, object]) -> list[Row]:
    booked, ended = pregnancy["booked_day"], pregnancy["ended_day"]
    rows: list[Row] = []
    for name in draw(st.lists(st.sampled_from(_DRAWN), max_size=12)):
        if name in AT_BOOKING and booked is None:
            continue
        # What happened before day 0 is of another pregnancy; what was measured before it may still be told. A glucose
        # at 2 hours is both: with it a test was done.
        is_measured = concept(name).kind in ("quantity", "count") and name != "glucose_two_hours"
        earliest = -20 if is_measured else 0
        day = booked if name in AT_BOOKING else draw(st.integers(earliest, 700))
        if name == "depression" and booked is not None:
            day = max(day, booked + 1)
        rows.append((number, name, day, draw(_value(name))))
        if name == "glucose_two_hours":
            rows.append((number, "diabetes_test_done", day, 1.0))
    if booked is not None:
        rows += _booked(number, pregnancy, draw(st.none() | st.floats(140, 190)), draw(st.none() | st.floats(40, 150)))
    if pregnancy["ended_by"] == "birth":
        alive = draw(st.sampled_from([(1.0,), (1.0, 1.0), (0.0,), (0.0, 1.0)])) if ended >= 168 else (1.0,)
        rows += [(number, "live_birth", ended, value) for value in alive]
        rows += [(number, "stillbirth", ended, 1.0)] if 0.0 in alive else []
        rows.append((number, "gestation_at_birth", ended, float(ended)))
    return rows


def _booked(number: int, pregnancy: dict[str, object], height: float | None, weight: float | None) -> list[Row]:
    day = pregnancy["booked_day"]
    known = {
        "maternal_age": pregnancy["age"], "deprivation_quintile": pregnancy["deprivation_quintile"],
        "interpreter_needed": pregnancy["interpreter_needed"], "height": height, "weight": weight,
        "gestation_at_booking": day,
    }  # fmt: skip
    if height is not None and weight is not None:
        known["body_mass_index"] = pl.select(body_mass_index(pl.lit(height), pl.lit(weight))).item()
    return [(number, name, day, float(value)) for name, value in known.items() if value is not None]


@st.composite
def small_histories(draw: st.DrawFn) -> Histories:
    pregnancies = [draw(_pregnancy(number)) for number in range(draw(st.integers(1, 4)))]
    rows = [row for number, one in enumerate(pregnancies) for row in draw(_observations(number, one))]
    table = pl.DataFrame(
        [{name: one[name] for name in PREGNANCY_COLUMNS} for one in pregnancies], schema=PREGNANCY_COLUMNS
    )
    observations = pl.DataFrame(rows, schema=OBSERVATION_COLUMNS, orient="row").unique().lazy()
    return with_earlier_pregnancies(Histories(pregnancies=table, observations=observations, closed=NHS_CLOSED))
