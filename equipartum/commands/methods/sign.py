"""`equipartum methods sign`: a named person decides, from a dossier, how a model may treat ethnicity."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from equipartum.options import AsJson, HomeFolder, SignedBy, SignedRole
from equipartum.terminal import Terminal
from fairness_audits.ethnicity_dossier import DECISION_FILE, decide, find_dossier
from models.home import Home
from training.decisions import keep_decision, refuse_decided
from training.methods import DOSSIERS

EXAMPLES = (
    "Example: **equipartum methods sign 20260131T101500 --option blind --cuts level_up --not-stated common "
    "--why 'Level-up cuts bring Asian women to the floor for six more flags in 1,000' --name 'A. Person' "
    "--role 'equity lead'**."
)


def command(
    dossier: Annotated[
        str,
        typer.Argument(help="The dossier's id, or how it begins, as 'equipartum methods' printed it; or its folder."),
    ],
    option: Annotated[
        str,
        typer.Option(
            help="blind, group_intercept, subgroup_recalibration or ethnicity_as_input, as the dossier says them.",
            show_default=False,
        ),
    ],
    cuts: Annotated[
        str,
        typer.Option(
            help="absolute (one cut), level_up (lower cuts for groups found too rarely) or band.", show_default=False
        ),
    ],
    not_stated: Annotated[
        str,
        typer.Option(
            help="Where ethnicity is missing: common (no step, everyone's cut) or list_only (no percentage).",
            show_default=False,
        ),
    ],
    why: Annotated[str, typer.Option(help="The reason, in a sentence or more.", show_default=False)],
    name: SignedBy,
    role: SignedRole,
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Sign how a model may treat ethnicity, from a dossier that you have read."""
    terminal = Terminal(as_json=as_json)
    home = Home.at(home_folder)
    folder = find_dossier(home.root / DOSSIERS, dossier)
    with home.writing("methods sign"):
        refuse_decided(home, folder)
        on = datetime.now(UTC).date()
        decision = decide(folder, option=option, cuts=cuts, not_stated=not_stated, why=why, name=name, role=role, on=on)
        keep_decision(home, decision)
    terminal.show(f"Signed: {decision.in_words}.")
    terminal.show(f"  Decision: {folder / DECISION_FILE}")
    terminal.show(
        "  It is part of a model's design once a retrain is given it: equipartum retrain ... --ethnicity FILE"
    )
    terminal.finish({"decision": str(folder / DECISION_FILE), **decision.to_dict()})
