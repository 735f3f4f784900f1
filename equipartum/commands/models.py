"""`equipartum models`: every registered version, newest first."""

from __future__ import annotations

from datetime import UTC, datetime

from equipartum.options import AsJson, HomeFolder
from equipartum.terminal import Terminal
from models.home import Home
from training.registry import Registry

EXAMPLES = "Example: **equipartum models --json** for every version with its digests and blocking findings."


def command(home_folder: HomeFolder = None, as_json: AsJson = False) -> None:
    """List registered models: versions, aliases, findings that block them."""
    terminal = Terminal(as_json=as_json)
    home = Home.at(home_folder)
    versions = Registry(home, home.settings()).versions()
    terminal.show_table(
        f"Registered in {home.root}",
        ("model", "definition", "version", "alias", "data", "status", "blocked by", "run", "registered"),
        [
            (
                v.name,
                v.tags.definition,
                v.version,
                ", ".join(v.aliases) or "-",
                "SIMULATED" if v.tags.is_simulated else v.tags.source,
                v.tags.status,
                ", ".join(v.tags.blocking_findings) or "-",
                v.run_id[:8],
                datetime.fromtimestamp(v.created_at / 1000, UTC).strftime("%Y-%m-%d %H:%M"),
            )
            for v in versions
        ],
    )
    if not versions:
        terminal.show(
            "Nothing is registered: 'equipartum retrain' or 'equipartum quickstart' registers a first version."
        )
    terminal.finish(
        {
            "models": [
                {"name": v.name, "version": v.version, "aliases": v.aliases, "run_id": v.run_id, **v.tags.to_tags()}
                for v in versions
            ]
        }
    )
