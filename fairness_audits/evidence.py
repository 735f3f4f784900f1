"""What the checks judge: the printed figures of one model section, and what the context adds, under one policy."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairness_audits.comparators import Comparison
from fairness_audits.context import AuditContext
from fairness_audits.disclosure import DisclosureRule
from fairness_audits.effective_counts import EffectiveCounts
from fairness_audits.figures import GroupFigures, Section, p_text
from fairness_audits.gates import OPEN, Gates
from fairness_audits.intervals import Interval
from fairness_audits.multiplicity import AdjustedDifference
from fairness_audits.policy import AuditPolicy
from fairness_audits.printed_rates import difference
from fairness_audits.sites import SiteGap
from fairness_audits.untested import UntestedAnalysis
from records.groups import MISSING_ETHNICITY
from records.predictions import NOT_GIVEN

__all__ = ["Evidence"]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """``figures`` are those of the primary operating point: everyone first, then each level's groups.

    ``context`` is about this model at this point; ``contexts`` are all that were given.
    ``previous`` is the `audit.json` of an earlier audit.
    """

    section: Section
    figures: tuple[GroupFigures, ...]
    comparisons: tuple[Comparison, ...]
    context: AuditContext | None
    policy: AuditPolicy
    rule: DisclosureRule
    ethnicity_recorded: bool
    simulated_rows: int
    rows_in_section: int
    on: datetime.date
    untested: tuple[UntestedAnalysis, ...] = ()
    group_scheme: str = NOT_GIVEN
    sites: frozenset[str] = frozenset()
    contexts: tuple[AuditContext, ...] = ()
    gates: Gates = OPEN
    site_gaps: tuple[SiteGap, ...] = ()
    adjusted_differences: tuple[AdjustedDifference, ...] = ()
    previous: Mapping[str, Any] | None = None
    unevenly_ascertained: frozenset[str] = frozenset()

    @property
    def everyone(self) -> GroupFigures:
        return next(f for f in self.figures if f.level == "everyone")

    @property
    def groups(self) -> tuple[GroupFigures, ...]:
        """The stated ethnic groups; missing ethnicity is a row of the report, not a group to compare."""
        return tuple(f for f in self.figures if f.level == "ethnic_group" and f.group not in MISSING_ETHNICITY)

    @property
    def ethnic_rows(self) -> tuple[GroupFigures, ...]:
        """All rows of the ethnic group level, missing ethnicity among them."""
        return tuple(f for f in self.figures if f.level == "ethnic_group")

    def against_everyone_else(self, group: GroupFigures, rate: str) -> Interval | None:
        """A group's rate less that of everyone else, from printed counts; None where a rate told cannot be printed.

        With the policy's reference group named, less that group's rate instead.
        """
        if group[rate].value is None or self.everyone[rate].value is None:
            return None
        own, other = group.effective[rate], self._other(group, rate)
        if other is None:
            return None
        return difference(own.pair, other.pair, self.rule, designs=(own.design, other.design))

    def _other(self, group: GroupFigures, rate: str) -> EffectiveCounts | None:
        if self.policy.reference == "overall":
            return self.everyone.effective[rate].without(group.effective[rate])
        named = next((f for f in self.groups if f.group == self.policy.reference), None)
        return None if named is None or named is group else named.effective[rate]

    def p_values(self, group: GroupFigures, estimand: str) -> dict[str, str]:
        """Of the group's difference from everyone else: as it stands, and adjusted for all that were looked at.

        To stand beside a finding, which goes by its interval; empty where the difference cannot be printed.
        """
        cell = (group.level, group.group, estimand)
        for one in self.adjusted_differences:
            if (one.level, one.group, one.estimand) == cell:
                return {"p, unadjusted": p_text(one.p_value), f"p, adjusted ({one.method})": p_text(one.adjusted)}
        return {}

    def share_of_total(self, group: GroupFigures, whole: str) -> float:
        """The group's part of everyone's ``whole``, as printed."""
        own, total = group.counts[whole], self.everyone.counts[whole]
        return min(own / total, 1.0) if own is not None and total else 0.0
