"""`equipartum score`: risks for every pregnancy of a file, by the champions or by named runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equipartum.options import AsJson, Data, HomeFolder, SiteRulesFile, SourceName
from equipartum.out_file import refuse_unwritable
from equipartum.terminal import Terminal
from models.home import Home
from models.site_rules import NO_SITE_RULES, read_site_rules
from records.predictions import write_predictions
from records.sources.registry import source
from training.batch_scoring import note_look, score_records
from training.registry import Registry

EXAMPLES = (
    "Example: **equipartum score --source cdc_natality --data Nat2021us.zip --out predictions.parquet**, then "
    "**equipartum audit --predictions predictions.parquet**."
)


def command(
    source_name: SourceName,
    data: Data,
    out: Annotated[Path, typer.Option(help="Predictions table to write: .parquet or .csv.", show_default=False)],
    run: Annotated[list[str] | None, typer.Option(help="A run to score with; repeat. Default: every champion.")] = None,
    rules: SiteRulesFile = None,
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write the predictions table of a file of births, with outcomes as the model's definition has them."""
    terminal = Terminal(as_json=as_json)
    home = Home.at(home_folder)
    if out.suffix.lower() not in (".parquet", ".csv"):
        raise typer.BadParameter(f"{out.name} is neither .parquet nor .csv", param_hint="--out")
    refuse_unwritable(out)
    site_rules = read_site_rules(rules) if rules else NO_SITE_RULES
    registry = Registry(home, home.settings())
    records = source(source_name).scan(data, progress=terminal.rows_so_far())
    scored = score_records(registry, records, run_ids=run or (), site_rules=site_rules, say=terminal.say)
    note_look(home, registry, records, scored)
    write_predictions(scored, out)
    terminal.show(f"{scored.height:,} predictions in {out}")
    terminal.finish({"predictions": scored.height, "file": str(out), "outcomes": scored["outcome"].unique().to_list()})
