"""`equipartum methods run`: the ways a model may treat ethnicity, side by side on one split, as a dossier to sign."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from equipartum.options import AsJson, ColumnMapping, Data, HomeFolder, Point, Seed, SiteRulesFile, SourceName
from equipartum.terminal import Terminal
from equipartum.writing import writing
from fairness_audits.ethnicity_dossier import PAGE_FILE, Dossier
from fairness_audits.ethnicity_dossier.words import more_places_in_words, option_words
from fairness_audits.policy import DEFAULT_POLICY, read_policy
from models.home import Home
from models.site_rules import NO_SITE_RULES, read_site_rules
from records.sources.registry import source
from training.design_choice import RetrainRequest
from training.methods import compare_methods

EXAMPLES = (
    "Example: **equipartum methods preterm_birth --source cdc_natality --data Nat2020us.zip --births-per-week 90 "
    "--more-places 20**."
)

# No site has more births; a year of the United States has some 71,000 a week.
MOST_A_WEEK = 100_000


def command(
    outcome: Annotated[str, typer.Argument(help="An outcome, such as preterm_birth.")],
    source_name: SourceName,
    data: Data,
    at: Point = None,
    constraint: Annotated[
        str, typer.Option(help="The constraint of the blind fit, as in 'retrain'; its row is chosen the same way.")
    ] = "tpr_floor",
    tolerance: Annotated[
        float, typer.Option(help="How far below everyone's sensitivity the floor of level-up cuts is.")
    ] = 0.02,
    alert_rate: Annotated[float, typer.Option(help="Share of women the site has places for.")] = 0.10,
    births_per_week: Annotated[
        float, typer.Option(min=1, help="Births a week at the site that decides: what a place is a share of.")
    ] = 100,
    more_places: Annotated[
        float, typer.Option(min=0, help="'What if there were so many more places a week?', by group.")
    ] = 20,
    seed: Seed = 0,
    policy: Annotated[
        Path | None, typer.Option(help="Audit policy (TOML), for its disclosure rule. Default: the shipped one.")
    ] = None,
    rules: SiteRulesFile = None,
    column_mapping: ColumnMapping = None,
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Compare the ways a model may treat ethnicity, as a dossier to decide from."""
    terminal = Terminal(as_json=as_json)
    for name, value in (("--births-per-week", births_per_week), ("--more-places", more_places)):
        if not math.isfinite(value) or value > MOST_A_WEEK:
            raise typer.BadParameter(f"{name} is a number up to {MOST_A_WEEK:,}; got {value:g}")
    home = Home.at(home_folder).prepare()
    request = RetrainRequest(
        outcome=outcome,
        prediction_point=at,
        constraint=constraint,
        tolerance=tolerance,
        alert_rate=alert_rate,
        seed=seed,
    )
    audit_policy = read_policy(policy) if policy else DEFAULT_POLICY
    site_rules = read_site_rules(rules) if rules else NO_SITE_RULES
    records = source(source_name).scan(data, column_mapping=column_mapping, progress=terminal.rows_so_far())
    settings = home.settings()
    with writing(home, settings, f"methods {outcome}", terminal.say):
        compared = compare_methods(
            request,
            records,
            home,
            settings,
            births_per_week=births_per_week,
            more_places=more_places,
            policy=audit_policy,
            site_rules=site_rules,
            say=terminal.say,
        )
    made = compared.dossier
    _show(terminal, made)
    terminal.show(f"Dossier: {compared.folder / PAGE_FILE}")
    terminal.show(f"Read it, then: equipartum methods sign {made.dossier_id} --option OPTION ...")
    terminal.finish(
        {
            "dossier_id": made.dossier_id,
            "dossier_digest": made.digest,
            "folder": str(compared.folder),
            "run_id": compared.run_id,
            "options": [option.to_dict() for option in made.options],
        }
    )


def _show(terminal: Terminal, made: Dossier) -> None:
    simulated = " - SIMULATED: NOT FOR CARE" if made.is_simulated else ""
    terminal.show()
    terminal.show(f"{made.outcome} at {made.prediction_point}: ways to treat ethnicity, against row 0{simulated}")
    for option in made.options:
        words = option_words(option)
        terminal.show(f"  {words.title}{' (needs a signature)' if words.uses_ethnicity else ''}")
        for sentence in words.sentences:
            terminal.show(f"    {sentence}")
    blind = next((option for option in made.options if option.curve), None)
    told = more_places_in_words(made, blind) if blind is not None else ()
    if told:
        terminal.show(
            f"  With {made.capacity.more_places:g} more places a week, of {made.capacity.births_per_week:g} births; of "
            "women who had the outcome, found:"
        )
        for sentence in told:
            terminal.show(f"    {sentence}")
