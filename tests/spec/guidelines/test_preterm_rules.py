"""Whom Saving Babies' Lives version 3 (NHS England 2023, element 5) would see in a preterm birth prevention clinic."""

from __future__ import annotations

import polars as pl
import pytest

from models.guidelines import GUIDELINES
from records.clock import BOOKING
from records.sources.registry import SOURCES

HIGH = GUIDELINES["guideline:sbl_preterm_high_risk@2023"]
HIGH_OR_INTERMEDIATE = GUIDELINES["guideline:sbl_preterm_high_or_intermediate_risk@2023"]
PREVIOUS = GUIDELINES["guideline:previous_preterm_birth@2023"]

HIGH_RISK = (
    "previous_birth_or_loss_at_16_to_34_weeks",
    "previous_ruptured_membranes_before_34_weeks",
    "previous_cervical_cerclage",
    "uterine_variant",
    "intrauterine_adhesions",
    "trachelectomy",
)
INTERMEDIATE_RISK = ("previous_caesarean_at_full_dilatation", "lletz_over_15mm_or_repeated", "cone_biopsy")

ANY_BEFORE_37_WEEKS = """
parity previous_preterm_birth flagged
1      yes                    yes
1      no                     no
0      none                   no
1      none                   unknown
none   none                   unknown
"""


def _woman(**facts: bool | None) -> pl.DataFrame:
    nothing = dict.fromkeys((*HIGH_RISK, *INTERMEDIATE_RISK), False)
    return pl.DataFrame({"parity": 1} | nothing | facts)


def test_the_lists_are_those_of_the_bundle():
    assert HIGH.needs == HIGH_RISK
    assert HIGH_OR_INTERMEDIATE.needs == (*HIGH_RISK, *INTERMEDIATE_RISK)


@pytest.mark.parametrize("factor", HIGH_RISK)
def test_each_high_risk_factor_flags_alone_in_both(factor):
    assert [rule.flags(_woman(**{factor: True})).item() for rule in (HIGH, HIGH_OR_INTERMEDIATE)] == [True, True]


@pytest.mark.parametrize("factor", INTERMEDIATE_RISK)
def test_each_intermediate_risk_factor_flags_in_the_wider_list_only(factor):
    assert [rule.flags(_woman(**{factor: True})).item() for rule in (HIGH, HIGH_OR_INTERMEDIATE)] == [False, True]


def test_nothing_of_the_list_is_not_flagged_and_one_unknown_is_unknown():
    assert HIGH.flags(_woman()).item() is False
    assert HIGH.flags(_woman(trachelectomy=None)).item() is None


def test_a_loss_counts_after_no_birth():
    """Parity counts births; a mid-trimester loss is asked for of every woman."""
    lost = _woman(parity=0, previous_birth_or_loss_at_16_to_34_weeks=True)  # type: ignore[arg-type]
    assert HIGH.flags(lost).item() is True


def test_a_previous_preterm_birth_alone(says):
    says(PREVIOUS, ANY_BEFORE_37_WEEKS)


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.name)
def test_no_source_here_holds_the_bundles_list_and_each_says_what_it_lacks(source):
    why = HIGH.why_not(source.known_from, BOOKING, [])
    assert "previous cervical cerclage not recorded" in why
    assert why.count("not recorded") == len(HIGH_RISK)
    assert PREVIOUS.why_not(source.known_from, BOOKING, []) == ""
