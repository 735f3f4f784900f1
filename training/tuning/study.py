"""Every trial of one search, kept in a file that a later call goes on with. The one door to Optuna.

The file is SQLite, readable by its owner alone, and holds settings and aggregate figures. Each trial's settings are
drawn from the design's seed and the trials finished before it. So a search that was stopped and goes on tries what an
undisturbed one tries, and a trial that was killed is tried again with the same settings.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from records.errors import EquipartumError
from training.tuning.search_space import RANGES, Suggested

__all__ = ["FinishedTrial", "OpenTrial", "TuningStudy", "UnusableStudy"]

# Drawn at random before the sampler models what is good; whole trials before one may be pruned. Project defaults.
RANDOM_TRIALS = 12
WHOLE_TRIALS_BEFORE_PRUNING = 6
# A trial is compared with the others after its second fold, not before: one fold of time says little.
FIRST_PRUNING_STEP = 1
LOCK_SECONDS = 30

STATES = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned", TrialState.FAIL: "failed"}

optuna.logging.set_verbosity(optuna.logging.WARNING)


class UnusableStudy(EquipartumError):
    """The file of an earlier search cannot be read."""


@dataclass(frozen=True, kw_only=True)
class FinishedTrial:
    """``gain`` is the net benefit less the default settings', None where the trial was stopped before it was known.

    ``limits`` says how far each limit was overstepped (0 or less: kept); ``remarks`` whatever else was kept of it.
    """

    number: int
    state: str
    settings: Suggested
    gain: float | None
    limits: Mapping[str, float]
    remarks: Mapping[str, Any]
    seconds: float

    @property
    def is_feasible(self) -> bool:
        return self.state == "complete" and all(over <= 0 for over in self.limits.values())


class OpenTrial:
    """One trial under way."""

    def __init__(self, study: optuna.Study, trial: optuna.Trial) -> None:
        self._study, self._trial = study, trial
        self.settings: Suggested = dict(trial.params)

    def limit(self, name: str, over: float) -> None:
        self._trial.set_constraint(name, over)

    def remark(self, name: str, value: object) -> None:
        self._trial.set_user_attr(name, value)

    def is_hopeless(self, gain_so_far: float, step: int) -> bool:
        """Whether it lies behind the median of earlier trials after as many folds."""
        self._trial.report(gain_so_far, step)
        return bool(self._trial.should_prune())

    def complete(self, gain: float) -> None:
        self._study.tell(self._trial, gain)

    def prune(self) -> None:
        self._study.tell(self._trial, state=TrialState.PRUNED)

    def fail(self) -> None:
        self._study.tell(self._trial, state=TrialState.FAIL)


class TuningStudy:
    """The trials of one search of one design on one file of births."""

    def __init__(self, file: Path, *, rules: str, seed: int, starting_points: Sequence[Suggested]) -> None:
        """``rules`` names what trials were judged by: under other rules the same file begins another search."""
        self._seed, self._starting_points = seed, starting_points
        _private(file)
        try:
            storage = optuna.storages.RDBStorage(
                f"sqlite:///{file}", engine_kwargs={"connect_args": {"timeout": LOCK_SECONDS}}
            )
            self._study = optuna.create_study(
                storage=storage,
                study_name=rules,
                direction="maximize",
                load_if_exists=True,
                pruner=optuna.pruners.MedianPruner(
                    n_startup_trials=WHOLE_TRIALS_BEFORE_PRUNING, n_warmup_steps=FIRST_PRUNING_STEP
                ),
            )
            self.killed = self._fail_what_was_killed()
        except (SQLAlchemyError, optuna.exceptions.OptunaError, RuntimeError) as error:
            raise UnusableStudy(
                f"the trials of an earlier search, {file.name} in the home's cache, cannot be read "
                f"({type(error).__name__}): remove that file, and the search begins anew"
            ) from error

    def _fail_what_was_killed(self) -> int:
        """Trials under way when a process was killed; the home's lock says that no other process has any."""
        killed = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        for trial in killed:
            self._study.tell(trial.number, state=TrialState.FAIL)
        return len(killed)

    @property
    def finished(self) -> tuple[FinishedTrial, ...]:
        """Whole and pruned trials in order, without those that failed."""
        states = (TrialState.COMPLETE, TrialState.PRUNED)
        return tuple(_finished(trial) for trial in self._study.get_trials(deepcopy=False, states=states))

    @property
    def failed(self) -> int:
        return len(self._study.get_trials(deepcopy=False, states=(TrialState.FAIL,)))

    def next(self) -> OpenTrial:
        done = len(self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)))
        waiting = self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
        if done < len(self._starting_points) and not waiting:
            self._study.enqueue_trial(dict(self._starting_points[done]))
        (own_seed,) = np.random.SeedSequence([self._seed, done]).generate_state(1)
        self._study.sampler = optuna.samplers.TPESampler(n_startup_trials=RANDOM_TRIALS, seed=int(own_seed))
        return OpenTrial(self._study, self._study.ask(_distributions()))

    def close(self) -> None:
        """Lets go of the file, so that it can be moved or removed."""
        self._study._storage.remove_session()


def _private(file: Path) -> None:
    """SQLite gives its journal the mode of the file."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))


def _distributions() -> dict[str, BaseDistribution]:
    return {
        one.name: IntDistribution(int(one.low), int(one.high), log=one.by_ratio)
        if one.whole
        else FloatDistribution(one.low, one.high, log=one.by_ratio)
        for one in RANGES
    }


def _finished(trial: FrozenTrial) -> FinishedTrial:
    return FinishedTrial(
        number=trial.number,
        state=STATES[trial.state],
        settings=dict(trial.params),
        gain=trial.value,
        limits=dict(trial.constraints),
        remarks=dict(trial.user_attrs),
        seconds=0.0 if trial.duration is None else trial.duration.total_seconds(),
    )
