"""Certificates of births whose truth is known: drawn as counts, or fitted, and whether each answer would be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks.constrained_against_plain import GROUPS, PREVALENCE, SHARES, SimulatedBirths, simulate
from training.fair_boost import Certificate, FairBoostClassifier
from training.fair_boost.births import Births
from training.fair_boost.certificate import certify
from training.fair_boost.frontier import LARGEST_LOSS_ALLOWED

__all__ = ["LINES", "Repeat", "drawn_around_the_floor", "drawn_at_a_line", "fitted_once", "unseen_population"]

TOLERANCE = 0.02
CERTIFICATE_FRACTION = 0.15
USUAL_SENSITIVITY = 0.30
# how far groups lie from it, and how many of 100 events the constrained fit alone, or row 0 alone, finds at most
SPREAD = 0.04
LARGEST_CHANGE = 0.03
LINES = ("one at the floor", "one at the loss allowed", "one at both")
POPULATION = 150_000

#: Whether 'met' and 'violated' were said, whether each would be wrong, and which groups are asked about; by group.
Repeat = tuple[NDArray[np.bool_], ...]


@dataclass(frozen=True, kw_only=True)
class _Truth:
    """By group. ``lost`` and ``gained`` are shares of events that only row 0, or only this model, finds."""

    sensitivity: NDArray[np.float64]
    lost: NDArray[np.float64]
    gained: NDArray[np.float64]

    @property
    def violated(self) -> NDArray[np.bool_]:
        floor = self.sensitivity @ np.array(SHARES) - TOLERANCE
        # on the line itself rounding must not decide
        return np.asarray((self.sensitivity < floor - 1e-12) | (self.lost - self.gained > LARGEST_LOSS_ALLOWED + 1e-12))


def drawn_around_the_floor(births: int, random: np.random.Generator) -> Repeat:
    """Every group somewhere about the floor, and about row 0."""
    truth = _Truth(
        sensitivity=np.clip(random.normal(USUAL_SENSITIVITY, SPREAD, len(GROUPS)), 0.1, 0.9),
        lost=random.uniform(0, LARGEST_CHANGE, len(GROUPS)),
        gained=random.uniform(0, LARGEST_CHANGE, len(GROUPS)),
    )
    met, violated = _said(_drawn(truth, births, random))
    return met, violated, truth.violated, ~truth.violated, np.ones(len(GROUPS), dtype=bool)


def drawn_at_a_line(births: int, line: str, repeat: int, random: np.random.Generator) -> Repeat:
    """Each group in turn at the line, the others well away from it: for that group either answer is wrong, since the
    truth is a hair on either side of it."""
    focal = repeat % len(GROUPS)
    sensitivity = np.full(len(GROUPS), USUAL_SENSITIVITY)
    if line != LINES[1]:
        # the floor moves with the group's own share: s = USUAL + share (s - USUAL) - tolerance
        sensitivity[focal] -= TOLERANCE / (1 - SHARES[focal])
    else:
        sensitivity[focal] += 0.10
    falls = np.zeros(len(GROUPS))
    falls[focal] = 0.0 if line == LINES[0] else LARGEST_LOSS_ALLOWED
    with_row_0 = line != LINES[0]
    truth = _Truth(
        sensitivity=sensitivity, lost=0.01 * with_row_0 + falls, gained=np.full(len(GROUPS), 0.01 * with_row_0)
    )
    met, violated = _said(_drawn(truth, births, random, with_row_0=with_row_0))
    everywhere = np.ones(len(GROUPS), dtype=bool)
    return met, violated, everywhere, everywhere, np.arange(len(GROUPS)) == focal


def _drawn(truth: _Truth, births: int, random: np.random.Generator, *, with_row_0: bool = True) -> Certificate:
    events = random.multinomial(round(births * CERTIFICATE_FRACTION * PREVALENCE), np.array(SHARES) / sum(SHARES))
    group, found, before = [], [], []
    for code, name in enumerate(GROUPS):
        # found by both, by this alone, by row 0 alone, by neither
        both = truth.sensitivity[code] - truth.gained[code]
        shares = [both, truth.gained[code], truth.lost[code], 1 - both - truth.gained[code] - truth.lost[code]]
        counts = random.multinomial(events[code], shares)
        group += [name] * int(events[code])
        found.append(np.repeat([True, True, False, False], counts))
        before.append(np.repeat([True, False, True, False], counts))
    # a birth of each group without the event, so that each is a group of the cohort
    cohort = Births.of(
        np.r_[np.ones(len(group)), np.zeros(len(GROUPS))], sensitive_features=[*group, *GROUPS], sample_weight=None
    )
    return certify(
        cohort.taken(np.arange(len(group))),
        np.concatenate(found),
        np.concatenate(before) if with_row_0 else None,
        births=round(births * CERTIFICATE_FRACTION),
        tolerance=TOLERANCE,
    )


def unseen_population() -> SimulatedBirths:
    return simulate(POPULATION, seed=1_000_000)


def fitted_once(births: int, seed: int, population: SimulatedBirths) -> Repeat:
    """A small constrained fit on births of its own; its truth is the share of the population's expected events that it
    flags, by group, and that row 0 does."""
    drawn = simulate(births, seed=seed)
    booster = lightgbm.LGBMClassifier(
        n_estimators=40,
        learning_rate=0.15,
        num_leaves=8,
        min_child_samples=50,
        n_jobs=1,
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )
    model = FairBoostClassifier(booster, tolerance=TOLERANCE, fair_rounds=20, random_state=seed)
    model.fit(drawn.predictors, drawn.event, sensitive_features=drawn.group)

    def true_sensitivity(row: int) -> tuple[NDArray[np.float64], float]:
        flag = model.risk_at(population.predictors, row) >= model.frontier_[row].figures.threshold
        by_group = [np.average(flag[inside], weights=population.risk[inside]) for inside in members]
        return np.array(by_group), float(np.average(flag, weights=population.risk))

    members = [population.group == name for name in GROUPS]
    now, overall = true_sensitivity(model.chosen_row_)
    before = now if model.chosen_row_ == 0 else true_sensitivity(0)[0]
    is_violated = (now < overall - TOLERANCE) | (before - now > LARGEST_LOSS_ALLOWED)
    met, violated = _said(model.certificate_)
    return met, violated, is_violated, ~is_violated, np.ones(len(GROUPS), dtype=bool)


def _said(certificate: Certificate) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    status = {row.group: row.status for row in certificate.groups}
    said = [status[name] for name in GROUPS]
    return np.array([one == "met" for one in said]), np.array([one == "violated" for one in said])
