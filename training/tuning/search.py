"""Trial after trial until the time or the number asked for is spent, each told as it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from models.design import DEFAULT_BOOSTER, ModelDesign
from training.tuning.asked import Tuning
from training.tuning.cross_fit import CrossFit
from training.tuning.judging import Default, judge, overstepped
from training.tuning.search_space import booster_of, explanation_cost
from training.tuning.study import FinishedTrial, OpenTrial, TuningStudy

__all__ = ["MOST_EXPLANATION_COST", "best_of", "booster_tried", "search"]

# How much dearer than with the shipped default an explanation may become: project default.
MOST_EXPLANATION_COST = 2.0

BY_FOLD = "net_benefit_by_fold"

Say = Callable[[str], None]


def search(
    study: TuningStudy, births: CrossFit, design: ModelDesign, default: Default, asked: Tuning, say: Say, began: float
) -> None:
    """The design's own settings are the first trial, whatever the time asked for.

    ``began`` is when the time that was asked for did, on `time.monotonic`.
    """
    done, longest = len(study.finished), 0.0
    while done == 0 or asked.trials is None or done < asked.trials:
        spent = time.monotonic() - began
        # A trial that cannot end in time is not begun.
        if done and spent + longest > asked.seconds:
            break
        _try_next(study, births, design, default)
        finished = study.finished
        done = len(finished)
        longest = max(longest, time.monotonic() - began - spent)
        say(_progress(finished, default, asked, time.monotonic() - began))


def best_of(finished: tuple[FinishedTrial, ...]) -> int:
    """The place of the trial with the highest gain among those that keep every limit; ties go to the earlier."""
    feasible = [place for place, trial in enumerate(finished) if trial.is_feasible]
    return max(feasible, key=lambda place: (finished[place].gain or 0.0, -place))


def booster_tried(place: int, trial: FinishedTrial, design: ModelDesign) -> Mapping[str, float | int]:
    """As a design holds it; the first trial's is the design's own, word for word."""
    return design.booster if place == 0 else booster_of(trial.settings)


def _try_next(study: TuningStudy, births: CrossFit, design: ModelDesign, default: Default) -> None:
    is_default = not study.finished
    trial = study.next()
    try:
        booster = design.booster if is_default else booster_of(trial.settings)
        _try(trial, births, design, default, booster, is_default=is_default)
    except BaseException:
        trial.fail()
        raise


def _try(
    trial: OpenTrial,
    births: CrossFit,
    design: ModelDesign,
    default: Default,
    booster: Mapping[str, float | int],
    *,
    is_default: bool,
) -> None:
    most = MOST_EXPLANATION_COST * explanation_cost(DEFAULT_BOOSTER, design.fair_rounds)
    dearer = explanation_cost(booster, design.fair_rounds) / most - 1
    trial.limit("cost of an explanation", dearer)
    if dearer > 0:
        # Known before anything is fitted.
        trial.prune()
        return
    folds, by_fold = [], []
    for number, before in enumerate(default.by_fold):
        folds.append(default.folds[number] if is_default else births.judged(booster, number))
        figures = judge(births, folds, default.figures.threshold)
        by_fold.append(figures.net_benefit)
        trial.remark(BY_FOLD, by_fold)
        if trial.is_hopeless(figures.net_benefit - before, number) and number + 1 < len(default.by_fold):
            trial.prune()
            return
    for name, over in overstepped(births, folds, figures, default).items():
        trial.limit(name, over)
    trial.complete(figures.net_benefit - default.figures.net_benefit)


def _progress(finished: tuple[FinishedTrial, ...], default: Default, asked: Tuning, spent: float) -> str:
    best = best_of(finished)
    reached = default.figures.net_benefit + (finished[best].gain or 0.0)
    return (
        f"tuning, trial {len(finished) - 1}: {_outcome_of(finished[-1], default)}; best so far {reached:.5f} "
        f"(trial {best}); {_time_left(finished, asked, spent)}"
    )


def _outcome_of(trial: FinishedTrial, default: Default) -> str:
    if trial.state == "pruned":
        tried = len(trial.remarks.get(BY_FOLD, ()))
        return f"pruned after {tried} folds" if tried else "not fitted, too dear to explain"
    broken = [name for name, over in trial.limits.items() if over > 0]
    told = f"net benefit {default.figures.net_benefit + (trial.gain or 0.0):.5f}"
    return f"{told}, refused for its {' and '.join(broken)}" if broken else told


def _time_left(finished: tuple[FinishedTrial, ...], asked: Tuning, spent: float) -> str:
    left = asked.seconds - spent
    if asked.trials is not None:
        # The first was fitted before the search began.
        timed = [trial.seconds for trial in finished[1:]]
        if not timed:
            return f"{asked.trials - 1} more to try"
        left = min(left, sum(timed) / len(timed) * (asked.trials - len(finished)))
    return f"about {max(left, 0.0) / 60:.1f} minutes left"
