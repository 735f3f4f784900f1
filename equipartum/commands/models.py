"""`equipartum models`: every registered version, newest first."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from equipartum.options import AsJson, HomeFolder
from equipartum.terminal import Terminal
from models.home import Home
from models.release import ReleaseTags
from training.registry import Registry
from training.version import Version

EXAMPLES = "Example: **equipartum models --json** for every version with its digests and blocking findings."


def command(home_folder: HomeFolder = None, as_json: AsJson = False) -> None:
    """List registered models: versions, aliases, findings that block them."""
    terminal = Terminal(as_json=as_json)
    home = Home.at(home_folder)
    versions = Registry(home, home.settings()).versions()
    terminal.show(f"Registered in {home.root}")
    for version in versions:
        for line in _lines(version):
            terminal.show(line)
    if not versions:
        terminal.show(
            "Nothing is registered: 'equipartum retrain' or 'equipartum quickstart' registers a first version."
        )
    terminal.finish({"models": [_as_data(version) for version in versions]})


def _lines(version: Version) -> tuple[str, ...]:
    tags = version.tags
    registered = datetime.fromtimestamp(version.created_at / 1000, UTC)
    aliases = ", ".join(version.aliases) or "no alias"
    return (
        f"{version.name}  version {version.version}  {aliases}  run {version.run_id[:8]}",
        f"    {tags.definition}",
        *_lineage(version),
        f"    {'SIMULATED: NOT FOR CARE' if tags.is_simulated else tags.source}; {tags.status}; "
        f"{_blocked(tags)}; "
        f"{_accepted(tags)}registered {registered:%Y-%m-%d %H:%M} UTC",
    )


def _blocked(tags: ReleaseTags) -> str:
    """A version without an audit is blocked by that, whatever was found before its audit was to be filed."""
    if not tags.audit_id:
        return "blocked: its audit was never filed"
    return f"blocked by {', '.join(tags.blocking_findings) or 'nothing'}"


def _lineage(version: Version) -> tuple[str, ...]:
    lineage = version.lineage
    if lineage is None:
        return ()
    site = f" at {lineage.site}" if lineage.site else ""
    return (f"    from version {lineage.parent_version} by '{lineage.update}'{site}; validation {lineage.validation}",)


def _accepted(tags: ReleaseTags) -> str:
    """'FA002 accepted until 2027-05-23; '. An acceptance that has ended is said to have: nothing answers for it now."""
    ended = tags.acceptances_ended(datetime.now(UTC).date())
    return "".join(
        one.replace(" ", " ACCEPTANCE EXPIRED on " if one in ended else " accepted until ", 1) + "; "
        for one in tags.accepted_until
    )


def _as_data(version: Version) -> dict[str, object]:
    named = {"name": version.name, "version": version.version, "aliases": version.aliases, "run_id": version.run_id}
    lineage = asdict(version.lineage) if version.lineage is not None else None
    return {**named, **asdict(version.tags), "lineage": lineage}
