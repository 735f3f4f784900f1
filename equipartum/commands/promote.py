"""`equipartum promote`: make a registered version the one that is served, unless its audit stands against it."""

from __future__ import annotations

from typing import Annotated

import typer

from equipartum.options import AsJson, HomeFolder, Point
from equipartum.terminal import Terminal
from equipartum.writing import writing
from models.home import Home
from models.outcomes import outcome as declared_outcome
from serving.champion import withheld_because
from training.batch_scoring import load_version
from training.promotion import not_judged_in_words, promote
from training.registry import Registry

EXAMPLES = "Example: **equipartum promote gestational_diabetes 2** refuses while a blocking finding stands."


def command(
    outcome: Annotated[str, typer.Argument(help="An outcome, such as preterm_birth.")],
    version: Annotated[int, typer.Argument(help="The version's number, as 'equipartum models' lists it.", min=1)],
    at: Point = None,
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Make a version the champion that is served; says of whom its audit could judge nothing."""
    terminal = Terminal(as_json=as_json)
    home = Home.at(home_folder)
    settings = home.settings()
    registry = Registry(home, settings)
    found = registry.version(outcome, at or declared_outcome(outcome).earliest_point, version)
    model = load_version(registry, found)
    for sentence in not_judged_in_words(model):
        terminal.show(sentence)
    with writing(home, settings, f"promote {found.name} {version}", terminal.say):
        promoted = promote(registry, found, home, settings)
    withheld = withheld_because(model, settings.mode, settings.site)
    taken_up = "a running service takes it up by itself" if withheld is None else "no risk is shown by it yet"
    terminal.show(f"{promoted.name} version {promoted.version} is champion; {taken_up}.")
    if withheld is not None:
        terminal.show(f"  Mode of this home: {settings.mode}. The service withholds it: {withheld}.")
    terminal.finish(
        {
            "name": promoted.name,
            "version": promoted.version,
            "aliases": promoted.aliases,
            "withheld_because": withheld,
            "not_judged": dict(model.not_judged),
        }
    )
