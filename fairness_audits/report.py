"""The audit report: one value that every output is printed from, so that none can disagree with another."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from fairness_audits.acceptances import AcceptanceState
from fairness_audits.audited_version import AuditedVersion
from fairness_audits.calibration_curve import CalibrationCurve
from fairness_audits.cascade import StepRow, printed_cascade
from fairness_audits.causes import CauseRow, printed_causes
from fairness_audits.certificate import CertifiedGroup, printed_certificate
from fairness_audits.changes import Changes
from fairness_audits.comparators import Comparison
from fairness_audits.context import AuditContext
from fairness_audits.context_rows import FrontierPoint
from fairness_audits.cross_fitted import CrossFittedRow, printed_cross_fitted
from fairness_audits.data_description import DataDescription
from fairness_audits.decision_curve import DecisionCurve
from fairness_audits.disclosure import RULES, DisclosureRule
from fairness_audits.ethnicity_options import PrintedOption, printed_options
from fairness_audits.figures import GroupFigures, Section
from fairness_audits.findings import FINDING, Finding
from fairness_audits.frontier import FrontierRow, printed_frontier
from fairness_audits.gates import OPEN, Gates
from fairness_audits.levels import EVERYONE, Level
from fairness_audits.missing_facts import MissingFactsRow, printed_missing_facts
from fairness_audits.multiplicity import AdjustedDifference, GroupHeterogeneity
from fairness_audits.policy import AuditPolicy
from fairness_audits.posterior_gap import Gap
from fairness_audits.predictor_missingness import MissingnessRow, printed_missingness
from fairness_audits.reach import ReachRow, printed_reach
from fairness_audits.reach_reasons import NotScoredRow, printed_not_scored
from fairness_audits.row_zero import RowZeroRow, printed_against_row_zero
from fairness_audits.silence import silent_row
from fairness_audits.sites import SiteGap
from fairness_audits.untested import UntestedAnalysis
from fairness_audits.verdicts_by_share import LabelBias

__all__ = ["AuditReport", "FrontierPoint"]

# Of `audit.schema.json`, which changes with it.
REPORT_SCHEMA = 4
# Figures that a registry keeps as metrics, one each for everyone and for every group of the levels named.
FLAT_FIGURES = ("sensitivity", "observed_to_expected", "auroc", "positive_predictive_value", "flag_rate", "brier")
FLAT_LEVELS = ("everyone", "ethnic_group")


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """Everything found, already disclosure-controlled and rounded for print.

    ``gates`` say of each model what its data are not good enough for; every table beside the figures asks them.
    ``version`` names the registered version that was audited; ``has_review_list`` says that a list for case-note review
    is kept where the audit was made. ``label_bias`` is the bench, where it was asked for. None of these is a part of
    what was found.
    """

    on: datetime.date
    policy: AuditPolicy
    data: DataDescription
    levels: tuple[Level, ...]
    figures: tuple[GroupFigures, ...]
    gaps: tuple[Gap, ...]
    comparisons: tuple[Comparison, ...]
    findings: tuple[Finding, ...]
    acceptances: tuple[AcceptanceState, ...]
    contexts: tuple[AuditContext, ...]
    curves: tuple[CalibrationCurve, ...]
    decision_curves: tuple[DecisionCurve, ...]
    untested: tuple[UntestedAnalysis, ...]
    site_gaps: tuple[SiteGap, ...]
    adjusted_differences: tuple[AdjustedDifference, ...]
    group_heterogeneity: tuple[GroupHeterogeneity, ...]
    counts: pl.DataFrame
    changes: Changes
    gates: Mapping[Section, Gates] = field(default_factory=dict)
    version: AuditedVersion | None = None
    label_bias: tuple[LabelBias, ...] = ()
    has_review_list: bool = False

    @property
    def audit_id(self) -> str:
        """Twelve hexadecimal digits of what was found: the same figures under the same policy have the same name."""
        plain = json.dumps({k: v for k, v in self._body().items() if k != "changes"}, sort_keys=True, default=str)
        return hashlib.sha256(plain.encode()).hexdigest()[:12]

    @property
    def rule(self) -> DisclosureRule:
        return RULES[self.policy.disclosure]

    @property
    def is_simulated(self) -> bool:
        return self.data.is_simulated

    @property
    def sections(self) -> tuple[Section, ...]:
        return tuple(dict.fromkeys(row.section for row in self.figures))

    @property
    def models(self) -> tuple[Section, ...]:
        """The sections that were judged; the others are today's rules beside them."""
        return tuple(section for section in self.sections if not section.is_comparator)

    @property
    def blocking(self) -> tuple[str, ...]:
        """Codes of the blocking findings that nobody has accepted, each once."""
        return tuple(dict.fromkeys(finding.code for finding in self.findings if finding.is_blocking))

    @property
    def accepted_until(self) -> tuple[tuple[str, datetime.date], ...]:
        """Code of each blocking finding that is accepted, with the first day on which an acceptance of it ends."""
        ends: dict[str, datetime.date] = {}
        for finding in self.findings:
            if finding.accepted is not None and replace(finding, accepted=None).is_blocking:
                ends[finding.code] = min(finding.accepted.expires, ends.get(finding.code, datetime.date.max))
        return tuple(ends.items())

    @property
    def passport(self) -> tuple[GroupFigures, ...]:
        """Women, events, ascertainment, interpreter need and deprivation by group, missing ethnicity a row."""
        return tuple(r for r in self.figures if r.is_primary and r.level in FLAT_LEVELS and not r.section.is_comparator)

    def findings_of(self, section: Section) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.section == section)

    def figures_of(self, section: Section, level: str | None = None) -> tuple[GroupFigures, ...]:
        """Of the primary operating point; of one level, or of all."""
        return tuple(
            r for r in self.figures if r.section == section and r.is_primary and (level is None or r.level == level)
        )

    def group(self, section: Section, group: str = EVERYONE, level: str | None = None) -> GroupFigures:
        """One row of figures; `KeyError` names the groups there are."""
        rows = self.figures_of(section, level)
        for row in rows:
            if row.group == group:
                return row
        raise KeyError(f"no group {group!r} was audited; there are: {', '.join(dict.fromkeys(r.group for r in rows))}")

    def adjusted(
        self, section: Section, group: str, estimand: str, level: str = "ethnic_group"
    ) -> AdjustedDifference | None:
        """A group's difference from everyone else with its adjusted p-value; None where it cannot be printed."""
        key = (section, level, group, estimand)
        return next((d for d in self.adjusted_differences if (d.section, d.level, d.group, d.estimand) == key), None)

    def groups_without_percentage(self, section: Section) -> tuple[str, ...]:
        """Groups for whom the model may order a list but should show no percentage: their risks are not right (FA002,
        a suspended one too). Those of whom that could not be judged are told by `not_judged`."""
        ratios = [f for f in self.findings_of(section) if f.code == "FA002" and f.group]
        return tuple(f.group for f in ratios if f.group and (f.state == FINDING or f.is_suspended))

    def gates_of(self, section: Section) -> Gates:
        return self.gates.get(section, OPEN)

    def not_judged(self, section: Section) -> dict[str, str]:
        """Ethnic groups whose risks could not be set against outcomes because a gate is closed, and why; `Everyone` is
        among them where nobody's could."""
        return self.gates_of(section).not_judged(row.group for row in self.figures_of(section, "ethnic_group"))

    def context_of(self, section: Section) -> AuditContext | None:
        return next((context for context in self.contexts if context.describes(section)), None)

    def reach(self, section: Section) -> tuple[ReachRow, ...]:
        """Empty where it was not collected."""
        context = self.context_of(section)
        return printed_reach(context, self.rule) if context is not None else ()

    def never_scored(self, section: Section) -> tuple[NotScoredRow, ...]:
        """Why no risk was told of the others; empty where that was not counted."""
        context = self.context_of(section)
        return printed_not_scored(context, self.rule) if context is not None else ()

    def cascade(self, section: Section) -> tuple[StepRow, ...]:
        """Offered, accepted, received, as far as the records say; empty where they hold no step."""
        context = self.context_of(section)
        return printed_cascade(context, self.rule) if context is not None else ()

    def nobody_made_worse(self, section: Section) -> tuple[RowZeroRow, ...]:
        """Each group against the unconstrained fit; empty where none was given."""
        context = self.context_of(section)
        limit = self.policy.tolerance("FA004").limit
        if context is None:
            return ()
        hidden = self._hidden_groups(section)
        rows = printed_against_row_zero(context, self.rule, limit, self.gates_of(section))
        return tuple(silent_row(row) if row.group in hidden else row for row in rows)

    def frontier(self, section: Section) -> tuple[FrontierRow, ...]:
        context = self.context_of(section)
        return printed_frontier(context, self.rule, self.gates_of(section)) if context is not None else ()

    def ethnicity_options(self, section: Section) -> tuple[PrintedOption, ...]:
        """Ways of treating ethnicity side by side; empty where they were not compared."""
        context = self.context_of(section)
        limit = self.policy.tolerance("FA004").limit
        if context is None:
            return ()
        options = printed_options(context, self.rule, limit, self.gates_of(section))
        hidden = self._hidden_groups(section)
        return tuple(
            replace(o, rows=tuple(silent_row(row) if row.group in hidden else row for row in o.rows)) for o in options
        )

    def _hidden_groups(self, section: Section) -> frozenset[str]:
        """Whose counts of who was found the disclosure rule keeps back: no other table may print them either.

        What a gate keeps back is not among them, and each table says so of its own figures.
        """
        gates = self.gates_of(section)
        names = ("events", "evaluated_events", "found", "missed")
        rows = (r for r in self.figures_of(section) if r.level in FLAT_LEVELS and not gates.why(r.group))
        return frozenset(row.group for row in rows if any(row.counts[name] is None for name in names))

    def certificate(self, section: Section) -> tuple[CertifiedGroup, ...]:
        context = self.context_of(section)
        return printed_certificate(context, self.rule, self.gates_of(section)) if context is not None else ()

    def missing_facts(self, section: Section) -> tuple[MissingFactsRow, ...]:
        """By how many of the model's facts were missing; empty where it was not given."""
        context = self.context_of(section)
        return printed_missing_facts(context, self.rule, self.gates_of(section)) if context is not None else ()

    def causes(self, section: Section) -> tuple[CauseRow, ...]:
        """Events by how the outcome came about; empty where that is not known or the outcome declares no causes."""
        context = self.context_of(section)
        if context is None:
            return ()
        return printed_causes(
            context, self.rule, self.policy.minimum_events, self._hidden_groups(section), self.gates_of(section)
        )

    def cross_fitted(self, section: Section) -> tuple[CrossFittedRow, ...]:
        """Figures over the training births, each judged by a fit that had not seen it; empty where births were many."""
        context = self.context_of(section)
        if context is None:
            return ()
        return printed_cross_fitted(context, self.rule, self.policy.minimum_events, self.gates_of(section))

    def missingness(self, section: Section) -> tuple[MissingnessRow, ...]:
        context = self.context_of(section)
        return printed_missingness(context, self.rule) if context is not None else ()

    def flat(self, section: Section) -> dict[str, float]:
        """Figures and gaps of one section by the names a metric store takes: ``auroc.Black``, ``gap.sensitivity``."""
        rows = [row for row in self.figures_of(section) if row.level in FLAT_LEVELS]
        named = {
            f"{name}.{row.group}" if row.level != "everyone" else name: row[name].value
            for row in rows
            for name in FLAT_FIGURES
        }
        for gap in self.gaps:
            if gap.section == section and gap.level == "ethnic_group":
                named[f"gap.{gap.estimand}"] = gap.expected
        return {name: value for name, value in named.items() if value is not None}

    def to_dict(self) -> dict[str, Any]:
        return {
            "schema": REPORT_SCHEMA,
            "audit_id": self.audit_id,
            "on": self.on.isoformat(),
            "version": vars(self.version) if self.version is not None else None,
            "has_review_list": self.has_review_list,
            **self._body(),
            "label_bias": [one.to_dict() for one in self.label_bias] or "not asked",
        }

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, default=str)

    def _body(self) -> dict[str, Any]:
        return {
            "is_simulated": self.is_simulated,
            "blocking": list(self.blocking),
            "data": self.data.to_dict(),
            "policy": self.policy.as_written(),
            "acceptances": [one.to_dict() for one in self.acceptances],
            "findings": [finding.to_dict() for finding in self.findings],
            "figures": [row.to_dict() for row in self.figures],
            "gaps": [gap.to_dict() for gap in self.gaps],
            "comparisons": [comparison.to_dict() for comparison in self.comparisons],
            "calibration_curves": [curve.to_dict() for curve in self.curves],
            "decision_curves": [curve.to_dict() for curve in self.decision_curves],
            "untested": [one.to_dict() for one in self.untested],
            "site_gaps": [gap.to_dict() for gap in self.site_gaps],
            "adjusted_differences": [one.to_dict() for one in self.adjusted_differences],
            "group_heterogeneity": [one.to_dict() for one in self.group_heterogeneity],
            "models": [self._of_model(section) for section in self.models],
            "changes": self.changes.to_dict(),
        }

    def _of_model(self, section: Section) -> dict[str, Any]:
        context = self.context_of(section)
        return {
            **section.to_dict(),
            "reach": [row.to_dict() for row in self.reach(section)] or "not collected",
            "never_scored": [row.to_dict() for row in self.never_scored(section)] or "not collected",
            "cascade": [row.to_dict() for row in self.cascade(section)] or "not collected",
            "nobody_made_worse": [row.to_dict() for row in self.nobody_made_worse(section)] or "not given",
            "certificate": [row.to_dict() for row in self.certificate(section)] or "not given",
            "frontier": [row.to_dict() for row in self.frontier(section)] or "not given",
            "ethnicity_options": [option.to_dict() for option in self.ethnicity_options(section)] or "not given",
            "missing_facts": [row.to_dict() for row in self.missing_facts(section)] or "not given",
            "causes": [row.to_dict() for row in self.causes(section)] or "not given",
            "cross_fitted": [row.to_dict() for row in self.cross_fitted(section)] or "not given",
            "missing_predictors": [row.to_dict() for row in self.missingness(section)] or "not given",
            "source": context.source if context is not None else "",
            "intended_population": context.intended_population if context is not None else "",
        }
