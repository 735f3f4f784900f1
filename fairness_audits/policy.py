"""The audit policy: what is compared, what may be published, which limits block a release, and what was accepted.

A TOML file, validated: an unknown key is an error, because a misspelt limit must not be a limit that is not applied.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from fairness_audits.policy_reading import InvalidPolicy, Table
from records.errors import EquipartumError

__all__ = [
    "DEFAULT_POLICY",
    "Acceptance",
    "AuditPolicy",
    "InvalidPolicy",
    "OperatingPoint",
    "PolicyNamesAbsentGroup",
    "Tolerance",
    "read_policy",
]

POLICY_SCHEMA = 1
SEVERITIES = ("blocking", "major", "advisory")
DISCLOSURES = ("msds", "mhsds", "none")
OPERATING_KINDS = ("offer_policy", "risk", "rate")
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
    """A policy whose reference group is not in the predictions."""


@dataclass(frozen=True, kw_only=True)
class OperatingPoint:
    """Who counts as flagged: by the site's offer policy, from a risk of ``value`` up, or that share at highest risk.

    A fallback is used only where the table can answer no other.
    """

    kind: str
    value: float | None = None
    fallback: bool = False

    @property
    def label(self) -> str:
        if self.kind == "offer_policy":
            return "offer policy"
        return (
            f"risk of at least {self.value:g}"
            if self.kind == "risk"
            else f"the {(self.value or 0) * 100:g} % at highest risk"
        )


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """The limit of one check, how much it matters when broken, and whose limit it is."""

    check: str
    limit: float
    severity: str
    authority: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """A named person answers for a finding until a date; with ``model_version`` for that version alone."""

    check: str
    outcome: str
    name: str
    role: str
    date: datetime.date
    reason: str
    expires: datetime.date
    group: str | None = None
    model_version: str | None = None

    def covers(self, *, check: str, outcome: str, group: str | None, model_version: str, on: datetime.date) -> bool:
        return (
            self.check == check
            and self.outcome == outcome
            and self.group in (None, group)
            and self.model_version in (None, model_version)
            and self.date <= on <= self.expires
        )


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

    def tolerance(self, check: str) -> Tolerance:
        """The site's limit for ``check``, or the project's default where the site's policy is silent."""
        return self.tolerances.get(check) or DEFAULT_POLICY.tolerances[check]


def read_policy(source: str | Path) -> AuditPolicy:
    """The policy in a TOML file; `InvalidPolicy` names the key and what would be right."""
    path = Path(source)
    if not path.is_file():
        raise InvalidPolicy(f"{path.name}: there is no such policy file")
    return policy_from_toml(path.read_text(encoding="utf-8"), name=path.name)


def policy_from_toml(text: str, *, name: str) -> AuditPolicy:
    try:
        table = Table(tomllib.loads(text), where=name)
    except tomllib.TOMLDecodeError as refusal:
        raise InvalidPolicy(f"{name}: not valid TOML ({refusal})") from None
    if table.integer("schema") != POLICY_SCHEMA:
        raise InvalidPolicy(f"{name}: schema {POLICY_SCHEMA} is the one this version reads")
    tolerances = [_tolerance(row) for row in table.tables("tolerance")]
    policy = AuditPolicy(
        name=table.text("name", default=name),
        group_by=_levels(table),
        reference=table.text("reference", default="overall"),
        disclosure=table.choice("disclosure", DISCLOSURES),
        minimum_events=table.integer("minimum_events", at_least=1),
        operating_points=tuple(_operating_point(row) for row in table.tables("threshold")),
        tolerances=MappingProxyType({t.check: t for t in tolerances}),
        acceptances=tuple(_acceptance(row) for row in table.tables("acceptance")),
    )
    table.nothing_left()
    if not policy.operating_points:
        raise InvalidPolicy(f"{name}: at least one [[threshold]] is needed to say who counts as flagged")
    if len(policy.tolerances) < len(tolerances):
        raise InvalidPolicy(f"{name}: a check has more than one [[tolerance]]")
    return policy


def _levels(table: Table) -> tuple[str, ...]:
    levels = table.texts("group_by")
    known = (*CELL_COLUMNS, *DERIVED_COLUMNS)
    if "ethnic_group" not in levels:
        raise InvalidPolicy(f"{table.where}: group_by must name 'ethnic_group', the level that the checks judge")
    for level in levels:
        for part in level.split(CROSSED):
            if part not in known:
                raise InvalidPolicy(f"{table.where}: group_by names {part!r}; there are: {', '.join(known)}")
    return levels


def _operating_point(row: Table) -> OperatingPoint:
    kind = row.choice("kind", OPERATING_KINDS)
    value = None if kind == "offer_policy" else row.number("value", above=0.0, below=1.0)
    fallback = row.truth("fallback", default=False)
    row.nothing_left()
    return OperatingPoint(kind=kind, value=value, fallback=fallback)


def _tolerance(row: Table) -> Tolerance:
    tolerance = Tolerance(
        check=row.code("check"),
        limit=row.number("limit", at_least=0.0, below=1.0),
        severity=row.choice("severity", SEVERITIES),
        authority=row.text("authority"),
        reason=row.text("reason", default=""),
    )
    row.nothing_left()
    return tolerance


def _acceptance(row: Table) -> Acceptance:
    acceptance = Acceptance(
        check=row.code("check"),
        outcome=row.text("outcome"),
        name=row.text("name"),
        role=row.text("role"),
        date=row.day("date"),
        reason=row.text("reason"),
        expires=row.day("expires"),
        group=row.optional_text("group"),
        model_version=row.optional_text("model_version"),
    )
    row.nothing_left()
    if acceptance.expires < acceptance.date:
        raise InvalidPolicy(f"{row.where}: expires before it was accepted")
    return acceptance


DEFAULT_POLICY = read_policy(Path(__file__).with_name("default_policy.toml"))
