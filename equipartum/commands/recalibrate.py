"""`equipartum recalibrate`: make a version right for a site's women by the least update that their births call for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from equipartum.audited import show_review_list, with_pdf
from equipartum.findings import findings_as_data, show_findings
from equipartum.options import AsJson, ColumnMapping, Data, HomeFolder, NoPdf, Point, SiteRulesFile, SourceName
from equipartum.terminal import Terminal
from equipartum.validated import show_parts, version_asked_for
from equipartum.writing import writing
from fairness_audits.policy import DEFAULT_POLICY, read_policy
from models.home import Home
from models.release import CHALLENGER, CHAMPION
from models.site_rules import NO_SITE_RULES, read_site_rules
from records.sources.registry import source
from training.batch_scoring import load_version
from training.recalibration_to_site.comparison import Comparison, compare_here
from training.recalibration_to_site.held_out import COMPARED
from training.recalibration_to_site.notes import of_the_cut
from training.recalibration_to_site.recalibrate import Recalibrated, recalibrate
from training.registry import Registry
from training.validation.files import validation_as_data
from training.validation.printed import of_everyone
from training.version import Version

EXAMPLES = (
    "Example: **equipartum recalibrate --outcome preterm_birth --source simulated --data local.parquet --site SIM02**; "
    "add **--dry-run** to see which update is enough before the births held out are looked at."
)
DRY = "A dry run: nothing was registered."
NOTHING_TO_REGISTER = (
    "Nothing was registered: no update is called for, and the version is for these women already. No number moved."
)
NO_REMEDY = (
    "not registered for these women: the risks that it tells them are wrong as a whole, and every update would make "
    "those told to some of them worse. Mend what the comparison says to look at first, or retrain on these births"
)


def command(
    source_name: SourceName,
    data: Data,
    run: Annotated[str | None, typer.Option(help="The registered version of this run.")] = None,
    outcome: Annotated[str | None, typer.Option(help="The champion of this outcome.")] = None,
    at: Point = None,
    site: Annotated[
        str, typer.Option(help="The one site of the records whose births count. Default: all of them.")
    ] = "",
    alert_rate: Annotated[
        float | None,
        typer.Option(
            help="Share of women the site has places for. Default: the version's, and its threshold under 'none'."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show which update is enough, and register nothing.")
    ] = False,
    policy: Annotated[Path | None, typer.Option(help="Audit policy (TOML). Default: the shipped one.")] = None,
    rules: SiteRulesFile = None,
    column_mapping: ColumnMapping = None,
    no_pdf: NoPdf = False,
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Register a version for a site, by the least update that its births call for."""
    terminal = Terminal(as_json=as_json)
    if (run is None) == (outcome is None):
        raise typer.BadParameter("name one of --run or --outcome")
    if alert_rate is not None and not 0 < alert_rate < 1:
        raise typer.BadParameter("a share of women lies between 0 and 1", param_hint="--alert-rate")
    home = Home.at(home_folder)
    settings = home.settings()
    audit_policy = read_policy(policy) if policy else DEFAULT_POLICY
    site_rules = read_site_rules(rules) if rules else NO_SITE_RULES
    version = version_asked_for(home, run, outcome, at)
    model = load_version(Registry(home, settings), version)
    records = source(source_name).scan(data, column_mapping=column_mapping, progress=terminal.rows_so_far())
    terminal.say(records.description)
    pdf = not dry_run and with_pdf(terminal, no_pdf)
    registered = Registry(home, settings).versions(version.outcome, version.prediction_point)
    with writing(home, settings, f"recalibrate {version.outcome}", terminal.say):
        compared = compare_here(
            version, model, records, home, audit_policy, site=site, site_rules=site_rules, say=terminal.say
        )
        done = (
            None
            if dry_run
            else recalibrate(compared, home, settings, audit_policy, alert_rate=alert_rate, say=terminal.say, pdf=pdf)
        )
    show_parts(terminal, compared.validation)
    terminal.show()
    for doubt in compared.doubts:
        terminal.show(doubt)
    if done is not None:
        terminal.finish({**_as_data(compared), **_show(terminal, compared, done, registered)})
        return
    told = {**_as_data(compared), "registered": None}
    if compared.sufficient.is_without_remedy and not dry_run:
        terminal.refuse(NO_REMEDY, told)
        raise typer.Exit(1)
    terminal.show(DRY if dry_run else NOTHING_TO_REGISTER)
    terminal.finish(told)


def _as_data(compared: Comparison) -> dict[str, object]:
    return {
        "update": compared.sufficient.update,
        "called_for": compared.sufficient.called_for,
        "doubts": compared.doubts,
        "validation": validation_as_data(compared.validation),
    }


def _aliases_told(registered: Sequence[Version], now: Version) -> str:
    """What becomes of the aliases: the newest version of a name is its challenger, and no champion is moved.
    ``registered`` are the versions that were there before."""
    told = f"Version {now.version} is {CHALLENGER}"
    for before in registered:
        if CHAMPION in before.aliases:
            told += f"; version {before.version} stays {CHAMPION}, and is served until a person promotes another"
        elif CHALLENGER in before.aliases:
            told += f"; version {before.version}, {CHALLENGER} until now, has no alias any more, and stays registered"
    return f"{told}."


def _show(
    terminal: Terminal, compared: Comparison, done: Recalibrated, registered: Sequence[Version]
) -> dict[str, object]:
    """Prints what was registered, how it did before and after, and what its audit says; returns the same for --json."""
    version, lineage = done.version, done.version.lineage
    assert lineage is not None
    terminal.show(f"{version}, run {version.run_id[:8]}, by '{lineage.update}' from {compared.version}")
    terminal.show(f"  {_aliases_told(registered, version)}")
    terminal.show(f"  {done.told.capitalize()}.")
    terminal.show(f"  {of_the_cut(compared.local.births.model, done.model)}")
    terminal.show(f"  For: {done.model.intended_population.description}")
    table = of_everyone("On births held out, everyone", "Figure (95 % interval)", done.judged, COMPARED)
    terminal.show_table(table.caption, table.columns, table.rows)
    show_findings(terminal, done.report)
    if version.tags.status != "adequate":
        terminal.show(f"  For {version.tags.status}: 'equipartum promote' will refuse it.")
    terminal.show(f"  Validation: {done.validation.folder}")
    terminal.show(f"  Report: {done.audit_folder / 'report.html'}")
    show_review_list(terminal, done.review_list)
    return {
        "registered": {
            "name": version.name,
            "version": version.version,
            "run_id": version.run_id,
            "parent_version": lineage.parent_version,
            "told": done.told,
            "model_digest": version.tags.model_digest,
            "status": version.tags.status,
            "blocking_findings": list(version.tags.blocking_findings),
            "offer_threshold": done.model.offer_policy.threshold,
            "intended_population": done.model.intended_population.to_dict(),
        },
        "held_out": [
            {"name": one.name, "figures": {name: one.everyone[name].to_dict() for name in COMPARED}}
            for one in done.judged
        ],
        "validation_id": done.validation.validation_id,
        "validation_digest": done.validation.digest,
        "findings": findings_as_data(done.report),
        "report": str(done.audit_folder / "report.html"),
        "audit_id": done.audit_folder.name,
        "review_list": str(done.review_list) if done.review_list else None,
    }
