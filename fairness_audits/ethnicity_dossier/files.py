"""A dossier in the home: a page to read, its figures, and the one decision that was signed from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from fairness_audits.comment_text import line, said
from fairness_audits.ethnicity_dossier.dossier import DOSSIER_SCHEMA, Dossier
from fairness_audits.ethnicity_dossier.page import dossier_page
from fairness_audits.kept_audits import kept_whole
from models.ethnicity_decision import ETHNICITY_OPTIONS, EthnicityDecision, UnusableDecision
from models.offer_policy import SignOff
from records.errors import EquipartumError

__all__ = [
    "DECISION_FILE",
    "DOSSIER_FILE",
    "PAGE_FILE",
    "AlteredDossier",
    "UnknownDossier",
    "decide",
    "find_dossier",
    "read_decision",
    "write_dossier",
]

PAGE_FILE, DOSSIER_FILE, DECISION_FILE = "dossier.html", "dossier.json", "decision.json"
DECISION_SCHEMA = 1
# What a decision is checked against.
NEEDED = ("outcome", "prediction_point", "options", "data_digest", "capacity")


class UnknownDossier(EquipartumError):
    """A dossier that is not in the home, or a file that holds none."""


class AlteredDossier(EquipartumError):
    """A dossier whose figures are not those that were signed."""


def write_dossier(made: Dossier, folder: Path) -> Path:
    """The folder, with its name once everything is in it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with kept_whole(folder) as unfinished:
        (unfinished / DOSSIER_FILE).write_text(made.to_json(), encoding="utf-8")
        (unfinished / PAGE_FILE).write_text(dossier_page(made), encoding="utf-8")
    return folder


def find_dossier(root: Path, name: str) -> Path:
    """The folder of a dossier below ``root``, by its id or how that begins; or ``name`` itself where it is one."""
    if (Path(name) / DOSSIER_FILE).is_file():
        return Path(name).resolve()
    found = sorted(file.parent for file in root.glob(f"*/*/*/{DOSSIER_FILE}") if file.parent.name.startswith(name))
    if len(found) != 1 or not name:
        there = ", ".join(folder.name for folder in found[:5]) or "none"
        raise UnknownDossier(
            f"{len(found)} dossiers of this home begin with {name!r}: {there}. 'equipartum methods OUTCOME --source "
            "SOURCE --data FILE' makes one and prints its id"
        )
    return found[0]


def decide(
    folder: Path, *, option: str, cuts: str, not_stated: str, why: str, name: str, role: str, on: date
) -> EthnicityDecision:
    """Signs a decision from the dossier in ``folder`` and keeps it there; a dossier is decided from once.

    Raises `UnusableDecision`, `UnknownDossier`, or `IncompleteSignature` for a name, role or reason that says too
    little or what must not be kept.
    """
    plain, digest = _read(folder)
    file = folder / DECISION_FILE
    if file.exists():
        raise UnusableDecision(
            f"dossier {folder.name} was decided from already (see {DECISION_FILE} beside it): make a new dossier to "
            "decide anew"
        )
    decision = EthnicityDecision(
        option=option,
        cuts=cuts,
        not_stated=not_stated,
        why=said(why, on, needed=True),
        signed_off_by=SignOff(name=line("name", name, on), role=line("role", role, on), date=on.isoformat()),
        dossier_digest=digest,
        data_digest=str(plain["data_digest"]),
        alert_rate=float(plain["capacity"]["alert_rate"]),
    )
    _refuse_uncompared(plain, decision)
    document = {
        "schema": DECISION_SCHEMA,
        "outcome": plain["outcome"],
        "prediction_point": plain["prediction_point"],
        "decision": decision.to_dict(),
    }
    unfinished = file.with_name(f"{DECISION_FILE}.unfinished")
    unfinished.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    unfinished.replace(file)
    return decision


def read_decision(file: Path) -> tuple[str, str, EthnicityDecision]:
    """Outcome, prediction point and the decision. `AlteredDossier` where the dossier beside it is not what was signed.

    ``file`` may be the folder of the dossier.
    """
    path = file / DECISION_FILE if file.is_dir() else file
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        outcome, point, told = document["outcome"], document["prediction_point"], document["decision"]
        is_of_schema = document["schema"] == DECISION_SCHEMA
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise UnknownDossier(
            f"{path.name} in {path.parent.name!r} holds no decision: 'equipartum methods sign DOSSIER' writes one"
        ) from None
    if not is_of_schema:
        raise UnknownDossier(f"{path.name} holds a decision of another schema than {DECISION_SCHEMA}: sign it anew")
    decision = EthnicityDecision.from_dict(told)
    plain, digest = _read(path.parent)
    if digest != decision.dossier_digest or (outcome, point) != (plain["outcome"], plain["prediction_point"]):
        raise AlteredDossier(
            f"the dossier beside {path.name} is not the one that {decision.signed_off_by.name} signed: restore it, or "
            "make and sign a new one"
        )
    _refuse_uncompared(plain, decision)
    on = date.fromisoformat(decision.signed_off_by.date)
    for what in ("name", "role"):
        line(what, getattr(decision.signed_off_by, what), on)
    said(decision.why, on, needed=True)
    return str(outcome), str(point), decision


def _read(folder: Path) -> tuple[Mapping[str, Any], str]:
    """The dossier's content and the SHA-256 of its bytes."""
    try:
        content = (folder / DOSSIER_FILE).read_bytes()
        plain: Mapping[str, Any] = json.loads(content)
        schema, _ = plain["schema"], [plain[name] for name in NEEDED]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise UnknownDossier(f"{folder.name!r} holds no dossier that can be read ({DOSSIER_FILE})") from None
    if schema != DOSSIER_SCHEMA:
        raise UnknownDossier(f"the dossier in {folder.name!r} has schema {schema}; this version reads {DOSSIER_SCHEMA}")
    return plain, hashlib.sha256(content).hexdigest()


def _refuse_uncompared(plain: Mapping[str, Any], decision: EthnicityDecision) -> None:
    """What the dossier says nothing of is not decided from it."""
    compared = {option["name"] for option in plain["options"] if option["is_evaluated"] and option["rows"]}
    if decision.option not in compared:
        there = ", ".join(name for name in ETHNICITY_OPTIONS if name in compared) or "none"
        raise UnusableDecision(f"this dossier did not compare {decision.option!r}; it compared: {there}")
    refused = next(option["band_refused"] for option in plain["options"] if option["name"] == decision.option)
    if decision.cuts == "band" and refused:
        raise UnusableDecision(f"a band on {decision.option!r} was refused when it was compared: {refused}")
