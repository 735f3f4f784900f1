"""Each fit of the frontier as a run of its own beneath the retrain's, so that fits can be compared in the registry.

A run holds what the audit prints of the fit, after the disclosure rule, and no more: no row, no count, no model.
"""

from __future__ import annotations

from fairness_audits.frontier import FrontierRow
from fairness_audits.report import AuditReport
from models.design import ModelDesign
from training.registry import Registry, Run

__all__ = ["log_frontier"]


def log_frontier(registry: Registry, parent: Run, design: ModelDesign, report: AuditReport) -> None:
    """One child run of ``parent`` for each row, row 0 first."""
    for number, row in enumerate(report.frontier(report.models[0])):
        with registry.run(f"{design.registered_name}: row {number}", parent=parent) as child:
            child.log_parameters(_parameters(design, number, row))
            child.log_metrics(_metrics(row))


def _parameters(design: ModelDesign, number: int, row: FrontierRow) -> dict[str, object]:
    return {
        "constraint": design.constraint,
        "tolerance": "unconstrained" if row.point.tolerance is None else f"{row.point.tolerance:g}",
        "row": number,
        "fit": row.point.label,
        "chosen": row.point.chosen,
        "feasible": row.point.feasible,
        "worst_group": row.point.worst_group or "none",
    }


def _metrics(row: FrontierRow) -> dict[str, float]:
    """By group as ``sensitivity.Black``; what the rule hides, or nobody knows, is not there."""
    worst = row.sensitivity.get(row.point.worst_group or "")
    by_group = {"sensitivity": row.sensitivity, **row.held}
    figures = {
        "auroc": row.auroc.value,
        "brier": row.brier.value,
        "positive_predictive_value": row.positive_predictive_value.value,
        "net_benefit": row.net_benefit.value,
        "largest_loss": row.largest_loss,
        "level_up_flags_per_1000": row.level_up_flags_per_1000,
        "seconds": row.seconds,
        "sensitivity_of_worst_group": None if worst is None else worst.value,
        **{f"{name}.{group}": figure.value for name, groups in by_group.items() for group, figure in groups.items()},
    }
    return {name: value for name, value in figures.items() if value is not None}
