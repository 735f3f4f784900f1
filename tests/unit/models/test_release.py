"""What the registry says of a version, as short text."""

from __future__ import annotations

from models.release import ReleaseTags
from tests.fixtures.release_tags import TAGS


def test_tags_come_back_as_they_went():
    assert ReleaseTags.from_tags(TAGS.to_tags()) == TAGS


def test_a_version_of_before_acceptances_were_kept_has_none():
    older = {name: text for name, text in TAGS.to_tags().items() if name != "accepted_until"}
    assert ReleaseTags.from_tags(older).accepted_until == ()
