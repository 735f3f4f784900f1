"""IntendedPopulation: whom a model is for, and whether a site is among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["IntendedPopulation"]

SITES_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class IntendedPopulation:
    """Whom the model was fitted on or recalibrated to. Outside it the model is refused until it is validated there.

    ``sites`` are the providers of these births, and those it was validated at since; empty where the source names none.
    """

    source: str
    description: str
    births: int
    events: int
    group_scheme: str
    is_simulated: bool
    sites: tuple[str, ...] = ()

    def why_not_for(self, site: str) -> str | None:
        """Why the model is not for women of ``site``, None where it is. An empty ``site`` names no site to ask of."""
        if not site or site in self.sites:
            return None
        named = ", ".join(self.sites[:SITES_NAMED]) + (" and others" if len(self.sites) > SITES_NAMED else "")
        made_for = f"is for births of {named}" if self.sites else "is for births of no named site"
        return (
            f"it {made_for}, and was not validated at {site}: 'equipartum recalibrate --site {site}' judges it on "
            "births from there and registers the version that these call for"
        )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"sites": list(self.sites)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> IntendedPopulation:
        # Models saved before sites were told apart name none.
        return cls(**{**data, "sites": tuple(data.get("sites", ()))})
