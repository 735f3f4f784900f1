"""What a retrain would do, without fitting anything."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from fairness_audits.wording import cannot_be_evaluated
from models.encoding import Encoding
from models.site_rules import NO_SITE_RULES, SiteRules
from records.records import Records
from training.cohort import OBSERVED, assemble
from training.cross_fit import FOLDS, is_cross_fitted
from training.design_choice import RetrainRequest, design_for
from training.diagnosis import diagnose
from training.split import hold_out
from training.tuning.asked import Tuning
from training.tuning.expected_time import expected_search

__all__ = ["DryRun", "plan"]

# Seconds a retrain takes whatever its size (registry, audit, report), and nanoseconds a birth, column and tree:
# for two cores with nothing else to do, after the CPU seconds in docs/benchmarks/scale.md.
FIXED_SECONDS = 15.0
NANOSECONDS_A_CELL = 5.0


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """The cohort and the design; ``events_by_group`` holds (group, births, events, not ascertained)."""

    registered_name: str
    definition: str
    denominator: str
    split: str
    births_to_fit: int
    births_needed: int
    status: str
    lacking: tuple[str, ...]
    rules_not_evaluated: tuple[str, ...]
    predictors: tuple[str, ...]
    events_by_group: tuple[tuple[str, int, int, int], ...]
    expected_seconds: float
    design_digest: str
    tuning_seconds: float = 0.0
    tuning_trials: int = 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def plan(
    request: RetrainRequest,
    records: Records,
    site_rules: SiteRules = NO_SITE_RULES,
    tuning: Tuning | None = None,
) -> DryRun:
    """Raises what `retrain` would raise before fitting."""
    cohort = assemble(request.outcome, request.point, records, site_rules=site_rules)
    design = design_for(request, cohort)
    split = hold_out(cohort.frame, fraction=design.holdout_fraction, seed=design.seed)
    training = split.training(cohort.frame)
    diagnosis = diagnose(cohort, training)
    trees = int(design.booster["n_estimators"]) + 3 * design.fair_rounds
    # Each of K folds is fitted on K - 1 of them: K - 1 times the births of the fit itself.
    times = FOLDS if is_cross_fitted(cohort.denominator.in_cohort, asked=request.cross_fit) else 1
    cells = training.height * len(Encoding.of(design.predictors).columns) * trees * times
    tuning_seconds, tuning_trials = (0.0, 0) if tuning is None else expected_search(tuning, design, training.height)
    return DryRun(
        registered_name=design.registered_name,
        definition=str(cohort.definition),
        denominator=str(cohort.denominator),
        split=split.description,
        births_to_fit=int(training[OBSERVED].count()),
        births_needed=diagnosis.sample_size.needed,
        status=diagnosis.status,
        lacking=cohort.lacking_predictors,
        rules_not_evaluated=tuple(
            cannot_be_evaluated(f"today’s rule ({one.rule.title})", one.why_not) for one in cohort.rules if one.why_not
        ),
        predictors=cohort.predictors,
        events_by_group=tuple(cohort.events_by_group().iter_rows()),
        expected_seconds=round(FIXED_SECONDS + cells * NANOSECONDS_A_CELL * 1e-9 + tuning_seconds, 1),
        design_digest=design.digest,
        tuning_seconds=tuning_seconds,
        tuning_trials=tuning_trials,
    )
