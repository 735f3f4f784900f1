"""Crossings of the shipped policy: made where a table has the columns, and parts of their ethnic group."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.families import parents_of
from fairness_audits.policy import DEFAULT_POLICY

ON = datetime.date(2026, 1, 31)
CROSSED = "ethnic_group x deprivation_quintile"


@pytest.fixture(scope="module")
def births() -> pl.DataFrame:
    random = np.random.default_rng(95)
    risk = 1 / (1 + np.exp(-random.normal(-2, 0.8, 4000)))
    category = random.choice(["A", "B", "H", "J", "M", "N"], 4000, p=[0.6, 0.2, 0.08, 0.06, 0.04, 0.02])
    groups = {"A": "White", "B": "White", "H": "Asian", "J": "Asian", "M": "Black", "N": "Black"}
    return pl.DataFrame(
        {
            "pregnancy_id": np.arange(4000).astype(str),
            "outcome": "preterm_birth",
            "risk": risk,
            "observed": random.random(4000) < risk,
            "ethnic_category": category,
            "ethnic_group": [groups[c] for c in category],
            "group_scheme": "england_2001",
            "deprivation_quintile": random.choice([1, 2, 3, 4, 5], 4000, p=[0.4, 0.3, 0.2, 0.07, 0.03]),
            "interpreter_needed": random.random(4000) < 0.05,
        },
        schema_overrides={"deprivation_quintile": pl.Int8},
    )


def test_the_shipped_policy_crosses_ethnic_group_with_deprivation_and_interpreter_need(births):
    report = audit(births, as_of=ON)
    assert [level.name for level in report.levels] == list(DEFAULT_POLICY.group_by)
    without = births.drop("deprivation_quintile", "interpreter_needed")
    assert [level.name for level in audit(without, as_of=ON).levels] == [
        "broad_group",
        "ethnic_group",
        "ethnic_category",
    ]


def test_crossings_and_categories_lie_within_their_ethnic_group(births):
    levels = {level.name: level for level in audit(births, as_of=ON).levels}
    within = parents_of(levels[CROSSED], tuple(levels.values()))
    assert within["Asian, most deprived fifth"] == "Asian"
    assert set(within.values()) == {"White", "Asian", "Black"}
    categories = parents_of(levels["ethnic_category"], tuple(levels.values()))
    assert set(categories.values()) == {"White", "Asian", "Black"}
    assert parents_of(levels["broad_group"], tuple(levels.values())) is None


def test_a_group_with_an_interpreter_is_counted_beside_the_passport(births):
    """The column that groups, and the count of women who need one, have names of their own."""
    report = audit(births, replace(DEFAULT_POLICY, disclosure="none"), as_of=ON)
    needing = births.filter((pl.col("ethnic_group") == "Asian") & pl.col("interpreter_needed")).height
    assert report.group(report.models[0], "Asian", "ethnic_group").counts["needs_interpreter"] == needing
    crossed = report.group(report.models[0], "Asian, interpreter needed", "ethnic_group x interpreter_needed")
    assert crossed.counts["n"] == needing


def test_a_gap_is_told_of_groups_and_categories_and_not_of_crossings(births):
    assert {gap.level for gap in audit(births, as_of=ON).gaps} <= {"broad_group", "ethnic_group", "ethnic_category"}
