"""`equipartum retrain`: fit, audit and register risk models from files of births."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from equipartum.audited import show_review_list, with_pdf
from equipartum.engine import Engine, Scheduler, plain_fit_by
from equipartum.findings import findings_as_data, show_findings
from equipartum.options import AsJson, ColumnMapping, Data, HomeFolder, NoPdf, Seed, SiteRulesFile, SourceName
from equipartum.summary import Line, show_summary, summary_of
from equipartum.terminal import Terminal
from equipartum.writing import writing
from fairness_audits.policy import DEFAULT_POLICY, read_policy
from models.ethnicity_decision import EthnicityDecision, UnusableDecision
from models.home import Home
from models.outcomes import outcome as declared_outcome
from models.site_rules import NO_SITE_RULES, read_site_rules
from records.clock import point as declared_point
from records.concepts import CONCEPTS
from records.errors import EquipartumError, WrongUse
from records.records import Records
from records.sources.registry import source
from training.decisions import decision_signed_here
from training.design_choice import RetrainRequest
from training.dry_run import DryRun, plan
from training.retrain import Retrained, retrain
from training.tuning.asked import Tuning

EVERY_POINT = "every"
EXAMPLES = (
    "Examples: **equipartum retrain preterm_birth gestational_diabetes --source cdc_natality --data Nat2020us.zip**; "
    "**equipartum retrain preterm_birth haemorrhage --source msds --data extract --at every** for every prediction "
    "point; "
    "add **--dry-run** to see the cohort, the events by group and what the files lack before anything is fitted."
)


def command(
    outcomes: Annotated[list[str], typer.Argument(metavar="OUTCOME...", help="Outcomes, such as preterm_birth.")],
    source_name: SourceName,
    data: Data,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", help="Prediction point, or 'every' for all of each outcome's. Default: the outcome's earliest."
        ),
    ] = None,
    constraint: Annotated[
        str,
        typer.Option(
            help="tpr_floor raises groups found too rarely; group_loss; tpr, fpr and equalized_odds also lower; none."
        ),
    ] = "tpr_floor",
    tolerance: Annotated[
        float, typer.Option(help="How far a group's figure may be from everyone's; for group_loss, nats.")
    ] = 0.02,
    alert_rate: Annotated[float, typer.Option(help="Share of women the site has places for.")] = 0.10,
    seed: Seed = 0,
    policy: Annotated[Path | None, typer.Option(help="Audit policy (TOML). Default: the shipped one.")] = None,
    rules: SiteRulesFile = None,
    ethnicity: Annotated[
        list[Path] | None,
        typer.Option(
            help="A decision that 'methods sign' wrote, for its outcome; repeat. Default: never read ethnicity."
        ),
    ] = None,
    column_mapping: ColumnMapping = None,
    tune: Annotated[bool, typer.Option("--tune", help="Search for the booster's settings first.")] = False,
    tune_minutes: Annotated[
        float | None,
        typer.Option(help="With --tune: minutes this call may search. Default: 10, or no limit with --tune-trials."),
    ] = None,
    tune_trials: Annotated[
        int | None, typer.Option(help="With --tune: how many trials in all, those of earlier calls included.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be fitted, and fit nothing.")] = False,
    engine: Engine = "one_process",
    scheduler: Scheduler = None,
    no_cross_fit: Annotated[
        bool, typer.Option("--no-cross-fit", help="With fewer than 100,000 births, do not fit again in five folds.")
    ] = False,
    no_pdf: NoPdf = False,
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Fit, audit and register risk models from files of births."""
    terminal = Terminal(as_json=as_json)
    home = Home.at(home_folder)
    settings = home.settings()
    if tune and ethnicity:
        raise typer.BadParameter(
            "--tune judges settings by a model that never sees ethnicity: tune without --ethnicity, compare again with "
            "'methods', and decide then"
        )
    if at == EVERY_POINT and ethnicity:
        raise typer.BadParameter("a decision about ethnicity is made for one prediction point: name it with --at")
    _refuse_unknown(outcomes, at)
    decisions = _decisions(home, ethnicity or [], outcomes, at)
    requests = [
        RetrainRequest(
            outcome=name,
            prediction_point=point,
            constraint=constraint,
            tolerance=tolerance,
            alert_rate=alert_rate,
            seed=seed,
            ethnicity=decisions.get(name),
            cross_fit=not no_cross_fit,
        )
        for name in outcomes
        for point in (declared_outcome(name).prediction_points if at == EVERY_POINT else [at])
    ]
    plain_fit = plain_fit_by(engine, scheduler, terminal.say)
    tuning = _tuning(tune, tune_minutes, tune_trials)
    audit_policy = read_policy(policy) if policy else DEFAULT_POLICY
    site_rules = read_site_rules(rules) if rules else NO_SITE_RULES
    if not dry_run:
        home.prepare()
    records = source(source_name).scan(data, column_mapping=column_mapping, progress=terminal.rows_so_far())
    _describe(terminal, records)
    pdf = not dry_run and with_pdf(terminal, no_pdf)
    done: list[dict[str, object]] = []
    refused: list[dict[str, str]] = []
    lines: list[Line] = []
    for request in requests:
        try:
            if dry_run:
                done.append(_show_plan(terminal, plan(request, records, site_rules, tuning)))
                continue
            with writing(home, settings, f"retrain {request.outcome}", terminal.say):
                retrained = retrain(
                    request,
                    records,
                    home,
                    settings,
                    policy=audit_policy,
                    site_rules=site_rules,
                    say=terminal.say,
                    pdf=pdf,
                    plain_fit=plain_fit,
                    tuning=tuning,
                )
            done.append(show_retrained(terminal, retrained))
            lines.append(summary_of(retrained, settings))
        except EquipartumError as refusal:
            # One outcome that cannot be read must not lose the others.
            terminal.say(f"{request.outcome} at {request.point} refused: {refusal}")
            refused.append({"outcome": request.outcome, "at": request.point, "refused": str(refusal)})
    if len(requests) > 1 and not dry_run:
        show_summary(terminal, lines, [f"{one['outcome']}.{one['at']}" for one in refused])
    summed_up = {} if dry_run else {"summary": [line.to_dict() for line in lines]}
    terminal.finish({"retrained" if not dry_run else "planned": done, "refused": refused, **summed_up})
    if refused:
        raise typer.Exit(1)


def _refuse_unknown(outcomes: Sequence[str], at: str | None) -> None:
    """Raises `WrongUse` where an outcome is not declared, or none of them is told at the point."""
    declared = [declared_outcome(name) for name in outcomes]
    if at in (None, EVERY_POINT) or any(at in one.prediction_points for one in declared):
        return
    declared_point(at or "")
    told = (f"{one.name} has no prediction point {at}; it has: {', '.join(one.prediction_points)}" for one in declared)
    raise WrongUse("; ".join(told))


def _decisions(
    home: Home, files: Sequence[Path], outcomes: Sequence[str], at: str | None
) -> dict[str, EthnicityDecision]:
    """By outcome. Raises `UnusableDecision` where one is for another outcome or prediction point."""
    found: dict[str, EthnicityDecision] = {}
    for file in files:
        outcome, point, decision = decision_signed_here(home, file)
        asked = at or declared_outcome(outcome).earliest_point
        if outcome not in outcomes or point != asked or outcome in found:
            raise UnusableDecision(
                f"the decision in {file.parent.name} is about {outcome} at {point}, and not, once, about what is "
                f"retrained: {', '.join(outcomes)} at {at or 'its earliest point'}"
            )
        found[outcome] = decision
    return found


def _tuning(tune: bool, minutes: float | None, trials: int | None) -> Tuning | None:
    if not tune and (minutes is not None or trials is not None):
        raise typer.BadParameter("--tune-minutes and --tune-trials say how long --tune searches; give --tune too")
    return Tuning(minutes=minutes, trials=trials) if tune else None


def _describe(terminal: Terminal, records: Records) -> None:
    terminal.say(records.description)
    for note in records.notes:
        terminal.say(f"note: {note}")
    for doubt in records.doubts_told(int):
        terminal.say(f"note: {doubt}")
    for aside in records.set_aside:
        terminal.say(f"set aside: {aside.rows:,} rows: {aside.reason}")


def show_retrained(terminal: Terminal, retrained: Retrained) -> dict[str, object]:
    """Prints what was registered and what its audit says first; returns the same for --json."""
    version, report = retrained.version, retrained.report
    terminal.show()
    terminal.show(f"{version}, run {version.run_id[:8]}")
    for sentence in retrained.on_tuning:
        terminal.show(f"  {sentence}")
    show_findings(terminal, report)
    if retrained.diagnosis.status != "adequate":
        terminal.show(f"  For {retrained.diagnosis.status}: 'equipartum promote' will refuse it.")
        for remark in retrained.diagnosis.remarks:
            terminal.show(f"    {remark}")
    terminal.show(f"  Report: {retrained.audit_folder / 'report.html'}")
    show_review_list(terminal, retrained.review_list)
    return {
        "name": version.name,
        "version": version.version,
        "run_id": version.run_id,
        "definition": str(retrained.cohort.definition),
        "births": retrained.cohort.denominator.in_cohort,
        "blocking_findings": list(report.blocking),
        "status": retrained.diagnosis.status,
        "model_digest": retrained.model.digest,
        "tuning": None if retrained.tuned is None else dict(retrained.tuned.parameters),
        "report": str(retrained.audit_folder / "report.html"),
        "audit_id": retrained.audit_folder.name,
        "findings": findings_as_data(report),
        "acceptances": [acceptance.to_dict() for acceptance in report.acceptances],
        "review_list": str(retrained.review_list) if retrained.review_list else None,
    }


def _show_plan(terminal: Terminal, planned: DryRun) -> dict[str, object]:
    terminal.show()
    terminal.show(f"{planned.registered_name} by '{planned.definition}'")
    terminal.show(f"  {planned.denominator}")
    terminal.show(f"  Held out: {planned.split}")
    terminal.show(
        f"  Births needed by Riley et al. 2020: {planned.births_needed:,}; to fit on: {planned.births_to_fit:,}"
    )
    lacking = "; ".join(CONCEPTS[name].title for name in planned.lacking)
    terminal.show(f"  Predictors not in these files: {lacking or 'none'}")
    for rule in planned.rules_not_evaluated:
        terminal.show(f"  {rule}")
    terminal.show(f"  Expected time: about {planned.expected_seconds:.0f} s")
    if planned.tuning_trials:
        terminal.show(f"  of which tuning: {planned.tuning_seconds:.0f} s, about {planned.tuning_trials} trials")
    terminal.show_table(
        "Ethnic group",
        ("group", "births", "events", "not ascertained"),
        [tuple(row) for row in planned.events_by_group],
    )
    return planned.to_dict()
