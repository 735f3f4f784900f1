"""A plan of analysis, written and hashed before the outcomes are looked at, and held against what is then done.

Names what would be judged (version or design, births, outcome), by what (measures, groups, policy) and how it would be
decided; and who said so, and when. Its name is its digest.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fairness_audits.comment_text import line
from fairness_audits.policy import AuditPolicy
from models.design import ModelDesign
from models.home import Home
from records.errors import EquipartumError
from records.records import Records
from training.validation.judging import BY_GROUP, OF_EVERYONE
from training.validation.openings import PLANNED, AlteredLedger, Ledger, add, read_ledger

__all__ = ["NotAsPlanned", "Plan", "UnregisteredPlan", "analysis", "read_plan", "register_plan"]

PLAN_SCHEMA = 1
# What says who planned and when, and is no part of what is done.
SAID_BY = ("planned_by", "planned_on")


class UnregisteredPlan(EquipartumError):
    """A plan that this home never registered, or that was changed since."""


class NotAsPlanned(EquipartumError):
    """An analysis that differs from its plan."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All text, numbers and lists of text, so that it reads the same in TOML. ``model_digest`` is empty where the
    analysis fits its own models."""

    kind: str
    outcome: str
    definition: str
    prediction_point: str
    model_digest: str
    design_digest: str
    source: str
    data_digest: str
    measures: tuple[str, ...]
    groups: tuple[str, ...]
    group_measures: tuple[str, ...]
    policy: str
    policy_digest: str
    decision_rule: str
    planned_by: str = ""
    planned_on: str = ""

    @property
    def digest(self) -> str:
        canonical = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_toml(self) -> str:
        lines = [f"schema = {PLAN_SCHEMA}"]
        # A JSON string, or a list of such, is one in TOML too.
        lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in asdict(self).items()]
        return "\n".join(lines) + "\n"

    def refuse_other(self, done: Plan) -> None:
        """Raises `NotAsPlanned`, naming each thing that differs, where ``done`` is not what was planned."""
        differs = [
            f"{one.name.replace('_', ' ')} (planned {_shown(getattr(self, one.name))}, now "
            f"{_shown(getattr(done, one.name))})"
            for one in fields(self)
            if one.name not in SAID_BY and getattr(self, one.name) != getattr(done, one.name)
        ]
        if differs:
            raise NotAsPlanned(
                f"this is not the analysis of plan {self.digest[:12]}: {'; '.join(differs)}. Do what was planned, or "
                "leave --plan out: the report then says that no plan was made for it"
            )


def analysis(
    *, kind: str, design: ModelDesign, records: Records, policy: AuditPolicy, decision_rule: str, model_digest: str = ""
) -> Plan:
    """What is about to be done, as a plan that nobody has made yet."""
    return Plan(
        kind=kind,
        outcome=design.outcome,
        definition=design.definition,
        prediction_point=design.prediction_point,
        model_digest=model_digest,
        design_digest=design.digest,
        source=records.source,
        data_digest=records.data_digest,
        measures=OF_EVERYONE,
        groups=policy.group_by,
        group_measures=BY_GROUP,
        policy=policy.name,
        policy_digest=_digest_of(policy),
        decision_rule=decision_rule,
    )


def register_plan(home: Home, planned: Plan, *, holdout: str, name: str, role: str) -> tuple[Plan, Path, Ledger]:
    """The plan with who made it and when, its file in the home, and the ledger that now tells of it."""
    now = datetime.now(UTC)
    by = f"{line('name', name, now.date())}, {line('role', role, now.date())}"
    made = replace(planned, planned_by=by, planned_on=now.isoformat(timespec="seconds"))
    folder = home.prepare().plans
    folder.mkdir(exist_ok=True)
    file = folder / f"{made.digest}.toml"
    file.write_text(made.to_toml(), encoding="utf-8")
    ledger = add(
        home, kind=PLANNED, by=by, what=made.kind, holdout=holdout, design=made.design_digest, plan=made.digest
    )
    return made, file, ledger


def read_plan(home: Home, named: str) -> Plan:
    """By file, or by how its digest begins. Raises `UnregisteredPlan`, or `AlteredLedger` where nothing can vouch."""
    plan = _parsed(_file_of(home, named))
    ledger = read_ledger(home)
    if not ledger.is_whole:
        raise AlteredLedger(
            f"{home.openings.name} of this home was altered after it was written, so no plan can be shown to be older "
            "than the look at the outcomes; put it back from a backup"
        )
    if ledger.planned(plan.digest) is None:
        raise UnregisteredPlan(
            f"plan {plan.digest[:12]} is not in this home's ledger: it was changed after it was registered, or "
            "registered in another home. Register it with --register-plan before the outcomes are looked at"
        )
    return plan


def _file_of(home: Home, named: str) -> Path:
    if Path(named).is_file():
        return Path(named)
    found = sorted(home.plans.glob(f"{named}*.toml")) if named.isalnum() else []
    if len(found) != 1:
        raise UnregisteredPlan(
            f"{len(found)} plans of this home begin with {named!r}, and no file has that name; --register-plan makes "
            "one"
        )
    return found[0]


def _parsed(file: Path) -> Plan:
    try:
        plain: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        if plain.pop("schema") != PLAN_SCHEMA:
            raise ValueError("of another schema")
        values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in plain.items()}
        return Plan(**values)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnregisteredPlan(f"{file.name} cannot be read as a plan of analysis ({type(error).__name__})") from None


def _digest_of(policy: AuditPolicy) -> str:
    points = [point.label for point in policy.operating_points]
    written: Mapping[str, object] = {**policy.as_written(), "group_by": policy.group_by, "operating_points": points}
    return hashlib.sha256(json.dumps(written, sort_keys=True, default=str).encode()).hexdigest()


def _shown(value: object) -> str:
    """Digests by how they begin."""
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    return text[:12] if len(text) == 64 and " " not in text else text or "none"
