"""Where a recalibrated version comes from, as short text."""

from __future__ import annotations

from models.lineage import Lineage
from tests.fixtures.release_tags import TAGS

LINEAGE = Lineage(
    parent_version=3,
    parent_run="abcdef01",
    parent_digest="d" * 64,
    update="slope",
    site="SIM02",
    validation="20270102T030405000006",
    validation_digest="e" * 64,
    births=("f" * 64, "0" * 64),
)


def test_it_comes_back_as_it_went_beside_what_else_the_registry_says():
    assert Lineage.from_tags(TAGS.to_tags() | LINEAGE.to_tags()) == LINEAGE


def test_a_version_that_was_fitted_has_none():
    assert Lineage.from_tags(TAGS.to_tags()) is None


def test_no_births_and_no_site_come_back_as_none():
    alone = Lineage(**{**vars(LINEAGE), "births": (), "site": ""})
    assert Lineage.from_tags(alone.to_tags()) == alone
