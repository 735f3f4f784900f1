"""Protected characteristics: ethnic category as recorded, at three levels, and age bands.

A category is kept as the source codes it; its group is one of six levels ('Not stated' and 'Not known' are told apart
and are groups of their own); the broad group is derived. Schemes are never pooled.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from records.errors import EquipartumError

__all__ = [
    "ETHNIC_SCHEMES",
    "MISSING_ETHNICITY",
    "NOT_KNOWN",
    "NOT_STATED",
    "EthnicCategory",
    "EthnicScheme",
    "UnknownGroupScheme",
    "age_band",
    "broad_group",
    "ethnic_scheme",
    "not_known_in",
]

NOT_STATED = "Not stated"
NOT_KNOWN = "Not known"
MISSING_ETHNICITY = (NOT_STATED, NOT_KNOWN)


class UnknownGroupScheme(EquipartumError):
    """A coding scheme for ethnicity that this project does not define."""


@dataclass(frozen=True, kw_only=True)
class EthnicCategory:
    """One code of a scheme, its label in that scheme, and the group it belongs to."""

    code: str
    label: str
    group: str


@dataclass(frozen=True, kw_only=True)
class EthnicScheme:
    """A national coding of ethnicity. ``authority`` says who publishes it."""

    name: str
    title: str
    authority: str
    categories: tuple[EthnicCategory, ...]

    def group_of(self, code: str | None) -> str:
        """The group of a recorded code; an absent or unknown code is 'Not known', never a guess."""
        found = self.by_code.get(code) if code is not None else None
        return found.group if found is not None else NOT_KNOWN

    @property
    def by_code(self) -> Mapping[str, EthnicCategory]:
        return {c.code: c for c in self.categories}

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups in the order of the scheme, the missing ones last."""
        stated = dict.fromkeys(c.group for c in self.categories if c.group not in MISSING_ETHNICITY)
        return (*stated, *MISSING_ETHNICITY)


def _categories(*rows: tuple[str, str, str]) -> tuple[EthnicCategory, ...]:
    return tuple(EthnicCategory(code=code, label=label, group=group) for code, label, group in rows)


ENGLAND_2001 = EthnicScheme(
    name="england_2001",
    title="Ethnic category (16+1), England, census 2001",
    authority="NHS Data Dictionary, ETHNIC CATEGORY CODE 2001",
    categories=_categories(
        ("A", "White: British", "White"),
        ("B", "White: Irish", "White"),
        ("C", "White: any other White background", "White"),
        ("D", "Mixed: White and Black Caribbean", "Mixed"),
        ("E", "Mixed: White and Black African", "Mixed"),
        ("F", "Mixed: White and Asian", "Mixed"),
        ("G", "Mixed: any other mixed background", "Mixed"),
        ("H", "Asian or Asian British: Indian", "Asian"),
        ("J", "Asian or Asian British: Pakistani", "Asian"),
        ("K", "Asian or Asian British: Bangladeshi", "Asian"),
        ("L", "Asian or Asian British: any other Asian background", "Asian"),
        ("M", "Black or Black British: Caribbean", "Black"),
        ("N", "Black or Black British: African", "Black"),
        ("P", "Black or Black British: any other Black background", "Black"),
        ("R", "Other ethnic groups: Chinese", "Other"),
        ("S", "Other ethnic groups: any other ethnic group", "Other"),
        ("Z", NOT_STATED, NOT_STATED),
        ("99", NOT_KNOWN, NOT_KNOWN),
    ),
)

ENGLAND_2021 = EthnicScheme(
    name="england_2021",
    title="Ethnic group (19), England, census 2021",
    authority="Office for National Statistics, Census 2021 ethnic group classification 20b",
    categories=_categories(
        ("white_british", "White: English, Welsh, Scottish, Northern Irish or British", "White"),
        ("white_irish", "White: Irish", "White"),
        ("white_gypsy_or_irish_traveller", "White: Gypsy or Irish Traveller", "White"),
        ("white_roma", "White: Roma", "White"),
        ("white_other", "White: other White", "White"),
        ("mixed_white_and_black_caribbean", "Mixed: White and Black Caribbean", "Mixed"),
        ("mixed_white_and_black_african", "Mixed: White and Black African", "Mixed"),
        ("mixed_white_and_asian", "Mixed: White and Asian", "Mixed"),
        ("mixed_other", "Mixed: other mixed or multiple", "Mixed"),
        ("asian_indian", "Asian: Indian", "Asian"),
        ("asian_pakistani", "Asian: Pakistani", "Asian"),
        ("asian_bangladeshi", "Asian: Bangladeshi", "Asian"),
        ("asian_chinese", "Asian: Chinese", "Asian"),
        ("asian_other", "Asian: other Asian", "Asian"),
        ("black_african", "Black: African", "Black"),
        ("black_caribbean", "Black: Caribbean", "Black"),
        ("black_other", "Black: other Black", "Black"),
        ("other_arab", "Other: Arab", "Other"),
        ("other_any", "Other: any other ethnic group", "Other"),
        ("not_stated", NOT_STATED, NOT_STATED),
        ("not_known", NOT_KNOWN, NOT_KNOWN),
    ),
)

US_OMB = EthnicScheme(
    name="us_omb",
    title="Race and Hispanic origin of mother, United States (OMB 1997)",
    authority="National Center for Health Statistics, natality user guide, field MRACEHISP",
    categories=_categories(
        ("1", "White, not Hispanic", "White"),
        ("2", "Black, not Hispanic", "Black"),
        ("3", "American Indian or Alaska Native, not Hispanic", "American Indian or Alaska Native"),
        ("4", "Asian, not Hispanic", "Asian"),
        ("5", "Native Hawaiian or other Pacific Islander, not Hispanic", "Native Hawaiian or other Pacific Islander"),
        ("6", "More than one race, not Hispanic", "More than one race"),
        ("7", "Hispanic", "Hispanic"),
        ("8", "Origin unknown or not stated", NOT_KNOWN),
    ),
)

ETHNIC_SCHEMES: Mapping[str, EthnicScheme] = MappingProxyType(
    {scheme.name: scheme for scheme in (ENGLAND_2001, ENGLAND_2021, US_OMB)}
)


def ethnic_scheme(name: str) -> EthnicScheme:
    """The scheme of that name; `UnknownGroupScheme` lists the names there are."""
    try:
        return ETHNIC_SCHEMES[name]
    except KeyError:
        raise UnknownGroupScheme(
            f"no ethnic coding scheme is called {name!r}; there are: {', '.join(ETHNIC_SCHEMES)}"
        ) from None


def broad_group(group: str) -> str:
    """The two-level group: 'White', or 'All other stated groups'; missing ethnicity stays what it is."""
    if group in MISSING_ETHNICITY or group == "White":
        return group
    return "All other stated groups"


AGE_BAND_EDGES = (20, 25, 30, 35, 40)
AGE_BAND_LABELS = ("under 20", "20-24", "25-29", "30-34", "35-39", "40 and over")


def age_band(age: float | None) -> str | None:
    """Maternal age in years as the bands national maternity statistics publish; None stays None."""
    if age is None:
        return None
    return AGE_BAND_LABELS[sum(age >= edge for edge in AGE_BAND_EDGES)]


def not_known_in(scheme: str, labels: Collection[str]) -> frozenset[str]:
    """Labels by which a woman's group is not known: the missing ones, and those that a declared scheme does not have.

    A scheme that this project does not define has every label.
    """
    known = ETHNIC_SCHEMES.get(scheme)
    outside = set(labels) - set(known.groups) if known is not None else set()
    return frozenset({*MISSING_ETHNICITY, *outside})
