"""Laws of what is known by a point, over histories nobody chose, against a reading in plain Python."""

from __future__ import annotations

import datetime
import math
import random
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.clock import PREDICTION_POINTS, PredictionPoint, point
from records.concepts import CONCEPTS, concept
from records.histories.earlier_pregnancies import with_earlier_pregnancies
from records.histories.histories import HERE, Histories
from records.histories.tables import OBSERVATION_COLUMNS, PREGNANCY_COLUMNS

OBSERVED = (
    "haemoglobin", "systolic_blood_pressure", "antenatal_bleeding", "pre_eclampsia", "epds_total", "smoking_status",
    "birth_weight", "parity", "previous_preterm_birth", "measured_blood_loss", "depression",
)  # fmt: skip
READ = tuple(name for name in CONCEPTS if concept(name).read_by.of in OBSERVED)
CLOSED = {"pre_eclampsia": "booked", "antenatal_bleeding_episodes": "booked", "depression_within_a_year": "birth"}
POINTS = tuple(PREDICTION_POINTS)


def _value(name: str) -> st.SearchStrategy[float]:
    declared = concept(name)
    if declared.kind == "category":
        return st.integers(0, len(declared.categories) - 1).map(float)
    if declared.kind == "flag":
        return st.sampled_from([0.0, 1.0])
    low, high = declared.plausible
    return st.integers(math.ceil(low), math.floor(high)).map(float)


PREGNANCIES = st.lists(
    st.fixed_dictionaries(
        {
            "booked_day": st.none() | st.integers(40, 250),
            "admitted_day": st.none() | st.integers(150, 300),
            "ended_day": st.none() | st.integers(60, 301),
            "ended_by": st.sampled_from(["birth", "loss", "transfer"]),
            "followed_days": st.none() | st.integers(0, 500),
        }
    ),
    min_size=1,
    max_size=4,
)
ROWS = st.lists(
    st.sampled_from(OBSERVED).flatmap(
        lambda name: st.tuples(st.integers(0, 3), st.just(name), st.integers(-50, 600), _value(name))
    ),
    max_size=25,
)


def histories(pregnancies: list[dict], rows: list[tuple]) -> Histories:
    table = pl.DataFrame(
        [{"pregnancy_id": f"p{n}", "woman_id": f"w{n}", **one} for n, one in enumerate(pregnancies)],
        schema={name: PREGNANCY_COLUMNS[name] for name in ("pregnancy_id", "woman_id", *pregnancies[0])},
    )
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in PREGNANCY_COLUMNS.items() if name not in table]
    kept = [row for row in rows if row[0] < len(pregnancies)]
    observations = pl.DataFrame(kept, schema=OBSERVATION_COLUMNS, orient="row")
    pregnancies_table = table.with_columns(absent).with_columns(
        pl.when(pl.col("ended_day").is_not_null()).then("ended_by")
    )
    return Histories(
        pregnancies=pregnancies_table.select(*PREGNANCY_COLUMNS), observations=observations.lazy(), closed=CLOSED
    )


def day_of(at: PredictionPoint, pregnancy: dict) -> int | None:
    birth = pregnancy["ended_day"] if pregnancy["ended_by"] == "birth" else None
    if at.gestational_day is not None:
        return at.gestational_day
    if at.name == "booking":
        return pregnancy["booked_day"]
    if at.name == "admission":
        return birth if pregnancy["admitted_day"] is None else pregnancy["admitted_day"]
    return None if birth is None else birth + at.after_days


def in_plain_python(name: str, pregnancy: dict, rows: list[tuple[int, float]], last: int | None, until: int | None):
    """One pregnancy's reading of (day, value) rows, written the long way; NaN where there is none."""
    reading = concept(name).read_by
    birth = pregnancy["ended_day"] if pregnancy["ended_by"] == "birth" else None
    kept = [(day, value) for day, value in rows if last is not None and day <= last]
    if reading.days_after_birth is not None:
        low, high = reading.days_after_birth
        kept = [(day, value) for day, value in kept if birth is not None and low <= day - birth <= high]
    if reading.by_birth and birth is not None:
        kept = [(day, value) for day, value in kept if day <= birth]
    if reading.before_birth and birth is not None:
        kept = [(day, value) for day, value in kept if day < birth]
    if not kept:
        return math.nan
    days = [day for day, _ in kept]
    if reading.how in ("first", "last"):
        wanted = min(days) if reading.how == "first" else max(days)
        return max(value for day, value in kept if day == wanted)
    if reading.how in ("maximum", "minimum"):
        return (max if reading.how == "maximum" else min)(value for _, value in kept)
    events = [day for day, value in kept if value]
    if reading.how == "count":
        return float(len(events))
    if reading.how == "days_since_first":
        return float(until - min(events)) if events and until is not None else math.nan
    if len(set(days)) < 2:
        return math.nan
    middle = sum(days) / len(days)
    average = sum(value for _, value in kept) / len(kept)
    spread = sum((day - middle) ** 2 for day in days)
    return 7 * sum((day - middle) * (value - average) for day, value in kept) / spread


def as_number(name: str, fact) -> float:
    if fact is None:
        return math.nan
    return float(concept(name).categories.index(fact)) if concept(name).kind == "category" else float(fact)


@given(pregnancies=PREGNANCIES, rows=ROWS, at=st.sampled_from(POINTS))
def test_every_reading_is_that_of_plain_python(pregnancies, rows, at):
    made, asked = histories(pregnancies, rows), point(at)
    known, standing = made.known_by(asked, READ), made.standing(asked)
    for number, pregnancy in enumerate(pregnancies):
        day = day_of(asked, pregnancy)
        last = None if day is None else day if asked.includes_its_day else day - 1
        for name in READ:
            own = [(d, v) for p, c, d, v in rows if p == number and c == concept(name).read_by.of]
            expected = in_plain_python(name, pregnancy, own, last, last)
            if math.isnan(expected) and CLOSED.get(name) == "booked" and standing[number] == HERE:
                expected = 0.0
            assert as_number(name, known[name][number]) == pytest.approx(expected, nan_ok=True, abs=2e-9)


@given(pregnancies=PREGNANCIES, rows=ROWS, later=ROWS, at=st.sampled_from(POINTS))
def test_nothing_observed_after_the_point_changes_anything_known_by_it(pregnancies, rows, later, at):
    asked = point(at)
    days = [day_of(asked, pregnancy) for pregnancy in pregnancies]
    first_after = [None if day is None else day + 1 if asked.includes_its_day else day for day in days]
    afterwards = [
        (p, name, max(day, -1000 if first_after[p] is None else first_after[p]), value)
        for p, name, day, value in later
        if p < len(pregnancies)
    ]
    before = histories(pregnancies, rows).known_by(asked, READ)
    assert histories(pregnancies, rows + afterwards).known_by(asked, READ).equals(before)


@given(pregnancies=PREGNANCIES, rows=ROWS, seed=st.integers(0, 99), at=st.sampled_from(POINTS))
def test_the_order_of_observations_never_matters(pregnancies, rows, seed, at):
    shuffled = random.Random(seed).sample(rows, len(rows))
    one, other = histories(pregnancies, rows), histories(pregnancies, shuffled)
    assert one.known_by(point(at), READ).equals(other.known_by(point(at), READ))
    assert one.afterwards(READ).equals(other.afterwards(READ))


@given(pregnancies=PREGNANCIES, rows=ROWS)
def test_who_did_not_give_birth_here_is_never_told_a_no(pregnancies, rows):
    told = histories(pregnancies, rows).afterwards(tuple(CLOSED))
    for number, pregnancy in enumerate(pregnancies):
        observed = {concept for p, concept, _, _ in rows if p == number}
        if pregnancy["ended_by"] != "birth" or pregnancy["ended_day"] is None:
            if "pre_eclampsia" not in observed:
                assert told["pre_eclampsia"][number] is None
        elif (pregnancy["followed_days"] or 0) < 365 and "depression" not in observed:
            assert told["depression_within_a_year"][number] is not False


@given(pregnancies=PREGNANCIES, rows=ROWS, gap=st.integers(40, 900))
def test_a_later_pregnancy_never_tells_an_earlier_one(pregnancies, rows, gap):
    """And the earlier one adds to the later only what it saw: no flag turns to 'no', no count falls."""
    made = histories(pregnancies, rows)
    first = datetime.date(2020, 1, 1)
    days = [first + datetime.timedelta(days=(300 + gap) * n) for n in range(len(pregnancies))]
    one_woman = made.pregnancies.with_columns(pl.lit("w").alias("woman_id"), pl.Series("day_zero", days))
    joined = Histories(pregnancies=one_woman, observations=made.observations, closed=CLOSED)
    told = with_earlier_pregnancies(joined)
    names = ("parity", "previous_preterm_birth", "haemoglobin")
    before, after = joined.known_by(point("booking"), names), told.known_by(point("booking"), names)
    assert after.row(0) == before.row(0)
    assert after["haemoglobin"].equals(before["haemoglobin"])
    # A flag that becomes defined because a birth was seen is new; one that was there is never taken back.
    for was, now in zip(before["previous_preterm_birth"], after["previous_preterm_birth"], strict=True):
        assert was is None or now is None or now >= was
    for was, now in zip(before["parity"], after["parity"], strict=True):
        assert (was is None and now is None) or now >= was


@pytest.mark.parametrize(("recorded_on", "told"), [(150, True), (400 + 70, True), (400 + 71, None)])
def test_what_is_recorded_of_an_earlier_pregnancy_after_the_next_booking_is_not_told_there(recorded_on, told):
    """The second pregnancy begins on day 400 of the first, and is booked on its own day 70."""
    clock = {"booked_day": 70, "admitted_day": None, "ended_day": 280, "ended_by": "birth", "followed_days": 300}
    made = histories([clock, clock], [(1, "parity", 70, 1.0), (0, "gestational_diabetes", recorded_on, 1.0)])
    first = datetime.date(2020, 1, 1)
    one_woman = made.pregnancies.with_columns(
        pl.lit("w").alias("woman_id"), pl.Series("day_zero", [first, first + datetime.timedelta(days=400)])
    )
    both = with_earlier_pregnancies(replace(made, pregnancies=one_woman))
    assert both.known_by(point("booking"), ["previous_gestational_diabetes"]).to_series(-1).to_list() == [None, told]
