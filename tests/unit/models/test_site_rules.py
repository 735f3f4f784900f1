"""A site's own rules: what a file may say, and what is refused with its place and what would be right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from models.guideline_rule import EthnicityCondition, InvalidRule
from models.outcomes import OUTCOMES
from models.site_rules import SIMULATED_SITE_RULES, SiteRules, read_site_rules, rules_of
from records.sources.simulated import birth

Read = Callable[[str], SiteRules]

RULE = """
schema = 1

[[rule]]
name = "trust_list"
title = "the trust's list"
authority = "A Trust, diabetes in pregnancy guideline, section 3"
date = 2025-04-01
action = "75 g oral glucose tolerance test"
outcomes = ["gestational_diabetes"]

[[rule.condition]]
concept = "height"
below = 1.5
unit = "m"

[[rule.condition]]
concept = "previous_gestational_diabetes"
is = true
"""
REPLACING = RULE.replace("outcomes =", 'replaces = "guideline:nice_ng3@2020"\noutcomes =')
LIST = """
schema = 1

[ethnicities_with_a_high_prevalence_of_diabetes]
scheme = "england_2001"
groups = ["Asian"]
categories = ["N"]
authority = "A Trust"
date = 2025-04-01
"""
ETHNIC = (
    RULE
    + """
[[rule.condition]]
scheme = "england_2021"
groups = ["Asian"]
"""
)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def of(text: str) -> SiteRules:
        file = tmp_path / "rules.toml"
        file.write_text(text, encoding="utf-8")
        return read_site_rules(file)

    return of


def names(site: SiteRules, outcome: str = "gestational_diabetes") -> list[str]:
    return [rule.scored_by for rule in rules_of(OUTCOMES[outcome], site)]


def test_a_rule_of_the_site_is_one_more_for_its_outcome_only(read: Read) -> None:
    assert names(read(RULE)) == [
        "guideline:nice_ng3@2020",
        "guideline:nice_ng3_without_ethnicity@2020",
        "guideline:bmi_30_or_more@2020",
        "guideline:trust_list@2025-04-01",
        "flag_nobody",
        "flag_everyone",
    ]
    assert "guideline:trust_list@2025-04-01" not in names(read(RULE), "preterm_birth")


def test_a_rule_of_the_site_takes_the_place_of_the_one_it_names(read: Read) -> None:
    assert names(read(REPLACING))[0] == "guideline:trust_list@2025-04-01"
    assert "guideline:nice_ng3@2020" not in names(read(REPLACING))


def test_values_are_brought_to_the_concepts_unit(read: Read) -> None:
    rule = read(RULE).rules[0].rule
    women = pl.DataFrame({"height": [149.0, 150.0], "previous_gestational_diabetes": False, "parity": 1})
    assert rule.flags(women).to_list() == [True, False]


def test_a_list_of_ethnicities_completes_nices_rule_and_names_its_authority(read: Read) -> None:
    rule = rules_of(OUTCOMES["gestational_diabetes"], read(LIST))[0]
    assert rule.scored_by == "guideline:nice_ng3@2020"
    assert "ethnicities: A Trust (2025-04-01)" in rule.authority
    listed = next(c for c in rule.conditions if isinstance(c, EthnicityCondition))
    assert (listed.scheme, listed.groups, listed.categories) == ("england_2001", ("Asian",), ("N",))


def test_an_ethnic_condition_of_a_rule_names_groups_of_a_scheme(read: Read) -> None:
    assert read(ETHNIC).rules[0].rule.reads_ethnicity


def test_the_simulated_hospitals_list_whom_their_births_are_offered_the_test() -> None:
    listed = read_site_rules(SIMULATED_SITE_RULES).ethnicities
    assert listed is not None
    assert listed.groups == birth._GROUPS_OFFERED_TEST


REFUSED = {
    "not TOML": ("schema = ", "rules.toml"),
    "no schema": (RULE.replace("schema = 1", ""), "schema = 1"),
    "another schema": (RULE.replace("schema = 1", "schema = 2"), "schema = 1"),
    "unknown key at the head": ("threshold = 1\n" + RULE, "unknown 'threshold'"),
    "unknown key of a rule": (RULE.replace('title = "', 'titel = "x"\ntitle = "'), "unknown 'titel'"),
    "unknown key of a condition": (RULE.replace("below =", "above = 2\nbelow ="), "unknown 'above'"),
    "no authority": (RULE.replace("authority =", "reading ="), "authority is needed"),
    "no date": (RULE.replace("date = 2025-04-01\n", ""), "date is needed"),
    "a date in quotes": (RULE.replace("2025-04-01", '"2025-04-01"'), "without quotes"),
    "a name with spaces": (RULE.replace('"trust_list"', '"trust list"'), "guideline:NAME@DATE"),
    "an unknown outcome": (RULE.replace("gestational_diabetes\"]", 'diabetes"]'), "there are: "),
    "an unknown concept": (RULE.replace('"height"', '"shoe_size"'), "condition 1: no concept is called"),
    "another unit": (RULE.replace('unit = "m"', 'unit = "ft"'), "condition 1: height needs a UCUM unit"),
    "no unit": (RULE.replace('unit = "m"\n', ""), "height needs a UCUM unit"),
    "beyond what is plausible": (RULE.replace("below = 1.5", "below = 15"), "height is from 100 to 250 cm"),
    "a number for a flag": (RULE.replace("is = true", "at_least = 1"), "condition 2: previous_gestational_diabetes"),
    "an order of flags": (RULE.replace("is = true", "below = true"), "ask for it with is or is_not"),
    "two comparisons": (RULE.replace("is = true", "is = true\nis_not = false"), "exactly one of"),
    "no comparison": (RULE.replace("is = true\n", ""), "exactly one of"),
    "no condition": (RULE.partition("[[rule.condition]]")[0], "one [[rule.condition]] or more"),
    "nothing to replace": (REPLACING.replace("nice_ng3@2020", "nice_ng3@2015"), "has no rule"),
    "two of a name": (RULE + RULE.replace("schema = 1", ""), "is the name of another rule"),
    "an unknown scheme": (LIST.replace("england_2001", "england"), "there are: england_2001"),
    "an unknown group": (LIST.replace('"Asian"', '"South Asian"'), "it has: White, Mixed, Asian"),
    "missing ethnicity as a group": (LIST.replace('"Asian"', '"Not stated"'), "has no 'Not stated'"),
    "an unknown category": (LIST.replace('"N"', '"4"'), "has no '4'"),
    "a list of none": (LIST.replace('groups = ["Asian"]\n', "").replace('categories = ["N"]\n', ""), "list the groups"),
    "groups that are no names": (LIST.replace('["Asian"]', "[1]"), "a list of names"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused(read: Read, text: str, told: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        read(text)
    assert told in str(refusal.value)
    assert "rules.toml" in str(refusal.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRule, match="nowhere"):
        read_site_rules(tmp_path / "nowhere.toml")
