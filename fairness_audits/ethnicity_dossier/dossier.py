"""The dossier as a value: what was compared, on whom, at which capacity, and the figures that a person decides from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.disclosure import DisclosureRule
from fairness_audits.ethnicity_dossier.figures import OptionFigures, option_figures

__all__ = ["DOSSIER_SCHEMA", "Capacity", "Dossier", "dossier"]

DOSSIER_SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Places of a site: ``alert_rate`` of ``births_per_week``; and what is asked of ``more_places`` a week."""

    alert_rate: float
    births_per_week: float
    more_places: float

    @property
    def places(self) -> float:
        return self.alert_rate * self.births_per_week

    @property
    def raised_rate(self) -> float:
        """The share of women there would be places for, at most all but a few."""
        return min(0.95, self.alert_rate + self.more_places / self.births_per_week)


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """``design`` is the design that was compared, without a decision; with ``data_digest`` it says what was fitted on
    what. ``notes`` are sentences on the births."""

    dossier_id: str
    made_on: str
    outcome: str
    prediction_point: str
    outcome_definition: str
    data_description: str
    data_digest: str
    design: Mapping[str, Any]
    design_digest: str
    group_scheme: str
    is_simulated: bool
    split: str
    disclosure: DisclosureRule
    capacity: Capacity
    options: tuple[OptionFigures, ...]
    notes: tuple[str, ...]

    def to_json(self) -> str:
        plain: dict[str, Any] = {
            "schema": DOSSIER_SCHEMA,
            **vars(self),
            "design": dict(self.design),
            "disclosure": self.disclosure.name,
            "capacity": dict(vars(self.capacity)),
            "options": [option.to_dict() for option in self.options],
            "notes": list(self.notes),
        }
        return json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def dossier(
    context: AuditContext,
    *,
    dossier_id: str,
    made_on: str,
    data_digest: str,
    design: Mapping[str, Any],
    design_digest: str,
    split: str,
    disclosure: DisclosureRule,
    capacity: Capacity,
) -> Dossier:
    """From the options that a context holds."""
    titles = {one.scored_by: one.title for one in context.rules}
    return Dossier(
        dossier_id=dossier_id,
        made_on=made_on,
        outcome=context.outcome,
        prediction_point=context.prediction_point,
        outcome_definition=context.outcome_definition,
        data_description=context.data_description,
        data_digest=data_digest,
        design=design,
        design_digest=design_digest,
        group_scheme=context.group_scheme,
        is_simulated=bool(context.is_simulated),
        split=split,
        disclosure=disclosure,
        capacity=capacity,
        options=tuple(option_figures(one, disclosure, titles.get(one.name)) for one in context.ethnicity_options),
        notes=context.notes,
    )
