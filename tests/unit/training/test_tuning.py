"""A search's parts: who judges whom, what a gain is, which limits hold, and a study that a later call goes on with."""

from __future__ import annotations

import csv
import dataclasses
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairness_audits.intervals import Interval
from models.design import CAUTIOUS_BOOSTER, DEFAULT_BOOSTER, ModelDesign
from models.home import Home
from records.sources.simulated import simulate
from training.cohort import OBSERVED, Cohort, assemble
from training.design_choice import RetrainRequest, design_for
from training.dry_run import plan
from training.split import hold_out
from training.tuning.asked import DEFAULT_MINUTES, ImpossibleTuning, Tuning
from training.tuning.cross_fit import CrossFit, JudgedFold
from training.tuning.expected_time import expected_search
from training.tuning.folds import FOLDS, folds_of
from training.tuning.gain import paired_gain
from training.tuning.judging import Default, judge, overstepped
from training.tuning.search import best_of
from training.tuning.search_space import RANGES, booster_of, explanation_cost, starting_points
from training.tuning.study import FinishedTrial, TuningStudy, UnusableStudy
from training.tuning.tune import study_file, tune
from training.tuning.tuned import Tuned

BIRTHS = 5_000
TRIALS = 9


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return assemble("preterm_birth", "booking", simulate(BIRTHS, seed=3, scenario="benchmark").records)


@pytest.fixture(scope="module")
def design(cohort: Cohort) -> ModelDesign:
    return design_for(RetrainRequest(outcome="preterm_birth", seed=4), cohort)


@pytest.fixture(scope="module")
def training(cohort: Cohort, design: ModelDesign) -> pl.DataFrame:
    return hold_out(cohort.frame, fraction=design.holdout_fraction, seed=design.seed).training(cohort.frame)


@pytest.fixture(scope="module")
def births(design: ModelDesign, training: pl.DataFrame) -> CrossFit:
    return CrossFit(design, training, folds_of(training, design.seed))


def searched(design: ModelDesign, training: pl.DataFrame, home: Path, trials: int) -> Tuned:
    return tune(Tuning(trials=trials), design, "0" * 64, training, Home(root=home))


@pytest.fixture(scope="module")
def undisturbed(design: ModelDesign, training: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    return searched(design, training, tmp_path_factory.mktemp("undisturbed"), TRIALS)


class TestAsked:
    def test_ten_minutes_unless_something_else_is_asked(self) -> None:
        assert Tuning().seconds == 60 * DEFAULT_MINUTES == 600
        assert Tuning(minutes=0.5, trials=3).seconds == 30
        assert Tuning(trials=3).seconds == float("inf")

    @pytest.mark.parametrize("asked", [{"minutes": 0.0}, {"minutes": -1.0}, {"minutes": float("nan")}, {"trials": 0}])
    def test_no_time_at_all_is_refused(self, asked: dict[str, float]) -> None:
        with pytest.raises(ImpossibleTuning, match=r"needs (more than 0 minutes|at least 1 trial)"):
            Tuning(**asked)  # type: ignore[arg-type]

    def test_too_few_events_are_refused_before_anything_is_fitted(
        self, design: ModelDesign, training: pl.DataFrame, tmp_path: Path
    ) -> None:
        few = pl.concat([training.filter(pl.col(OBSERVED)).head(199), training.filter(~pl.col(OBSERVED))])
        with pytest.raises(ImpossibleTuning, match=r"needs 200 births with the outcome .* there are 199"):
            searched(design, few, tmp_path, 1)
        assert not list(tmp_path.iterdir())

    def test_the_time_told_beforehand_is_never_more_than_was_asked_for(self, design: ModelDesign) -> None:
        seconds, trials = expected_search(Tuning(), design, 70_000)
        assert 0 < seconds <= 600
        assert trials > 1
        alone, one = expected_search(Tuning(trials=1), design, 70_000)
        assert one == 1
        assert 0 < alone < seconds


class TestFolds:
    def test_no_woman_fits_and_judges_and_every_fold_is_later_than_what_it_was_fitted_on(
        self, births: CrossFit, training: pl.DataFrame
    ) -> None:
        month = (training["delivered_year"].cast(pl.Int32) * 12 + training["delivered_month"]).to_numpy()
        assert len(births.folds.folds) == FOLDS
        for fold in births.folds.folds:
            fitting = np.concatenate([fold.trees, fold.calibrating])
            assert set(births.women[fitting]).isdisjoint(births.women[fold.judged])
            assert set(births.women[fold.trees]).isdisjoint(births.women[fold.calibrating])
            assert month[fitting].max() < month[fold.judged].min()
        judged = np.concatenate([fold.judged for fold in births.folds.folds])
        assert len(judged) == len(np.unique(judged))

    def test_where_months_are_not_known_each_birth_is_judged_once(
        self, design: ModelDesign, training: pl.DataFrame
    ) -> None:
        undated = training.with_columns(delivered_month=pl.lit(None, dtype=pl.UInt32))
        folds = folds_of(undated, design.seed).folds
        judged = np.concatenate([fold.judged for fold in folds])
        assert sorted(judged) == list(range(training.height))
        woman = training.select(pl.coalesce("woman_id", "pregnancy_id")).to_series()
        for fold in folds:
            assert set(woman[fold.trees]).isdisjoint(woman[fold.judged])
            # Three quarters of the births less a fifth: what the fit that follows gives its trees.
            assert len(fold.trees) / training.height == pytest.approx(0.6, abs=0.01)

    def test_births_without_a_known_outcome_take_places_and_judge_nothing(
        self, design: ModelDesign, training: pl.DataFrame
    ) -> None:
        unknown = training.with_columns(
            pl.when(pl.int_range(pl.len()) % 3 == 0).then(None).otherwise(pl.col(OBSERVED)).alias(OBSERVED)
        )
        births = CrossFit(design, unknown, folds_of(unknown, design.seed))
        known = unknown[OBSERVED].is_not_null().to_numpy()
        for number, fold in enumerate(births.folds.folds):
            assert known[fold.trees].all()
            assert known[fold.calibrating].all()
            judged = births.judged(CAUTIOUS_BOOSTER, number)
            assert known[judged.rows].all()
            assert len(judged.rows) == known[fold.judged].sum() < len(fold.judged)


def _fold(rows: int, risk: float, offered: list[int]) -> JudgedFold:
    chosen = np.zeros(rows, dtype=bool)
    chosen[offered] = True
    return JudgedFold(rows=np.arange(rows), risk=np.full(rows, risk), offered=chosen, cut=0.2)


class TestJudging:
    """Three hundred women of each of two groups by hand; the first 120 of each have the outcome."""

    @pytest.fixture
    def women(self, births: CrossFit) -> CrossFit:
        by_hand = object.__new__(CrossFit)
        by_hand.event = np.tile(np.r_[np.ones(120), np.zeros(180)], 2)
        by_hand.groups = dataclasses.replace(
            births.groups,
            names=("Asian", "White"),
            codes=np.repeat([0, 1], 300),
            constrained=np.array([True, True]),
        )
        return by_hand

    def test_net_benefit_is_true_less_weighted_false_positives(self, women: CrossFit) -> None:
        offered = [*range(30), *range(120, 140)]
        judged = judge(women, [_fold(600, 0.4, offered)])
        # 30 found, 20 unfounded at the odds of a risk of 0.2 (1 to 4), of 600 women.
        assert judged.net_benefit == pytest.approx((30 - 20 / 4) / 600)
        assert judge(women, [_fold(600, 0.4, offered)], 0.5).net_benefit == pytest.approx((30 - 20) / 600)
        assert [group.observed_to_expected for group in judged.groups] == [pytest.approx(120 / (300 * 0.4))] * 2

    def _default(self, women: CrossFit, fold: JudgedFold) -> Default:
        figures = judge(women, [fold])
        return Default(folds=(fold,), figures=figures, by_fold=(figures.net_benefit,))

    def test_the_default_keeps_every_limit_even_where_its_risks_are_wrong(self, women: CrossFit) -> None:
        fold = _fold(600, 0.1, list(range(30)))
        default = self._default(women, fold)
        assert default.figures.groups[0].observed_to_expected == pytest.approx(4)
        assert max(overstepped(women, [fold], default.figures, default).values()) <= 0

    def test_risks_further_out_than_the_default_are_refused(self, women: CrossFit) -> None:
        offered = list(range(30))
        default = self._default(women, _fold(600, 0.4, offered))
        for risk, kept in ((0.4 * 1.24, True), (0.4 * 1.26, False), (0.4 / 1.24, True), (0.4 / 1.26, False)):
            fold = _fold(600, risk, offered)
            over = overstepped(women, [fold], judge(women, [fold], 0.2), default)
            assert (over["observed to expected in a group"] <= 0) == kept

    def test_a_group_may_not_lose_what_another_gains(self, women: CrossFit) -> None:
        default = self._default(women, _fold(600, 0.4, [*range(40), *range(300, 340)]))
        other = _fold(600, 0.4, [*range(10), *range(300, 370)])
        over = overstepped(women, [other], judge(women, [other], 0.2), default)
        # Asian women: (40 + 100/3) / 220 before and (10 + 100/3) / 220 after; 30 changed, a standard error of sqrt(30).
        assert over["loss to a group"] == pytest.approx(30 / 220 - 0.01 - np.sqrt(30) / 220)
        assert over["loss to a group"] > 0

    def test_a_loss_within_chance_is_no_loss(self, women: CrossFit) -> None:
        default = self._default(women, _fold(600, 0.4, [*range(40), *range(300, 340)]))
        other = _fold(600, 0.4, [*range(1, 40), *range(300, 341)])
        over = overstepped(women, [other], judge(women, [other], 0.2), default)
        assert over["loss to a group"] <= 0


class TestGain:
    def test_worked_by_hand(self) -> None:
        event = np.array([1.0, 1.0, 0.0, 0.0])
        before, after = np.array([1.0, 0.0, 1.0, 0.0]), np.array([1.0, 1.0, 0.0, 0.0])
        gain = paired_gain(after, before, event, np.arange(4), 0.2)
        # One more found, one false alarm less, at odds of 1 to 4.
        differences = np.array([0, 1, 0.25, 0])
        assert gain.value == pytest.approx(1.25 / 4)
        assert gain.high - gain.value == pytest.approx(1.96 * differences.std(ddof=1) / 2, rel=1e-4)

    def test_births_of_one_woman_count_as_one(self) -> None:
        """Every birth twice under the same woman tells no more than once."""
        rng = np.random.default_rng(1)
        event, before, after = (rng.integers(0, 2, 400).astype(float) for _ in range(3))
        once = paired_gain(after, before, event, np.arange(400), 0.1)
        twice = paired_gain(
            *(np.repeat(column, 2) for column in (after, before, event)), np.repeat(np.arange(400), 2), 0.1
        )
        assert (twice.value, twice.low, twice.high) == pytest.approx((once.value, once.low, once.high))

    def test_nothing_changed_is_nothing_gained(self) -> None:
        same = np.array([1.0, 0.0, 1.0])
        assert paired_gain(same, same, np.array([1.0, 0.0, 0.0]), np.arange(3), 0.1) == Interval(0.0, 0.0, 0.0)

    def test_the_interval_covers(self) -> None:
        """In 400 samples of women whose gain is known the 95 % interval holds it about as often as it says."""
        rng = np.random.default_rng(7)
        # Events offered to at 0.30 and 0.25, others at 0.10 and 0.12; one in ten has the outcome; odds 1 to 9.
        truth = 0.1 * (0.30 - 0.25) - 0.9 * (0.10 - 0.12) / 9
        held = 0
        for _ in range(400):
            event = (rng.random(1500) < 0.1).astype(float)
            after = (rng.random(1500) < np.where(event > 0, 0.30, 0.10)).astype(float)
            before = (rng.random(1500) < np.where(event > 0, 0.25, 0.12)).astype(float)
            gain = paired_gain(after, before, event, np.arange(1500), 0.1)
            held += gain.low <= truth <= gain.high
        # Binomial(400, 0.95): outside 366 to 393 less than once in 1,000.
        assert 366 <= held <= 393


class TestSearchSpace:
    @given(st.tuples(*(st.floats(0, 1) for _ in RANGES)))
    def test_whatever_is_suggested_is_a_design_within_its_ranges(self, drawn: tuple[float, ...]) -> None:
        suggested = {one.name: one.low + place * (one.high - one.low) for one, place in zip(RANGES, drawn, strict=True)}
        booster = booster_of(suggested)
        for one in RANGES:
            assert one.low <= booster[one.name] <= one.high
            assert isinstance(booster[one.name], int) == one.whole
        assert booster["num_leaves"] <= 2 ** booster["max_depth"]

    def test_no_leaf_may_hold_fewer_births_than_a_shipped_setting_allows(self) -> None:
        fewest = next(one.low for one in RANGES if one.name == "min_child_samples")
        assert fewest == min(booster["min_child_samples"] for booster in (DEFAULT_BOOSTER, CAUTIOUS_BOOSTER))

    @pytest.mark.parametrize("default", [DEFAULT_BOOSTER, CAUTIOUS_BOOSTER])
    def test_the_designs_own_settings_come_first_and_no_settings_twice(self, default: dict[str, float]) -> None:
        points = starting_points(default)
        assert {name: points[0][name] for name in default} == default
        assert len(points) == 2
        assert points[0] != points[1]
        assert all(one.low <= point[one.name] <= one.high for point in points for one in RANGES)

    def test_twice_the_trees_or_the_depth_cost_twice_to_explain(self) -> None:
        cost = explanation_cost(DEFAULT_BOOSTER, 0)
        # 200 trees of 16 leaves and 15 splits, two quadrature nodes for four columns on a path.
        assert cost == 200 * 31 * 2
        assert explanation_cost({**DEFAULT_BOOSTER, "n_estimators": 400}, 0) == 2 * cost
        assert explanation_cost({**DEFAULT_BOOSTER, "max_depth": 8}, 0) == 2 * cost
        assert explanation_cost(DEFAULT_BOOSTER, 200) == 2 * cost


def _trial(gain: float | None, *, state: str = "complete", over: float = -1.0) -> FinishedTrial:
    return FinishedTrial(
        number=0, state=state, settings={}, gain=gain, limits={"a limit": over}, remarks={}, seconds=1.0
    )


def test_the_best_keeps_every_limit_was_not_pruned_and_came_first() -> None:
    default = _trial(0.0)
    better, tie = _trial(0.02), _trial(0.02)
    refused, pruned = _trial(0.5, over=0.1), _trial(0.9, state="pruned")
    assert best_of((default, refused, pruned)) == 0
    assert best_of((default, _trial(-0.1))) == 0
    assert best_of((default, refused, better, tie, pruned)) == 2


class TestSearch:
    def test_the_default_is_the_first_trial_and_nothing_chosen_is_worse(
        self, undisturbed: Tuned, design: ModelDesign
    ) -> None:
        first = undisturbed.trials[0]
        assert (first.gain, first.is_feasible) == (0.0, True)
        assert {name: first.settings[name] for name in design.booster} == design.booster
        assert len(undisturbed.trials) == TRIALS
        assert undisturbed.gain.value >= 0
        assert undisturbed.gain.value == pytest.approx(undisturbed.trials[undisturbed.best].gain, abs=1e-12)

    def test_only_the_booster_of_the_design_may_change(self, undisturbed: Tuned, design: ModelDesign) -> None:
        assert undisturbed.untuned == design
        assert dataclasses.replace(undisturbed.design, booster=design.booster) == design
        assert (undisturbed.design.digest == design.digest) == undisturbed.is_default

    def test_a_search_in_three_calls_with_a_kill_between_tries_and_chooses_the_same(
        self, undisturbed: Tuned, design: ModelDesign, training: pl.DataFrame, tmp_path: Path
    ) -> None:
        searched(design, training, tmp_path, 4)
        file = study_file(Home(root=tmp_path), design, "0" * 64)
        _killed_in_a_trial(file, design)
        after = searched(design, training, tmp_path, 6)
        assert after.failed == 1
        last = searched(design, training, tmp_path, TRIALS)
        assert [trial.settings for trial in last.trials] == [trial.settings for trial in undisturbed.trials]
        assert [trial.gain for trial in last.trials] == [trial.gain for trial in undisturbed.trials]
        assert last.design == undisturbed.design
        # Fewer trials asked for than there are: the choice is that of the first so many.
        assert searched(design, training, tmp_path, 6).trials == after.trials
        assert file.stat().st_mode & 0o777 == 0o600

    def test_another_design_or_other_births_are_another_search(self, design: ModelDesign) -> None:
        home = Home(root=Path("/home"))
        other = dataclasses.replace(design, seed=design.seed + 1)
        assert len({study_file(home, d, digest) for d in (design, other) for digest in ("a" * 64, "b" * 64)}) == 4

    def test_a_table_of_trials_without_a_count(self, undisturbed: Tuned) -> None:
        rows = list(csv.DictReader(io.StringIO(undisturbed.to_csv())))
        assert [int(row["trial"]) for row in rows] == list(range(TRIALS))
        assert {row["state"] for row in rows} <= {"complete", "pruned"}
        assert float(rows[0]["net_benefit_gained"]) == 0
        assert undisturbed.parameters["tuning.trials"] == TRIALS
        assert all(len(row) == len(rows[0]) and None not in row for row in rows)

    def test_the_sentence_says_what_was_gained_or_that_nothing_was(self, undisturbed: Tuned) -> None:
        nothing = dataclasses.replace(undisturbed, best=0, design=undisturbed.untuned)
        assert "the default settings" in nothing.sentence
        assert "were kept" in nothing.sentence
        gained = dataclasses.replace(
            undisturbed,
            best=3,
            gain=Interval(0.00213, 0.00101, 0.00333),
            judged=20_000,
            design=dataclasses.replace(undisturbed.untuned, booster={**DEFAULT_BOOSTER, "n_estimators": 77}),
        )
        # A mean of 20,000 women is told in steps of 0.0001.
        assert "gained +2.10 in net benefit in 1,000 women (95 % +1.00 to +3.30)" in gained.sentence
        assert "flatters" in gained.sentence
        within_chance = dataclasses.replace(gained, design=undisturbed.untuned)
        assert "within chance: the default settings were kept" in within_chance.sentence

    def test_a_damaged_file_is_refused_by_name(
        self, design: ModelDesign, training: pl.DataFrame, tmp_path: Path
    ) -> None:
        file = study_file(Home(root=tmp_path), design, "0" * 64)
        file.parent.mkdir(parents=True)
        file.write_bytes(b"these are not pages " * 2000)
        with pytest.raises(UnusableStudy, match=rf"{file.name}.* remove that file"):
            searched(design, training, tmp_path, 1)


KILLED = """
import os, sys
from pathlib import Path
from training.tuning.search_space import starting_points
from training.tuning.study import TuningStudy
from models.design import CAUTIOUS_BOOSTER
import optuna
(name,) = optuna.get_all_study_names(f"sqlite:///{sys.argv[1]}")
study = TuningStudy(Path(sys.argv[1]), rules=name, seed=int(sys.argv[2]),
                    starting_points=starting_points(CAUTIOUS_BOOSTER))
study.next().remark("begun", True)
os.kill(os.getpid(), 9)
"""


def _killed_in_a_trial(file: Path, design: ModelDesign) -> None:
    assert design.booster == CAUTIOUS_BOOSTER
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(file), str(design.seed)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert ended.returncode == -9


@pytest.fixture
def study(tmp_path: Path) -> Iterator[TuningStudy]:
    opened = TuningStudy(
        tmp_path / "cache" / "study.db", rules="one", seed=1, starting_points=starting_points(DEFAULT_BOOSTER)
    )
    yield opened
    opened.close()


def test_a_trial_far_behind_the_others_is_pruned_after_its_second_fold_and_not_before(study: TuningStudy) -> None:
    for gain in range(8):
        trial = study.next()
        for step in range(FOLDS):
            assert not trial.is_hopeless(0.01 * gain, step)
        trial.complete(0.01 * gain)
    trial = study.next()
    assert not trial.is_hopeless(-1.0, 0)
    assert trial.is_hopeless(-1.0, 1)
    trial.prune()
    assert [one.state for one in study.finished] == ["complete"] * 8 + ["pruned"]


def test_other_rules_begin_another_search_in_the_same_file(study: TuningStudy, tmp_path: Path) -> None:
    study.next().complete(0.0)
    other = TuningStudy(
        tmp_path / "cache" / "study.db", rules="two", seed=1, starting_points=starting_points(DEFAULT_BOOSTER)
    )
    assert (len(study.finished), len(other.finished)) == (1, 0)
    other.close()


def test_a_dry_run_says_how_long_a_search_would_take(cohort: Cohort) -> None:
    request = RetrainRequest(outcome="preterm_birth", seed=4)
    without, with_search = plan(request, cohort.records), plan(request, cohort.records, tuning=Tuning(trials=7))
    assert (without.tuning_seconds, without.tuning_trials) == (0, 0)
    assert with_search.tuning_trials == 7
    assert with_search.expected_seconds == pytest.approx(without.expected_seconds + with_search.tuning_seconds, abs=0.2)
    assert with_search.design_digest == without.design_digest
