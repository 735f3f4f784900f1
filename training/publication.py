"""Everything a finished fit leaves in the registry and the home: model, card, audit, and what a re-audit needs.

Artefacts hold aggregates only. The holdout's predictions stay in the home's cache, readable by their owner alone.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from fairness_audits.context import AuditContext
from fairness_audits.report import AuditReport
from fairness_audits.report_files import write_report
from models.design import ModelDesign
from models.home import Home
from models.model_files import save_risk_model
from models.release import AUDIT_ARTIFACT, CARD_ARTIFACT, ReleaseTags
from models.risk_model import RiskModel
from records.predictions import write_predictions
from training.diagnosis import Diagnosis
from training.fitting import FittedModel
from training.model_card import importance_chart, model_card
from training.registry import Registry, Run, Version

__all__ = ["KeptPredictions", "audit_id_now", "publish"]


@dataclass(frozen=True, kw_only=True)
class KeptPredictions:
    """The holdout's predictions and context of one run, in the home's cache, mode 0600: never an artefact."""

    folder: Path

    @classmethod
    def of(cls, home: Home, run_id: str) -> KeptPredictions:
        return cls(folder=home.cache / "holdouts" / run_id)

    @property
    def predictions(self) -> Path:
        return self.folder / "predictions.parquet"

    @property
    def context(self) -> Path:
        return self.folder / "context.json"

    def keep(self, predictions: pl.DataFrame, context: AuditContext) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_predictions(predictions, self.predictions)
        self.context.write_text(context.to_json(), encoding="utf-8")
        for file in (self.predictions, self.context):
            file.chmod(0o600)


def audit_id_now(run_id: str) -> str:
    """A folder's name that sorts by time; to the microsecond, so that no audit takes another's place."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{run_id[:8]}"


def publish(
    run: Run,
    registry: Registry,
    home: Home,
    design: ModelDesign,
    model: RiskModel,
    fitted: FittedModel,
    diagnosis: Diagnosis,
    predictions: pl.DataFrame,
    context: AuditContext,
    report: AuditReport,
) -> tuple[Version, Path]:
    """The registered version and the folder of its audit."""
    audit_id = audit_id_now(run.run_id)
    folder = home.audit_folder(design.outcome, design.prediction_point, audit_id)
    write_report(report, folder)
    KeptPredictions.of(home, run.run_id).keep(predictions, context)
    run.log_parameters(_parameters(design, model, diagnosis))
    run.log_metrics(report.flat(report.models[0]))
    run.log_files(folder, AUDIT_ARTIFACT)
    with tempfile.TemporaryDirectory() as scratch:
        saved = Path(scratch) / "saved"
        save_risk_model(model, saved)
        run.log_model_folder(saved)
        plots = Path(scratch) / "plots"
        plots.mkdir()
        importance_chart(model, plots / "importance.svg")
        run.log_files(plots, "plots")
    notes = tuple(dict.fromkeys((*context.notes, *diagnosis.remarks)))
    run.log_text(model_card(model, notes, report, fitted.classifier.chosen_), CARD_ARTIFACT)
    tags = ReleaseTags(
        design_digest=design.digest,
        data_digest=model.data_digest,
        model_digest=model.digest,
        source=design.source,
        definition=str(design.outcome_definition),
        is_simulated=model.intended_population.is_simulated,
        blocking_findings=tuple(report.blocking),
        status=diagnosis.status,
        audit_id=audit_id,
    )
    return registry.register(run, design.outcome, design.prediction_point, tags), folder


def _parameters(design: ModelDesign, model: RiskModel, diagnosis: Diagnosis) -> dict[str, object]:
    return {
        **{name: value for name, value in design.to_dict().items() if name not in ("predictors", "booster")},
        **{f"booster.{name}": value for name, value in design.booster.items()},
        "predictors": ", ".join(design.predictors),
        "design_digest": design.digest,
        "data_digest": model.data_digest,
        "model_digest": model.digest,
        "births": model.intended_population.births,
        "events": diagnosis.events,
        "births_needed": diagnosis.sample_size.needed,
    }
