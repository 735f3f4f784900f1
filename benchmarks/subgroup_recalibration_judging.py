"""One plain, blind fit, its risks moved by group in several ways, each judged on births that none was fitted on."""

from __future__ import annotations

import math
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import log_loss, roc_auc_score

from fairness_audits.calibration_error import calibration_error
from records.groups import NOT_KNOWN
from records.records import Records
from training.capacity import women_offered_to
from training.cohort import OBSERVED, assemble
from training.design_choice import RetrainRequest, design_for
from training.fair_boost import HELD_OUT
from training.fitting import fit
from training.group_adjustment import fit_group_intercept, fit_subgroup_recalibration
from training.offer_policy import absolute_threshold
from training.split import hold_out

__all__ = ["BLIND", "INTERCEPTS", "MCGRAD", "SUBGROUPS", "Counting", "Judged", "Seed", "judge_seed"]

BLIND = "blind: as the plain fit says"
INTERCEPTS = "an intercept for each group"
SUBGROUPS = "subgroup recalibration"
MCGRAD = "MCGrad"

Floats = NDArray[np.float64]
RiskOf = Callable[[pl.DataFrame], Floats]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One way on unseen births; arrays have one entry a group, or a crossing of group and quintile.

    ``expected`` is the sum of risks told. ``true_over_expected`` sums true risks instead of events, scaled to as many:
    known of simulated births alone.
    """

    sensitivity: Floats
    observed_over_expected: Floats
    calibration_error: Floats
    crossing_observed_over_expected: Floats
    true_over_expected: Floats
    crossing_true_over_expected: Floats
    overall_sensitivity: float
    flags_per_1000: float
    auroc: float
    log_loss: float
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Seed:
    """``moved`` is how many subgroups the recalibration moves, by what columns ``by``; events by group and crossing."""

    groups: tuple[str, ...]
    crossings: tuple[str, ...]
    events: Floats
    crossing_events: Floats
    by_way: dict[str, Judged]
    by: tuple[str, ...]
    moved: int
    split: str


def judge_seed(records: Records, request: RetrainRequest, truth: pl.DataFrame | None, mcgrad: Path | None) -> Seed:
    """``mcgrad`` is the Python of an environment that holds it."""
    cohort = assemble(request.outcome, request.point, records)
    design = design_for(request, cohort)
    split = hold_out(cohort.frame, fraction=design.holdout_fraction, seed=design.seed)
    training = split.training(cohort.frame)
    unseen = split.holdout(cohort.frame).filter(pl.col(OBSERVED).is_not_null())
    fitted = fit(design, cohort, training)
    model = fitted.row_0
    held_out = training.filter(pl.col(OBSERVED).is_not_null()).filter(fitted.parts == HELD_OUT)
    offered_to, weight = women_offered_to(training, fitted.parts)

    risk, event, groups = model.predict(held_out), held_out[OBSERVED].to_numpy(), _groups(held_out)
    women = held_out.select(pl.coalesce("woman_id", "pregnancy_id")).to_series().to_numpy()
    began = time.process_time()
    intercepts = fit_group_intercept(risk, event, groups["ethnic_group"])
    middle = time.process_time()
    subgroups = fit_subgroup_recalibration(
        risk, event, groups["ethnic_group"], groups["deprivation_quintile"], women=women
    )
    ended = time.process_time()
    ways: dict[str, tuple[RiskOf, float]] = {
        BLIND: (model.predict, 0.0),
        INTERCEPTS: (lambda births: intercepts.apply(model.predict(births), _groups(births)), middle - began),
        SUBGROUPS: (lambda births: subgroups.apply(model.predict(births), _groups(births)), ended - middle),
    }
    if mcgrad is not None:
        told, seconds = _by_mcgrad(mcgrad, held_out, risk, pl.concat([offered_to, unseen]), model.predict)
        by_id = dict(zip(pl.concat([offered_to, unseen])["pregnancy_id"], told, strict=True))
        ways[MCGRAD] = (lambda births: np.array([by_id[one] for one in births["pregnancy_id"]]), seconds)

    counting = Counting(unseen, truth, request.outcome)
    return Seed(
        groups=counting.groups,
        crossings=counting.crossings,
        events=counting.total(counting.event, counting.group_code, len(counting.groups)),
        crossing_events=counting.total(counting.event, counting.crossing_code, len(counting.crossings)),
        by_way={
            name: counting.judged(
                risk_of(unseen), absolute_threshold(risk_of(offered_to), design.alert_rate, weight), seconds
            )
            for name, (risk_of, seconds) in ways.items()
        },
        by=subgroups.by,
        moved=len(subgroups.shifts),
        split=split.description,
    )


class Counting:
    """Unseen births, of which every way is counted alike."""

    def __init__(self, unseen: pl.DataFrame, truth: pl.DataFrame | None, outcome: str) -> None:
        groups = _groups(unseen)
        crossing = [f"{group} / {quintile}" for group, quintile in zip(*groups.values(), strict=True)]
        self.event = unseen[OBSERVED].to_numpy().astype(np.float64)
        self.groups, self.group_code = _coded(groups["ethnic_group"])
        self.crossings, self.crossing_code = _coded(crossing)
        self.true_risk = np.full(self.event.size, math.nan)
        if truth is not None:
            risks = truth.select("pregnancy_id", true=f"{outcome}_true_risk")
            joined = unseen.select("pregnancy_id").join(risks, on="pregnancy_id", how="left", maintain_order="left")
            # true risks are of all births: those not in the cohort (stillbirths) would have had the event more often
            self.true_risk = joined["true"].to_numpy() * (self.event.sum() / joined["true"].sum())

    @staticmethod
    def total(amount: Floats, code: NDArray[np.intp], groups: int) -> Floats:
        return np.bincount(code, weights=amount, minlength=groups).astype(np.float64)

    def judged(self, risk: Floats, cut: float, seconds: float) -> Judged:
        flag = risk >= cut
        of_group = (self.group_code, len(self.groups))
        of_crossing = (self.crossing_code, len(self.crossings))
        events, found = self.total(self.event, *of_group), self.total(self.event * flag, *of_group)
        expected, in_crossing = self.total(risk, *of_group), self.total(risk, *of_crossing)
        return Judged(
            sensitivity=np.divide(found, events, out=np.full(events.shape, math.nan), where=events > 0),
            observed_over_expected=events / expected,
            calibration_error=np.array([self._error(risk, self.group_code == code) for code in range(of_group[1])]),
            crossing_observed_over_expected=self.total(self.event, *of_crossing) / in_crossing,
            true_over_expected=self.total(self.true_risk, *of_group) / expected,
            crossing_true_over_expected=self.total(self.true_risk, *of_crossing) / in_crossing,
            overall_sensitivity=float(found.sum() / events.sum()),
            flags_per_1000=float(1000 * flag.mean()),
            auroc=float(roc_auc_score(self.event, risk)),
            log_loss=float(log_loss(self.event, risk)),
            seconds=seconds,
        )

    def _error(self, risk: Floats, inside: NDArray[np.bool_]) -> float:
        order = np.argsort(risk[inside], kind="stable")
        event, told = self.event[inside][order], risk[inside][order]
        return calibration_error(event, 1 - event, np.ones(event.size), told).value


def _by_mcgrad(
    python: Path, held_out: pl.DataFrame, risk: Floats, judged: pl.DataFrame, predict: RiskOf
) -> tuple[Floats, float]:
    """Risks by MCGrad in its own environment; the births are on disk only as long as it runs."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        observed = held_out[OBSERVED].cast(pl.Int8)
        pl.DataFrame({"risk": risk, "observed": observed, **_groups(held_out)}).write_csv(folder / "fit.csv")
        pl.DataFrame({"risk": predict(judged), **_groups(judged)}).write_csv(folder / "judge.csv")
        script = Path(__file__).with_name("mcgrad_elsewhere.py")
        alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        subprocess.run([python, script, folder], check=True, env=alone, stdout=subprocess.DEVNULL)
        told = pl.read_csv(folder / "risks.csv")["risk"].to_numpy()
        return told, float((folder / "seconds.txt").read_text(encoding="utf-8"))


def _groups(births: pl.DataFrame) -> dict[str, list[str]]:
    quintile = births["deprivation_quintile"].cast(pl.String).fill_null(NOT_KNOWN)
    return {
        "ethnic_group": births["ethnic_group"].fill_null(NOT_KNOWN).to_list(),
        "deprivation_quintile": quintile.to_list(),
    }


def _coded(labels: list[str]) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    names, codes = np.unique(np.array(labels), return_inverse=True)
    return tuple(names.tolist()), codes.astype(np.intp)
