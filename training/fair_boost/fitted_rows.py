"""Fitting the rows of a frontier on one live booster: the plain fit, then fair rounds for each tolerance in turn."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import lightgbm
import numpy as np
from numpy.typing import NDArray

from models.calibrator import Calibrator
from training.calibration import fit_calibrator
from training.fair_boost.births import Births
from training.fair_boost.constraints import CONSTRAINTS
from training.fair_boost.figures import figures_of
from training.fair_boost.frontier import LOSS_TO_STOP_AT, FrontierRow, row_against
from training.fair_boost.judging import shortfalls
from training.fair_boost.live_booster import LiveBooster
from training.fair_boost.multipliers import DualAscent
from training.fair_boost.pulled_log_loss import PulledLogLoss
from training.fair_boost.rounds import HeldOutStanding, Snapshot, fair_rounds
from training.fair_boost.settings import Settings
from training.fair_boost.sure_rise import rises_surely
from training.offer_policy import absolute_threshold

__all__ = ["FittedRow", "fit_rows", "judged"]


@dataclass(frozen=True, kw_only=True)
class FittedRow:
    """A model that can be used, how it was judged, and whom of the held-out births it flagged."""

    booster: lightgbm.Booster
    calibrator: Calibrator
    judged: FrontierRow
    flagged: NDArray[np.bool_]


def fit_rows(
    live: LiveBooster, training: Births, held_out: Births, settings: Settings, began: float
) -> list[FittedRow]:
    """Row 0, then each tolerance from the loosest: its fair rounds continue the plain fit, with the multipliers the
    last tolerance ended with. Where they lower some group, the rounds before the first that did are a row too.

    ``began`` is when the plain fit did, on `time.perf_counter`.
    """
    loss = PulledLogLoss(training, alert_rate=settings.alert_rate, width=settings.width, constraint=settings.constraint)
    standing = HeldOutStanding(
        held_out,
        constraint=settings.constraint,
        alert_rate=settings.alert_rate,
        pseudo_events=settings.pseudo_events,
    )
    start = Snapshot(
        iterations=live.plain_rounds,
        fair_rounds=0,
        scores=live.held_out_scores(),
        multipliers=np.zeros((len(CONSTRAINTS[settings.constraint].measures), len(training.women.names))),
    )
    plain = judged(live.frozen(start.iterations), start, held_out, settings, None, None, began)
    rows = [plain]
    for tolerance in settings.tolerances if settings.fair_rounds and live.has_split else ():
        began = time.perf_counter()
        live.back_to_plain()
        run = fair_rounds(
            live,
            loss,
            standing,
            _ascent(settings, tolerance, held_out),
            start,
            rounds=settings.fair_rounds,
            allowed_loss=LOSS_TO_STOP_AT,
        )
        full = judged(live.frozen(run.last.iterations), run.last, held_out, settings, tolerance, plain, began)
        rows.append(full)
        if full.judged.worsened and run.last_harmless is not None:
            cut_short = live.frozen(run.last_harmless.iterations)
            rows.append(judged(cut_short, run.last_harmless, held_out, settings, tolerance, plain, began))
        start = replace(start, multipliers=run.last.multipliers)
    return rows


def judged(
    booster: lightgbm.Booster,
    snapshot: Snapshot,
    held_out: Births,
    settings: Settings,
    tolerance: float | None,
    plain: FittedRow | None,
    began: float,
) -> FittedRow:
    """A row for a ``booster`` whose held-out scores, and the multipliers it was fitted with, the ``snapshot`` has.

    ``plain`` is row 0, None for row 0 itself.
    """
    calibrator = fit_calibrator(
        snapshot.scores, held_out.event, sample_weight=held_out.weight, kind=settings.calibration
    )
    risk = calibrator.apply(snapshot.scores)
    threshold = absolute_threshold(risk, settings.alert_rate, held_out.weight)
    flagged = np.asarray(risk >= threshold)
    row_0 = None if plain is None else plain.judged.figures
    figures = figures_of(
        held_out,
        risk,
        threshold=threshold,
        benefit_threshold=threshold if row_0 is None else row_0.threshold,
        tolerance=settings.sensitivity_tolerance,
        pseudo_events=settings.pseudo_events,
    )
    ascent = _ascent(settings, settings.tolerance if tolerance is None else tolerance, held_out)
    broken = np.abs(ascent.excess(shortfalls(figures, settings.constraint))) > 1e-12
    names = np.asarray(held_out.women.names)
    by_measure = [tuple(zip(names.tolist(), own.tolist(), strict=True)) for own in snapshot.multipliers]
    row = row_against(
        row_0,
        figures,
        tolerance=tolerance,
        fair_rounds=snapshot.fair_rounds,
        multipliers=by_measure[0],
        false_positive_multipliers=by_measure[1] if len(by_measure) > 1 else (),
        binding_groups=tuple(names[broken.any(axis=0)].tolist()),
        at_cap=tuple(names[(broken & ascent.at_cap(snapshot.multipliers)).any(axis=0)].tolist()),
        rise_is_sure=plain is None or rises_surely(settings.constraint, held_out, plain.judged, plain.flagged, flagged),
        seconds=time.perf_counter() - began,
    )
    return FittedRow(booster=booster, calibrator=calibrator, judged=row, flagged=flagged)


def _ascent(settings: Settings, tolerance: float, held_out: Births) -> DualAscent:
    return DualAscent(
        constraint=settings.constraint,
        tolerance=tolerance,
        rate=settings.dual_rate,
        cap=settings.dual_cap,
        constrained=held_out.women.constrained,
    )
