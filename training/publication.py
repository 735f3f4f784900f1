"""Everything a finished fit leaves in the registry and the home: model, card, audit, and what a re-audit needs.

Artefacts hold aggregates only. The holdout's predictions stay in the home's cache, readable by their owner alone.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import polars as pl

from models.design import ModelDesign
from models.home import Home
from models.lineage import Lineage
from models.model_files import save_risk_model
from models.release import CARD_ARTIFACT, ReleaseTags
from models.risk_model import RiskModel
from records.errors import EquipartumError
from training.birth_sketch import BirthSketch
from training.diagnosis import Diagnosis
from training.filed_audit import FiledAudit, file_audit
from training.fitting import FittedModel
from training.frontier_runs import log_frontier
from training.judged import Judged
from training.kept_predictions import KeptPredictions
from training.model_card import importance_chart, model_card
from training.registry import Registry, Run

__all__ = ["UnfiledAudit", "publish", "publish_model"]


class UnfiledAudit(EquipartumError):
    """A version that is registered, and whose audit is not: the disk is full, or the registry stopped answering."""


def publish(
    run: Run,
    registry: Registry,
    home: Home,
    design: ModelDesign,
    fitted: FittedModel,
    judged: Judged,
    diagnosis: Diagnosis,
    record_ids: pl.DataFrame,
    made_from: BirthSketch,
    *,
    pdf: bool = False,
) -> FiledAudit:
    """Registers the version, then files its audit, which names it. Raises `UnfiledAudit` where that fails."""
    chosen = fitted.classifier.chosen_
    return publish_model(run, registry, home, design, judged, diagnosis, record_ids, made_from, chosen=chosen, pdf=pdf)


def publish_model(
    run: Run,
    registry: Registry,
    home: Home,
    design: ModelDesign,
    judged: Judged,
    diagnosis: Diagnosis,
    record_ids: pl.DataFrame,
    made_from: BirthSketch,
    *,
    chosen: str,
    lineage: Lineage | None = None,
    pdf: bool = False,
) -> FiledAudit:
    """`publish` of a model that need not have been fitted here. ``chosen`` says why it is this one, for the card."""
    model, report = judged.model, judged.report
    kept = KeptPredictions.of(home, run.run_id)
    # Where the trees of the version before are in this one, so are the births that it was made from.
    before = KeptPredictions.of(home, lineage.parent_run).sketches() if lineage is not None and lineage.births else ()
    kept.keep(judged.predictions, judged.context, record_ids, (made_from, *before))
    run.log_parameters(_parameters(design, model, diagnosis))
    run.log_metrics(report.flat(report.models[0]))
    log_frontier(registry, run, design, report)
    with tempfile.TemporaryDirectory() as scratch:
        saved = Path(scratch) / "saved"
        save_risk_model(model, saved)
        run.log_model_folder(saved)
        plots = Path(scratch) / "plots"
        plots.mkdir()
        importance_chart(model, plots / "importance.svg")
        run.log_files(plots, "plots")
    notes = tuple(dict.fromkeys((*judged.context.notes, *diagnosis.remarks)))
    run.log_text(model_card(model, notes, report, chosen), CARD_ARTIFACT)
    tags = ReleaseTags(
        design_digest=design.digest,
        data_digest=model.data_digest,
        model_digest=model.digest,
        source=model.intended_population.source,
        definition=str(design.outcome_definition),
        is_simulated=model.intended_population.is_simulated,
        blocking_findings=tuple(report.blocking),
        status=diagnosis.status,
        audit_id="",
    )
    version = registry.register(run, design.outcome, design.prediction_point, tags, lineage)
    try:
        return file_audit(registry, home, version, report, kept, pdf=pdf)
    except (EquipartumError, OSError, pl.exceptions.PolarsError) as failure:
        raise UnfiledAudit(
            f"{version} was registered as challenger, but its audit could not be filed ({_why(failure)}). Until it has "
            f"one it cannot be promoted: equipartum audit --run {version.run_id[:8]}, or retrain"
        ) from failure


def _why(failure: Exception) -> str:
    """Never the words of an error that is not ours: they may quote a place or a value."""
    if isinstance(failure, OSError) and failure.errno is not None:
        return os.strerror(failure.errno).lower()
    return str(failure) if isinstance(failure, EquipartumError) else type(failure).__name__


def _parameters(design: ModelDesign, model: RiskModel, diagnosis: Diagnosis) -> dict[str, object]:
    return {
        **{
            name: value
            for name, value in design.to_dict().items()
            if name not in ("predictors", "booster", "ethnicity")
        },
        **_decision(design),
        **{f"booster.{name}": value for name, value in design.booster.items()},
        "predictors": ", ".join(design.predictors),
        "design_digest": design.digest,
        "data_digest": model.data_digest,
        "model_digest": model.digest,
        "births": model.intended_population.births,
        "events": diagnosis.events,
        "births_needed": diagnosis.sample_size.needed,
    }


def _decision(design: ModelDesign) -> dict[str, object]:
    """What was decided about ethnicity, so that runs can be told apart by it; who signed is in the design itself."""
    decided = design.ethnicity
    if decided is None:
        return {"ethnicity": "not read"}
    return {
        "ethnicity": decided.option,
        "ethnicity.cuts": decided.cuts,
        "ethnicity.not_stated": decided.not_stated,
        "ethnicity.dossier_digest": decided.dossier_digest,
    }
