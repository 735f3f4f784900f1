"""`equipartum quickstart`: the whole path on simulated births, from records to an answered request."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from equipartum.commands.retrain import show_retrained
from equipartum.demonstration import ask_one_risk, running_service
from equipartum.options import AsJson, HomeFolder, Seed
from equipartum.stopping import Stopped
from equipartum.terminal import Terminal
from equipartum.writing import writing
from models.home import Home, Settings
from models.outcomes import OUTCOMES
from models.site_rules import SIMULATED_SITE_RULES, read_site_rules
from records.sources.simulated import simulate
from serving.launch import refuse_open_address, refuse_taken_port
from training.design_choice import RetrainRequest
from training.promotion import not_judged_in_words
from training.registry import Registry
from training.retrain import retrain
from training.version import BlockedRelease, Version

EXAMPLES = "Example: **equipartum quickstart --once** trains, audits, registers, serves, asks one risk, and stops."

DEMO_SETTINGS = '# Demonstration on simulated births. Nothing here is for care.\nmode = "demo"\n'


def command(
    births: Annotated[int, typer.Option(min=5_000, help="Simulated births to train on.")] = 60_000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after training and promoting.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Stop after one answered request.")] = False,
    port: Annotated[int | None, typer.Option(help="Default: 3000.")] = None,
    seed: Seed = 1,
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Train, audit, register and serve every simulated outcome, in demo mode."""
    terminal = Terminal(as_json=as_json)
    home = Home.at(home_folder).prepare()
    if not home.settings_file.exists():
        home.settings_file.write_text(DEMO_SETTINGS, encoding="utf-8")
    settings = home.settings(port=port)
    if not no_serve:
        refuse_open_address(settings)
        refuse_taken_port(settings)
    promoted, blocked = _train_every_outcome(terminal, home, settings, births, seed)
    result: dict[str, object] = {
        "promoted": [v.name for v in promoted],
        "not_promoted": blocked,
        "home": str(home.root),
    }
    terminal.show()
    terminal.show(f"Reports: {home.audits}; models: equipartum models --home {home.root}")
    if no_serve:
        terminal.finish(result)
        return
    with running_service(home, settings, say=terminal.say) as service:
        answer = ask_one_risk(service.address)
        terminal.show("POST /v1/risks answered:")
        terminal.show(answer.shown)
        terminal.show(f"Look at {service.address}/ and {service.address}/audits")
        result |= {"address": service.address, "answer": answer.body}
        terminal.finish(result)
        if not once:
            terminal.say("serving until Ctrl-C")
            # Stopping is how a demonstration ends, not a failure of it.
            with suppress(Stopped):
                service.wait()


def _train_every_outcome(
    terminal: Terminal, home: Home, settings: Settings, births: int, seed: int
) -> tuple[list[Version], dict[str, str]]:
    """Promotes what no finding blocks, and says of the rest why not."""
    terminal.say(f"simulating {births:,} births of the england scenario, seed {seed}")
    records = simulate(births, seed=seed, scenario="england").records
    site_rules = read_site_rules(SIMULATED_SITE_RULES)
    registry = Registry(home, settings)
    promoted: list[Version] = []
    blocked: dict[str, str] = {}
    for outcome in (o for o in OUTCOMES.values() if o.trained_by_default):
        with writing(home, settings, f"quickstart {outcome.name}", terminal.say):
            request = RetrainRequest(outcome=outcome.name, seed=seed)
            retrained = retrain(request, records, home, settings, site_rules=site_rules, say=terminal.say)
            show_retrained(terminal, retrained)
            for sentence in not_judged_in_words(retrained.model):
                terminal.show(f"  {sentence}")
            try:
                promoted.append(registry.promote(retrained.version))
                terminal.show("  Promoted to champion, in demo mode.")
            except BlockedRelease as refusal:
                blocked[retrained.version.name] = str(refusal)
                terminal.show(f"  Not promoted: {refusal}")
    return promoted, blocked
