"""The audit policy: what is compared, what may be published, which limits block a release, and what was accepted.

A TOML file, validated: an unknown key is an error, because a misspelt limit must not be a limit that is not applied.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fairness_audits.disclosure import RULES
from fairness_audits.policy_parts import (
    GATE_MEASURES,
    OPERATING_KINDS,
    SEVERITIES,
    Acceptance,
    Gate,
    OperatingPoint,
    Tolerance,
    read_acceptance,
    read_gate,
    read_operating_point,
    read_tolerance,
)
from fairness_audits.policy_reading import InvalidPolicy, Table
from records.errors import EquipartumError

__all__ = [
    "DEFAULT_POLICY",
    "GATE_MEASURES",
    "OPERATING_KINDS",
    "SEVERITIES",
    "Acceptance",
    "AuditPolicy",
    "Gate",
    "InvalidPolicy",
    "OperatingPoint",
    "PolicyNamesAbsentGroup",
    "Tolerance",
    "read_policy",
]

POLICY_SCHEMA = 1
# What a command takes in place of a file to name the policy that ships.
SHIPPED = "shipped"
DISCLOSURES = tuple(RULES)
CELL_COLUMNS = (
    "ethnic_group",
    "ethnic_category",
    "deprivation_quintile",
    "age_band",
    "parity",
    "interpreter_needed",
    "site",
)
DERIVED_COLUMNS = MappingProxyType({"broad_group": "ethnic_group"})
CROSSED = " x "


class PolicyNamesAbsentGroup(EquipartumError):
    """A policy whose reference group, or the group of an acceptance, is not in the predictions."""


@dataclass(frozen=True, kw_only=True)
class AuditPolicy:
    """Everything that a site decides about its audit."""

    name: str
    group_by: tuple[str, ...]
    reference: str
    disclosure: str
    minimum_events: int
    operating_points: tuple[OperatingPoint, ...]
    tolerances: Mapping[str, Tolerance]
    acceptances: tuple[Acceptance, ...] = field(default=())
    own_gates: Mapping[str, Gate] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def cell_columns(self) -> tuple[str, ...]:
        """Columns of the predictions that the counts must keep apart to answer every level asked for."""
        parts = [part for level in self.group_by for part in level.split(CROSSED)]
        kept = dict.fromkeys(("ethnic_group", *(DERIVED_COLUMNS.get(part, part) for part in parts)))
        return tuple(column for column in kept if column != "site")

    @property
    def risk_thresholds(self) -> tuple[float, ...]:
        """Declared risks, rising: the counts keep them exact."""
        return tuple(sorted({p.value for p in self.operating_points if p.kind == "risk" and p.value is not None}))

    @property
    def limits(self) -> tuple[Tolerance, ...]:
        """The limit of every check, as applied."""
        return tuple(self.tolerance(check) for check in DEFAULT_POLICY.tolerances)

    def as_written(self) -> dict[str, Any]:
        """As `audit.json` holds it, without the acceptances."""
        return {
            "name": self.name,
            "reference": self.reference,
            "disclosure": self.disclosure,
            "disclosure_rule": RULES[self.disclosure].title,
            "minimum_events": self.minimum_events,
            "tolerances": [dict(vars(limit)) for limit in self.limits],
            "gates": [dict(vars(gate)) for gate in self.gates],
            "loosened": list(self.loosened),
        }

    def tolerance(self, check: str) -> Tolerance:
        """The site's limit for ``check``, or the project's default where the site's policy is silent."""
        return self.tolerances.get(check) or DEFAULT_POLICY.tolerances[check]

    @property
    def gates(self) -> tuple[Gate, ...]:
        """Every data-quality gate, as applied: the site's, or the project's default where the site's is silent."""
        gates = {**DEFAULT_POLICY.own_gates, **self.own_gates}
        return tuple(gates[measure] for measure in GATE_MEASURES if measure in gates)

    @property
    def loosened(self) -> tuple[str, ...]:
        """What this policy lets through that the shipped one would not, in words: 'FA003: limit 0.1 (shipped 0.05)'."""
        shipped = DEFAULT_POLICY
        lines = []
        for own in self.limits:
            before = shipped.tolerances[own.check]
            if own.limit > before.limit:
                lines.append(f"{own.check}: limit {own.limit:g} (shipped {before.limit:g})")
            if SEVERITIES.index(own.severity) > SEVERITIES.index(before.severity):
                lines.append(f"{own.check}: {own.severity} (shipped {before.severity})")
        if self.minimum_events < shipped.minimum_events:
            lines.append(f"minimum_events {self.minimum_events} (shipped {shipped.minimum_events})")
        for gate in self.gates:
            default = shipped.own_gates.get(gate.measure)
            if default is not None and gate.is_looser_than(default):
                lines.append(f"gate {gate.measure}: {gate.range_text} (shipped {default.range_text})")
        if RULES[self.disclosure].rounded_to < RULES[shipped.disclosure].rounded_to:
            lines.append(f"disclosure {self.disclosure} (shipped {shipped.disclosure})")
        return tuple(lines)


def read_policy(source: str | Path) -> AuditPolicy:
    """The policy in a TOML file, or the one that ships where 'shipped' is asked for.

    `InvalidPolicy` names the key and what would be right.
    """
    path = Path(source)
    if path == Path(SHIPPED) and not path.exists():
        return DEFAULT_POLICY
    if not path.is_file():
        raise InvalidPolicy(f"{path.name}: there is no such policy file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as refusal:
        raise InvalidPolicy(f"{path.name}: not readable as UTF-8 text ({type(refusal).__name__})") from None
    return policy_from_toml(text, name=path.name)


def policy_from_toml(text: str, *, name: str) -> AuditPolicy:
    """A copy of the shipped policy that was changed does not go by the shipped one's name."""
    policy = _read(text, name=name, codes=tuple(DEFAULT_POLICY.tolerances))
    if policy.name == DEFAULT_POLICY.name and policy != DEFAULT_POLICY:
        return replace(policy, name=f"{policy.name}, changed in {name}")
    return policy


def _read(text: str, *, name: str, codes: tuple[str, ...]) -> AuditPolicy:
    """``codes`` are those a policy may name; the shipped policy, which names every check, is read without."""
    try:
        table = Table(tomllib.loads(text), where=name)
    except tomllib.TOMLDecodeError as refusal:
        raise InvalidPolicy(f"{name}: not valid TOML ({refusal})") from None
    if table.integer("schema") != POLICY_SCHEMA:
        raise InvalidPolicy(f"{name}: schema {POLICY_SCHEMA} is the one this version reads")
    tolerances = [read_tolerance(row, codes) for row in table.tables("tolerance")]
    gates = [read_gate(row) for row in table.tables("gate")]
    policy = AuditPolicy(
        name=table.text("name", default=name),
        group_by=_levels(table),
        reference=table.text("reference", default="overall"),
        disclosure=table.choice("disclosure", DISCLOSURES),
        minimum_events=table.integer("minimum_events", at_least=1),
        operating_points=tuple(read_operating_point(row) for row in table.tables("threshold")),
        tolerances=MappingProxyType({t.check: t for t in tolerances}),
        own_gates=MappingProxyType({gate.measure: gate for gate in gates}),
        acceptances=tuple(read_acceptance(row, codes) for row in table.tables("acceptance")),
    )
    table.nothing_left()
    if not policy.operating_points:
        raise InvalidPolicy(f"{name}: at least one [[threshold]] is needed to say who counts as flagged")
    if len(policy.tolerances) < len(tolerances):
        raise InvalidPolicy(f"{name}: a check has more than one [[tolerance]]")
    if len(policy.own_gates) < len(gates):
        raise InvalidPolicy(f"{name}: a measure has more than one [[gate]]")
    return policy


def _levels(table: Table) -> tuple[str, ...]:
    levels = table.texts("group_by")
    known = (*CELL_COLUMNS, *DERIVED_COLUMNS)
    if "ethnic_group" not in levels:
        raise InvalidPolicy(f"{table.where}: group_by must name 'ethnic_group', the level that the checks judge")
    if len(set(levels)) < len(levels):
        raise InvalidPolicy(f"{table.where}: group_by names a level twice")
    for level in levels:
        for part in level.split(CROSSED):
            if part not in known:
                raise InvalidPolicy(f"{table.where}: group_by names {part!r}; there are: {', '.join(known)}")
    return levels


_SHIPPED = Path(__file__).with_name("default_policy.toml")
DEFAULT_POLICY = _read(_SHIPPED.read_text(encoding="utf-8"), name=_SHIPPED.name, codes=())
