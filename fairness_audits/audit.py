"""The audit, as the sentence it performs: count, estimate, compare, judge, report."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from fairness_audits.acceptances import acceptance_states, accepted, refuse_unknown_groups
from fairness_audits.changes import Changes, changes_since, read_previous
from fairness_audits.checks import CHECKS, unevenly_ascertained
from fairness_audits.comparators import compare
from fairness_audits.context import AuditContext
from fairness_audits.counts import SECTION_COLUMNS, Counts, by_section, count_predictions
from fairness_audits.data_description import DataDescription, describe
from fairness_audits.decision_curve import DecisionCurve, decision_curves
from fairness_audits.disclosure import RULES, DisclosureRule
from fairness_audits.evidence import Evidence
from fairness_audits.figures import Section
from fairness_audits.gates import kept_back
from fairness_audits.levels import columns_of, levels_in
from fairness_audits.policy import DEFAULT_POLICY, AuditPolicy, PolicyNamesAbsentGroup, read_policy
from fairness_audits.report import AuditReport
from fairness_audits.report_files import write_report
from fairness_audits.section_audit import SectionAudit, audit_section, hidden_alike
from fairness_audits.silence import silenced
from fairness_audits.sites import SiteGap, site_gaps
from fairness_audits.tallies import flagged_share
from fairness_audits.two_releases import earlier_counts
from records.predictions import read_predictions

__all__ = ["audit", "audit_counts", "audit_files", "counts_under"]


def audit(
    predictions: pl.DataFrame | pl.LazyFrame,
    policy: AuditPolicy = DEFAULT_POLICY,
    context: AuditContext | Iterable[AuditContext] | None = None,
    previous: AuditReport | Mapping[str, object] | None = None,
    *,
    as_of: datetime.date | None = None,
) -> AuditReport:
    """Who is missed, whose risk is understated, and what cannot be told, from a predictions table.

    ``context`` (one, or one for each model in the table) adds what predictions cannot say; ``previous`` is the audit,
    or its `audit.json`, that changes are told against. ``as_of`` is the day of the audit: today unless given.
    Raises the named errors of `records.predictions` where nothing may be said from the table.
    """
    counts = counts_under(policy, predictions, as_of=as_of)
    return audit_counts(counts, policy, context, previous, as_of=counts.as_of)


def counts_under(
    policy: AuditPolicy, predictions: pl.DataFrame | pl.LazyFrame, *, as_of: datetime.date | None = None
) -> Counts:
    """All that an audit under ``policy`` needs of the predictions; as of today unless a day is given."""
    return count_predictions(
        predictions,
        cell_columns=policy.cell_columns,
        thresholds=policy.risk_thresholds,
        as_of=as_of or datetime.datetime.now(datetime.UTC).date(),
    )


def audit_counts(
    counts: Counts,
    policy: AuditPolicy = DEFAULT_POLICY,
    context: AuditContext | Iterable[AuditContext] | None = None,
    previous: AuditReport | Mapping[str, object] | None = None,
    *,
    as_of: datetime.date,
) -> AuditReport:
    """The same from counts: of one hospital, or of several merged."""
    counts.refuse_other_policy(policy.cell_columns, policy.risk_thresholds)
    rule = RULES[policy.disclosure]
    data = describe(counts, rule)
    levels = levels_in(counts.frame, group_by=policy.group_by, group_scheme=counts.group_scheme)
    _refuse_absent_reference(policy, data.groups)
    refuse_unknown_groups(policy, sorted({g for level in levels for g in level.groups}), counts.group_scheme)
    before = _as_read(previous) if previous is not None else None
    sections = {Section(**key): rows for key, rows in counts.sections(columns_of(levels))}
    repeated = {Section(**key): rows for key, rows in by_section(counts.repeated)}
    audited = [
        audit_section(
            section,
            rows,
            levels,
            counts.thresholds,
            policy,
            repeated=repeated.get(section, counts.repeated.clear()),
            group_scheme=counts.group_scheme,
            before=earlier_counts(before, section),
        )
        for section, rows in sections.items()
    ]
    audited = hidden_alike(audited, policy)
    models = [part for part in audited if not part.section.is_comparator]
    contexts = _contexts(context)
    over_sites = _site_gaps(models, counts, rule)
    of_each = by_section(counts.frame.select(*SECTION_COLUMNS, "site").unique())
    sites = {Section(**key): frozenset(rows["site"].drop_nulls()) for key, rows in of_each}
    evidence = [
        replace(
            _evidence(part, audited, contexts, policy, data, before, as_of),
            site_gaps=tuple(gap for gap in over_sites if gap.section == part.section),
            sites=sites.get(part.section, frozenset()),
            adjusted_differences=part.adjusted_differences,
        )
        for part in models
    ]
    findings = tuple(
        accepted(finding, policy, as_of) for one in evidence for check in CHECKS for finding in check.examine(one)
    )
    report = AuditReport(
        on=as_of,
        policy=policy,
        data=data,
        levels=levels,
        figures=tuple(row for part in audited for row in part.figures),
        gaps=tuple(gap for part in audited for gap in part.gaps),
        comparisons=tuple(comparison for one in evidence for comparison in one.comparisons),
        findings=findings,
        acceptances=acceptance_states(policy, findings, as_of),
        contexts=contexts,
        curves=tuple(curve for part in audited for curve in part.curves),
        adjusted_differences=tuple(d for part in models for d in part.adjusted_differences),
        group_heterogeneity=tuple(h for part in models for h in part.group_heterogeneity),
        site_gaps=over_sites,
        untested=tuple(one for part in models for one in part.untested),
        gates={part.section: part.gates for part in models},
        decision_curves=tuple(
            curve for part in audited if part.has_risks for curve in _decision_curves(part, audited, counts, policy)
        ),
        counts=pl.concat([part.bands for part in audited]),
        changes=Changes(),
    )
    return replace(report, changes=changes_since(before, _as_read(report))) if before is not None else report


def audit_files(
    paths: str | Path | Sequence[str | Path],
    policy_path: str | Path | None = None,
    out: str | Path | None = None,
    *,
    context: AuditContext | Iterable[AuditContext] | None = None,
    previous: str | Path | None = None,
    pdf: bool = False,
) -> AuditReport:
    """Audit predictions files under a policy file (the default policy without one), and write the report to ``out``.

    ``previous`` is the `audit.json` that changes are told against; with ``pdf`` the report is written as PDF too.
    """
    policy = read_policy(policy_path) if policy_path is not None else DEFAULT_POLICY
    before = read_previous(previous) if previous is not None else None
    report = audit(read_predictions(paths), policy, context, before)
    if out is not None:
        write_report(report, out, pdf=pdf)
    return report


def _as_read(audited: AuditReport | Mapping[str, object]) -> Mapping[str, Any]:
    """As `audit.json` holds it, whether it is at hand or was read from there."""
    if isinstance(audited, Mapping):
        return audited
    plain: Mapping[str, Any] = json.loads(audited.to_json())
    return plain


def _contexts(context: AuditContext | Iterable[AuditContext] | None) -> tuple[AuditContext, ...]:
    if context is None:
        return ()
    return (context,) if isinstance(context, AuditContext) else tuple(context)


def _refuse_absent_reference(policy: AuditPolicy, groups: Sequence[str]) -> None:
    if policy.reference != "overall" and policy.reference not in groups:
        raise PolicyNamesAbsentGroup(
            f"the policy's reference is {policy.reference!r}, which no row has; the groups are: {', '.join(groups)}; "
            "'overall' compares each with everyone else"
        )


def _evidence(
    part: SectionAudit,
    audited: Sequence[SectionAudit],
    contexts: Sequence[AuditContext],
    policy: AuditPolicy,
    data: DataDescription,
    before: Mapping[str, Any] | None,
    on: datetime.date,
) -> Evidence:
    rule = RULES[policy.disclosure]
    rivals, not_fit = part.rivals(audited), kept_back(part.figures, part.section)
    level = next((level for level in part.levels if level.name == "ethnic_group"), None)
    primary = tuple(row for row in part.figures if row.is_primary)
    context = next((c for c in contexts if c.describes(part.section)), None)
    described = {one.scored_by: one for one in (context.rules if context is not None else ())}
    evidence = Evidence(
        section=part.section,
        figures=primary,
        comparisons=tuple(
            silenced(
                compare(
                    part.section,
                    part.rows,
                    rival.section,
                    rival.rows,
                    level=level,
                    at_capacity={row.group: row for row in primary if row.level in ("everyone", "ethnic_group")},
                    described=described.get(rival.section.scored_by),
                    disclosure=rule,
                ),
                part.kept_apart | rival.kept_apart,
                not_fit,
            )
            for rival in rivals
            if part.has_risks
        ),
        contexts=tuple(contexts),
        gates=part.gates,
        context=context,
        policy=policy,
        rule=rule,
        ethnicity_recorded=data.ethnicity_recorded,
        group_scheme=data.group_scheme,
        simulated_rows=part.simulated_rows,
        rows_in_section=part.row_count,
        untested=part.untested,
        on=on,
        previous=before,
    )
    return (
        replace(evidence, unevenly_ascertained=unevenly_ascertained(evidence)) if data.ethnicity_recorded else evidence
    )


def _decision_curves(
    part: SectionAudit, audited: Sequence[SectionAudit], counts: Counts, policy: AuditPolicy
) -> tuple[DecisionCurve, ...]:
    curves = decision_curves(
        part.section,
        part.rows,
        [(rival.section, rival.rows) for rival in part.rivals(audited)],
        point=part.primary_point,
        levels=part.levels,
        thresholds=counts.thresholds,
        rule=RULES[policy.disclosure],
    )
    not_fit = kept_back(part.figures, part.section)
    apart = part.kept_apart.union(*(rival.kept_apart for rival in part.rivals(audited)))
    return tuple(
        replace(curve, women=None, events=None, points=())
        if curve.group in apart
        else replace(curve, points=())
        if curve.group in not_fit
        else curve
        for curve in curves
    )


def _site_gaps(models: Sequence[SectionAudit], counts: Counts, rule: DisclosureRule) -> tuple[SiteGap, ...]:
    """Of each model; sites are kept apart only here, because cost grows with rows."""
    if counts.frame["site"].drop_nulls().n_unique() < 2:
        return ()
    by_site = {Section(**key): rows for key, rows in counts.sections(("site", "ethnic_group"))}
    found: list[SiteGap] = []
    for part in models:
        rows = flagged_share(by_site[part.section], part.primary_point, counts.thresholds)
        level = next((level for level in part.levels if level.name == "ethnic_group"), None)
        not_fit = kept_back(part.figures, part.section)
        gaps = site_gaps(part.section, part.primary_point.label, rows, level, rule)
        found += [gap for gap in gaps if gap.group not in not_fit]
    return tuple(found)
