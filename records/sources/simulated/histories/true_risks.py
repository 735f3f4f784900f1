"""True risks of women who are there at a prediction point, exact given everything their record can say by then.

Conditioned on is every fact of booking, and at a later point also:

- that she is still pregnant on the point's day (at booking: on the day she booked);
- at weeks of pregnancy, the number of babies, whether pre-eclampsia or gestational hypertension was diagnosed by
  then, and which treatments she takes by then. Nothing else that is dated before birth depends on when she gives birth;
- at admission and birth, the number of babies, placenta praevia and pre-eclampsia as they are, also where it is
  diagnosed only at the admission itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from records.clock import PREDICTION_POINTS, PredictionPoint
from records.sources.simulated.course import OutcomeTruth, baseline_log_odds
from records.sources.simulated.drawing import Women
from records.sources.simulated.exact_arithmetic import Numbers, logistic
from records.sources.simulated.histories.clock import NO_DAY, Clock, Days, Flags
from records.sources.simulated.histories.parameters import HistoryParameters
from records.sources.simulated.histories.still_pregnant import Before, risks_after_booking, risks_by_week
from records.sources.simulated.scenario import SimulatedOutcome

__all__ = ["POINTS_WITH_TRUE_RISK", "true_risks_at_points"]

#: By outcome, the points of a dated record at which the true risk is known.
POINTS_WITH_TRUE_RISK: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("preterm_birth", "preterm_birth_before_34", "preterm_birth_before_32"),
        ("booking", "weeks_16", "weeks_20", "weeks_28"),
    ),
    "haemorrhage": ("admission",),
    "postpartum_depression": ("birth",),
}
_PRETERM = "preterm_birth"
_BEFORE: Mapping[str, Before] = {_PRETERM: None, f"{_PRETERM}_before_34": 34 * 7, f"{_PRETERM}_before_32": 32 * 7}


def true_risks_at_points(
    women: Women, truths: Sequence[OutcomeTruth], clock: Clock, numbers: HistoryParameters
) -> list[pl.Series]:
    """Columns ``O_true_risk_at_P``, null where the outcome cannot happen, or she is not there at the point: not booked
    by then, or no longer pregnant. Of whose care moved elsewhere it is the risk she would be told had she stayed.

    Also ``preterm_birth_before_34_true`` and ``_32_true``: of the preterm births those that early, by the days that
    would be recorded.
    """
    by_name = {truth.outcome.name: truth for truth in truths}
    preterm = by_name[_PRETERM]
    columns = _early_births(women, preterm)
    for point in POINTS_WITH_TRUE_RISK[_PRETERM]:
        risks = _of_preterm_birth(women, preterm, clock, numbers, PREDICTION_POINTS[point])
        for name, risk in zip(_BEFORE, risks, strict=True):
            columns.append(_column(name, point, risk, preterm.possible & _there(women, clock, point)))
    for name, truth in by_name.items():
        for point in POINTS_WITH_TRUE_RISK.get(name, ()) if name != _PRETERM else ():
            there = truth.possible & _there(women, clock, point)
            columns.append(_column(name, point, _with_every_later_fact(women, truth.outcome), there))
    return columns


def _column(name: str, point: str, risk: Numbers, there: Flags) -> pl.Series:
    known = pl.select(pl.when(pl.Series(there)).then(pl.Series(risk))).to_series()
    return known.alias(f"{name}_true_risk_at_{point}")


def _early_births(women: Women, preterm: OutcomeTruth) -> list[pl.Series]:
    born = women.facts["gestation_at_birth"]
    return [
        pl.select(pl.when(pl.Series(preterm.possible)).then(pl.Series(preterm.happened & (born < day))))
        .to_series()
        .alias(f"{name}_true")
        for name, day in _BEFORE.items()
        if day is not None
    ]


def _there(women: Women, clock: Clock, point: str) -> Flags:
    booked: Flags = clock.booked != NO_DAY
    day = PREDICTION_POINTS[point].gestational_day
    if day is None:
        return booked
    gestation: Days = women.facts["gestation_at_birth"].astype(np.int64)
    return np.asarray(booked & (clock.booked <= day) & (gestation > day))


def _of_preterm_birth(
    women: Women, truth: OutcomeTruth, clock: Clock, numbers: HistoryParameters, at: PredictionPoint
) -> list[Numbers]:
    before = list(_BEFORE.values())
    if at.gestational_day is None:
        return risks_after_booking(women, truth, clock.booked, before)
    return risks_by_week(women, truth.outcome, clock, numbers, at.gestational_day, before)


def _with_every_later_fact(women: Women, outcome: SimulatedOutcome) -> Numbers:
    baseline = women.by_group(outcome.intercept) + baseline_log_odds(women, outcome)
    for name, ratio in outcome.later.items():
        baseline = baseline + ratio * women.facts[name]
    return logistic(baseline)
