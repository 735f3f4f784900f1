from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.outcomes import OUTCOMES, plain_of
from serving.natural_frequency import denominator_for, natural_frequency, sentence


@given(st.floats(0, 1), st.sampled_from([100, 1000]))
def test_both_sides_add_up_and_are_the_nearest_whole_counts(risk: float, of: int) -> None:
    frequency = natural_frequency(risk, of)
    assert frequency.will + frequency.will_not == of
    assert abs(frequency.will - risk * of) <= 0.5 + 1e-9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_one_denominator_a_page(risks: list[float]) -> None:
    assert denominator_for(risks) == (1000 if min(risks) < 0.01 else 100)


@pytest.mark.parametrize(
    ("risk", "of", "women", "will", "will_not"),
    [
        (0.0812, 100, "100", "about 8", "92"),
        (0.005, 1000, "1,000", "about 5", "995"),
        (0.0001, 1000, "1,000", "fewer than 1", "more than 999"),
        (0.999, 100, "100", "more than 99", "fewer than 1"),
    ],
)
def test_the_sentence(risk: float, of: int, women: str, will: str, will_not: str) -> None:
    declared = OUTCOMES["preterm_birth"]
    assert sentence(natural_frequency(risk, of), declared, declared.definitions[0]) == (
        f"Of {women} women with these recorded facts, {will} will give birth before 37 weeks and {will_not} will not."
    )


@pytest.mark.parametrize(
    ("number", "told"), [(0, "be newly diagnosed with depression"), (1, "score 13 or more on the Edinburgh scale")]
)
def test_what_is_told_is_what_the_definition_knows(number: int, told: str) -> None:
    """A score is no depression: at 13 or more it finds 66 of 100 (Levis 2020), and some who have none."""
    declared = OUTCOMES["postpartum_depression"]
    definition = declared.definitions[number]
    assert told in sentence(natural_frequency(0.1, 100), declared, definition)
    assert declared.plain not in sentence(natural_frequency(0.1, 100), declared, definition)
    assert plain_of("postpartum_depression", str(definition)) == definition.plain


def test_a_proxy_is_never_said_to_be_the_outcome() -> None:
    declared = OUTCOMES["haemorrhage"]
    proxy = next(definition for definition in declared.definitions if definition.is_proxy)
    said = sentence(natural_frequency(0.02, 100), declared, proxy)
    assert "maternal transfusion" in said
    assert "proxy" in said
    assert declared.plain not in said
