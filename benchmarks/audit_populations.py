"""Populations whose true figures are known, and samples of them drawn as counts: no row is ever made.

A population says how the risks told to each group are spread over bins of the audit's own grid, and how likely the
outcome really is at each. A sample of N women is one multinomial draw over (group, bin, outcome).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairness_audits.calibration_error import calibration_error
from fairness_audits.risk_bins import LOWEST_LOGIT, WIDTH
from models import metrics

__all__ = ["Population", "eight_groups", "expit", "one_group", "six_groups"]

Array = NDArray[np.float64]
Counted = NDArray[np.int64]

# Every fourth bin of the audit's grid, 0.078 apart in log-odds, from -6 to 1.9: enough to be a distribution.
BIN_NUMBERS = np.arange(206, 608, 4)
LOGIT: Array = LOWEST_LOGIT + (BIN_NUMBERS - 0.5) * WIDTH


def expit(score: Array) -> Array:
    risk: Array = 1 / (1 + np.exp(-score))
    return risk


@dataclass(frozen=True, kw_only=True)
class Population:
    """``spread``: share of a group's women in each bin; ``chance``: of the outcome, by group and bin.

    ``flagged``: whether women of a group (row) and bin (column) are flagged.
    """

    groups: tuple[str, ...]
    shares: Array
    spread: Array
    chance: Array
    flagged: NDArray[np.bool_]
    threshold: float

    @property
    def risk(self) -> Array:
        return expit(LOGIT)

    def draw(self, women: int, repeats: int, random: np.random.Generator) -> Counted:
        """Counts by repeat, group, bin, and outcome (no, yes)."""
        cell = self.shares[:, None] * self.spread
        chances = np.stack([cell * (1 - self.chance), cell * self.chance], axis=-1)
        drawn: Counted = random.multinomial(women, (chances / chances.sum()).ravel(), size=repeats)
        return drawn.reshape(repeats, *chances.shape)

    def rate(self, group: int) -> float:
        """Of women of the group, the share that has the outcome."""
        return float(self.spread[group] @ self.chance[group])

    def truths(self, group: int, others: Sequence[int]) -> dict[str, float]:
        """Every figure of the group, as it would be with women without number; differences from ``others``."""
        had, had_not = self.spread[group] * self.chance[group], self.spread[group] * (1 - self.chance[group])
        return {
            **self._at_the_cut(group),
            **self._of_risk(had, had_not),
            **{f"{name}, difference": self._at_the_cut(group)[name] - value for name, value in self._of(others)},
        }

    def _at_the_cut(self, *groups: int) -> dict[str, float]:
        index = list(groups)
        women = self.shares[index, None] * self.spread[index]
        women = women / women.sum()
        had, is_flagged = women * self.chance[index], self.flagged[index]
        found, flagged, events = (had * is_flagged).sum(), (women * is_flagged).sum(), had.sum()
        false_alarms = flagged - found
        return {
            "event_rate": float(events),
            "flag_rate": float(flagged),
            "sensitivity": float(found / events),
            "specificity": float(1 - false_alarms / (1 - events)),
            "positive_predictive_value": float(found / flagged),
            "net_benefit": float(metrics.net_benefit(found, false_alarms, 1.0, self.threshold)),
        }

    def _of(self, others: Sequence[int]) -> list[tuple[str, float]]:
        together = self._at_the_cut(*others)
        return [(name, together[name]) for name in ("sensitivity", "positive_predictive_value")]

    def _of_risk(self, had: Array, had_not: Array) -> dict[str, float]:
        risk, women = self.risk, had + had_not
        return {
            "observed_to_expected": float(had.sum() / (women @ risk)),
            "auroc": float(metrics.auroc(had, had_not)),
            "brier": float(had @ (1 - risk) ** 2 + had_not @ risk**2),
            "calibration_in_the_large": metrics.calibration_in_the_large(had, women, LOGIT),
            "calibration_slope": metrics.calibration_line(had, women, LOGIT)[1],
            # There is no shorter formula: it is what the estimate comes to in a sample without end.
            "calibration_error": calibration_error(had * 1e12, had_not * 1e12, women * 1e12, risk).value,
        }


def normal_spread(centre: Array, deviation: Array) -> Array:
    """Risks spread normally in log-odds, by group."""
    density = np.exp(-0.5 * ((LOGIT - centre[:, None]) / deviation[:, None]) ** 2)
    spread: Array = density / density.sum(axis=1, keepdims=True)
    return spread


def _population(
    groups: tuple[str, ...], shares: Array, centre: Array, deviation: Array, off: Array, slope: Array, threshold: float
) -> Population:
    """Chances are off the risks told by ``off`` and ``slope`` in log-odds; all are flagged from ``threshold`` up."""
    return Population(
        groups=groups,
        shares=shares / shares.sum(),
        spread=normal_spread(centre, deviation),
        chance=expit(off[:, None] + slope[:, None] * LOGIT),
        flagged=np.broadcast_to(expit(LOGIT) >= threshold, (len(groups), LOGIT.size)).copy(),
        threshold=threshold,
    )


def eight_groups() -> Population:
    """40 % of women down to 1 %; events from 7 to 13 %; risks told up to a fifth too low or too high."""
    return _population(
        groups=tuple(f"{share} %" for share in (40, 22, 14, 10, 7, 4, 2, 1)),
        shares=np.array([0.40, 0.22, 0.14, 0.10, 0.07, 0.04, 0.02, 0.01]),
        centre=np.array([-2.5, -2.4, -2.6, -2.3, -2.2, -2.7, -2.1, -2.4]),
        deviation=np.array([0.8, 0.7, 0.9, 0.8, 0.6, 0.8, 0.7, 0.9]),
        off=np.array([0.013, 0.15, -0.1, 0.2, 0.017, -0.2, 0.1, 0.2]),
        slope=np.array([1.0, 1.05, 0.95, 1.1, 1.0, 0.9, 1.0, 1.1]),
        threshold=0.15,
    )


def six_groups() -> Population:
    """Shares roughly as among births in England (an assumption); Black women's risks told too low."""
    return _population(
        groups=("White", "Asian", "Black", "Mixed", "Other", "Not known"),
        shares=np.array([0.67, 0.13, 0.06, 0.03, 0.05, 0.06]),
        centre=np.array([-2.75, -2.65, -2.6, -2.65, -2.7, -2.75]),
        deviation=np.array([0.7, 0.65, 0.6, 0.7, 0.7, 0.7]),
        off=np.array([0.013, 0.05, 0.2, 0.017, -0.013, 0.021]),
        slope=np.full(6, 1.003),
        threshold=0.12,
    )


def one_group(*, rate_like: float, events: float, women: int) -> Population:
    """A group of which ``events`` of a sample of ``women`` are expected, among others; ``rate_like`` sets the risks.

    ``rate_like`` is the centre of the group's log-odds. A tenth of risks, roughly, lie above the cut.
    """
    centre = np.array([rate_like, rate_like + 0.2])
    spread, cut = normal_spread(centre, np.array([0.8, 0.8])), float(expit(np.array([rate_like + 1.0]))[0])
    chance = expit(np.array([[0.1], [0.0]]) + LOGIT)
    share = events / (women * float(spread[0] @ chance[0]))
    return Population(
        groups=("own", "others"),
        shares=np.array([share, 1 - share]),
        spread=spread,
        chance=chance,
        flagged=np.broadcast_to(expit(LOGIT) >= cut, (2, LOGIT.size)).copy(),
        threshold=cut,
    )
