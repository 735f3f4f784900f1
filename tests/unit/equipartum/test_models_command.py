"""What `equipartum models` says of a version whose blocking finding was accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from equipartum.commands.models import _accepted, _lines
from models.release import ReleaseTags
from tests.fixtures.release_tags import TAGS
from training.version import BlockedRelease, Version


def _tags(*accepted_until: str) -> ReleaseTags:
    return replace(TAGS, accepted_until=accepted_until)


def test_an_acceptance_is_said_with_its_last_day_and_as_expired_after_it():
    today = datetime.now(UTC).date()
    yesterday = today - timedelta(days=1)
    assert _accepted(_tags(f"FA002 {today}")) == f"FA002 accepted until {today}; "
    assert _accepted(_tags(f"FA002 {yesterday}")) == f"FA002 ACCEPTANCE EXPIRED on {yesterday}; "
    assert _accepted(_tags()) == ""


RELEASABLE = replace(TAGS, blocking_findings=(), accepted_until=())


def _version(tags: ReleaseTags) -> Version:
    return Version(name="preterm_birth.booking", version=1, run_id="f" * 32, created_at=0, aliases=(), tags=tags)


@pytest.mark.parametrize(
    ("tags", "against"),
    [
        (RELEASABLE, ()),
        (TAGS, ("blocked by FA003", "acceptance of FA013 ended on 2026-12-31")),
        (replace(RELEASABLE, status="development only"), ("for development only",)),
        (replace(RELEASABLE, audit_id=""), ("no audit",)),
    ],
)
def test_what_stands_against_a_version_is_what_promote_refuses_it_for(
    tags: ReleaseTags, against: tuple[str, ...]
) -> None:
    version, on = _version(tags), date(2027, 1, 1)
    assert version.stands_against(on) == against
    if against:
        with pytest.raises(BlockedRelease):
            version.require_releasable(on)
    else:
        version.require_releasable(on)


def test_a_version_for_development_only_is_not_listed_as_one_that_nothing_blocks() -> None:
    *_, last = _lines(_version(replace(RELEASABLE, status="development only")))
    assert "may not be promoted: for development only" in last
    *_, last = _lines(_version(RELEASABLE))
    assert "adequate; nothing in its audit blocks it" in last
