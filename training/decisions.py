"""Decisions about ethnicity in a home's ledger: what was signed there, once from each dossier, and nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fairness_audits.ethnicity_dossier import DOSSIER_FILE, read_decision
from models.ethnicity_decision import EthnicityDecision, UnusableDecision
from models.home import Home
from training.validation.openings import DECIDED, add, read_ledger

__all__ = ["decision_signed_here", "keep_decision", "refuse_decided"]


def refuse_decided(home: Home, folder: Path) -> None:
    """`UnusableDecision` where a decision was signed from this dossier, or from a copy of it."""
    digest = hashlib.sha256((folder / DOSSIER_FILE).read_bytes()).hexdigest()
    if read_ledger(home).decided(dossier=digest):
        raise UnusableDecision(
            f"dossier {folder.name} was decided from already, by this home's ledger: make a new dossier to decide anew"
        )


def keep_decision(home: Home, decision: EthnicityDecision) -> None:
    """The line in the ledger that a retrain looks for."""
    by = f"{decision.signed_off_by.name}, {decision.signed_off_by.role}"
    what = f"ethnicity: {decision.option}, {decision.cuts}"
    add(home, kind=DECIDED, by=by, what=what, holdout=decision.dossier_digest, design=decision.digest, plan="")


def decision_signed_here(home: Home, file: Path) -> tuple[str, str, EthnicityDecision]:
    """Outcome, prediction point and the decision, as `read_decision` gives them; `UnusableDecision` unless this home's
    ledger, unbroken, holds that very decision."""
    outcome, point, decision = read_decision(file)
    ledger = read_ledger(home)
    if not ledger.is_whole:
        raise UnusableDecision("this home's ledger (openings.jsonl) was altered: no decision can be taken from it")
    if not ledger.decided(decision=decision.digest):
        raise UnusableDecision(
            f"the decision in {file.name if file.is_dir() else file.parent.name} was not signed in this home as it "
            "stands: sign its dossier here ('equipartum methods sign'), or restore what was signed"
        )
    return outcome, point, decision
