"""True risks of women who are there at a prediction point, exact given everything their record can say by then.

Conditioned on is every fact of booking, and at a later point also:

- that she is still pregnant on the point's day (at booking: on the day she booked);
- at weeks of pregnancy, the number of babies, and whether pre-eclampsia or gestational hypertension was diagnosed by
  then. Nothing else that is dated before birth depends on when she gives birth;
- at admission and birth, the number of babies, placenta praevia and pre-eclampsia as they are, also where it is
  diagnosed only at the admission itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from records.clock import BOOKING, PREDICTION_POINTS, PredictionPoint
from records.sources.simulated.course import OutcomeTruth, baseline_log_odds
from records.sources.simulated.drawing import Women
from records.sources.simulated.exact_arithmetic import Numbers, logistic
from records.sources.simulated.histories.clock import NO_DAY, Clock, Days, Flags
from records.sources.simulated.histories.parameters import HistoryParameters
from records.sources.simulated.histories.still_pregnant import odds_of_still_pregnant, risk_by_week

__all__ = ["POINTS_WITH_TRUE_RISK", "true_risks_at_points"]

#: By outcome, the points of a dated record at which the true risk is known.
POINTS_WITH_TRUE_RISK = {
    "preterm_birth": ("booking", "weeks_16", "weeks_20", "weeks_28"),
    "haemorrhage": ("admission",),
    "postpartum_depression": ("birth",),
}


def true_risks_at_points(
    women: Women, truths: Sequence[OutcomeTruth], clock: Clock, numbers: HistoryParameters
) -> list[pl.Series]:
    """Columns ``O_true_risk_at_P``, null where the outcome cannot happen, or she is not there at the point: not booked
    by then, or no longer pregnant. Of whose care moved elsewhere it is the risk she would be told had she stayed."""
    columns = []
    for truth in truths:
        for name in POINTS_WITH_TRUE_RISK.get(truth.outcome.name, ()):
            at = PREDICTION_POINTS[name]
            there = pl.Series(truth.possible & _there(women, clock, at))
            risk = pl.Series(_risk(women, truth, clock, numbers, at))
            column = pl.select(pl.when(there).then(risk)).to_series()
            columns.append(column.alias(f"{truth.outcome.name}_true_risk_at_{name}"))
    return columns


def _there(women: Women, clock: Clock, at: PredictionPoint) -> Flags:
    booked: Flags = clock.booked != NO_DAY
    if at.gestational_day is None:
        return booked
    gestation: Days = women.facts["gestation_at_birth"].astype(np.int64)
    return np.asarray(booked & (clock.booked <= at.gestational_day) & (gestation > at.gestational_day))


def _risk(women: Women, truth: OutcomeTruth, clock: Clock, numbers: HistoryParameters, at: PredictionPoint) -> Numbers:
    if at == BOOKING:
        odds = truth.risk / (1.0 - truth.risk) * odds_of_still_pregnant(women, truth.outcome, clock.booked)
        return np.asarray(odds / (1.0 + odds))
    if at.gestational_day is not None:
        return risk_by_week(women, truth.outcome, clock, numbers, at.gestational_day)
    baseline = women.by_group(truth.outcome.intercept) + baseline_log_odds(women, truth.outcome)
    for name, ratio in truth.outcome.later.items():
        baseline = baseline + ratio * women.facts[name]
    return logistic(baseline)
