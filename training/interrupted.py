"""What commands that were killed left half done, settled by the next one that may write to the home."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from fairness_audits.kept_audits import clear_unfinished
from models.home import Home, Settings
from training.kept_predictions import KeptPredictions
from training.registry import Registry

__all__ = ["settle"]

Say = Callable[[str], None]


def settle(home: Home, settings: Settings, say: Say) -> None:
    """For the holder of the home's lock: runs that were under way become KILLED, what was half written goes.

    Each is told. Held-out predictions of a run that registered no version go too: nothing can need them.
    """
    for folder in clear_unfinished(home.audits):
        say(f"removed a half-written audit that a killed command left in {folder.parent.relative_to(home.root)}")
    if not settings.registry_url and not home.registry_file.exists():
        return
    registry = Registry(home, settings)
    killed = registry.end_runs_left_behind()
    versions = {version.run_id: version for version in registry.versions()} if killed else {}
    for run_id in killed:
        said = f"run {run_id[:8]} was under way when its process was killed: it is marked KILLED"
        if run_id not in versions:
            shutil.rmtree(KeptPredictions.of(home, run_id).folder, ignore_errors=True)
            say(f"{said}, and registered nothing")
        elif versions[run_id].tags.audit_id:
            say(f"{said}; it had registered {versions[run_id]} with its audit")
        else:
            say(f"{said}; {versions[run_id]} has no audit: equipartum audit --run {run_id[:8]}, or retrain")
