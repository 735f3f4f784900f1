"""Births that are fair but for what is planted in them, the evidence they give, and what an audit says of it.

Fair: groups differ in how common the outcome is; risks told are right for each; each is found equally often; nothing is
missing more often for one than for another. What a fault makes true besides itself is told by an audit of women without
number (`truly_found`): a finding that such an audit has is a true one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from benchmarks.audit_drawn import AS_SHIPPED, MODEL, Drawn, answers, evidence_of, section_rows
from benchmarks.audit_populations import LOGIT, Population, expit, normal_spread
from fairness_audits.comparators import Comparison, compare
from fairness_audits.context import AuditContext
from fairness_audits.context_rows import GroupAgainstRowZero, GroupProxy, GroupReach, PredictorMissingness
from fairness_audits.disclosure import RULES
from fairness_audits.evidence import Evidence
from fairness_audits.findings import FINDING
from fairness_audits.levels import levels_in
from models import metrics

__all__ = ["CUT", "FAIR", "GROUPS", "PLANTED", "Births", "by_group", "drawn_evidence", "found", "truly_found"]

Array = NDArray[np.float64]
Found = frozenset[tuple[str, str | None]]

GROUPS = ("White", "Asian", "Black", "Mixed", "Other", "Not stated")
SHARES = np.array([0.68, 0.13, 0.07, 0.04, 0.04, 0.04])
PLANTED = "Black"
CUT = 0.12
FOUND = 0.36
WITHOUT_NUMBER = 2_000_000_000
PREDICTORS = ("smoking", "body_mass_index", "previous_preterm_birth")


def _fair_population() -> Population:
    centre = np.array([-2.80, -2.65, -2.60, -2.75, -2.70, -2.80])

    def off_target(deviation: float, mean: float) -> float:
        events = normal_spread(np.array([mean]), np.array([deviation]))[0] * expit(LOGIT)
        return float(events[expit(LOGIT) >= CUT].sum() / events.sum()) - FOUND

    deviation = np.array([brentq(off_target, 0.2, 2.0, args=(mean,)) for mean in centre])
    return Population(
        groups=GROUPS,
        shares=SHARES,
        spread=normal_spread(centre, deviation),
        chance=np.broadcast_to(expit(LOGIT), (len(GROUPS), LOGIT.size)).copy(),
        flagged=np.broadcast_to(expit(LOGIT) >= CUT, (len(GROUPS), LOGIT.size)).copy(),
        threshold=CUT,
    )


def by_group(usual: float, planted: float | None = None) -> Array:
    return np.array([planted if group == PLANTED and planted is not None else usual for group in GROUPS])


@dataclass(frozen=True, kw_only=True)
class Births:
    """Arrays are by group. ``entered_as_no``: of events; ``not_recorded``: of outcomes; ``lost`` and ``gained``: of
    events, against row 0; ``proxy``: how far apart the group's predictors lie, in standard deviations; ``by_rule``: of
    events, those that today's rule flags; ``before``: whom an earlier audit, of as many women, was about."""

    name: str
    check: str
    population: Population
    not_recorded: Array = field(default_factory=lambda: by_group(0.05))
    entered_as_no: Array = field(default_factory=lambda: by_group(0.0))
    reached: Array = field(default_factory=lambda: by_group(0.92))
    lost: Array = field(default_factory=lambda: by_group(0.03))
    gained: Array = field(default_factory=lambda: by_group(0.03))
    predictors_missing: Array = field(default_factory=lambda: by_group(0.10))
    proxy: Array = field(default_factory=lambda: by_group(0.4))
    by_rule: Array = field(default_factory=lambda: by_group(0.25))
    before: Population | None = None

    def draw(self, women: int, repeats: int, random: np.random.Generator) -> Iterator[Drawn]:
        for sample in self.population.draw(women, repeats, random):
            moved = random.binomial(sample[..., 1], self.entered_as_no[:, None])
            no, yes = sample[..., 0] + moved, sample[..., 1] - moved
            gone = [random.binomial(part, self.not_recorded[:, None]) for part in (no, yes)]
            yield Drawn(
                population=self.population, women=np.stack([no - gone[0], yes - gone[1], gone[0] + gone[1]], axis=-1)
            )

    def previous(self, women: int, random: np.random.Generator) -> dict[str, Any] | None:
        """What of the earlier audit's `audit.json` an audit reads."""
        if self.before is None:
            return None
        (drawn,) = replace(self, population=self.before).draw(women, 1, random)
        return {"figures": [row.to_dict() for row in evidence_of(drawn).figures]}

    def context(self, drawn: Drawn, random: np.random.Generator) -> AuditContext:
        women, events = drawn.women.sum(axis=(1, 2)), drawn.women[..., 1].sum(axis=1)
        found = np.where(self.population.flagged, drawn.women[..., 1], 0).sum(axis=1)
        unreached = random.binomial(women, (1 - self.reached) / self.reached)
        lost = np.minimum(random.binomial(events, self.lost), found)
        gained = np.minimum(random.binomial(events, self.gained), events - found)
        return AuditContext(
            outcome=MODEL.outcome,
            prediction_point=MODEL.prediction_point,
            reach=tuple(
                GroupReach(group=group, gave_birth=int(women[g] + unreached[g]), scored_in_time=int(women[g]))
                for g, group in enumerate(GROUPS)
            ),
            missingness=tuple(
                PredictorMissingness(
                    group=group,
                    predictor=predictor,
                    pregnancies=int(women[g]),
                    missing=int(random.binomial(women[g], self.predictors_missing[g] if n == 0 else 0.10)),
                )
                for g, group in enumerate(GROUPS)
                for n, predictor in enumerate(PREDICTORS)
            ),
            proxies=self._proxies(women, random),
            against_row_zero=tuple(
                GroupAgainstRowZero(
                    group=group,
                    events=int(events[g]),
                    found_by_row_zero=int(found[g]),
                    found_by_chosen=int(found[g] + gained[g] - lost[g]),
                    gained=int(gained[g]),
                    lost=int(lost[g]),
                )
                for g, group in enumerate(GROUPS)
            ),
        )

    def _proxies(self, women: NDArray[np.int64], random: np.random.Generator) -> tuple[GroupProxy, ...]:
        """AUROC of a score that is normal in everyone and lies ``proxy`` higher in the group."""
        score = np.linspace(-5.0, 7.0, 121)
        usual = np.exp(-0.5 * score**2)
        others = random.multinomial(women.sum(), usual / usual.sum())
        rows = []
        for g, group in enumerate(GROUPS[:-1]):
            own = np.exp(-0.5 * (score - self.proxy[g]) ** 2)
            drawn = random.multinomial(women[g], own / own.sum())
            rows.append(GroupProxy(group=group, auroc=float(metrics.auroc(drawn, others))))
        return tuple(rows)

    def comparison(self, drawn: Drawn, evidence: Evidence, random: np.random.Generator) -> Comparison:
        """Today's rule, which flags one in eight of those without the outcome, whatever their risk."""
        chance = np.stack([np.full(len(GROUPS), 0.12), self.by_rule, np.full(len(GROUPS), 0.12)], axis=-1)
        flags = random.binomial(drawn.women, chance[:, None, :])
        model, rule = section_rows(drawn), section_rows(drawn, flags)
        (level,) = levels_in(model, group_by=("ethnic_group",), group_scheme="not given")
        section = replace(MODEL, scored_by="guideline:given@2020")
        return compare(
            MODEL,
            model,
            section,
            rule,
            level=level,
            at_capacity={row.group: row for row in evidence.figures},
            described=None,
            disclosure=RULES[AS_SHIPPED.disclosure],
        )


def drawn_evidence(births: Births, drawn: Drawn, random: np.random.Generator, *, with_rule: bool) -> Evidence:
    evidence = evidence_of(drawn, context=births.context(drawn, random))
    evidence = replace(evidence, previous=births.previous(int(drawn.women.sum()), random))
    if not with_rule:
        return evidence
    return replace(evidence, comparisons=(births.comparison(drawn, evidence, random),))


def found(evidence: Evidence) -> Found:
    return frozenset((finding.code, finding.group) for finding in answers(evidence) if finding.state == FINDING)


def truly_found(births: Births, *, with_rule: bool) -> Found:
    random = np.random.default_rng(0)
    (drawn,) = births.draw(WITHOUT_NUMBER, 1, random)
    return found(drawn_evidence(births, drawn, random, with_rule=with_rule))


FAIR = Births(name="fair", check="", population=_fair_population())
