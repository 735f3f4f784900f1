"""The four ways of treating ethnicity on the births that a retrain holds out."""

from __future__ import annotations

import pytest

from fairness_audits.context import EthnicityOption
from fairness_audits.report import AuditReport


@pytest.fixture
def report(twice) -> AuditReport:
    return twice.first.report


@pytest.fixture
def options(report: AuditReport) -> dict[str, EthnicityOption]:
    return {option.name: option for option in report.contexts[0].ethnicity_options}


def test_blind_is_the_audited_model(report: AuditReport) -> None:
    blind = next(o for o in report.ethnicity_options(report.models[0]) if o.name == "blind")
    for row in blind.rows:
        level = "everyone" if row.group == "Everyone" else "ethnic_group"
        audited = report.group(report.models[0], row.group, level)
        assert row.sensitivity.text == audited["sensitivity"].text
        assert row.flag_rate.text == audited["flag_rate"].text
        assert row.observed_to_expected.text == audited["observed_to_expected"].text


def test_every_option_is_counted_on_the_same_women(options: dict[str, EthnicityOption]) -> None:
    assert {"blind", "group_intercept", "ethnicity_as_input"} <= set(options)
    fitted = [option for name, option in options.items() if not name.startswith("guideline:")]
    counted = [{(g.group, g.women, g.events, g.found_by_row_zero) for g in option.groups} for option in fitted]
    assert all(women == counted[0] for women in counted)


def test_what_was_gained_less_what_was_lost_is_the_difference(options: dict[str, EthnicityOption]) -> None:
    for option in options.values():
        for group in option.groups:
            assert group.found - group.found_by_row_zero == group.gained - group.lost
            assert group.found <= (group.found_with_level_up if group.found_with_level_up is not None else group.found)


def test_options_that_read_ethnicity_bring_expected_events_nearer_to_those_seen(
    options: dict[str, EthnicityOption],
) -> None:
    """Over the groups together: one small group may move away by chance."""

    def off(option: EthnicityOption) -> float:
        told = [(g.events, g.ascertained * (g.mean_risk or 0.0)) for g in option.groups]
        return sum((seen - expected) ** 2 / expected for seen, expected in told if expected > 0)

    assert off(options["group_intercept"]) < off(options["blind"])
    assert off(options["ethnicity_as_input"]) < off(options["blind"])


def test_only_they_say_that_they_use_it(options: dict[str, EthnicityOption]) -> None:
    assert {name for name, option in options.items() if option.uses_ethnicity} == {
        "group_intercept",
        "ethnicity_as_input",
    }
