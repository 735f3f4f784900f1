"""The ways of treating ethnicity on the births that a retrain holds out."""

from __future__ import annotations

import itertools

import pytest

from fairness_audits.context_rows import EthnicityOption
from fairness_audits.report import AuditReport
from records.sources.simulated import simulate
from training.cohort import assemble
from training.design_choice import RetrainRequest, design_for
from training.ethnicity_options import MODEL_OPTIONS, ethnicity_options
from training.fitting import fit
from training.split import hold_out


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
        for name in ("sensitivity", "flag_rate", "observed_to_expected"):
            # Where a count of the group is kept back, the whole row is.
            assert getattr(row, name).is_hidden or getattr(row, name).text == audited[name].text


def test_every_option_is_counted_on_the_same_women(options: dict[str, EthnicityOption]) -> None:
    assert set(MODEL_OPTIONS) <= set(options)
    fitted = [option for name, option in options.items() if not name.startswith("guideline:")]
    counted = [{(g.group, g.women, g.events, g.found_by_row_zero) for g in option.groups} for option in fitted]
    assert all(women == counted[0] for women in counted)


def test_what_was_gained_less_what_was_lost_is_the_difference(options: dict[str, EthnicityOption]) -> None:
    for option in options.values():
        for group in option.groups:
            assert group.found - group.found_by_row_zero == group.gained - group.lost
            if group.found_with_level_up is None:
                continue
            gained, lost = group.gained_with_level_up, group.lost_with_level_up
            assert group.found <= group.found_with_level_up
            assert group.flagged <= group.flagged_with_level_up
            assert group.found_with_level_up - group.found_by_row_zero == gained - lost
            assert lost <= group.lost


def test_options_that_read_ethnicity_bring_expected_events_nearer_to_those_seen_where_groups_truly_differ() -> None:
    """Over the groups together: one small group may move away by chance. In `benchmark` births, group moves the risk
    beyond what the facts carry; in `england` births it does not, and nothing is to be gained."""
    records = simulate(20_000, seed=5, scenario="benchmark").records
    request = RetrainRequest(outcome="preterm_birth")
    cohort = assemble(request.outcome, request.point, records)
    design = design_for(request, cohort)
    split = hold_out(cohort.frame, fraction=design.holdout_fraction, seed=design.seed)
    training, holdout = split.training(cohort.frame), split.holdout(cohort.frame)
    options = {o.name: o for o in ethnicity_options(design, cohort, fit(design, cohort, training), training, holdout)}

    def off(option: EthnicityOption) -> float:
        told = [(g.events, g.ascertained * (g.mean_risk or 0.0)) for g in option.groups]
        return sum((seen - expected) ** 2 / expected for seen, expected in told if expected > 0)

    assert off(options["group_intercept"]) < 0.8 * off(options["blind"])
    assert off(options["ethnicity_as_input"]) < 0.8 * off(options["blind"])


def test_more_places_find_no_fewer_and_todays_capacity_is_the_options_own(twice) -> None:
    records = simulate(9_000, seed=3, scenario="england").records
    cohort = assemble("preterm_birth", "booking", records)
    design = design_for(RetrainRequest(outcome="preterm_birth", constraint="none"), cohort)
    split = hold_out(cohort.frame, fraction=design.holdout_fraction, seed=design.seed)
    training, holdout = split.training(cohort.frame), split.holdout(cohort.frame)
    fitted = fit(design, cohort, training)
    rates = (0.05, 0.10, 0.30)
    options = ethnicity_options(design, cohort, fitted, training, holdout, capacities=rates)
    for option in (o for o in options if o.name in MODEL_OPTIONS):
        assert tuple(point.alert_rate for point in option.curve) == rates
        found = [{g.group: (g.flagged, g.found) for g in point.groups} for point in option.curve]
        assert found[1] == {g.group: (g.flagged, g.found) for g in option.groups}
        for fewer, more in itertools.pairwise(found):
            assert all(fewer[group][0] <= more[group][0] and fewer[group][1] <= more[group][1] for group in fewer)


def test_only_they_say_that_they_use_it(options: dict[str, EthnicityOption]) -> None:
    assert {name for name, option in options.items() if option.uses_ethnicity} == {
        "group_intercept",
        "subgroup_recalibration",
        "ethnicity_as_input",
    }
