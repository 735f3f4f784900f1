"""How far a validation was settled beforehand: the plan it keeps to, if any, and how often its outcomes were opened."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from models.home import Home
from training.validation.openings import OPENED, Ledger, add
from training.validation.plan import Plan

__all__ = ["NOT_NAMED", "Standing", "open_holdout"]

NOT_NAMED = "not named"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """``openings`` counts looks at these outcomes in this home, this one too; ``before_plan`` those at them, or at any
    part of these births, before the plan."""

    plan: str
    planned_by: str
    planned_on: str
    openings: int
    before_plan: int
    told: str

    @property
    def sentences(self) -> tuple[str, ...]:
        if not self.plan:
            return (f"No plan of analysis was registered for this. These outcomes: {self.told}, this time included.",)
        planned = (
            f"Planned on {self.planned_on[:10]} by {self.planned_by} (plan {self.plan[:12]}) and done as planned. "
            f"These outcomes: {self.told}, this time included."
        )
        if not self.before_plan:
            return (planned,)
        looks = "once" if self.before_plan == 1 else f"{self.before_plan} times"
        told = (
            f"Outcomes of these births had been opened {looks} before the plan was made: it was not made blind to them."
        )
        return (planned, told)

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "sentences": list(self.sentences)}


def open_holdout(home: Home, plan: Plan | None, *, by: str, what: str, holdout: str, design_digest: str) -> Standing:
    """Writes this look at the outcomes into the home's ledger before anything is told of them."""
    digest = plan.digest if plan is not None else ""
    ledger = add(home, kind=OPENED, by=by or NOT_NAMED, what=what, holdout=holdout, design=design_digest, plan=digest)
    return Standing(
        plan=digest,
        planned_by=plan.planned_by if plan is not None else "",
        planned_on=plan.planned_on if plan is not None else "",
        openings=len(ledger.openings(holdout)),
        before_plan=_before(ledger, holdout, digest),
        told=ledger.told(holdout),
    )


def _before(ledger: Ledger, holdout: str, plan: str) -> int:
    """Looks that the ledger tells of above the line in which the plan was registered."""
    planned = ledger.planned(plan) if plan else None
    if planned is None:
        return 0
    above = ledger.entries[: ledger.entries.index(planned)]
    return len(Ledger(entries=above, is_whole=ledger.is_whole).looks(holdout))
