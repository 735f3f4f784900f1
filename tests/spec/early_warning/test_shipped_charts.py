"""What comes with the software: two unsigned examples and two templates, none of them for live care."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.early_warning import SHIPPED_CHARTS, UnfilledChart, UnsignedChart, evaluate

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
EXAMPLES = ("maternal_early_warning_criteria", "mewt")
TEMPLATES = ("england_mews_template", "meows_template")


def test_these_are_the_charts(charts):
    assert set(charts) == {*EXAMPLES, *TEMPLATES}
    assert {path.stem for path in SHIPPED_CHARTS.glob("*.toml")} == set(charts)


def test_the_project_signs_no_chart(charts):
    assert {chart.sign_off_status for chart in charts.values()} == {"unsigned"}
    assert {charts[name].status for name in EXAMPLES} == {"example"}
    assert {charts[name].status for name in TEMPLATES} == {"template"}


@pytest.mark.parametrize("chart_id", EXAMPLES)
def test_an_example_is_refused_for_live_care_by_name(charts, well, chart_id):
    with pytest.raises(UnsignedChart, match=chart_id):
        evaluate(charts[chart_id], well(), at=NINE, mode="live")


@pytest.mark.parametrize("chart_id", EXAMPLES)
@pytest.mark.parametrize(
    ("mode", "label"), [("demo", "DEMONSTRATION: NOT FOR CARE"), ("evaluation", "EVALUATION: NOT FOR CARE")]
)
def test_an_example_runs_in_demo_and_evaluation_and_says_so(charts, well, chart_id, mode, label):
    result = evaluate(charts[chart_id], well(), at=NINE, mode=mode)
    assert (result.label, result.mode, result.sign_off) == (label, mode, "unsigned")


@pytest.mark.parametrize("chart_id", EXAMPLES)
def test_an_example_leaves_what_its_source_does_not_give_to_the_site(charts, chart_id):
    chart = charts[chart_id]
    assert chart.repeat_minutes is None
    assert chart.escalation.within_minutes is None
    assert chart.scope.days_after_birth is None
    assert chart.scope.out_of_scope == ("established_labour", "theatre", "high_dependency")


@pytest.mark.parametrize("chart_id", TEMPLATES)
@pytest.mark.parametrize("mode", ["demo", "evaluation", "live"])
def test_a_template_runs_in_no_mode_and_names_its_open_cells(charts, well, chart_id, mode):
    with pytest.raises(UnfilledChart) as refusal:
        evaluate(charts[chart_id], well(), at=NINE, mode=mode)
    for cell in ("repeat_minutes", "escalation: within_minutes", "parameter heart_rate: bands"):
        assert cell in str(refusal.value)


@pytest.mark.parametrize("chart_id", TEMPLATES)
def test_a_template_holds_no_cell_and_no_time(charts, chart_id):
    chart = charts[chart_id]
    assert all(parameter.bands == () and parameter.categories == () for parameter in chart.parameters)
    assert "repeat_minutes" in chart.unfilled


def test_the_triggers_of_the_templates_are_the_published_ones(charts):
    # Gerry et al., BMJ Med 2024;3:e000748: a total of 2 or more.
    assert [trigger.total for trigger in charts["england_mews_template"].triggers] == [2]
    # Singh A et al., Eur J Obstet Gynecol Reprod Biol 2016;207:11: one red or two yellow.
    meows = charts["meows_template"]
    assert [(meows.colours[trigger.level], trigger.at_least) for trigger in meows.triggers] == [
        ("red", 1),
        ("yellow", 2),
    ]


def test_every_example_cites_its_source(charts):
    assert "Obstet Gynecol 2014;124:782" in charts["maternal_early_warning_criteria"].authority
    assert "Am J Obstet Gynecol 2016;214:527" in charts["mewt"].authority
