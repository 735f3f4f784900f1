"""Whom NICE NG3 (2015, updated 2020, section 1.2) would test for gestational diabetes, woman by woman."""

from __future__ import annotations

import polars as pl
import pytest

from models.guideline_rule import EthnicityCondition, GuidelineRule
from models.guidelines import GUIDELINES
from models.outcomes import OUTCOMES
from models.site_rules import SiteRules, rules_of
from records.clock import BOOKING

BMI_ALONE = GUIDELINES["guideline:bmi_30_or_more@2020"]
WITHOUT_ETHNICITY = GUIDELINES["guideline:nice_ng3_without_ethnicity@2020"]
NG3 = GUIDELINES["guideline:nice_ng3@2020"]

# Each factor flags alone; a first pregnancy has no history; what is not recorded is unknown, unless another flags.
FOUR_FACTORS = """
parity body_mass_index previous_baby_4500g_or_more previous_gestational_diabetes family_history_of_diabetes flagged
1      24.0            no                          no                            no                         no
1      29.9            no                          no                            no                         no
1      30.0            no                          no                            no                         yes
1      24.0            yes                         no                            no                         yes
1      24.0            no                          yes                           no                         yes
1      24.0            no                          no                            yes                        yes
0      24.0            none                        none                          no                         no
0      24.0            none                        none                          yes                        yes
0      24.0            none                        none                          none                       unknown
1      24.0            no                          none                          no                         unknown
none   24.0            none                        none                          no                         unknown
1      none            no                          no                            no                         unknown
1      none            no                          yes                           no                         yes
1      31.0            none                        none                          none                       yes
"""

BODY_MASS_INDEX = """
body_mass_index flagged
29.9            no
30.0            yes
30.1            yes
none            unknown
"""

# Groups as England's census 2001 categories give them; a site lists Asian and Black here.
ETHNICITIES = """
group_scheme  ethnic_group ethnic_category flagged
england_2001  White        A               no
england_2001  Asian        J               yes
england_2001  Black        N               yes
england_2001  Other        R               no
england_2001  Not_stated   Z               unknown
england_2001  Not_known    99              unknown
us_omb        Asian        4               unknown
"""


@pytest.fixture(scope="module")
def listed() -> GuidelineRule:
    """NICE's rule completed by a site's list."""
    asian_and_black = EthnicityCondition(title="listed", scheme="england_2001", groups=("Asian", "Black"))
    site = SiteRules(ethnicities=asian_and_black, ethnicities_authority="a site")
    return rules_of(OUTCOMES["gestational_diabetes"], site)[0]


def test_body_mass_index_alone(says):
    says(BMI_ALONE, BODY_MASS_INDEX)


def test_each_risk_factor_alone_and_what_is_unknown(says):
    says(WITHOUT_ETHNICITY, FOUR_FACTORS)


def test_the_ethnicities_of_a_site(told, listed):
    women, expected = told(ETHNICITIES)
    nothing_else = {
        "parity": 1,
        "body_mass_index": 24.0,
        "previous_baby_4500g_or_more": False,
        "previous_gestational_diabetes": False,
        "family_history_of_diabetes": False,
    }
    known = women.with_columns(pl.lit(value).alias(name) for name, value in nothing_else.items())
    assert listed.flags(known).to_list() == expected


def test_a_category_may_be_listed_where_the_group_is_too_wide(told):
    """Chinese women are 'Other' in the six groups of 2001; code R names them."""
    women, _ = told(ETHNICITIES)
    of = EthnicityCondition(title="listed", scheme="england_2001", categories=("R",))
    answers = women.select(of.expression()).to_series().to_list()
    assert answers == [False, False, False, True, None, None, None]


def test_nice_names_no_ethnicity_so_the_rule_as_a_whole_is_not_evaluated():
    held = dict.fromkeys(NG3.reads, BOOKING)
    assert NG3.why_not(held, BOOKING, ["england_2001"]).startswith(
        "ethnicities with a high prevalence of diabetes not listed"
    )
    assert WITHOUT_ETHNICITY.why_not(held, BOOKING, ["england_2001"]) == ""


def test_with_a_sites_list_it_is(listed):
    assert listed.why_not(dict.fromkeys(listed.reads, BOOKING), BOOKING, ["england_2001"]) == ""


def test_a_list_in_one_coding_says_nothing_of_women_coded_in_another(listed):
    held = dict.fromkeys(listed.reads, BOOKING)
    assert "these records are coded in us_omb" in listed.why_not(held, BOOKING, ["us_omb"])


def test_a_source_without_previous_diabetes_cannot_evaluate_it():
    held = {name: BOOKING for name in WITHOUT_ETHNICITY.reads if name != "previous_gestational_diabetes"}
    assert WITHOUT_ETHNICITY.why_not(held, BOOKING, []) == "previous gestational diabetes not recorded"


def test_only_nices_own_rule_reads_ethnicity():
    assert [rule.scored_by for rule in GUIDELINES.values() if rule.reads_ethnicity] == ["guideline:nice_ng3@2020"]
