"""AuditContext: what a predictions table cannot tell an audit, as aggregates only.

Written by whoever fitted the model; optional. A check that needs what is not here says 'not applicable', never
'passed'. It holds exact counts of small groups, so it stays beside the model: what the audit prints of it passes the
disclosure rule first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from types import MappingProxyType
from typing import Any

from fairness_audits.context_rows import (
    CapacityGroup,
    CapacityPoint,
    CauseOfEvents,
    CertificateRow,
    CrossFittedGroup,
    EthnicityOption,
    FrontierPoint,
    GroupAgainstRowZero,
    GroupAgainstVersion,
    GroupHeld,
    GroupNotScored,
    GroupProxy,
    GroupReach,
    GroupSensitivity,
    GroupStep,
    MissingFacts,
    OptionGroup,
    PredictorMissingness,
)
from fairness_audits.figures import Section
from fairness_audits.rule_description import RuleDescription
from records.errors import EquipartumError

__all__ = ["AuditContext", "UnreadableContext"]

CONTEXT_SCHEMA = 1


class UnreadableContext(EquipartumError):
    """A context file that is not one, or of another schema."""


@dataclass(frozen=True, kw_only=True)
class AuditContext:
    """Aggregates about one model (outcome x prediction point x version); everything has a default but what names it.

    ``group_scheme``, ``outcome_definition`` and ``is_simulated`` are those of the women it was made on;
    ``intended_sites`` are their providers and those it was validated at since, empty where the source names none.
    """

    outcome: str
    prediction_point: str
    model_version: str = ""
    source: str = ""
    data_description: str = ""
    intended_population: str = ""
    intended_sites: tuple[str, ...] = ()
    group_scheme: str = ""
    outcome_definition: str = ""
    is_simulated: bool | None = None
    constraint: str = ""
    predictors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    missingness: tuple[PredictorMissingness, ...] = ()
    proxies: tuple[GroupProxy, ...] = ()
    reach: tuple[GroupReach, ...] = ()
    never_scored: tuple[GroupNotScored, ...] = ()
    cascade: tuple[GroupStep, ...] = ()
    against_row_zero: tuple[GroupAgainstRowZero, ...] = ()
    against_version: tuple[GroupAgainstVersion, ...] = ()
    frontier: tuple[FrontierPoint, ...] = ()
    certificate: tuple[CertificateRow, ...] = ()
    ethnicity_options: tuple[EthnicityOption, ...] = ()
    missing_facts: tuple[MissingFacts, ...] = ()
    cross_fitted: tuple[CrossFittedGroup, ...] = ()
    causes: tuple[CauseOfEvents, ...] = ()
    rules: tuple[RuleDescription, ...] = ()
    reference_histograms: Mapping[str, Any] = field(default_factory=dict)

    def describes(self, section: Section) -> bool:
        """Whether this is about the model of ``section``; an empty version stands for any."""
        return (
            not section.is_comparator
            and (self.outcome, self.prediction_point) == (section.outcome, section.prediction_point)
            and self.model_version in ("", section.model_version)
        )

    def to_json(self) -> str:
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        for name in _ROWS:
            plain[name] = [asdict(row) for row in plain[name]]
        plain["reference_histograms"] = dict(self.reference_histograms)
        return json.dumps({"schema": CONTEXT_SCHEMA, **plain}, indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> AuditContext:
        try:
            plain = json.loads(text)
            if plain.pop("schema") != CONTEXT_SCHEMA:
                raise UnreadableContext(f"an audit context of schema {CONTEXT_SCHEMA} is needed")
            for name, row in _ROWS.items():
                plain[name] = tuple(row(**_thawed(values)) for values in plain.get(name, ()))
            for name in ("predictors", "notes", "intended_sites"):
                plain[name] = tuple(plain.get(name, ()))
            return cls(**plain)
        except (ValueError, TypeError, KeyError, AttributeError) as refusal:
            raise UnreadableContext(f"not an audit context written by this project ({refusal})") from None


_ROWS: Mapping[str, Any] = MappingProxyType(
    {
        "missingness": PredictorMissingness,
        "proxies": GroupProxy,
        "reach": GroupReach,
        "never_scored": GroupNotScored,
        "cascade": GroupStep,
        "against_row_zero": GroupAgainstRowZero,
        "against_version": GroupAgainstVersion,
        "frontier": FrontierPoint,
        "certificate": CertificateRow,
        "ethnicity_options": EthnicityOption,
        "missing_facts": MissingFacts,
        "cross_fitted": CrossFittedGroup,
        "causes": CauseOfEvents,
        "rules": RuleDescription,
    }
)


def _thawed(values: dict[str, Any]) -> dict[str, Any]:
    if "sensitivity" in values:
        values["sensitivity"] = tuple(GroupSensitivity(**row) for row in values["sensitivity"])
    if "held" in values:
        values["held"] = tuple(GroupHeld(**row) for row in values["held"])
    if "inputs" in values:
        values["inputs"] = tuple(values["inputs"])
    if "groups" in values:
        values["groups"] = tuple(OptionGroup(**row) for row in values["groups"])
    if "curve" in values:
        values["curve"] = tuple(
            CapacityPoint(alert_rate=point["alert_rate"], groups=tuple(CapacityGroup(**row) for row in point["groups"]))
            for point in values["curve"]
        )
    return values
