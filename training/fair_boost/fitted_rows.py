"""Fitting the rows of a frontier on one live booster: the plain fit, then fair rounds for each tolerance in turn."""

from __future__ import annotations

import time
from dataclasses import dataclass

import lightgbm
import numpy as np
from numpy.typing import NDArray

from models.calibrator import Calibrator
from training.calibration import fit_calibrator
from training.fair_boost.births import Births
from training.fair_boost.figures import RowFigures, figures_of
from training.fair_boost.frontier import FrontierRow, row_against
from training.fair_boost.live_booster import LiveBooster
from training.fair_boost.multipliers import DualAscent
from training.fair_boost.rounds import HeldOutSensitivity, PulledLogLoss, fair_rounds
from training.fair_boost.settings import Settings
from training.offer_policy import absolute_threshold

__all__ = ["FittedRow", "fit_rows"]


@dataclass(frozen=True, kw_only=True)
class FittedRow:
    """A model that can be used, and how it was judged."""

    booster: lightgbm.Booster
    calibrator: Calibrator
    judged: FrontierRow


def fit_rows(
    live: LiveBooster, training: Births, held_out: Births, settings: Settings, began: float
) -> list[FittedRow]:
    """Row 0 and one row a tolerance, loosest first; each continues the plain fit, with the multipliers of the last.

    ``began`` is when the plain fit did, on `time.perf_counter`.
    """
    loss = PulledLogLoss(training, alert_rate=settings.alert_rate, width=settings.width)
    sensitivity = HeldOutSensitivity(held_out, alert_rate=settings.alert_rate, pseudo_events=settings.pseudo_events)
    multipliers = np.zeros(len(training.women.names))
    plain = _judged(live, held_out, settings, None, multipliers, None, began)
    rows = [plain]
    for tolerance in settings.tolerances:
        began = time.perf_counter()
        live.back_to_plain()
        ascent = _ascent(settings, tolerance, held_out)
        multipliers = fair_rounds(live, loss, sensitivity, ascent, multipliers, settings.fair_rounds)
        rows.append(_judged(live, held_out, settings, tolerance, multipliers, plain.judged.figures, began))
    return rows


def _judged(
    live: LiveBooster,
    held_out: Births,
    settings: Settings,
    tolerance: float | None,
    multipliers: NDArray[np.float64],
    row_0: RowFigures | None,
    began: float,
) -> FittedRow:
    scores = live.held_out_scores()
    calibrator = fit_calibrator(scores, held_out.event, sample_weight=held_out.weight, kind=settings.calibration)
    risk = calibrator.apply(scores)
    threshold = absolute_threshold(risk, settings.alert_rate, held_out.weight)
    figures = figures_of(
        held_out,
        risk,
        threshold=threshold,
        benefit_threshold=threshold if row_0 is None else row_0.threshold,
        tolerance=settings.tolerance,
        pseudo_events=settings.pseudo_events,
    )
    ascent = _ascent(settings, settings.tolerance if tolerance is None else tolerance, held_out)
    shortfall = figures.sensitivity - np.array([group.shrunken_sensitivity for group in figures.groups])
    broken = np.abs(ascent.excess(shortfall)) > 1e-12
    names = held_out.women.names
    row = row_against(
        row_0,
        figures,
        tolerance=tolerance,
        multipliers=tuple(zip(names, multipliers.tolist(), strict=True)),
        binding_groups=tuple(name for name, breaks in zip(names, broken, strict=True) if breaks),
        at_cap=tuple(name for name, full in zip(names, broken & ascent.at_cap(multipliers), strict=True) if full),
        seconds=time.perf_counter() - began,
    )
    return FittedRow(booster=live.frozen(), calibrator=calibrator, judged=row)


def _ascent(settings: Settings, tolerance: float, held_out: Births) -> DualAscent:
    return DualAscent(
        constraint="tpr" if settings.constraint == "tpr" else "tpr_floor",
        tolerance=tolerance,
        rate=settings.dual_rate,
        cap=settings.dual_cap,
        constrained=held_out.women.constrained,
    )
