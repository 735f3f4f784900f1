"""FA017: does a group's difference lie between sites rather than within them."""

from __future__ import annotations

import polars as pl
import pytest

from fairness_audits.audit import audit


@pytest.fixture
def told(table, exact):
    """What FA017 answers about women of (group, site), each told by how many had the outcome and were found."""

    def run(cells: dict) -> dict:
        frames = [
            table({group: {"found": found, "missed": events - found, "cleared": 9 * events}}).with_columns(
                site=pl.lit(site), pregnancy_id=pl.lit(f"{group} {site} ") + pl.col("pregnancy_id")
            )
            for (group, site), (events, found) in cells.items()
        ]
        return {f.group: f for f in audit(pl.concat(frames), exact).findings if f.code == "FA017"}

    return run


def test_fires_where_a_group_is_found_less_often_only_because_of_its_sites(told):
    """At each site both groups are found alike; Black women give birth where fewer are found."""
    found = told(
        {("White", "A"): (800, 400), ("Black", "A"): (100, 50), ("White", "B"): (200, 40), ("Black", "B"): (300, 60)}
    )
    assert (found["Black"].state, found["Black"].severity) == ("finding", "advisory")
    assert "comes with the sites where they give birth" in found["Black"].sentence


def test_does_not_fire_on_a_difference_at_the_same_site(told):
    found = told(
        {("White", "A"): (500, 250), ("Black", "A"): (500, 100), ("White", "B"): (500, 250), ("Black", "B"): (500, 100)}
    )
    assert {f.state for f in found.values()} == {"passed"}


def test_cannot_tell_on_few_events(told):
    found = told({("White", "A"): (40, 20), ("Black", "A"): (12, 6), ("White", "B"): (40, 14), ("Black", "B"): (20, 7)})
    assert "cannot tell" in {f.state for f in found.values()}


def test_is_not_applicable_to_one_site(answers):
    assert [f.state for f in answers("FA017", {"White": {"found": 9, "missed": 9, "cleared": 90}})] == [
        "not applicable"
    ]
