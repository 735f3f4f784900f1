"""The comparison of methods, in small: laws that hold whatever the births, figures against independent ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame, count, selection_rate, true_positive_rate
from scipy import stats

from benchmarks.methods_judging import (
    AT_THE_FLOOR,
    FLOOR,
    LEVEL_UP,
    PARITY,
    ROW_0,
    Counted,
    Promise,
    SeedRun,
    judge,
)
from benchmarks.methods_judging import count as count_by_group
from benchmarks.methods_tables import Seeds, levelled_down, mean_and_margin, print_tables
from benchmarks.methods_targets import targets
from records.groups import NOT_KNOWN
from records.sources.simulated import simulate
from training.design_choice import RetrainRequest
from training.fair_boost import Certificate, CertifiedGroup

ALERT_RATE = 0.10


@pytest.fixture(scope="module")
def run() -> SeedRun:
    request = RetrainRequest(outcome="preterm_birth", seed=3, alert_rate=ALERT_RATE)
    return judge(simulate(18_000, seed=3, scenario="benchmark").records, request)


def test_every_method_is_counted_on_the_same_unseen_births(run):
    first = run.by_method[ROW_0]
    for counted in run.by_method.values():
        np.testing.assert_array_equal(counted.births, first.births)
        np.testing.assert_array_equal(counted.events, first.events)
        assert (counted.found <= np.minimum(counted.events, counted.flagged)).all()
        assert (counted.flagged <= counted.births).all()
    # three tenths of the births are held out; a few are outside the outcome's population
    assert 0.25 < first.births.sum() / 18_000 < 0.35


@pytest.mark.parametrize("method", [LEVEL_UP, AT_THE_FLOOR])
def test_level_up_cuts_lower_nobody_and_move_no_risk(run, method):
    before, after = run.by_method[ROW_0], run.by_method[method]
    assert (after.found >= before.found).all()
    assert (after.flagged >= before.flagged).all()
    np.testing.assert_array_equal(after.expected, before.expected)
    assert after.auroc == before.auroc


def test_level_up_cuts_promise_the_flags_of_row_0_and_their_own(run):
    plain, higher = run.promised[AT_THE_FLOOR], run.promised[LEVEL_UP]
    # row 0 flags the capacity of the births its cut was set on, ties aside
    assert plain.flags_per_1000_before == pytest.approx(1000 * ALERT_RATE, abs=1)
    assert 0 <= plain.extra <= higher.extra


def test_aiming_higher_finds_and_flags_no_fewer(run):
    plain, higher = run.by_method[AT_THE_FLOOR], run.by_method[LEVEL_UP]
    assert (higher.found >= plain.found).all()
    assert (higher.flagged >= plain.flagged).all()


def test_women_of_missing_ethnicity_are_counted_and_are_never_the_worst_group(run):
    assert NOT_KNOWN in run.groups
    seeds = Seeds([run])
    assert not seeds.worst_eligible[seeds.groups.index(NOT_KNOWN)]


def test_without_a_constraint_the_chosen_row_is_row_0():
    request = RetrainRequest(outcome="preterm_birth", seed=4, constraint="none")
    run = judge(simulate(15_000, seed=4, scenario="england").records, request)
    for figure in ("found", "flagged", "expected"):
        np.testing.assert_array_equal(getattr(run.by_method[FLOOR], figure), getattr(run.by_method[ROW_0], figure))


def test_tables_hold_every_method_and_each_group_or_say_why_not(run, capsys):
    print_tables(Seeds([run]))
    printed = capsys.readouterr().out
    for name in (*run.groups, *run.by_method):
        assert name in printed
    assert "Two-sided parity levels down:" in printed


def test_counts_agree_with_fairlearn():
    random = np.random.default_rng(8)
    group = random.choice(["A", "B", "C"], size=3000, p=[0.6, 0.3, 0.1])
    risk = random.beta(2, 12, size=3000)
    event = random.random(3000) < risk
    flag = risk >= 0.25
    counted = count_by_group(event, risk, flag, group, ("A", "B", "C"), cost=1.0)
    frame = MetricFrame(
        metrics={"sensitivity": true_positive_rate, "flagged": selection_rate, "births": count},
        y_true=event,
        y_pred=flag,
        sensitive_features=group,
    )
    np.testing.assert_allclose(counted.sensitivity, frame.by_group["sensitivity"])
    np.testing.assert_allclose(counted.flagged / counted.births, frame.by_group["flagged"])
    np.testing.assert_array_equal(counted.births, frame.by_group["births"])
    assert counted.overall_sensitivity == pytest.approx(frame.overall["sensitivity"])
    assert counted.flags_per_1000 == pytest.approx(1000 * frame.overall["flagged"])


def test_the_margin_is_students_interval():
    values = np.array([0.20, 0.24, 0.19, 0.23, 0.21])
    mean, margin = mean_and_margin(values)
    low, high = stats.t.interval(0.95, 4, loc=values.mean(), scale=stats.sem(values))
    assert (mean - margin, mean + margin) == pytest.approx((low, high))
    assert math.isnan(mean_and_margin(values[:1])[1])


def counted(
    found: list[int], *, auroc: float = 0.70, flagged: int = 300, truly_found: list[int] | None = None
) -> Counted:
    """Groups of 1,000 births: A and B with 100 events, C with 50, of whom ``found`` were found. As many are expected
    as happen, and as many of them flagged unless ``truly_found`` says otherwise."""
    return Counted(
        births=np.full(3, 1000.0),
        events=np.array([100.0, 100.0, 50.0]),
        found=np.array(found, dtype=float),
        flagged=np.array([flagged - 100.0, 50.0, 50.0]),
        expected=np.array([100.0, 100.0, 50.0]),
        auroc=auroc,
        cost=1.0,
        truly_expected=np.array([100.0, 100.0, 50.0]),
        truly_found=np.array(found if truly_found is None else truly_found, dtype=float),
    )


def certificate(*, few: str = "undetermined") -> Certificate:
    """Of many events something is said; C, which has five, is given the status ``few``."""
    groups = tuple(
        CertifiedGroup(
            group=name,
            events=events,
            found=0,
            found_by_row_0_only=0,
            found_by_this_only=0,
            below_floor=0.0,
            below_floor_to_a_sceptic=0.0,
            below_row_0=0.0,
            worse_than_row_0=0.0,
            worse_than_row_0_to_a_sceptic=0.0,
            status=status,
        )
        for name, events, status in (("A", 400, "met"), ("B", 400, "violated"), ("C", 5, few))
    )
    return Certificate(tolerance=0.02, births=9000, events_needed=700, groups=groups)


def seeds_of(
    floor: Counted, *, level_up: Counted | None = None, parity: Counted | None = None, few: str = "undetermined"
) -> Seeds:
    plain = counted([30, 20, 10])
    cut = level_up or plain
    by_method = {ROW_0: plain, FLOOR: floor, LEVEL_UP: cut, AT_THE_FLOOR: cut, PARITY: parity or plain}
    promise = Promise(flags_per_1000=110.0, flags_per_1000_before=100.0)
    run = SeedRun(
        groups=("A", "B", "C"),
        by_method=by_method,
        tolerance=0.02,
        chosen="",
        split="",
        promised={LEVEL_UP: promise, AT_THE_FLOOR: promise},
        cut=0.2,
        certificate=certificate(few=few),
    )
    return Seeds([run, run])


def met(seeds: Seeds) -> list[bool]:
    return [target.met for target in targets(seeds)]


def test_targets_are_met_by_what_raises_the_worst_and_lowers_nobody():
    # overall 60 of 250 found: a floor of .22, to which B must rise
    assert met(seeds_of(counted([30, 24, 10]), level_up=counted([30, 23, 10], flagged=330))) == [True] * 8


@pytest.mark.parametrize(
    ("floor", "level_up", "failed"),
    [
        (counted([30, 19, 10]), counted([30, 23, 10], flagged=330), 0),
        (counted([28, 24, 10]), counted([30, 23, 10], flagged=330), 1),
        (counted([27, 24, 10]), counted([30, 23, 10], flagged=330), 2),
        (counted([30, 24, 10], truly_found=[27, 24, 10]), counted([30, 23, 10], flagged=330), 3),
        (counted([30, 24, 10], auroc=0.68), counted([30, 23, 10], flagged=330), 5),
        (counted([30, 24, 10]), counted([30, 21, 10], flagged=330), 6),
        (counted([30, 24, 10]), counted([30, 23, 10], flagged=390), 7),
    ],
    ids=[
        "worst group lowered",
        "another group lowered",
        "far in one seed",
        "far by true risks, unseen",
        "AUROC lost",
        "floor not reached",
        "more flags than promised",
    ],
)
def test_each_target_is_missed_by_what_breaks_it(floor, level_up, failed):
    assert not met(seeds_of(floor, level_up=level_up))[failed]


@pytest.mark.parametrize(("few", "kept"), [("undetermined", True), ("not constrained", True), ("met", False)])
def test_a_certificate_of_few_events_that_says_something_misses_its_target(few, kept):
    assert met(seeds_of(counted([30, 24, 10]), few=few))[4] is kept


def test_net_benefit_is_what_is_found_less_the_odds_of_what_is_not():
    # 60 of 300 flags were events, 240 were not, at odds of a quarter, in 3,000 births
    assert counted([30, 20, 10]).net_benefit(0.2) == pytest.approx((60 - 240 / 4) / 3000)
    assert counted([30, 30, 15]).net_benefit(0.2) == pytest.approx((75 - 225 / 4) / 3000)


def test_true_risks_are_of_every_unseen_birth(run):
    for counted_births in run.by_method.values():
        assert np.isnan(counted_births.true_sensitivity).all()
    simulated = simulate(18_000, seed=3, scenario="benchmark")
    true_risks = simulated.truth.select("pregnancy_id", true_risk="preterm_birth_true_risk")
    request = RetrainRequest(outcome="preterm_birth", seed=3, alert_rate=ALERT_RATE)
    known = judge(simulated.records, request, true_risks).by_method[ROW_0]
    np.testing.assert_array_equal(known.found, run.by_method[ROW_0].found)
    # about as many events as the simulator expected
    assert known.truly_expected.sum() == pytest.approx(known.events.sum(), abs=4 * np.sqrt(known.events.sum()))
    assert known.overall_true_sensitivity == pytest.approx(known.overall_sensitivity, abs=0.08)


def test_a_group_of_few_events_is_not_judged():
    seeds = seeds_of(counted([30, 24, 0]))
    assert seeds.judged.tolist() == [True, True, False]
    assert seeds.largest_loss(FLOOR)[1] <= 0


def test_whom_two_sided_parity_levels_down_is_named_most_first():
    seeds = seeds_of(counted([30, 20, 10]), parity=counted([25, 17, 10]))
    assert levelled_down(seeds, PARITY) == (("A", pytest.approx(0.05)), ("B", pytest.approx(0.03)))
