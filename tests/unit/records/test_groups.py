"""Ethnic codes to groups: every published code has its group, and what is missing is told apart."""

from __future__ import annotations

import pytest

from records.groups import (
    ETHNIC_SCHEMES,
    MISSING_ETHNICITY,
    UnknownGroupScheme,
    age_band,
    broad_group,
    ethnic_scheme,
)

# NHS Data Dictionary, ETHNIC CATEGORY CODE 2001.
ENGLAND_2001 = {"A": "White", "B": "White", "C": "White"}
ENGLAND_2001 |= dict.fromkeys("DEFG", "Mixed") | dict.fromkeys("HJKL", "Asian") | dict.fromkeys("MNP", "Black")
ENGLAND_2001 |= {"R": "Other", "S": "Other", "Z": "Not stated", "99": "Not known"}


def test_the_sixteen_plus_one_categories_of_england() -> None:
    scheme = ethnic_scheme("england_2001")
    assert {c.code: c.group for c in scheme.categories} == ENGLAND_2001


def test_the_census_of_2021_has_nineteen_groups() -> None:
    stated = [c for c in ethnic_scheme("england_2021").categories if c.group not in MISSING_ETHNICITY]
    assert len(stated) == 19


def test_not_stated_and_not_known_are_told_apart() -> None:
    scheme = ethnic_scheme("england_2001")
    assert scheme.group_of("Z") == "Not stated"
    assert scheme.group_of("99") == "Not known"
    assert scheme.groups[-2:] == MISSING_ETHNICITY


@pytest.mark.parametrize("name", sorted(ETHNIC_SCHEMES))
def test_an_absent_or_unknown_code_is_never_guessed(name: str) -> None:
    assert ethnic_scheme(name).group_of(None) == "Not known"
    assert ethnic_scheme(name).group_of("?") == "Not known"


@pytest.mark.parametrize("name", sorted(ETHNIC_SCHEMES))
def test_codes_are_unique_and_the_word_bame_is_nowhere(name: str) -> None:
    codes = [c.code for c in ethnic_scheme(name).categories]
    assert len(codes) == len(set(codes))
    assert "BAME" not in str(ethnic_scheme(name)).upper()


def test_the_broad_group_keeps_missing_ethnicity() -> None:
    assert [broad_group(g) for g in ("White", "Black", *MISSING_ETHNICITY)] == [
        "White",
        "All other stated groups",
        *MISSING_ETHNICITY,
    ]


def test_an_unknown_scheme_lists_those_there_are() -> None:
    with pytest.raises(UnknownGroupScheme, match="us_omb"):
        ethnic_scheme("france")


@pytest.mark.parametrize(
    ("age", "band"), [(None, None), (19.9, "under 20"), (20, "20-24"), (39.99, "35-39"), (40, "40 and over")]
)
def test_age_bands_are_half_open(age: float | None, band: str | None) -> None:
    assert age_band(age) == band
