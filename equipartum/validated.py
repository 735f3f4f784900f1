"""A validation that a command was asked for: what is judged, planned and said in the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from equipartum.findings import findings_as_data, show_findings
from equipartum.terminal import Terminal
from fairness_audits.disclosure import RULES
from fairness_audits.policy import AuditPolicy
from fairness_audits.report import AuditReport
from models.design import ModelDesign
from models.home import Home
from models.site_rules import SiteRules
from records.records import Records
from training.batch_scoring import load_version
from training.cohort import Cohort, assemble
from training.design_choice import RetrainRequest, design_for
from training.registry import Registry, UnknownVersion
from training.validation.external import planned_external, validate_elsewhere
from training.validation.files import VALIDATION_PAGE, Validation, validation_as_data
from training.validation.internal_external import planned_over_sites, validate_over_sites
from training.validation.new_births import births_for, of_a_design
from training.validation.openings import Ledger, holdout_of
from training.validation.overlap import same_files, unseen
from training.validation.plan import Plan
from training.validation.temporal import TEMPORAL, planned_temporal, validate_over_time
from training.version import Version

__all__ = ["Asked", "Prepared", "show_parts", "show_plan", "show_validated", "version_asked_for"]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What is to be judged: its plan as it would be now, the holdout it opens, and how it is done under a plan."""

    planned: Plan
    holdout: str
    judge: Callable[[Plan | None], tuple[Validation, AuditReport | None]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A validation as the command was asked for it. ``version`` is None where the default design is to be fitted."""

    terminal: Terminal
    home: Home
    policy: AuditPolicy
    rules: SiteRules
    records: Records
    version: Version | None
    by: str

    def external(self) -> Prepared:
        assert self.version is not None
        version = self.version
        model = load_version(Registry(self.home, self.home.settings()), version)
        same = same_files(version, self.records)
        for warning in same:
            self.terminal.say(f"warning: {warning}")

        def judge(plan: Plan | None) -> tuple[Validation, AuditReport | None]:
            births, warnings = births_for(model, self.records, site_rules=self.rules), same
            if not same:
                found = unseen(version, births, self.home, RULES[self.policy.disclosure].count)
                births, warnings = found.births, found.warnings
                for warning in warnings:
                    self.terminal.say(f"warning: {warning}")
            for remark in births.remarks:
                self.terminal.say(remark)
            done = validate_elsewhere(
                births,
                self.home,
                self.policy,
                title=str(version),
                warnings=warnings,
                plan=plan,
                by=self.by,
                say=self.terminal.say,
            )
            return done, done.report

        return Prepared(
            planned=planned_external(model, self.records, self.policy),
            holdout=holdout_of(data_digest=self.records.data_digest, design=model.design, is_split=False),
            judge=judge,
        )

    def fitted_here(self, kind: str, outcome: str | None, at: str | None) -> Prepared:
        """By the design of the run, or by the default one for these births."""
        cohort, design = self._cohort_and_design(outcome, at)
        plan_of, validate = (
            (planned_temporal, validate_over_time) if kind == TEMPORAL else (planned_over_sites, validate_over_sites)
        )

        def judge(plan: Plan | None) -> tuple[Validation, AuditReport | None]:
            done: Validation = validate(
                design, cohort, self.home, self.policy, plan=plan, by=self.by, say=self.terminal.say
            )
            return done, None

        return Prepared(
            planned=plan_of(design, cohort, self.policy),
            holdout=holdout_of(data_digest=self.records.data_digest, design=design, is_split=False),
            judge=judge,
        )

    def _cohort_and_design(self, outcome: str | None, at: str | None) -> tuple[Cohort, ModelDesign]:
        if self.version is None:
            request = RetrainRequest(outcome=outcome or "", prediction_point=at)
            cohort = assemble(request.outcome, request.point, self.records, site_rules=self.rules)
            return cohort, design_for(request, cohort)
        design = load_version(Registry(self.home, self.home.settings()), self.version).design
        return of_a_design(design, self.records, site_rules=self.rules), design


def version_asked_for(home: Home, run: str | None, outcome: str | None, at: str | None) -> Version:
    """That of the run, or the champion; `UnknownVersion` where there is none."""
    registry = Registry(home, home.settings())
    if run is not None:
        found = registry.by_run(run)
        if at not in (None, found.prediction_point):
            raise typer.BadParameter(f"{found} tells a risk at {found.prediction_point}", param_hint="--at")
        return found
    request = RetrainRequest(outcome=outcome or "", prediction_point=at)
    champion = registry.champion(request.outcome, request.point)
    if champion is None:
        raise UnknownVersion(
            f"{request.outcome} has no champion at {request.point}: name a run with --run; 'equipartum models' lists "
            "them"
        )
    return champion


def show_plan(terminal: Terminal, made: Plan, file: Path, ledger: Ledger, holdout: str) -> None:
    terminal.show(f"Plan {made.digest}")
    terminal.show(f"  Written to {file}")
    terminal.show(f"  These outcomes: {ledger.told(holdout)} in this home before the plan.")
    terminal.show(f"  Head of the ledger, to be noted elsewhere: {ledger.head}")
    terminal.show(f"  To do what was planned: the same command with --plan {made.digest[:12]}")
    terminal.finish(
        {
            "plan": made.digest,
            "file": str(file),
            "ledger_head": ledger.head,
            "openings_before": len(ledger.openings(holdout)),
        }
    )


def show_validated(terminal: Terminal, validation: Validation, report: AuditReport | None, folder: Path) -> None:
    show_parts(terminal, validation)
    if report is not None:
        terminal.show()
        show_findings(terminal, report)
    terminal.show(f"Report: {folder / VALIDATION_PAGE}")
    audited = {"findings": findings_as_data(report)} if report is not None else {}
    terminal.finish({**validation_as_data(validation), **audited, "report": str(folder / VALIDATION_PAGE)})


def show_parts(terminal: Terminal, validation: Validation) -> None:
    """What was found, as the validation's page says it."""
    terminal.show(f"{validation.title}{' - SIMULATED: NOT FOR CARE' if validation.is_simulated else ''}")
    for sentence in (*validation.warnings, *validation.standing.sentences):
        terminal.show(f"  {sentence}")
    for part in validation.parts():
        terminal.show()
        terminal.show(part.heading)
        for sentence in part.sentences:
            terminal.show(f"  {sentence}")
        for table in part.tables:
            terminal.show_table(table.caption, table.columns, table.rows)
