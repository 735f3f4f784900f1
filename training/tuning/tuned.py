"""What a search came to: the design with the chosen settings, and every trial as aggregates."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from fairness_audits.disclosure import RULES
from fairness_audits.intervals import Interval
from models.design import ModelDesign
from training.tuning.search import booster_tried
from training.tuning.search_space import RANGES
from training.tuning.study import FinishedTrial

__all__ = ["Tuned", "gain_in_words"]

# Net benefit is a mean over women, and a mean told too finely is a count.
RULE = RULES["msds"]


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """``design`` has the chosen settings; ``untuned`` is what was asked for. ``best`` is a place in ``trials``.

    ``gain`` is that of the best trial over the default settings, cross-fitted: the best of many on the same births,
    so it flatters. It is taken only where it exceeds its standard error. ``judged`` is how many births it is of.
    """

    design: ModelDesign
    untuned: ModelDesign
    trials: tuple[FinishedTrial, ...]
    failed: int
    best: int
    gain: Interval
    threshold: float
    net_benefit: float
    judged: int
    folds: str

    @property
    def is_default(self) -> bool:
        return self.design == self.untuned

    @property
    def pruned(self) -> int:
        return sum(trial.state == "pruned" for trial in self.trials)

    @property
    def sentence(self) -> str:
        """For the audit's notes and the terminal."""
        tried = f"{len(self.trials)} settings of the booster were tried ({self.pruned} pruned), {self.folds}"
        if self.best == 0:
            return f"tuning: {tried}. None that keeps the limits gained on the default settings, which were kept."
        gained = gain_in_words(self.gain, self.judged)
        if self.is_default:
            return f"tuning: {tried}. The best gained {gained}, which is within chance: the default settings were kept."
        return (
            f"tuning: {tried}. Trial {self.best} was chosen. It gained {gained} on the births that it was chosen by, "
            "which flatters the best of many."
        )

    @property
    def parameters(self) -> Mapping[str, object]:
        """What the registry says of the search; aggregates of thousands of births."""
        return {
            "tuning.trials": len(self.trials),
            "tuning.pruned": self.pruned,
            "tuning.failed": self.failed,
            "tuning.minutes": round(sum(trial.seconds for trial in self.trials) / 60, 1),
            "tuning.folds": self.folds,
            "tuning.threshold": round(self.threshold, 5),
            "tuning.net_benefit_of_default": _told(self.net_benefit, self.judged),
            "tuning.best_trial": self.best,
            "tuning.gain_of_best": _told(self.gain.value, self.judged),
            "tuning.gain_lower": _told(self.gain.low, self.judged),
            "tuning.gain_upper": _told(self.gain.high, self.judged),
            "tuning.chosen": "default settings" if self.is_default else f"trial {self.best}",
        }

    def to_csv(self) -> str:
        """One row a trial: its settings, what it gained over the default, and how far it overstepped each limit."""
        limits = list(dict.fromkeys(name for trial in self.trials for name in trial.limits))
        names = ["trial", "state", "net_benefit_gained", *(one.name for one in RANGES)]
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow([*names, *(name.replace(" ", "_") for name in limits), "seconds"])
        for place, trial in enumerate(self.trials):
            booster = booster_tried(place, trial, self.untuned)
            gained = "" if trial.gain is None else _told(trial.gain, self.judged)
            settings = [booster.get(one.name, trial.settings[one.name]) for one in RANGES]
            over = [f"{trial.limits[name]:.4f}" if name in trial.limits else "" for name in limits]
            table.writerow([place, trial.state, gained, *settings, *over, f"{trial.seconds:.1f}"])
        return text.getvalue()


def gain_in_words(gain: Interval, births: int) -> str:
    """In 1,000 women, told no finer than a mean over so many may be."""
    value, low, high = (1000 * _told(one, births) for one in (gain.value, gain.low, gain.high))
    return f"{value:+.2f} in net benefit in 1,000 women (95 % {low:+.2f} to {high:+.2f})"


def _told(mean: float, births: int) -> float:
    return float(RULE.mean(mean, births))
