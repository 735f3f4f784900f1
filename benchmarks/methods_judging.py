"""Each method fitted on one ground with one seed, and counted, group by group, on births that took no part in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from models.encoding import Encoding
from records.groups import NOT_KNOWN
from records.records import Records
from training.capacity import capacity_threshold
from training.cohort import OBSERVED, assemble
from training.design_choice import RetrainRequest, design_for
from training.fair_boost import HELD_OUT, TRAINING, Certificate, FairBoostClassifier
from training.fitting import FittedModel, fit
from training.offer_policy import LevelUp, level_up
from training.split import hold_out

__all__ = [
    "AT_THE_FLOOR",
    "FLOOR",
    "LEVEL_UP",
    "PARITY",
    "ROW_0",
    "Counted",
    "FittedOn",
    "Part",
    "SeedRun",
    "Unseen",
    "count",
    "judge",
    "timed",
]

ROW_0 = "row 0: plain, blind"
FLOOR = "`tpr_floor`, the chosen row"
LEVEL_UP = "level-up cuts on row 0"
AT_THE_FLOOR = "level-up cuts, aimed at the floor itself"
PARITY = "two-sided parity (`tpr`)"

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What a method does to unseen births; arrays have one entry a group. ``expected`` is the sum of its risks.

    ``truly_expected`` and ``truly_found`` are sums of the simulator's own risks, over everyone and over those flagged;
    None of real births.
    """

    births: NDArray[np.float64]
    events: NDArray[np.float64]
    found: NDArray[np.float64]
    flagged: NDArray[np.float64]
    expected: NDArray[np.float64]
    auroc: float
    cost: float
    truly_expected: NDArray[np.float64] | None = None
    truly_found: NDArray[np.float64] | None = None

    @property
    def true_sensitivity(self) -> NDArray[np.float64]:
        """By group: the share of expected events that is flagged, free of the chance of who had the event. NaN where
        true risks are not known."""
        if self.truly_expected is None or self.truly_found is None:
            return np.full(self.events.shape, np.nan)
        return self.truly_found / self.truly_expected

    @property
    def overall_true_sensitivity(self) -> float:
        if self.truly_expected is None or self.truly_found is None:
            return float("nan")
        return float(self.truly_found.sum() / self.truly_expected.sum())

    @property
    def sensitivity(self) -> NDArray[np.float64]:
        """By group; NaN where a group has no event."""
        return np.divide(self.found, self.events, out=np.full(self.events.shape, np.nan), where=self.events > 0)

    @property
    def overall_sensitivity(self) -> float:
        return float(self.found.sum() / self.events.sum())

    @property
    def observed_over_expected(self) -> NDArray[np.float64]:
        """By group; infinite where a method expects nothing."""
        return np.divide(self.events, self.expected, out=np.full(self.events.shape, np.inf), where=self.expected > 0)

    @property
    def flags_per_1000(self) -> float:
        return float(1000 * self.flagged.sum() / self.births.sum())

    def net_benefit(self, cut: float) -> float:
        """For a woman, at the odds of ``cut`` (Vickers and Elkin, Med Decis Making 2006;26:565-574)."""
        unfounded = self.flagged.sum() - self.found.sum()
        return float((self.found.sum() - unfounded * cut / (1 - cut)) / self.births.sum())


@dataclass(frozen=True, kw_only=True)
class SeedRun:
    """``by_method`` in the order of the table. Promises are of the held-out births that level-up cuts were fitted
    on, `Counted` figures of births that nothing was fitted on. ``cut`` is row 0's; ``certificate`` the chosen row's."""

    groups: tuple[str, ...]
    by_method: dict[str, Counted]
    tolerance: float
    chosen: str
    split: str
    promised: dict[str, Promise]
    cut: float
    certificate: Certificate


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Flags per 1,000 women by level-up cuts on the births they were fitted on, and without the lower cuts."""

    flags_per_1000: float
    flags_per_1000_before: float

    @property
    def extra(self) -> float:
        return self.flags_per_1000 - self.flags_per_1000_before


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """Births that nothing was fitted on. ``true_risk`` is None of real ones."""

    predictors: NDArray[np.float64]
    event: NDArray[np.bool_]
    group: NDArray[np.str_]
    names: tuple[str, ...]
    true_risk: NDArray[np.float64] | None

    @classmethod
    def of(cls, births: pl.DataFrame, encoding: Encoding, true_risks: pl.DataFrame | None) -> Unseen:
        group = _groups(births)
        return cls(
            predictors=encoding.encode(births),
            event=births[OBSERVED].to_numpy().astype(bool),
            group=group,
            names=tuple(sorted(set(group.tolist()))),
            true_risk=None
            if true_risks is None
            else births.select("pregnancy_id").join(true_risks, on="pregnancy_id", how="left")["true_risk"].to_numpy(),
        )

    def count(self, risk: NDArray[np.float64], cut: NDArray[np.float64] | float, cost: float) -> Counted:
        return count(self.event, risk, risk >= cut, self.group, self.names, cost=cost, true_risk=self.true_risk)


@dataclass(frozen=True, kw_only=True)
class Part:
    """Births of one part of the inner split, encoded."""

    predictors: NDArray[np.float64]
    event: NDArray[np.bool_]
    group: NDArray[np.str_]

    @classmethod
    def of(cls, births: pl.DataFrame, encoding: Encoding) -> Part:
        return cls(
            predictors=encoding.encode(births),
            event=births[OBSERVED].to_numpy().astype(bool),
            group=_groups(births),
        )


@dataclass(frozen=True, kw_only=True)
class FittedOn:
    """What another method is given: the births that ours was fitted on, part by part, and row 0. ``plain_seconds`` of
    CPU are what costs are counted in."""

    training: Part
    held_out: Part
    unseen: Unseen
    classifier: FairBoostClassifier
    plain_seconds: float

    @classmethod
    def of(
        cls, fitted: FittedModel, known: pl.DataFrame, parts: NDArray[np.int8], unseen: Unseen, plain_seconds: float
    ) -> FittedOn:
        encoding = fitted.model.encoding
        return cls(
            training=Part.of(known.filter(parts == TRAINING), encoding),
            held_out=Part.of(known.filter(parts == HELD_OUT), encoding),
            unseen=unseen,
            classifier=fitted.classifier,
            plain_seconds=plain_seconds,
        )

    @property
    def row_0_cut(self) -> float:
        return float(self.classifier.frontier_[0].figures.threshold)


def judge(
    records: Records,
    request: RetrainRequest,
    true_risks: pl.DataFrame | None = None,
    others: Callable[[FittedOn], dict[str, Counted]] | None = None,
) -> SeedRun:
    """``true_risks``: `pregnancy_id` and `true_risk`, where births are simulated. ``others`` adds methods of its own,
    fitted and counted on the same births.

    Cohort, split and fits as `training.retrain` makes them. The cost of a method is the CPU time of all of it over
    that of encoding the same births and fitting the same plain trees; a constrained one includes its whole frontier."""
    cohort = assemble(request.outcome, request.point, records)
    design = design_for(request, cohort)
    split = hold_out(cohort.frame, fraction=design.holdout_fraction, seed=design.seed)
    training = split.training(cohort.frame)
    floor, floor_seconds = timed(lambda: fit(design, cohort, training))
    parity, parity_seconds = timed(lambda: fit(replace(design, constraint="tpr"), cohort, training))
    encoding = floor.model.encoding
    known, parts = _parts(floor.classifier, training)
    _, plain_seconds = timed(lambda: _fit_plain(floor.classifier, encoding, known.filter(parts == TRAINING)))
    raised, raising_seconds = timed(lambda: _level_up(floor, known.filter(parts == HELD_OUT)))

    asked = _row_asked_for(parity.classifier)
    parity_cut = capacity_threshold(
        parity.classifier, asked, encoding=encoding, training=training, parts=parts, alert_rate=design.alert_rate
    )
    unseen = Unseen.of(_ascertained(split.holdout(cohort.frame)), encoding, true_risks)
    plain_risk = floor.classifier.risk_at(unseen.predictors, 0)
    chosen_risk = floor.classifier.risk_at(unseen.predictors, floor.classifier.chosen_row_)
    parity_risk = parity.classifier.risk_at(unseen.predictors, asked)
    plain_cut, chosen_cut = floor.row_0.offer_policy.threshold, floor.model.offer_policy.threshold
    at_the_floor = _level_up(floor, known.filter(parts == HELD_OUT), standard_errors=0.0)
    raising = 1 + raising_seconds / plain_seconds
    added = {} if others is None else others(FittedOn.of(floor, known, parts, unseen, plain_seconds))
    return SeedRun(
        groups=unseen.names,
        by_method={
            ROW_0: unseen.count(plain_risk, plain_cut, 1.0),
            FLOOR: unseen.count(chosen_risk, chosen_cut, floor_seconds / plain_seconds),
            LEVEL_UP: unseen.count(plain_risk, _cuts(raised, unseen.group), raising),
            AT_THE_FLOOR: unseen.count(plain_risk, _cuts(at_the_floor, unseen.group), raising),
            PARITY: unseen.count(parity_risk, parity_cut, parity_seconds / plain_seconds),
            **added,
        },
        tolerance=design.tolerance,
        chosen=floor.classifier.chosen_,
        split=split.description,
        promised={LEVEL_UP: _promise(raised), AT_THE_FLOOR: _promise(at_the_floor)},
        cut=plain_cut,
        certificate=floor.classifier.certificate_,
    )


def count(
    event: NDArray[np.bool_],
    risk: NDArray[np.float64],
    flag: NDArray[np.bool_] | NDArray[np.float64],
    group: NDArray[np.str_],
    names: tuple[str, ...],
    *,
    cost: float,
    true_risk: NDArray[np.float64] | None = None,
) -> Counted:
    """``flag`` is each woman's, or the chance of it where a method draws at random."""
    members = [group == name for name in names]

    def by_group(amount: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([amount[member].sum() for member in members], dtype=np.float64)

    return Counted(
        births=by_group(np.ones(len(risk))),
        events=by_group(event.astype(np.float64)),
        found=by_group(event * flag.astype(np.float64)),
        flagged=by_group(flag.astype(np.float64)),
        expected=by_group(risk),
        auroc=float(roc_auc_score(event, risk)),
        cost=cost,
        truly_expected=None if true_risk is None else by_group(true_risk),
        truly_found=None if true_risk is None else by_group(true_risk * flag),
    )


def _row_asked_for(classifier: FairBoostClassifier) -> int:
    """The row of the asked tolerance with all its rounds: two-sided parity as it is, not as this project would cut it
    short where it lowers a group."""
    return next(i for i, row in enumerate(classifier.frontier_) if row.tolerance == classifier.tolerance)


def _parts(classifier: FairBoostClassifier, training: pl.DataFrame) -> tuple[pl.DataFrame, NDArray[np.int8]]:
    known = _ascertained(training)
    observed = known[OBSERVED].to_numpy().astype(np.int8)
    women = known.select(pl.coalesce("woman_id", "pregnancy_id")).to_series().to_numpy()
    return known, classifier.split_parts(observed, sensitive_features=_groups(known), groups=women)


def _fit_plain(classifier: FairBoostClassifier, encoding: Encoding, births: pl.DataFrame) -> None:
    clone(classifier.estimator).fit(encoding.encode(births), births[OBSERVED].to_numpy().astype(np.int8))


def _level_up(fitted: FittedModel, held_out: pl.DataFrame, **aim: float) -> LevelUp:
    risk, observed = _held_out_risk(fitted, held_out)
    cut = fitted.row_0.offer_policy.threshold
    overall = float((risk[observed] >= cut).mean())
    floor = max(0.0, overall - fitted.classifier.tolerance)
    return level_up(risk, observed, _groups(held_out), floor, threshold=cut, **aim)


def _promise(raised: LevelUp) -> Promise:
    return Promise(flags_per_1000=raised.flags_per_1000_after, flags_per_1000_before=raised.flags_per_1000_before)


def _held_out_risk(fitted: FittedModel, held_out: pl.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    risk = fitted.classifier.risk_at(fitted.row_0.encoding.encode(held_out), 0)
    return risk, held_out[OBSERVED].to_numpy().astype(bool)


def _cuts(raised: LevelUp, group: NDArray[np.str_]) -> NDArray[np.float64]:
    return np.array([raised.policy.cut_for(name) for name in group.tolist()])


def _ascertained(births: pl.DataFrame) -> pl.DataFrame:
    return births.filter(pl.col(OBSERVED).is_not_null())


def _groups(births: pl.DataFrame) -> NDArray[np.str_]:
    return np.asarray(births["ethnic_group"].fill_null(NOT_KNOWN).to_numpy(), dtype=str)


def timed(run: Callable[[], Result]) -> tuple[Result, float]:
    began = time.process_time()
    result = run()
    return result, time.process_time() - began
