"""What a search came to: the design with the chosen settings, and every trial as aggregates."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from fairness_audits.intervals import Interval
from models.design import ModelDesign
from training.tuning.search import booster_tried
from training.tuning.search_space import RANGES
from training.tuning.study import FinishedTrial

__all__ = ["Tuned"]


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """``design`` has the chosen settings; ``untuned`` is what was asked for. ``best`` is a place in ``trials``.

    ``gain`` is that of the best trial over the default settings, cross-fitted: the best of many on the same births,
    so it flatters. It is taken only where it exceeds its standard error.
    """

    design: ModelDesign
    untuned: ModelDesign
    trials: tuple[FinishedTrial, ...]
    failed: int
    best: int
    gain: Interval
    threshold: float
    net_benefit: float
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
        gained = f"{self.gain.value:+.5f} (95 % {self.gain.low:+.5f} to {self.gain.high:+.5f})"
        measured = f"net benefit a woman at the threshold {self.threshold:.3f}: {gained} on the births it was chosen by"
        if self.is_default:
            return f"tuning: {tried}. The best, {measured}, is within chance: the default settings were kept."
        return f"tuning: {tried}. Chosen: trial {self.best}, {measured}, which flatters the best of many."

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
            "tuning.net_benefit_of_default": round(self.net_benefit, 6),
            "tuning.best_trial": self.best,
            "tuning.gain_of_best": round(self.gain.value, 6),
            "tuning.gain_lower": round(self.gain.low, 6),
            "tuning.gain_upper": round(self.gain.high, 6),
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
            gained = "" if trial.gain is None else f"{trial.gain:.6f}"
            settings = [booster.get(one.name, trial.settings[one.name]) for one in RANGES]
            over = [f"{trial.limits[name]:.4f}" if name in trial.limits else "" for name in limits]
            table.writerow([place, trial.state, gained, *settings, *over, f"{trial.seconds:.1f}"])
        return text.getvalue()
