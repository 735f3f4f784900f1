"""Chart files are read strictly: every refusal names the file and the cell."""

from __future__ import annotations

import pytest

from models.early_warning import (
    ChartGap,
    ChartOverlap,
    DuplicateChart,
    MalformedChart,
    RefusedChart,
    UnfilledChart,
    load_chart,
    load_charts,
    parse_chart,
)
from models.early_warning.permission import refuse_unless_runnable

NORMAL = "{ low = 50, high = 100, score = 0 }"


def test_a_whole_chart_is_read(chart_of):
    chart = chart_of()
    assert (chart.id, chart.status, chart.repeat_minutes, chart.unfilled) == ("ward_score", "site", 60, ())
    assert [parameter.concept for parameter in chart.parameters] == ["heart_rate", "temperature", "consciousness"]
    assert [(band.low, band.high, band.level) for band in chart.parameters[0].bands][1:3] == [
        (50, 100, 0),
        (100, 120, 2),
    ]
    assert chart.colours == ()


@pytest.mark.parametrize(
    ("new", "refusal", "edges"),
    [
        ("{ low = 50, high = 99, score = 0 }", ChartGap, "from 99 up to 100"),
        ("{ low = 51, high = 100, score = 0 }", ChartGap, "from 50 up to 51"),
        ("{ low = 50, high = 101, score = 0 }", ChartOverlap, "from 100 up to 101"),
        ("{ low = 49, high = 100, score = 0 }", ChartOverlap, "from 49 up to 50"),
    ],
)
def test_a_gap_or_an_overlap_names_the_parameter_and_the_edges(chart_of, new, refusal, edges):
    with pytest.raises(refusal, match=f"ward.toml: parameter heart_rate: bands: .*{edges}"):
        chart_of((NORMAL, new))


@pytest.mark.parametrize(
    ("old", "new", "side"),
    [("low = -inf, high = 50", "low = 30, high = 50", "below 30"), ("high = inf", "high = 250", "from 250 up")],
)
def test_an_end_that_is_not_infinite_is_a_gap(chart_of, old, new, side):
    with pytest.raises(ChartGap, match=f"heart_rate.*{side}"):
        chart_of((old, new))


def test_a_category_of_which_nothing_is_said_is_a_gap(chart_of):
    with pytest.raises(ChartGap, match="consciousness: categories: nothing is said of pain"):
        chart_of((", pain = 3", ""))


MALFORMED = [
    ("resolution = 1\n", "resolution = 0\n", "resolution must be above 0"),
    ("resolution = 1\n", "resolution = nan\n", "resolution must be above 0"),
    ("resolution = 1\n", "resolution = inf\n", "resolution must be above 0"),
    ("high = 37.6", "high = 37.65", "37.65 is not on the grid of 0.1"),
    (NORMAL, "{ low = 100, high = 50, score = 0 }", "holds no value"),
    (NORMAL, "{ low = 100, high = 100, score = 0 }", "holds no value"),
    (NORMAL, "{ low = nan, high = 100, score = 0 }", "holds no value"),
    (NORMAL, "{ low = 50, high = 100, score = -1 }", "score must be a whole number, 0 or more"),
    (NORMAL, "{ low = 50, high = 100, score = true }", "score must be a whole number, 0 or more"),
    (NORMAL, "{ low = 50, high = 100, colour = 'white' }", "colour is not a cell of this table"),
    (NORMAL, "{ low = '50', high = 100, score = 0 }", "low must be a number"),
    ('unit = "/min"', 'unit = "/s"', "unit must be /min"),
    ('concept = "heart_rate"', 'concept = "pulse_rate"', "concept is not in the data dictionary"),
    ('concept = "temperature"\nunit = "Cel"', 'concept = "heart_rate"\nunit = "/min"', "more than once"),
    ('owns = "low"', 'owns = "high"', "owns must be 'low'"),
    ("required = true", 'required = "yes"', "required must be true or false"),
    ('status = "site"', 'status = "live"', "status must be one of: example, template, site"),
    ('id = "ward_score"', 'id = "Ward score"', "id must be lower-case words"),
    ('title = "Ward score"', "title = 3", "title must be words"),
    ("repeat_minutes = 60", "repeat_minutes = 0", "repeat_minutes must be a whole number, 1 or more"),
    ("repeat_minutes = 60", "repeat_minutes = 0.5", "repeat_minutes must be a whole number, 1 or more"),
    ("repeat_minutes = 60", "repeat_minutes = 60\nrepeat_hours = 1", "repeat_hours is not a cell"),
    ("within_minutes = 30", "within_minutes = 30\nwithn = 1", "escalation: withn is not a cell"),
    ('"theatre"', '"operating room"', "the settings are: ward"),
    ("total_score = 3", "total_score = 0", "total_score must be a whole number, 1 or more"),
    ("score = 3\nat_least = 1", "score = 0\nat_least = 1", "is the one that triggers nothing"),
    ("alert = 0", "alert = 0, sleepy = 1", "holds 'sleepy'"),
    ("alert = 0", "alert = 'white'", "must give each category a whole score"),
    ("[scope]", "[escape]", "escape is not a cell of this table"),
    ("[[trigger]]", "[trigger]", "not a TOML file"),
    ("repeat_minutes = 60", "colours = ['white', 'red']\nrepeat_minutes = 60", "total_score has no meaning"),
    ("repeat_minutes = 60", "colours = ['white']\nrepeat_minutes = 60", "two or more different colours"),
    (
        "required = true",
        "required = true\nconfirm = { by = 'lasting' }",
        'confirm must be { by = "repeat or combination" }',
    ),
    ("required = true", "required = true\nconfirm = { by = 'habit', at_least_minutes = 5 }", "confirm must be"),
    ("required = true", "required = true\nconfirm = { by = 'lasting', at_least_minutes = 0 }", "confirm must be"),
    ("required = true", "required = true\nconfirm = { by = 'lasting', longer_than_minutes = inf }", "confirm must be"),
    (
        "required = true",
        "required = true\nnormal_only_when = { oxygen_support = 'steam' }",
        "normal_only_when must name",
    ),
    ("heart_rate", "heart_rate\\udead", "not a TOML file"),
]


@pytest.mark.parametrize(("old", "new", "message"), MALFORMED, ids=[row[2][:40] for row in MALFORMED])
def test_a_malformed_cell_is_refused_where_it_stands(chart_of, old, new, message):
    with pytest.raises(MalformedChart) as refusal:
        chart_of((old, new))
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("ward.toml: ")


OPEN = [
    ("repeat_minutes = 60\n", "", "repeat_minutes"),
    ("repeat_minutes = 60", 'repeat_minutes = "not filled"', "repeat_minutes"),
    ("repeat_minutes = 60", 'repeat_minutes = "site decides"', "repeat_minutes"),
    ("within_minutes = 30", 'within_minutes = "site decides"', "escalation: within_minutes"),
    ('who = "the registrar"\n', "", "escalation: who"),
    ("days_after_birth = 28", 'days_after_birth = "site decides"', "scope: days_after_birth"),
    (NORMAL, '{ low = 50, high = 100, score = "not filled" }', "parameter heart_rate: bands 50: score"),
    (NORMAL, '{ low = 50, high = "not filled", score = 0 }', "parameter heart_rate: bands 50: high"),
    ("alert = 0", 'alert = "not filled"', "parameter consciousness: categories alert"),
    ("total_score = 3", 'total_score = "not filled"', "trigger total of 3 or more: total_score"),
    ('unit = "/min"\n', "", "parameter heart_rate: unit"),
]


@pytest.mark.parametrize(("old", "new", "cell"), OPEN, ids=[f"{row[2]} {place}" for place, row in enumerate(OPEN)])
def test_a_cell_that_nobody_filled_stops_the_chart_by_name(chart_of, old, new, cell):
    chart = chart_of((old, new))
    assert cell in chart.unfilled
    with pytest.raises(UnfilledChart) as refusal:
        refuse_unless_runnable(chart, "demo")
    assert cell in str(refusal.value)


def test_an_example_may_leave_an_interval_to_the_site(chart_of):
    chart = chart_of(
        ('status = "site"', 'status = "example"'), ("repeat_minutes = 60", 'repeat_minutes = "site decides"')
    )
    assert (chart.repeat_minutes, chart.unfilled) == (None, ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ward_score", "news2"),
        ("ward_score", "trust_news_2_adult"),
        ("Ward score", "NEWS2"),
        ("Ward score", "National Early Warning Score"),
    ],
)
def test_news2_is_refused(chart_of, old, new):
    with pytest.raises(RefusedChart, match="not for a pregnant or recently pregnant woman"):
        chart_of((old, new))


def test_a_maternity_score_of_a_similar_name_is_not_refused(chart_of):
    assert chart_of(("Ward score", "MEWS, the national maternity early warning score")).id == "ward_score"


def test_a_chart_has_rows_and_triggers(text):
    head, rest = text().split("\n[[trigger]]", 1)
    triggers, rows = rest.split("\n[[parameter]]", 1)
    for content in (
        head.replace("repeat_minutes", "trigger = []\nrepeat_minutes") + "\n[[parameter]]" + rows,
        head.replace("repeat_minutes", "parameter = []\nrepeat_minutes") + "\n[[trigger]]" + triggers,
    ):
        with pytest.raises(MalformedChart, match="at least one"):
            parse_chart(content.encode(), file="ward.toml")


def test_a_folder_is_read_by_chart_id_and_loads_without_code(tmp_path, text):
    (tmp_path / "a.toml").write_text(text())
    (tmp_path / "b.toml").write_text(text(("ward_score", "other_score")))
    (tmp_path / "notes.txt").write_text("not a chart")
    assert set(load_charts(tmp_path)) == {"ward_score", "other_score"}


def test_two_files_of_one_id_are_refused(tmp_path, text):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(text())
    with pytest.raises(DuplicateChart, match=r"b.toml: another file of this folder already holds chart 'ward_score'"):
        load_charts(tmp_path)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"id = ", b"\xef\xbb\xbfid = 'a'"])
def test_bytes_that_are_no_toml_are_refused(tmp_path, content):
    path = tmp_path / "ward.toml"
    path.write_bytes(content)
    with pytest.raises(MalformedChart, match=r"ward\.toml: not a TOML file"):
        load_chart(path)


def test_a_file_or_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MalformedChart, match=r"ward\.toml: the chart file cannot be read"):
        load_chart(tmp_path / "ward.toml")
    with pytest.raises(MalformedChart, match="there is no such folder of charts"):
        load_charts(tmp_path / "charts")
