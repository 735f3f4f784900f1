"""Figures of several scorers of the same births, as the audit makes them: its intervals and its disclosure rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from fairness_audits.audit import audit
from fairness_audits.figures import GroupFigures
from fairness_audits.levels import EVERYONE, EVERYONE_LEVEL
from fairness_audits.policy import AuditPolicy, OperatingPoint
from models.offer_policy import OfferPolicy
from models.risk_model import RiskModel
from training.cohort import Cohort
from training.holdout import predict_holdout

__all__ = ["BY_GROUP", "OF_EVERYONE", "JudgedScorer", "Scored", "judge", "scored_at", "table_of", "threshold_of"]

Array = npt.NDArray[np.float64]

# What is told of everyone, and of each ethnic group.
OF_EVERYONE = (
    "auroc",
    "observed_to_expected",
    "calibration_in_the_large",
    "calibration_slope",
    "calibration_error",
    "brier",
    "net_benefit",
    "sensitivity",
    "flag_rate",
)
BY_GROUP = ("sensitivity", "observed_to_expected")
ETHNIC = "ethnic_group"


@dataclass(frozen=True, kw_only=True)
class JudgedScorer:
    """One scorer's figures: of everyone, and by ethnic group."""

    name: str
    everyone: GroupFigures
    groups: tuple[GroupFigures, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "counts": dict(self.everyone.counts),
            "figures": {name: self.everyone[name].to_dict() for name in OF_EVERYONE},
            "groups": [
                {
                    "group": row.group,
                    "status": row.status,
                    "counts": dict(row.counts),
                    "figures": {name: row[name].to_dict() for name in BY_GROUP},
                }
                for row in self.groups
            ],
        }


def table_of(model: RiskModel, cohort: Cohort, frame: pl.DataFrame) -> pl.DataFrame:
    """The predictions table of the model on these births, today's rules beside it."""
    return predict_holdout(model, cohort, frame, model_version=model.label)


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One risk and one offer a woman, in the order of the model's rows of a predictions table."""

    risk: Array
    alert: npt.NDArray[np.bool_]


def scored_at(risk: Array, offers: OfferPolicy, frame: pl.DataFrame) -> Scored:
    return Scored(risk=risk, alert=np.asarray(offers.apply(risk, frame[ETHNIC].to_numpy()), dtype=bool))


def judge(
    table: pl.DataFrame, scored: Mapping[str, Scored], policy: AuditPolicy, *, threshold: float | None = None
) -> tuple[JudgedScorer, ...]:
    """Each scorer of the same women: those whose rows in ``table`` are the model's.

    With ``threshold`` all are flagged from that risk up, and net benefit weighs a woman flagged in vain alike for all;
    without it as each scorer offers.
    """
    women = table.filter(pl.col("scored_by") == "model")
    rows = [
        women.with_columns(
            risk=pl.Series(one.risk),
            alert=pl.Series(one.alert),
            band=pl.lit(None, dtype=pl.String),
            model_version=pl.lit(name),
        )
        for name, one in scored.items()
    ]
    report = audit(pl.concat(rows), _at(policy, threshold))
    sections = {section.model_version: section for section in report.models}
    return tuple(
        JudgedScorer(
            name=name,
            everyone=report.group(sections[name], EVERYONE, EVERYONE_LEVEL),
            groups=report.figures_of(sections[name], ETHNIC),
        )
        for name in scored
    )


def threshold_of(offers: OfferPolicy) -> float | None:
    """The one risk from which every woman is offered to; None where cuts differ, or nobody is."""
    return offers.threshold if not offers.needs_groups and 0 < offers.threshold < 1 else None


def _at(policy: AuditPolicy, threshold: float | None) -> AuditPolicy:
    kind = "offer_policy" if threshold is None else "risk"
    point = OperatingPoint(kind=kind, value=threshold)
    return replace(policy, group_by=(ETHNIC,), operating_points=(point,), acceptances=())
