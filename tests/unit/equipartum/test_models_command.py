"""What `equipartum models` says of a version whose blocking finding was accepted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from equipartum.commands.models import _accepted
from models.release import ReleaseTags


def _tags(*accepted_until: str) -> ReleaseTags:
    return ReleaseTags(
        design_digest="a",
        data_digest="b",
        model_digest="c",
        source="cdc_natality",
        definition="birth before 37 weeks",
        is_simulated=False,
        blocking_findings=(),
        status="adequate",
        audit_id="20260101T000000-abcdef01",
        accepted_until=accepted_until,
    )


def test_an_acceptance_is_said_with_its_last_day_and_as_expired_after_it():
    today = datetime.now(UTC).date()
    yesterday = today - timedelta(days=1)
    assert _accepted(_tags(f"FA002 {today}")) == f"FA002 accepted until {today}; "
    assert _accepted(_tags(f"FA002 {yesterday}")) == f"FA002 ACCEPTANCE EXPIRED on {yesterday}; "
    assert _accepted(_tags()) == ""
