"""What a policy is made of: who counts as flagged, limits, data-quality gates, and what a named person accepted."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from fairness_audits.comment_text import IncompleteSignature, line, said
from fairness_audits.policy_reading import InvalidPolicy, Table
from records.predictions import NOT_GIVEN

__all__ = [
    "GATE_MEASURES",
    "OFFER_POLICY",
    "OPERATING_KINDS",
    "SEVERITIES",
    "Acceptance",
    "Gate",
    "OperatingPoint",
    "Tolerance",
    "read_acceptance",
    "read_gate",
    "read_operating_point",
    "read_tolerance",
]

SEVERITIES = ("blocking", "major", "advisory")
# What the operating point is called at which a woman counts as flagged where the site's own policy flagged her.
OFFER_POLICY = "offer policy"
OPERATING_KINDS = ("offer_policy", "risk", "rate")
# A share that must be reached; `outcome_rate` is a range, the outcome's own where the gate gives none; `rows` a number.
GATE_MEASURES = ("outcome_known", "ethnicity_known", "flag_known", "outcome_rate", "rows")
SOON = datetime.timedelta(days=30)


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
            return OFFER_POLICY
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
class Gate:
    """What the data must be before a figure is published from them: at least, and for a rate at most, so much."""

    measure: str
    authority: str
    at_least: float | None = None
    at_most: float | None = None
    reason: str = ""

    @property
    def range_text(self) -> str:
        """What is asked: 'at least 70 of 100', 'at least 200', '0.5 to 50 of 100'."""
        if self.measure == "rows":
            return f"at least {self.at_least or 0:,.0f}"
        if self.measure != "outcome_rate":
            return f"at least {(self.at_least or 0) * 100:g} of 100"
        if self.at_least is None or self.at_most is None:
            return "the outcome's plausible range"
        return f"{self.at_least * 100:g} to {self.at_most * 100:g} of 100"

    def is_looser_than(self, other: Gate) -> bool:
        if self.measure == "outcome_rate":
            return (self.at_least, self.at_most) != (other.at_least, other.at_most)
        return (self.at_least or 0.0) < (other.at_least or 0.0)


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """A named person answers until a date for a finding about one version of a model, and for no later one."""

    check: str
    outcome: str
    model_version: str
    name: str
    role: str
    date: datetime.date
    reason: str
    expires: datetime.date
    group: str | None = None

    def is_about(self, *, check: str, outcome: str, group: str | None, model_version: str) -> bool:
        """Whether it names this finding, whatever the day."""
        return (
            self.check == check
            and self.outcome == outcome
            and self.group in (None, group)
            and self.model_version == model_version
        )

    def covers(self, *, check: str, outcome: str, group: str | None, model_version: str, on: datetime.date) -> bool:
        named = self.is_about(check=check, outcome=outcome, group=group, model_version=model_version)
        return named and self.date <= on <= self.expires

    def state(self, on: datetime.date) -> str:
        """'expired', 'not yet in force', 'expires soon' (within 30 days) or 'in force'."""
        if on > self.expires:
            return "expired"
        if on < self.date:
            return "not yet in force"
        return "expires soon" if self.expires - on <= SOON else "in force"


def read_operating_point(row: Table) -> OperatingPoint:
    kind = row.choice("kind", OPERATING_KINDS)
    value = None if kind == "offer_policy" else row.number("value", above=0.0, below=1.0)
    fallback = row.truth("fallback", default=False)
    row.nothing_left()
    return OperatingPoint(kind=kind, value=value, fallback=fallback)


def read_tolerance(row: Table, codes: tuple[str, ...]) -> Tolerance:
    tolerance = Tolerance(
        check=row.code("check", codes),
        limit=row.number("limit", at_least=0.0, below=1.0),
        severity=row.choice("severity", SEVERITIES),
        authority=row.text("authority"),
        reason=row.text("reason", default=""),
    )
    row.nothing_left()
    return tolerance


def read_gate(row: Table) -> Gate:
    measure = row.choice("measure", GATE_MEASURES)
    least: float | None
    most: float | None = None
    if measure == "rows":
        least = float(row.integer("at_least"))
    elif measure == "outcome_rate":
        least, most = row.optional_share("at_least"), row.optional_share("at_most")
        if (least is None) != (most is None) or (least is not None and most is not None and least >= most):
            raise InvalidPolicy(
                f"{row.where}: at_least and at_most go together, the lower first; without both, the plausible range of "
                "the outcome itself is used"
            )
    else:
        least = row.share("at_least")
    gate = Gate(
        measure=measure,
        at_least=least,
        at_most=most,
        authority=row.text("authority"),
        reason=row.text("reason", default=""),
    )
    row.nothing_left()
    return gate


def read_acceptance(row: Table, codes: tuple[str, ...]) -> Acceptance:
    acceptance = Acceptance(
        check=row.code("check", codes),
        outcome=row.text("outcome"),
        model_version=_version(row),
        name=row.text("name"),
        role=row.text("role"),
        date=row.day("date"),
        reason=row.text("reason"),
        expires=row.day("expires"),
        group=row.optional_text("group"),
    )
    row.nothing_left()
    try:
        line("name", acceptance.name, acceptance.date)
        line("role", acceptance.role, acceptance.date)
        said(acceptance.reason, acceptance.date, needed=True)
    except IncompleteSignature as refusal:
        raise InvalidPolicy(f"{row.where}: {refusal}") from None
    if acceptance.expires < acceptance.date:
        raise InvalidPolicy(f"{row.where}: expires before it was accepted")
    return acceptance


def _version(row: Table) -> str:
    """The version accepted. A person answers for what they have read, which a version to come is not."""
    version = row.text("model_version", default=NOT_GIVEN)
    if version == NOT_GIVEN:
        raise InvalidPolicy(
            f"{row.where}: model_version is missing; an acceptance is of one version, which the first page of its "
            "report names, as 62effcff01a8. Where the report names none, give the predictions a column model_version "
            "and audit them again"
        )
    return version
