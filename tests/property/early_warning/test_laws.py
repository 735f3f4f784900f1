"""Laws of early warning that no chart and no set of observations may break."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.early_warning import (
    SHIPPED_CHARTS,
    MalformedChart,
    Observation,
    evaluate,
    load_charts,
    parse_chart,
    sign_chart,
)
from models.early_warning.bands import check_bands, level_of
from models.early_warning.chart import Band, Parameter
from records.concepts import CONCEPTS
from records.errors import EquipartumError

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
CHARTS = load_charts(SHIPPED_CHARTS)
EXAMPLES = ("maternal_early_warning_criteria", "mewt")

# The criteria as the publications write them, apart from any chart file.
MHYRE = {
    "systolic_blood_pressure": lambda value: value < 90 or value > 160,
    "diastolic_blood_pressure": lambda value: value > 100,
    "heart_rate": lambda value: value < 50 or value > 120,
    "respiratory_rate": lambda value: value < 10 or value > 30,
    "oxygen_saturation": lambda value: value < 95,
    "urine_output": lambda value: value < 35,
}
SHIELDS_SEVERE = {
    "heart_rate": lambda value: value > 130,
    "respiratory_rate": lambda value: value > 30,
    "mean_arterial_pressure": lambda value: value < 55,
    "oxygen_saturation": lambda value: value < 90,
}
SHIELDS_EITHER = {
    "heart_rate": lambda value: value > 110 or value < 50,
    "respiratory_rate": lambda value: value > 24 or value < 10,
    "mean_arterial_pressure": lambda value: value < 55,
    "oxygen_saturation": lambda value: value < 93,
    "temperature": lambda value: value > 38 or value < 36,
    "systolic_blood_pressure": lambda value: value > 160 or value < 85,
    "diastolic_blood_pressure": lambda value: value > 110 or value < 45,
    "fetal_heart_rate": lambda value: value > 160,
}


def row(chart_id, concept):
    (parameter,) = (parameter for parameter in CHARTS[chart_id].parameters if parameter.concept == concept)
    return parameter


def plausible(concept):
    low, high = CONCEPTS[concept].plausible
    return st.integers(int(low * 1000), int(high * 1000)).map(lambda thousandths: thousandths / 1000)


@pytest.mark.parametrize("concept", MHYRE)
@given(data=st.data())
def test_the_criteria_are_the_published_inequalities_at_any_value(concept, data):
    value = data.draw(plausible(concept))
    assert (level_of(row(EXAMPLES[0], concept), value) == 1) == MHYRE[concept](value)


@pytest.mark.parametrize("concept", SHIELDS_EITHER)
@given(data=st.data())
def test_the_trigger_tool_is_the_published_inequalities_at_any_value(concept, data):
    value = data.draw(plausible(concept))
    level = level_of(row("mewt", concept), value)
    assert (level >= 1) == SHIELDS_EITHER[concept](value)
    assert (level == 2) == SHIELDS_SEVERE.get(concept, lambda value: False)(value)


def quantity_rows():
    return [(i, p) for i in EXAMPLES for p in CHARTS[i].parameters if p.bands]


@pytest.mark.parametrize(("chart_id", "parameter"), quantity_rows(), ids=lambda value: getattr(value, "concept", value))
@given(steps=st.integers(-(10**6), 10**6))
def test_every_value_on_the_grid_is_in_exactly_one_band(chart_id, parameter, steps):
    value = float(f"{steps * parameter.resolution:.6f}")
    owners = [band for band in parameter.bands if band.low <= value < band.high]
    assert len(owners) == 1
    assert level_of(parameter, value) == owners[0].level


@given(
    edges=st.lists(st.integers(-500, 500), min_size=1, max_size=8, unique=True).map(sorted),
    levels=st.lists(st.integers(0, 3), min_size=9, max_size=9),
    value=st.integers(-600, 600),
    order=st.randoms(use_true_random=False),
)
def test_any_cut_of_the_line_is_a_chart_row_in_any_order(edges, levels, value, order):
    ends = [float("-inf"), *map(float, edges), float("inf")]
    bands = [Band(low=low, high=high, level=levels[i]) for i, (low, high) in enumerate(pairwise(ends))]
    order.shuffle(bands)
    check_bands("row", bands, 1)
    parameter = Parameter(concept="heart_rate", required=True, counts_as="heart_rate", bands=tuple(bands))
    assert level_of(parameter, float(value)) == levels[sum(edge <= value for edge in edges)]


@given(
    edges=st.lists(st.integers(-500, 500), min_size=2, max_size=8, unique=True).map(sorted),
    which=st.integers(0, 100),
    shift=st.sampled_from([-1, 1]),
    side=st.sampled_from(["low", "high"]),
)
def test_any_edge_moved_alone_is_a_gap_or_an_overlap(edges, which, shift, side):
    ends = [float("-inf"), *map(float, edges), float("inf")]
    cut = list(pairwise(ends))
    place = which % (len(cut) - 1) + (1 if side == "low" else 0)
    low, high = cut[place]
    cut[place] = (low + shift, high) if side == "low" else (low, high + shift)
    with pytest.raises(MalformedChart):
        check_bands("row", [Band(low=low, high=high, level=0) for low, high in cut], 1)


REQUIRED = {
    "systolic_blood_pressure": st.integers(81, 200),
    "diastolic_blood_pressure": st.integers(30, 80),
    "heart_rate": st.integers(30, 200),
    "respiratory_rate": st.integers(5, 50),
    "temperature": st.integers(350, 400).map(lambda tenths: tenths / 10),
    "oxygen_saturation": st.integers(80, 100),
    "oxygen_support": st.sampled_from(["air", "oxygen"]),
    "consciousness": st.sampled_from(CONCEPTS["consciousness"].categories),
    "concern": st.booleans(),
    "urine_output": st.integers(0, 100),
    "measured_blood_loss": st.integers(0, 3000),
}


@st.composite
def observations(draw, concepts=tuple(REQUIRED), max_size=24):
    # Pressures in disjoint ranges: a pair at one moment is always a possible one.
    names = draw(st.lists(st.sampled_from(concepts), max_size=max_size))
    return [
        Observation(
            concept=name,
            value=draw(REQUIRED[name]),
            unit=CONCEPTS[name].unit,
            observed_at=NINE - timedelta(minutes=draw(st.integers(0, 60))),
        )
        for name in names
    ]


chart_ids = st.sampled_from(EXAMPLES)


def demo(chart_id, seen, **more):
    return evaluate(CHARTS[chart_id], seen, at=NINE, mode="demo", **more)


@given(chart_id=chart_ids, seen=observations(), order=st.randoms(use_true_random=False))
def test_the_order_of_observations_is_irrelevant(chart_id, seen, order):
    shuffled = list(seen)
    order.shuffle(shuffled)
    assert demo(chart_id, shuffled) == demo(chart_id, seen)


@given(chart_id=chart_ids, seen=observations(max_size=60), missing=st.sampled_from(["heart_rate", "consciousness"]))
def test_a_missing_vital_sign_never_yields_complete(chart_id, seen, missing):
    result = demo(chart_id, [observation for observation in seen if observation.concept != missing])
    assert result.state == "INCOMPLETE"
    assert missing in result.missing
    assert "no trigger" not in result.statement.lower()


@given(chart_id=chart_ids, seen=observations(), more=observations(), when=st.integers(0, 60))
def test_nothing_more_that_is_observed_removes_a_concern(chart_id, seen, more, when):
    concern = Observation(concept="concern", value=True, observed_at=NINE - timedelta(minutes=when))
    result = demo(chart_id, [*seen, concern, *more])
    assert result.action == "escalate"
    assert result.triggers[0].because == ("concern",)


@given(chart_id=chart_ids, seen=observations())
def test_the_latest_observation_of_each_concept_is_the_one_shown(chart_id, seen):
    for reading in demo(chart_id, seen).readings:
        if not reading.derived:
            assert reading.observed_at == max(o.observed_at for o in seen if o.concept == reading.concept)


@given(chart_id=chart_ids, seen=observations(), concept=st.sampled_from(["heart_rate", "respiratory_rate"]))
def test_removing_another_parameter_only_ever_widens_what_is_missing(chart_id, seen, concept):
    fewer = demo(chart_id, [observation for observation in seen if observation.concept != concept])
    assert set(demo(chart_id, seen).missing) <= set(fewer.missing)


@given(chart_id=chart_ids, seen=observations(), repeat=st.integers(1, 90))
def test_a_result_is_one_of_three_states_and_complete_only_when_whole_and_fresh(chart_id, seen, repeat):
    result = demo(chart_id, seen, repeat_minutes=repeat)
    whole, fresh = not result.missing, not result.freshness.stale
    assert result.state == ("INCOMPLETE" if not whole else "COMPLETE" if fresh else "STALE")
    assert (result.action == "escalate") == any(trigger.confirmed for trigger in result.triggers)


@settings(max_examples=300)
@given(place=st.integers(0, 10**6), flip=st.integers(1, 255))
def test_altering_any_signed_byte_is_detected(signed, place, flip):
    content, length = signed
    altered = bytearray(content)
    altered[place % length] ^= flip
    try:
        chart = parse_chart(bytes(altered), file="ward.toml")
    except EquipartumError:
        return
    assert chart.sign_off_status != "signed"


@pytest.fixture(scope="session")
def signed(tmp_path_factory):
    path = tmp_path_factory.mktemp("charts") / "ward.toml"
    text = (SHIPPED_CHARTS / "mewt.toml").read_text(encoding="utf-8")
    text = text.replace('status = "example"', 'status = "site"').replace('"site decides"', "60")
    path.write_text(text, encoding="utf-8")
    chart = sign_chart(path, clinical_safety_officer="A", lead_clinician="B", signed_at=NINE)
    assert chart.sign_off_status == "signed"
    return path.read_bytes(), len(path.read_bytes().split(b"[signoff]\n")[0])


@given(chart_id=chart_ids, earlier=st.integers(30, 200), latest=st.integers(30, 200), minutes=st.integers(1, 600))
def test_the_latest_value_alone_decides_a_cell_whatever_came_before(chart_id, earlier, latest, minutes):
    before = Observation(
        concept="heart_rate", value=earlier, unit="/min", observed_at=NINE - timedelta(minutes=minutes)
    )
    now = Observation(concept="heart_rate", value=latest, unit="/min", observed_at=NINE)
    (alone,), (after,) = demo(chart_id, [now]).readings, demo(chart_id, [before, now]).readings
    assert (after.value, after.colour, after.previous_value) == (latest, alone.colour, earlier)
