"""What an update makes of a version, before it is judged: the same trees recalibrated, or others fitted on the site's
births."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from fairness_audits.context_rows import GroupAgainstVersion
from fairness_audits.policy import AuditPolicy
from models.design import ModelDesign
from models.home import Home
from models.risk_model import RiskModel
from training.diagnosis import Diagnosis, diagnose
from training.fitting import FittedModel, fit
from training.judged import Judged, judge
from training.prepared import Prepared
from training.recalibration_to_site.comparison import Comparison
from training.recalibration_to_site.held_out import diagnosis_here, judge_held_out
from training.recalibration_to_site.local_births import HELD_OUT, LocalBirths
from training.recalibration_to_site.updated import Updated, updated
from training.validation.recalibration import IN_THE_LARGE, NONE, REFIT, SLOPE

__all__ = ["Made", "made_under"]

Say = Callable[[str], None]
Against = Sequence[GroupAgainstVersion]

#: How many numbers an update that keeps the trees learns.
NUMBERS_LEARNT = {NONE: 0, IN_THE_LARGE: 1, SLOPE: 2}


class Made(Protocol):
    """``told`` says what was done to the risks, without a full stop."""

    @property
    def model(self) -> RiskModel: ...
    @property
    def told(self) -> str: ...
    @property
    def design(self) -> ModelDesign: ...
    @property
    def diagnosis(self) -> Diagnosis: ...
    def judge(self, home: Home, policy: AuditPolicy, notes: Sequence[str], against: Against, say: Say) -> Judged: ...


@dataclass(frozen=True, kw_only=True)
class _SameTrees:
    updated: Updated
    local: LocalBirths
    diagnosis: Diagnosis

    @property
    def model(self) -> RiskModel:
        return self.updated.model

    @property
    def told(self) -> str:
        return self.updated.told

    @property
    def design(self) -> ModelDesign:
        return self.model.design

    def judge(self, home: Home, policy: AuditPolicy, notes: Sequence[str], against: Against, say: Say) -> Judged:
        say(f"auditing {self.local.held_out.frame.height:,} births held out")
        return judge_held_out(self.model, self.local, home, policy, told=self.told, notes=notes, against=against)


@dataclass(frozen=True, kw_only=True)
class _FittedAnew:
    fitted: FittedModel
    ready: Prepared

    @property
    def model(self) -> RiskModel:
        return self.fitted.model

    @property
    def told(self) -> str:
        return f"fitted anew on births of this site: {self.fitted.classifier.chosen_}"

    @property
    def design(self) -> ModelDesign:
        return self.ready.design

    @property
    def diagnosis(self) -> Diagnosis:
        return self.ready.diagnosis

    def judge(self, home: Home, policy: AuditPolicy, notes: Sequence[str], against: Against, say: Say) -> Judged:
        return judge(
            self.ready,
            self.design,
            self.fitted,
            home,
            policy,
            notes=notes,
            cross_fitted=False,
            say=say,
            against_version=against,
        )


def made_under(update: str, compared: Comparison, *, alert_rate: float | None, say: Say) -> Made | None:
    """None where the update would leave everything as it is."""
    local = compared.local
    if update == REFIT:
        return _fitted_anew(local, alert_rate, say)
    changed = updated(update, local, alert_rate=alert_rate)
    if not changed.is_changed:
        return None
    diagnosis = diagnosis_here(compared.version, local, NUMBERS_LEARNT[update])
    return _SameTrees(updated=changed, local=local, diagnosis=diagnosis)


def _fitted_anew(local: LocalBirths, alert_rate: float | None, say: Say) -> _FittedAnew:
    """By the version's own design, booster settings and constraint. Raises what `diagnose` raises."""
    before, cohort = local.births.model.design, local.births.cohort
    diagnosis = diagnose(cohort, local.learning.frame)
    design = replace(
        before,
        source=cohort.records.source,
        predictors=cohort.predictors,
        alert_rate=before.alert_rate if alert_rate is None else alert_rate,
        holdout_fraction=HELD_OUT,
    )
    say(f"fitting anew on {local.learning.frame.height:,} births of this site")
    ready = Prepared(
        cohort=cohort,
        design=design,
        split=local.split,
        training=local.learning.frame,
        holdout=local.held_out.frame,
        diagnosis=diagnosis,
        warnings=(),
        absences=local.split.absences(local.births.frame),
    )
    return _FittedAnew(fitted=fit(design, cohort, ready.training), ready=ready)
