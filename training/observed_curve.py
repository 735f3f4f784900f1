"""How often women scored alike had the outcome: a smooth curve of held-out women, and a bootstrap of it by woman.

A refit of the calibrator on births that neither the trees nor the calibrator has seen, free to bend: logistic
regression of the outcome on the log-odds told, with a restricted cubic spline (Harrell, Regression Modeling
Strategies, 2nd ed., 2.4.5; flexible calibration curves: Van Calster et al., J Clin Epidemiol 2016;74:167). Limits are
percentiles of 1,000 bootstrap samples of women.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.observed_curve import ObservedCurve

__all__ = ["PLACES", "observed_curve"]

Array = npt.NDArray[np.float64]

# Where the curve is told, as risks: the same for every model.
PLACES = (
    *(0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.006, 0.008, 0.01, 0.0125, 0.015, 0.0175, 0.02, 0.025),
    *(0.03, 0.035, 0.04, 0.045, 0.05, 0.055, 0.06, 0.065, 0.07, 0.075, 0.08, 0.085, 0.09, 0.095, 0.1, 0.11, 0.12),
    *(0.13, 0.14, 0.15, 0.16, 0.18, 0.2, 0.225, 0.25, 0.275, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9),
)
REPLICATES = 1_000
# Women are put into so many bins of their log-odds: a bin is far narrower than the curve bends.
BINS = 400
# Events from which the curve may bend, and bend again: about 100 for a knot between the ends (Harrell's 10 to 20 events
# a parameter would let it bend on fewer, and chance bends it then).
KNOTS_FROM = ((2_000, 5), (500, 4), (150, 3))
# Harrell's places of knots, as shares of the women.
KNOT_SHARES = {3: (0.10, 0.50, 0.90), 4: (0.05, 0.35, 0.65, 0.95), 5: (0.05, 0.275, 0.50, 0.725, 0.95)}
# Standard deviation, in log-odds, of how far the curve may be expected from the risk told, for each coefficient of a
# standardised column: so wide that it moves no curve on 50 events or more, and keeps those of a few events finite.
PRIOR_DEVIATION = 2.0
NEWTON_STEPS = 25
DIGITS = 3
FEWEST_EVENTS = 10


def observed_curve(
    risk: Array, observed: npt.NDArray[np.bool_], women: npt.NDArray[np.generic], *, seed: int
) -> ObservedCurve | None:
    """Of held-out births whose outcome is known; ``women`` says who each belongs to, ``seed`` fixes the bootstrap.

    None with fewer than ten events or non-events, or where every woman is told the same risk.
    """
    events = int(observed.sum())
    score = _log_odds(risk)
    if min(events, len(observed) - events) < FEWEST_EVENTS or np.ptp(score) == 0:
        return None
    bins = _bins(score)
    happened, births = _by_bin(bins, observed, np.ones(len(bins)))
    middle = np.bincount(bins, score) / births
    design, places = _columns(score, middle, _log_odds(np.array(PLACES)), events)
    drawn_events, drawn_births = _replicates(bins, observed, women, len(births), seed)
    told = _log_odds(np.array(PLACES))
    fitted = _fitted(design, middle, happened[None], births[None], np.zeros(design.shape[1]))
    curve = _expit(told + places @ fitted[0])
    drawn = _expit(told + _fitted(design, middle, drawn_events, drawn_births, fitted[0]) @ places.T)
    lower, upper = np.quantile(drawn, [0.025, 0.975], axis=0)
    return _curve(curve, lower, upper, risk)


def _curve(curve: Array, lower: Array, upper: Array, risk: Array) -> ObservedCurve:
    """Three digits, the limits rounded outwards: more would give back the exact counts of few women."""
    scale = 10**DIGITS
    shares = np.round(curve * scale) / scale
    lowest = np.minimum(np.floor(lower * scale) / scale, shares)
    highest = np.maximum(np.minimum(np.ceil(upper * scale), scale) / scale, shares)
    places = np.array(PLACES)
    below, above = places[places <= risk.min()], places[places >= risk.max()]
    return ObservedCurve(
        risk=PLACES,
        observed=tuple(shares.tolist()),
        lower=tuple(lowest.tolist()),
        upper=tuple(highest.tolist()),
        scored_from=float(below.max()) if len(below) else 0.0,
        scored_to=float(above.min()) if len(above) else 1.0,
    )


def _log_odds(risk: Array) -> Array:
    held = np.clip(np.asarray(risk, dtype=np.float64), 1e-6, 1 - 1e-6)
    return np.log(held / (1 - held))


def _expit(linear: Array) -> Array:
    return 0.5 * (1.0 + np.tanh(0.5 * linear))


def _bins(score: Array) -> npt.NDArray[np.intp]:
    """A number for each birth, from 0 up, none left out; women of one score share a bin."""
    edges = np.unique(np.quantile(score, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.unique(np.searchsorted(edges, score, side="right"), return_inverse=True)[1].ravel()


def _by_bin(bins: npt.NDArray[np.intp], observed: npt.NDArray[np.bool_], weight: Array) -> tuple[Array, Array]:
    size = int(bins.max()) + 1
    happened, births = np.bincount(bins, weight * observed, minlength=size), np.bincount(bins, weight, minlength=size)
    return np.asarray(happened, dtype=np.float64), np.asarray(births, dtype=np.float64)


def _columns(score: Array, middle: Array, told: Array, events: int) -> tuple[Array, Array]:
    """What the curve's distance from the log-odds told is made of, in each bin and at each place: a step, a slope and,
    with enough events, bends; columns standardised over the women."""
    knots = next((number for fewest, number in KNOTS_FROM if events >= fewest), 0)
    at = np.quantile(score, KNOT_SHARES[knots]) if knots else np.array([])
    if len(np.unique(at)) < len(at):
        at = np.array([])
    centre, spread = score.mean(), score.std()

    def columns(values: Array) -> Array:
        return np.column_stack([np.ones_like(values), (values - centre) / spread, *_bends(values, at)])

    return columns(middle), columns(told)


def _bends(values: Array, knots: Array) -> list[Array]:
    """The columns of a restricted cubic spline beyond the line: straight outside the outer knots (Harrell 2.4.5)."""
    if not len(knots):
        return []
    first, before_last, last = knots[0], knots[-2], knots[-1]

    def cubed(knot: float) -> Array:
        return np.asarray(np.clip(values - knot, 0, None) ** 3)

    return [
        (
            cubed(knot)
            - cubed(before_last) * (last - knot) / (last - before_last)
            + cubed(last) * (before_last - knot) / (last - before_last)
        )
        / (last - first) ** 2
        for knot in knots[:-2]
    ]


def _replicates(
    bins: npt.NDArray[np.intp],
    observed: npt.NDArray[np.bool_],
    women: npt.NDArray[np.generic],
    size: int,
    seed: int,
) -> tuple[Array, Array]:
    """Events and births by bin in each bootstrap sample, (replicates, bins).

    Every woman is drawn a Poisson number of times, with all her births (Hanley and MacGibbon, Comput Methods Programs
    Biomed 2006;83:57). Sums of Poisson numbers are Poisson: women with one birth are drawn a bin at a time, so that a
    national year costs no more than a hospital's.
    """
    random = np.random.default_rng(seed)
    _, who, births_of = np.unique(women, return_inverse=True, return_counts=True)
    single = births_of[who.ravel()] == 1
    happened, births = _by_bin(
        np.r_[bins[single], size - 1], np.r_[observed[single], False], np.r_[np.ones(single.sum()), 0]
    )
    events = random.poisson(happened, (REPLICATES, size)).astype(np.float64)
    drawn = events + random.poisson(births - happened, (REPLICATES, size))
    if not single.all():
        again, number = np.unique(who.ravel()[~single], return_inverse=True)
        for row in range(REPLICATES):
            times = random.poisson(1.0, len(again))[number.ravel()].astype(np.float64)
            more_events = np.bincount(bins[~single], times * observed[~single], minlength=size)
            events[row] += more_events
            drawn[row] += np.bincount(bins[~single], times, minlength=size)
    return events, drawn


def _fitted(design: Array, offset: Array, events: Array, births: Array, start: Array) -> Array:
    """Coefficients of each sample, (samples, columns): penalised logistic regression beyond ``offset``, by Newton's
    method from ``start``."""
    columns = design.shape[1]
    penalty = np.eye(columns) / PRIOR_DEVIATION**2
    crossed = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    coefficients = np.tile(start, (len(events), 1))
    for _ in range(NEWTON_STEPS):
        risk = _expit(offset + coefficients @ design.T)
        gradient = (events - births * risk) @ design - coefficients @ penalty
        curvature = ((births * risk * (1 - risk)) @ crossed).reshape(-1, columns, columns) + penalty
        step = np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
        # Far from its end Newton's step may overshoot; none that helps is longer than one.
        longest = np.abs(step).max(axis=1, keepdims=True)
        coefficients += step / np.maximum(longest, 1.0)
        if longest.max() < 1e-6:
            break
    return coefficients
