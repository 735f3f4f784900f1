"""True risks at the prediction points after booking, where they can be known exactly.

At booking the risk is a sum over the facts that become known later. At a point after it the number of babies is known,
and so is that she is still pregnant; whether pre-eclampsia was diagnosed by then is not conditioned on, because the day
of that diagnosis depends on the birth. At admission every later fact is known. So these are the risks of women alike in
what was known at booking, in the number of babies, and in being still pregnant.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from records.clock import ADMISSION, BIRTH, BOOKING, PREDICTION_POINTS, PredictionPoint
from records.sources.simulated.course import OutcomeTruth, baseline_log_odds, booking_risk
from records.sources.simulated.drawing import Women
from records.sources.simulated.exact_arithmetic import Numbers, logistic
from records.sources.simulated.scenario import Quantity

__all__ = ["POINTS_WITH_TRUE_RISK", "true_risks_after_booking"]

#: By outcome, the points after booking at which the true risk is known.
POINTS_WITH_TRUE_RISK = {
    "preterm_birth": ("weeks_16", "weeks_20", "weeks_28"),
    "haemorrhage": ("admission",),
    "postpartum_depression": ("birth",),
}
_PRETERM = 1


def true_risks_after_booking(women: Women, truths: Sequence[OutcomeTruth]) -> list[pl.Series]:
    """Columns ``O_true_risk_at_P``, null where the outcome cannot happen or the point is not reached."""
    columns = []
    for truth in truths:
        for name in POINTS_WITH_TRUE_RISK.get(truth.outcome.name, ()):
            at = PREDICTION_POINTS[name]
            risk = _risk_at(women, truth, at)
            there = pl.Series(truth.possible & _reached(women, at))
            column = pl.select(pl.when(there).then(pl.Series(risk))).to_series()
            columns.append(column.alias(f"{truth.outcome.name}_true_risk_at_{name}"))
    return columns


def _reached(women: Women, at: PredictionPoint) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    gestation = women.facts["gestation_at_birth"]
    return np.ones(women.rows, dtype=bool) if at.gestational_day is None else np.asarray(gestation > at.gestational_day)


def _risk_at(women: Women, truth: OutcomeTruth, at: PredictionPoint) -> Numbers:
    outcome = truth.outcome
    baseline = women.by_group(outcome.intercept) + baseline_log_odds(women, outcome)
    if at in (ADMISSION, BIRTH):
        for name, ratio in outcome.later.items():
            baseline = baseline + ratio * women.facts[name]
        return logistic(baseline)
    twins = women.facts["multiple_pregnancy"].astype(bool)
    by_state = [booking_risk(women, outcome, baseline, given={"multiple_pregnancy": state}) for state in (False, True)]
    risk = np.where(twins, by_state[1], by_state[0])
    still_pregnant = 1.0 - _born_by(women, at)
    # Of women at risk r, those whose preterm birth is still to come, among them and those born at term.
    return np.asarray(risk * still_pregnant / (risk * still_pregnant + (1.0 - risk)))


def _born_by(women: Women, at: PredictionPoint) -> float:
    """The share of preterm births that are over by the point, from the quantiles that gestation is drawn from."""
    drawn = next(fact for fact in women.scenario.after if fact.name == "gestation_at_birth")
    if not isinstance(drawn, Quantity) or at.gestational_day is None or at == BOOKING:
        return 0.0
    table = drawn.tables[_PRETERM]
    probabilities, values = [probability for probability, _ in table], [value for _, value in table]
    # Days are rounded with a half going up, so a birth of day d was drawn below d + 1/2.
    return float(np.interp(at.gestational_day + 0.5, values, probabilities))
