"""A champion as the service holds it: a loaded, self-tested model, its reasons' engine and what the registry says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from models.explanation import Explainer
from models.intended_population import IntendedPopulation
from models.release import ReleaseTags
from models.risk_model import RiskModel

__all__ = ["Champion", "Champions", "FixedChampions", "withheld_because"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Champion:
    """``audit`` and ``card`` are the documents of its registration, None where it has none."""

    version: str
    model: RiskModel
    explainer: Explainer
    tags: ReleaseTags | None = None
    audit: Mapping[str, Any] | None = None
    card: str | None = None

    @property
    def name(self) -> str:
        return self.model.design.registered_name

    @cached_property
    def reference(self) -> Mapping[str, Any]:
        """What every answer says of the model it rests on; worked out once, for it holds digests."""
        model = self.model
        definition = model.design.outcome_definition
        return {
            "name": self.name,
            "version": self.version,
            "digest": model.digest,
            "design_digest": model.design.digest,
            "data_digest": model.data_digest,
            "definition": str(definition),
            "definition_authority": definition.authority,
            "is_proxy": definition.is_proxy,
            "constraint": model.design.constraint,
            "intended_population": _told(model.intended_population),
        }


class Champions(Protocol):
    """Where the champions come from. ``current`` is one reading: a request uses one and the same throughout."""

    def current(self) -> Mapping[str, Champion]:
        """Champions by registered name."""

    def trouble(self) -> Mapping[str, str]:
        """By registered name, why a champion that the registry names is not among the current ones."""

    def is_loaded(self) -> bool:
        """True once the registry has been read."""

    def close(self) -> None:
        """Ends whatever watches the registry."""


@dataclass(frozen=True, kw_only=True)
class FixedChampions:
    """Champions that never change."""

    by_name: Mapping[str, Champion] = field(default_factory=dict)

    def current(self) -> Mapping[str, Champion]:
        return self.by_name

    def trouble(self) -> Mapping[str, str]:
        return {}

    def is_loaded(self) -> bool:
        return True

    def close(self) -> None:
        return None


def _told(population: IntendedPopulation) -> dict[str, Any]:
    """Without its sites: a national model has many, and every answer would list them."""
    return {name: value for name, value in population.to_dict().items() if name != "sites"}


def withheld_because(model: RiskModel, mode: str, site: str) -> str | None:
    """Why this champion may not be shown in this mode at this site (empty: no site is named), or None where it may."""
    if model.intended_population.is_simulated and mode != "demo":
        return (
            'its champion was fitted on simulated births, which are served in demo mode only: set mode = "demo" in '
            "equipartum.toml (or EQUIPARTUM_MODE=demo) and start the service again, or promote a version that was "
            "fitted on real births"
        )
    if mode == "live":
        return (
            "live use is off until a deployment names the manufacturer, the clinical safety officer, its DCB0129 and "
            "DCB0160 references and its regulatory status"
        )
    if (elsewhere := model.intended_population.why_not_for(site)) is not None:
        return f"of its champion: {elsewhere}"
    policy = model.offer_policy
    if policy.needs_groups and policy.signed_off_by is None:
        return "its offer policy reads a woman's group and nobody has signed it"
    return None
