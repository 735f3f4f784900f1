"""One champion on one woman's facts: the risk, whether it may be shown, and what the log keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from fairness_audits.levels import EVERYONE
from models.conditions import Condition
from models.encoding import ETHNIC_GROUP, Fact
from models.explanation import Explanation
from models.outcomes import OUTCOMES
from records.groups import MISSING_ETHNICITY
from serving.champion import Champion
from serving.contract import RiskRequest

__all__ = ["NotScored", "Scored", "score"]


IN_A_LIST = "she can be placed in a list, and no percentage is shown"


@dataclass(frozen=True, kw_only=True)
class NotScored:
    """No risk, and why: nobody can be scored (`no_champion`), or not her (`not_applicable`)."""

    status: Literal["no_champion", "not_applicable", "unavailable"]
    reason: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """A risk that was computed. Where ``withheld`` says why, it may order a list and no percentage is shown.

    ``bounded_by`` names the outcome around this one whose risk it was told no higher than.
    """

    champion: Champion
    risk: float
    band: str
    alert: bool
    facts: Mapping[str, Fact]
    offer_group: str | None
    explanation: Explanation
    withheld: str | None
    bounded_by: str | None = None

    def told_at(self, risk: float, bounded_by: str) -> Scored:
        """The same, told at a lower risk; band and offer follow it, the reasons stay those of the model."""
        model = self.champion.model
        alert = model.offer_policy.offers(risk, self.offer_group)
        return replace(self, risk=risk, band=model.band_of(risk), alert=alert, bounded_by=bounded_by)


def score(champion: Champion, request: RiskRequest) -> Scored | NotScored:
    model = champion.model
    outside = _outside_population(champion, request.facts)
    if outside is not None:
        return NotScored(status="not_applicable", reason=outside)
    if not any(request.facts.get(name) is not None for name in model.encoding.concepts):
        return NotScored(
            status="not_applicable",
            reason="none of the facts that this model reads is recorded",
        )
    group = request.recorded_group.group_in(model.intended_population.group_scheme)
    groups = _groups(request, group)
    encoded = model.encode_one(request.facts, groups)
    before = model.unadjusted(encoded)
    risk = model.adjusted(before, groups)
    return Scored(
        champion=champion,
        risk=risk,
        band=model.band_of(risk),
        alert=model.offer_policy.offers(risk, groups[ETHNIC_GROUP]),
        facts={**request.facts, ETHNIC_GROUP: groups[ETHNIC_GROUP]} if model.groups_read else request.facts,
        offer_group=groups[ETHNIC_GROUP],
        explanation=champion.explainer.explain(encoded).with_step(before, risk),
        withheld=_withheld(champion, group),
    )


def _groups(request: RiskRequest, group: str) -> dict[str, str | None]:
    """Her value of each identity column that a signed decision may let a model read."""
    quintile = request.facts.get("deprivation_quintile")
    return {
        ETHNIC_GROUP: None if group in MISSING_ETHNICITY else group,
        "deprivation_quintile": f"{quintile:g}" if isinstance(quintile, int | float) else None,
    }


def _outside_population(champion: Champion, facts: Mapping[str, Fact]) -> str | None:
    """The first condition of the outcome's population that a recorded fact breaks; what is unknown breaks none."""
    population: tuple[Condition, ...] = champion.model.design.outcome_definition.population
    broken = next((c for c in population if c.holds(facts.get(c.concept)) is False), None)
    if broken is None:
        return None
    title = OUTCOMES[champion.model.design.outcome].title
    return f"the model of {title} is for women with {broken}, and that is recorded otherwise for her"


def _withheld(champion: Champion, group: str) -> str | None:
    withheld_groups, decision = champion.model.list_only_groups, champion.model.design.ethnicity
    not_judged = champion.model.not_judged
    if group in MISSING_ETHNICITY and decision is not None and decision.not_stated == "list_only":
        return (
            "her recorded ethnic group is not known here: it was decided that she can then be placed in a list, and no "
            "percentage is shown"
        )
    if EVERYONE in not_judged:
        return f"the audit could judge this model's risks for nobody ({not_judged[EVERYONE]}): {IN_A_LIST}"
    if group in not_judged and group not in MISSING_ETHNICITY:
        return (
            f"the audit could not judge this model's risks for women of her recorded group ({not_judged[group]}): "
            f"{IN_A_LIST}"
        )
    if group in MISSING_ETHNICITY and not_judged and not withheld_groups:
        others = [name for name in not_judged if name not in MISSING_ETHNICITY] or [group]
        return (
            f"of some groups ({', '.join(others)}) the audit could not judge this model's risks, and her group is not "
            f"known here: {IN_A_LIST}"
        )
    if not withheld_groups:
        return None
    if group in MISSING_ETHNICITY:
        return (
            f"in some groups ({', '.join(withheld_groups)}) this model's risks were not close enough to what happened, "
            f"and her group is not known here: {IN_A_LIST}"
        )
    if group in withheld_groups:
        return (
            "for women of her recorded group this model's risks were not close enough to what happened to be shown as "
            "a percentage: she can be placed in a list"
        )
    return None
