"""Whom a model is for, and why it is not for a site."""

from __future__ import annotations

from dataclasses import replace

from models.intended_population import IntendedPopulation

OF_TWO_SITES = IntendedPopulation(
    source="msds",
    description="births of two providers",
    births=9_000,
    events=700,
    group_scheme="england_2001",
    is_simulated=False,
    sites=("RAA", "RBB"),
)


def test_it_is_for_its_own_sites_and_says_which_they_are_elsewhere():
    assert OF_TWO_SITES.why_not_for("RBB") is None
    why = OF_TWO_SITES.why_not_for("RCC")
    assert why is not None
    assert "births of RAA, RBB, and was not validated at RCC" in why
    assert "recalibrate --site RCC" in why


def test_a_source_without_sites_is_for_no_named_one():
    assert "of no named site" in (replace(OF_TWO_SITES, sites=()).why_not_for("RAA") or "")


def test_where_no_site_is_named_nothing_is_asked():
    assert OF_TWO_SITES.why_not_for("") is None


def test_many_sites_are_not_all_listed():
    many = replace(OF_TWO_SITES, sites=tuple(f"R{number:02d}" for number in range(120)))
    assert "and others" in (many.why_not_for("RCC") or "")
    assert "R50" not in (many.why_not_for("RCC") or "")


def test_it_comes_back_as_it_went_and_one_of_before_sites_were_told_apart_names_none():
    assert IntendedPopulation.from_dict(OF_TWO_SITES.to_dict()) == OF_TWO_SITES
    older = {name: value for name, value in OF_TWO_SITES.to_dict().items() if name != "sites"}
    assert IntendedPopulation.from_dict(older) == replace(OF_TWO_SITES, sites=())
