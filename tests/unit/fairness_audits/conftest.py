"""Predictions tables made from counts, so that every expected figure can be worked out in the test."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.findings import Finding
from fairness_audits.policy import DEFAULT_POLICY, AuditPolicy
from fairness_audits.report import AuditReport

ON = datetime.date(2026, 1, 31)


@pytest.fixture
def exact() -> AuditPolicy:
    """The default policy with exact counts."""
    return replace(DEFAULT_POLICY, disclosure="none")


@pytest.fixture
def women() -> Callable[..., pl.DataFrame]:
    """Rows of one group: how many found, missed, cleared, wrongly flagged, and without a recorded outcome
    (not flagged, and flagged).

    Flagged women are told one risk and the others another.
    """

    def build(
        group: str,
        *,
        found: int = 0,
        missed: int = 0,
        cleared: int = 0,
        false_alarms: int = 0,
        missing: int = 0,
        flagged_missing: int = 0,
        flagged_risk: float = 0.3,
        other_risk: float = 0.05,
        **columns: Any,
    ) -> pl.DataFrame:
        counts = {(True, True): found, (False, True): missed, (False, False): cleared, (True, False): false_alarms}
        rows = [(alert, observed) for (alert, observed), n in counts.items() for _ in range(n)]
        rows += [(False, None)] * missing + [(True, None)] * flagged_missing
        frame = pl.DataFrame(rows, schema={"alert": pl.Boolean, "observed": pl.Boolean}, orient="row")
        return frame.with_columns(
            outcome=pl.lit("preterm_birth"),
            prediction_point=pl.lit("booking"),
            risk=pl.when("alert").then(flagged_risk).otherwise(other_risk),
            ethnic_group=pl.lit(group),
            **{name: pl.lit(value) for name, value in columns.items()},
        )

    return build


@pytest.fixture
def table(women: Callable[..., pl.DataFrame]) -> Callable[[Mapping[str, Mapping[str, Any]]], pl.DataFrame]:
    """A predictions table of several groups, each told by its counts."""

    def build(groups: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
        frame = pl.concat([women(group, **counts) for group, counts in groups.items()], how="diagonal")
        return frame.with_row_index("row").with_columns(pregnancy_id=pl.col("row").cast(pl.String)).drop("row")

    return build


@pytest.fixture
def audited(table: Callable[..., pl.DataFrame], exact: AuditPolicy) -> Callable[..., AuditReport]:
    """An audit of groups told by their counts, without disclosure control unless a policy is given."""

    def run(groups: Mapping[str, Mapping[str, Any]], policy: AuditPolicy = exact, **options: Any) -> AuditReport:
        return audit(table(groups), policy, as_of=ON, **options)

    return run


@pytest.fixture
def answers(audited: Callable[..., AuditReport]) -> Callable[..., list[Finding]]:
    """What one check answers about groups told by their counts."""

    def of(code: str, groups: Mapping[str, Mapping[str, Any]], **options: Any) -> list[Finding]:
        return [finding for finding in audited(groups, **options).findings if finding.code == code]

    return of
