"""A small chart as text, to be changed line by line, and the observations it needs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.early_warning import Observation, parse_chart

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)

SCORED = """\
id = "ward_score"
title = "Ward score"
version = "1"
status = "site"
authority = "made for this test"
licence = "none"
repeat_minutes = 60

[scope]
days_after_birth = 28
out_of_scope = ["established_labour", "theatre", "high_dependency"]

[escalation]
who = "the registrar"
within_minutes = 30
text = "Review at the bedside."

[[trigger]]
name = "total of 3 or more"
total_score = 3

[[trigger]]
name = "one value of 3"
score = 3
at_least = 1

[[parameter]]
concept = "heart_rate"
unit = "/min"
resolution = 1
owns = "low"
required = true
bands = [
    { low = -inf, high = 50, score = 3 },
    { low = 50, high = 100, score = 0 },
    { low = 100, high = 120, score = 2 },
    { low = 120, high = inf, score = 3 },
]

[[parameter]]
concept = "temperature"
unit = "Cel"
resolution = 0.1
owns = "low"
required = true
bands = [
    { low = -inf, high = 36, score = 1 },
    { low = 36, high = 37.6, score = 0 },
    { low = 37.6, high = inf, score = 1 },
]

[[parameter]]
concept = "consciousness"
required = false
categories = { alert = 0, agitated = 3, confused = 3, voice = 3, pain = 3, unresponsive = 3 }
"""


@pytest.fixture(scope="session")
def text():
    """``text(("old", "new"), ...)``: the chart's file with each old line replaced."""

    def changed(*replacements):
        content = SCORED
        for old, new in replacements:
            assert old in content
            content = content.replace(old, new, 1)
        return content

    return changed


@pytest.fixture(scope="session")
def chart_of(text):
    def parsed(*replacements):
        return parse_chart(text(*replacements).encode(), file="ward.toml")

    return parsed


@pytest.fixture(scope="session")
def saw():
    """``saw("heart_rate", 84, "/min")`` at nine."""

    def one(concept, value, unit=None, at=NINE, over_minutes=0):
        return Observation(concept=concept, value=value, unit=unit, observed_at=at, over_minutes=over_minutes)

    return one
