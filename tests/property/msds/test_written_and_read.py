"""Histories written as MSDS tables and read back tell the same of every pregnancy at every point."""

from __future__ import annotations

import datetime
import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from records.clock import PREDICTION_POINTS
from records.concepts import concept
from records.groups import ENGLAND_2001, age_band
from records.histories.body_mass_index import body_mass_index
from records.histories.earlier_pregnancies import with_earlier_pregnancies
from records.histories.histories import Histories
from records.histories.tables import OBSERVATION_COLUMNS, PREGNANCY_COLUMNS
from records.sources.msds import MSDS, write_msds
from records.sources.nhs_facts import ASKED_TOGETHER, NHS_CLOSED

FLAGS = st.sampled_from([0.0, 1.0])
AT_BOOKING = {
    "maternal_age": st.integers(14, 50),
    "smoking_status": st.integers(0, 2),
    "interpreter_needed": FLAGS,
    "complex_social_factors": FLAGS,
    "low_social_support": FLAGS,
    "parity": st.integers(0, 4),
    "previous_pregnancy_losses": st.integers(0, 3),
    "previous_caesareans": st.integers(0, 3),
    "haemoglobin": st.integers(60, 160),
    "height": st.integers(1400, 1900).map(lambda millimetres: millimetres / 10),
    "weight": st.integers(400, 1300).map(lambda parts: parts / 10),
}
IN_PREGNANCY = {
    "systolic_blood_pressure": st.integers(80, 200),
    "haemoglobin": st.integers(60, 160),
    "weight": st.integers(400, 1300).map(lambda parts: parts / 10),
    "glucose_fasting": st.integers(30, 120).map(lambda parts: parts / 10),
    "glucose_two_hours": st.integers(40, 180).map(lambda parts: parts / 10),
    "epds_total": st.integers(0, 30),
    "epds_item_10": st.integers(0, 3),
    "fetuses": st.integers(1, 3),
    **{
        name: st.just(1.0)
        for name in (
            "antenatal_bleeding", "pre_eclampsia", "gestational_hypertension", "placenta_praevia",
            "gestational_diabetes", "diabetes_test_done",
        )
    },
}  # fmt: skip
AT_BIRTH = {
    "onset_of_birth": st.integers(0, 2),
    "fetuses": st.integers(1, 3),
    "neonatal_unit_admission": st.just(1.0),
}
OF_BABIES = {"birth_weight": st.integers(500, 5000), "apgar_5_minutes": st.integers(0, 10)}
IN_LABOUR = {
    "measured_blood_loss": st.integers(50, 4000),
    "estimated_blood_loss": st.integers(50, 4000),
    **{
        name: st.just(1.0)
        for name in (
            "maternal_transfusion", "ruptured_uterus", "unplanned_hysterectomy", "intensive_care",
            "maternal_critical_finding",
        )
    },
}  # fmt: skip
AFTER_BIRTH = {"epds_total": st.integers(0, 30), "epds_item_10": st.integers(0, 3)}

Rows = list[tuple[str, int, float]]


@dataclass
class Pregnancy:
    identity: dict[str, object]
    rows: Rows


@st.composite
def dated(draw: st.DrawFn, concepts: dict[str, st.SearchStrategy[float]], first: int, last: int, most: int) -> Rows:
    if first > last:
        return []
    names = draw(st.lists(st.sampled_from(sorted(concepts)), max_size=most))
    return [(name, draw(st.integers(first, last)), float(draw(concepts[name]))) for name in names]


@st.composite
def booking(draw: st.DrawFn, day: int, quintile: int | None) -> Rows:
    rows = [(name, day, float(draw(value))) for name, value in AT_BOOKING.items() if draw(st.booleans())]
    for together in ASKED_TOGETHER:
        if draw(st.booleans()):
            rows += [(name, day, draw(FLAGS)) for name in together]
    if quintile is not None:
        rows.append(("deprivation_quintile", day, float(quintile)))
    if draw(st.booleans()):
        rows.append(("depression_ongoing_at_booking", day, 1.0))
    sizes = {name: value for name, _, value in rows if name in ("height", "weight")}
    if len(sizes) == 2:
        index = pl.select(body_mass_index(pl.lit(sizes["height"]), pl.lit(sizes["weight"]))).item()
        rows += [] if index is None else [("body_mass_index", day, index)]
    return [*rows, ("gestation_at_booking", day, float(day))]


@st.composite
def birth(draw: st.DrawFn, day: int) -> Rows:
    rows = [(name, day, float(draw(value))) for name, value in AT_BIRTH.items() if draw(st.booleans())]
    rows += [
        (name, day, float(draw(value))) for name, value in OF_BABIES.items() for _ in range(draw(st.integers(0, 2)))
    ]
    lived, died = draw(st.sampled_from([(True, False), (False, True), (True, True)]))
    rows.append(("live_birth", day, float(lived)))
    rows += [("stillbirth", day, 1.0)] if died else []
    if lived and draw(st.booleans()):
        rows.append(("death_within_28_days", day + draw(st.integers(0, 27)), 1.0))
    return [*rows, ("gestation_at_birth", day, float(day))]


@st.composite
def pregnancy(draw: st.DrawFn, woman: dict[str, object], identifier: str, day_zero: datetime.date) -> Pregnancy:
    ended_by = draw(st.sampled_from(["birth", "loss", "transfer", None]))
    booked = draw(st.integers(40, 150)) if ended_by != "birth" or draw(st.integers(0, 4)) else None
    ended = None if ended_by is None else draw(st.integers(155, 164 if ended_by == "loss" else 300))
    quintile = woman["deprivation_quintile"]
    rows: Rows = [] if booked is None else draw(booking(booked, quintile))
    if booked is not None:
        rows += draw(dated(IN_PREGNANCY, booked + 1, 154 if ended is None else ended - 1, 8))
        # Only a tolerance test gives a 2-hour value.
        rows += [("diabetes_test_done", day, 1.0) for name, day, _ in rows if name == "glucose_two_hours"]
    if ended_by == "birth":
        rows += draw(birth(ended)) + draw(dated(IN_LABOUR, ended, ended + 3, 4))
        rows += draw(dated(AFTER_BIRTH, ended + 1, ended + 360, 3))
    told = {name: value for name, day, value in rows if day == booked}
    end_date = None if ended_by != "birth" else day_zero + datetime.timedelta(days=ended)
    identity = {
        **woman,
        "pregnancy_id": identifier,
        "age_band": age_band(told.get("maternal_age")),
        "interpreter_needed": None if "interpreter_needed" not in told else told["interpreter_needed"] == 1,
        "delivered_year": None if end_date is None else end_date.year,
        "delivered_month": None if end_date is None else end_date.month,
        "day_zero": day_zero,
        "booked_day": booked,
        "admitted_day": draw(st.sampled_from([None, ended, ended - 1])) if ended_by == "birth" else None,
        "ended_day": ended,
        "ended_by": ended_by,
        # The end of maternity care is a field of the booking: of an unbooked woman it is not recorded.
        "followed_days": draw(st.integers(0, 400)) if ended_by == "birth" and booked is not None else None,
    }
    return Pregnancy(identity=identity, rows=rows)


@st.composite
def histories(draw: st.DrawFn) -> Histories:
    pregnancies: list[Pregnancy] = []
    for number in range(draw(st.integers(1, 3))):
        category = draw(st.sampled_from(["A", "H", "N", "S", "Z", "99", None]))
        woman = {
            "woman_id": f"w{number}",
            "site": draw(st.sampled_from(["R01", "R02"])),
            "group_scheme": ENGLAND_2001.name,
            "ethnic_category": category,
            "ethnic_group": ENGLAND_2001.group_of(category),
            "deprivation_quintile": draw(st.none() | st.integers(1, 5)),
        }
        for of_hers in range(draw(st.integers(1, 2))):
            began = datetime.date(2020, 1, 1) + datetime.timedelta(days=700 * of_hers + draw(st.integers(0, 200)))
            pregnancies.append(draw(pregnancy(woman, f"p{number}-{of_hers}", began)))
    table = pl.DataFrame([one.identity for one in pregnancies], schema_overrides=dict(PREGNANCY_COLUMNS))
    rows = [(number, *row) for number, one in enumerate(pregnancies) for row in one.rows]
    observations = pl.DataFrame(rows, schema=dict(OBSERVATION_COLUMNS), orient="row").unique()
    return Histories(
        pregnancies=table.select(pl.col(name).cast(kind) for name, kind in PREGNANCY_COLUMNS.items()),
        observations=observations.lazy(),
        closed=NHS_CLOSED,
    )


# Every example is written, read and asked at each point: making a failing one smaller would take minutes.
@settings(max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(written=histories(), form=st.sampled_from(["csv", "parquet"]), repeated=st.booleans())
def test_tables_read_back_tell_what_was_written(written: Histories, form: str, repeated: bool) -> None:
    """Exactly, at every point and afterwards, of every concept the data set holds; and nothing is set aside."""
    with tempfile.TemporaryDirectory() as folder:
        write_msds(written, Path(folder) / "extract", form=form, repeated=repeated)
        read = MSDS.scan([Path(folder) / "extract"])
        assert read.histories is not None
        told, again = with_earlier_pregnancies(written), read.histories
        names = [name for name in read.known_from if read.has(name)]
        pairs = [(told.known_by(at, names), again.known_by(at, names)) for at in PREDICTION_POINTS.values()]
        pairs += [(told.afterwards(names), again.afterwards(names))]
        for one, other in pairs:
            assert_frame_equal(one.sort("pregnancy_id"), other.sort("pregnancy_id"), check_exact=True)
        order = written.pregnancies["pregnancy_id"].arg_sort()
        for at in PREDICTION_POINTS.values():
            assert told.standing(at).gather(order).to_list() == again.standing(at).to_list()
    assert read.set_aside == ()
    assert read.doubts == {}
    assert read.is_simulated
    assert read.notes[0] == "Simulated births: not for care."


def test_the_writers_concepts_are_all_the_data_set_holds() -> None:
    """Whatever the source can hold and no earlier pregnancy tells is in the histories of the test above."""
    observed = {
        *AT_BOOKING, *IN_PREGNANCY, *AT_BIRTH, *OF_BABIES, *IN_LABOUR, *AFTER_BIRTH, *ASKED_TOGETHER[0],
        *ASKED_TOGETHER[1], "deprivation_quintile", "depression_ongoing_at_booking", "body_mass_index",
        "gestation_at_booking", "live_birth", "stillbirth", "death_within_28_days",
        "gestation_at_birth", "interpregnancy_interval",
    }  # fmt: skip
    assert {concept(name).read_by.of for name in MSDS.known_from} == observed
