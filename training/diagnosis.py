"""What can be known to be wrong before anything is fitted: too few events, an implausible rate, a leak.

Follows the domains of PROBAST (Wolff et al. 2019). It refuses what no model could mend, and marks 'development only'
what a model may be fitted on but not promoted from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import rankdata

from fairness_audits.figures import Figure
from models.encoding import Encoding
from models.outcomes import Outcome
from records.concepts import CONCEPTS
from records.errors import EquipartumError
from training.cohort import OBSERVED, Cohort, ascertained

__all__ = [
    "Diagnosis",
    "ImplausibleRate",
    "OneClassOutcome",
    "SampleSize",
    "SuspectedLeak",
    "TooFewEvents",
    "after_evaluation",
    "diagnose",
    "sample_size_needed",
]

FEWEST_EVENTS = 50
# No single booking fact discriminates so well: a result above it is the outcome under another name.
LEAK_AUROC = 0.85


class OneClassOutcome(EquipartumError):
    """Everyone or nobody in the cohort had the outcome."""


class TooFewEvents(EquipartumError):
    """Fewer events than any evaluation by group can use."""


class ImplausibleRate(EquipartumError):
    """An outcome rate that no maternity population has."""


class SuspectedLeak(EquipartumError):
    """A predictor, or its being recorded, all but tells the outcome."""


@dataclass(frozen=True, kw_only=True)
class SampleSize:
    """Births needed by each criterion of Riley et al. 2020 (BMJ 368:m441), and births there are."""

    shrinkage: int
    optimism: int
    overall_risk: int
    available: int

    @property
    def needed(self) -> int:
        return max(self.shrinkage, self.optimism, self.overall_risk)

    @property
    def is_enough(self) -> bool:
        return self.available >= self.needed


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """``status`` is 'adequate' or 'development only'; ``remarks`` are sentences for the card and the log."""

    rate: float
    events: int
    sample_size: SampleSize
    status: str
    remarks: tuple[str, ...]


def sample_size_needed(rate: float, parameters: int, available: int) -> SampleSize:
    """The three criteria for a binary outcome of prevalence ``rate`` and ``parameters`` candidate columns.

    The anticipated Cox-Snell R2 is 15 % of its maximum, as Riley et al. advise where no earlier model gives one.
    """
    log_likelihood = rate * math.log(rate) + (1 - rate) * math.log(1 - rate)
    largest = 1 - math.exp(2 * log_likelihood)
    anticipated = 0.15 * largest

    def births_for(shrinkage: float) -> int:
        return math.ceil(parameters / ((shrinkage - 1) * math.log(1 - anticipated / shrinkage)))

    return SampleSize(
        shrinkage=births_for(0.9),
        optimism=births_for(anticipated / (anticipated + 0.05 * largest)),
        overall_risk=math.ceil((1.96 / 0.05) ** 2 * rate * (1 - rate)),
        available=available,
    )


def diagnose(cohort: Cohort, training: pl.DataFrame) -> Diagnosis:
    """Judges the training part. Raises one of this module's errors where nothing should be fitted."""
    known = ascertained(training)
    observed = known[OBSERVED].to_numpy()
    events = int(observed.sum())
    _refuse_one_class(cohort.outcome, events, known.height)
    rate = events / known.height
    _refuse_implausible(cohort, rate)
    if events < FEWEST_EVENTS:
        raise TooFewEvents(
            f"{cohort.outcome.name}: fewer than {FEWEST_EVENTS} events in the training part. So many are needed before "
            "anything can be said of any group. Pool years or sites."
        )
    encoding = Encoding.of(cohort.predictors)
    _refuse_leaks(encoding, encoding.encode(known), observed)
    size = sample_size_needed(rate, len(encoding.columns), known.height)
    return Diagnosis(
        rate=rate,
        events=events,
        sample_size=size,
        status="adequate" if size.is_enough else "development only",
        remarks=tuple(_remarks(cohort, size)),
    )


def after_evaluation(diagnosis: Diagnosis, outcome: Outcome, auroc: Figure) -> Diagnosis:
    """The diagnosis once held-out women were scored: what discriminates better than honest work does is not adequate.

    Judged by the lower 95 % limit, so that chance in a small holdout accuses nobody.
    """
    if auroc.low is None or auroc.low <= outcome.honest_auroc:
        return diagnosis
    remark = (
        f"Development only: held-out AUROC {auroc.text} lies above {outcome.honest_auroc}, the most that is honestly "
        "found for this outcome. Look for a fact that was recorded after it."
    )
    return replace(diagnosis, status="development only", remarks=(*diagnosis.remarks, remark))


def _refuse_one_class(outcome: Outcome, events: int, births: int) -> None:
    if births == 0:
        raise OneClassOutcome(f"{outcome.name} is not ascertained for anyone in the training part")
    if events in (0, births):
        who = "nobody" if events == 0 else "everyone"
        raise OneClassOutcome(f"{outcome.name}: {who} of {births:,} women had it, so there is nothing to learn from")


def _refuse_implausible(cohort: Cohort, rate: float) -> None:
    low, high = cohort.outcome.plausible_rate
    if not low <= rate <= high:
        raise ImplausibleRate(
            f"{cohort.outcome.name} ('{cohort.definition}') happened to {rate:.2%} of the women of the training part; "
            f"a maternity population has {low:.2%} to {high:.2%}. Check the definition's fields and their codes."
        )


def _refuse_leaks(encoding: Encoding, encoded: npt.NDArray[np.float64], observed: npt.NDArray[np.bool_]) -> None:
    for name, column in zip(encoding.names, encoded.T, strict=True):
        absent = np.isnan(column)
        if absent.all():
            continue
        for what, values in (
            (f"{name} being recorded", absent),
            (name, np.where(absent, np.nanmedian(column), column)),
        ):
            if np.ptp(values.astype(float)) > 0 and (found := _auroc(values, observed)) > LEAK_AUROC:
                raise SuspectedLeak(
                    f"{what} alone discriminates the outcome with AUROC {found:.2f}; no honest fact does "
                    f"(limit {LEAK_AUROC}). It was recorded after the outcome, or is the outcome."
                )


def _auroc(values: npt.NDArray[np.float64], observed: npt.NDArray[np.bool_]) -> float:
    """Either direction counts."""
    ranks = rankdata(values)
    events = int(observed.sum())
    area = (ranks[observed].sum() - events * (events + 1) / 2) / (events * (len(observed) - events))
    return float(max(area, 1 - area))


def _remarks(cohort: Cohort, size: SampleSize) -> list[str]:
    remarks = []
    if not size.is_enough:
        remarks.append(
            f"Development only: {size.available:,} births with an ascertained outcome, and the criteria of Riley et "
            f"al. 2020 ask for {size.needed:,}. Boosted trees need more than the regression these are made for "
            "(van der Ploeg et al. 2014)."
        )
    if cohort.lacking_predictors:
        titles = "; ".join(CONCEPTS[name].title for name in cohort.lacking_predictors)
        remarks.append(f"Predictors not in these files: {titles}.")
    if not cohort.has_ethnicity:
        remarks.append("Ethnicity is not recorded in these files: no disparity can be shown from them.")
    if cohort.definition.is_proxy:
        remarks.append(f"The outcome is a proxy: {cohort.definition.name}. Local practice enters it.")
    return [*remarks, *cohort.definition.cautions]
