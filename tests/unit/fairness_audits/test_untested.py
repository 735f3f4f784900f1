"""Women without a recorded outcome: weights help where testing follows the risk told, and bounds hold always."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.policy import DEFAULT_POLICY, Gate, OperatingPoint

ON = datetime.date(2026, 1, 31)
EXACT = replace(
    DEFAULT_POLICY,
    disclosure="none",
    group_by=("ethnic_group",),
    operating_points=(OperatingPoint(kind="risk", value=0.15),),
    # Without it the figures of women of whom half are tested would not be published, and there were nothing to compare.
    own_gates={"outcome_known": Gate(measure="outcome_known", at_least=0.0, authority="this test")},
)


def _births(number: int = 40_000) -> pl.DataFrame:
    random = np.random.default_rng(61)
    risk = 1 / (1 + np.exp(-random.normal(-2.2, 0.9, number)))
    return pl.DataFrame(
        {
            "pregnancy_id": np.arange(number).astype(str),
            "outcome": "gestational_diabetes",
            "risk": risk,
            "observed": random.random(number) < risk,
            "ethnic_group": random.choice(["White", "Asian"], number),
        }
    )


def _hidden(frame: pl.DataFrame, chance: np.ndarray) -> pl.DataFrame:
    """The same women, each tested with her own ``chance``."""
    tested = np.random.default_rng(62).random(frame.height) < chance
    return frame.with_columns(observed=pl.when(pl.Series(tested)).then("observed"))


def _analyses(frame: pl.DataFrame, policy=EXACT) -> dict:
    return {(one.group, one.estimand): one for one in audit(frame, policy, as_of=ON).untested}


@pytest.fixture(scope="module")
def truth() -> dict:
    frame = _births()
    report = audit(frame, EXACT, as_of=ON)
    return {row.group: row for row in report.figures_of(report.models[0])}


def test_weighting_repairs_testing_that_follows_the_risk_told(truth):
    """High risks are tested more often, so the tested had the outcome more often than all women; weights undo it."""
    frame = _births()
    found = _analyses(_hidden(frame, np.clip(3 * frame["risk"].to_numpy() + 0.2, 0, 1)))
    for group in ("Everyone", "White", "Asian"):
        rate, sensitivity = found[group, "event_rate"], found[group, "sensitivity"]
        assert rate.tested_only.low > truth[group]["event_rate"].value
        assert rate.weighted.low <= truth[group]["event_rate"].value <= rate.weighted.high
        assert sensitivity.tested_only.low > truth[group]["sensitivity"].value
        assert sensitivity.weighted.low <= truth[group]["sensitivity"].value <= sensitivity.weighted.high
        assert rate.effective_women < rate.due - rate.untested


def test_weighting_does_not_help_where_testing_follows_what_is_not_recorded_and_bounds_hold(truth):
    frame = _births()
    found = _analyses(_hidden(frame, np.where(frame["observed"], 0.5, 0.9)))
    for group in ("Everyone", "White", "Asian"):
        rate = found[group, "event_rate"]
        assert rate.weighted.high < truth[group]["event_rate"].value


@pytest.mark.parametrize("seed", range(8))
def test_the_bounds_hold_whatever_decides_who_is_tested(truth, seed):
    random = np.random.default_rng(seed)
    frame = _births()
    by = [0.1 + 0.9 * random.random() for _ in range(4)]
    flagged, had = frame["risk"].to_numpy() >= 0.15, frame["observed"].to_numpy()
    chance = np.select([flagged & had, flagged, had], by[:3], by[3])
    for (group, estimand), one in _analyses(_hidden(frame, chance)).items():
        assert one.lowest.value <= truth[group][estimand].value <= one.highest.value, (group, estimand)
        assert one.lowest.value <= one.none_had_it.value <= one.highest.value
        assert one.lowest.value <= one.all_had_it.value <= one.highest.value


def test_weights_as_worked_out_by_hand(women):
    """Two risks. Of 200 told .3, 100 are tested and 40 had it; of 200 told .05, all are tested and 10 had it.

    Each tested woman told .3 stands for two: (2 x 40 + 10) / (2 x 100 + 200) = .225, where tested alone gives 50 / 300.
    Effective: (2 x 100 + 200)^2 / (4 x 100 + 200) = 266.7 women.
    """
    frame = pl.concat(
        [
            women("White", found=40, false_alarms=60, missed=10, cleared=190),
            women("White", missing=100, other_risk=0.3).with_columns(alert=pl.lit(value=True)),
        ]
    )
    frame = frame.with_row_index("row").with_columns(pregnancy_id=pl.col("row").cast(pl.String)).drop("row")
    one = _analyses(frame, replace(EXACT, operating_points=DEFAULT_POLICY.operating_points))["White", "event_rate"]
    assert one.tested_only.value == round(50 / 300, 4)
    assert one.weighted.value == 0.225
    assert one.effective_women == 267
    assert (one.none_had_it.value, one.all_had_it.value) == (round(50 / 400, 4), round(150 / 400, 4))


def test_nothing_is_said_where_every_outcome_is_recorded():
    assert audit(_births(500), EXACT, as_of=ON).untested == ()


def test_outcomes_not_yet_due_are_not_untested():
    frame = _hidden(_births(500), np.full(500, 0.5)).with_columns(due_at=pl.lit(datetime.date(2026, 6, 1)))
    assert audit(frame, EXACT, as_of=ON).untested == ()


@pytest.mark.parametrize("disclosure", ["msds", "mhsds"])
def test_a_few_women_are_hidden_in_every_analysis(disclosure, table):
    many = {"found": 300, "missed": 700, "cleared": 8000, "false_alarms": 900, "missing": 100}
    few = {"found": 1, "missed": 2, "cleared": 30, "missing": 1}
    policy = replace(DEFAULT_POLICY, disclosure=disclosure)
    found = _analyses(table({"White": many, "Black": few}), policy)
    for name in ("tested_only", "weighted", "none_had_it", "lowest", "highest"):
        assert getattr(found["Black", "sensitivity"], name).value is None, name
