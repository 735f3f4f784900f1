"""What the registry says of a version, as short text."""

from __future__ import annotations

from models.release import ReleaseTags

TAGS = ReleaseTags(
    design_digest="a",
    data_digest="b",
    model_digest="c",
    source="simulated",
    definition="birth before 37 weeks",
    is_simulated=True,
    blocking_findings=("FA003",),
    status="adequate",
    audit_id="20260101T000000-abcdef01",
    accepted_until=("FA002 2027-05-23", "FA013 2026-12-31"),
)


def test_tags_come_back_as_they_went():
    assert ReleaseTags.from_tags(TAGS.to_tags()) == TAGS


def test_a_version_of_before_acceptances_were_kept_has_none():
    older = {name: text for name, text in TAGS.to_tags().items() if name != "accepted_until"}
    assert ReleaseTags.from_tags(older).accepted_until == ()
