"""What `equipartum models` says of a version whose blocking finding was accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from equipartum.commands.models import _accepted
from models.release import ReleaseTags
from tests.fixtures.release_tags import TAGS


def _tags(*accepted_until: str) -> ReleaseTags:
    return replace(TAGS, accepted_until=accepted_until)


def test_an_acceptance_is_said_with_its_last_day_and_as_expired_after_it():
    today = datetime.now(UTC).date()
    yesterday = today - timedelta(days=1)
    assert _accepted(_tags(f"FA002 {today}")) == f"FA002 accepted until {today}; "
    assert _accepted(_tags(f"FA002 {yesterday}")) == f"FA002 ACCEPTANCE EXPIRED on {yesterday}; "
    assert _accepted(_tags()) == ""
