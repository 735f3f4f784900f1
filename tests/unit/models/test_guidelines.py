"""What every rule of today promises: an authority, a date, inputs that are concepts, and Kleene's logic of unknowns."""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.conditions import Condition
from models.guideline_rule import EthnicityCondition, GuidelineRule, InvalidRule
from models.guidelines import GUIDELINES
from models.outcomes import OUTCOMES
from records.clock import ADMISSION, BOOKING, WEEKS_16
from records.concepts import CONCEPTS

ASKING = [rule for rule in GUIDELINES.values() if rule.conditions]
FLAGS = ("family_history_of_diabetes", "uterine_variant", "trachelectomy")
ANY_OF_THREE = GuidelineRule(
    scored_by="guideline:any_of_three@2020",
    title="any of three",
    authority="this test",
    date="2020",
    action="none",
    conditions=tuple(Condition(concept=name, comparison="is", value=True) for name in FLAGS),
)


def kleene(answers: tuple[bool | None, ...]) -> bool | None:
    """'Any' by Kleene's table (Introduction to Metamathematics, 1952, section 64)."""
    if any(answer is True for answer in answers):
        return True
    return None if any(answer is None for answer in answers) else False


@pytest.mark.parametrize("rule", GUIDELINES.values(), ids=lambda rule: rule.scored_by)
def test_every_rule_says_where_it_is_written_and_when(rule: GuidelineRule) -> None:
    assert rule.authority
    assert rule.date[:4].isdigit()
    assert rule.action
    assert set(rule.reads) <= set(CONCEPTS)


@pytest.mark.parametrize("rule", ASKING, ids=lambda rule: rule.scored_by)
def test_a_rules_name_carries_the_date_of_what_it_says(rule: GuidelineRule) -> None:
    assert rule.scored_by.endswith(f"@{rule.date}")


@pytest.mark.parametrize("name", OUTCOMES)
def test_nobody_and_everyone_stand_beside_every_outcome(name: str) -> None:
    assert OUTCOMES[name].comparators[-2:] == ("flag_nobody", "flag_everyone")


def test_any_of_three_follows_kleene_for_every_state() -> None:
    states = list(itertools.product((True, False, None), repeat=3))
    women = pl.DataFrame(states, schema=dict.fromkeys(FLAGS, pl.Boolean), orient="row")
    assert ANY_OF_THREE.flags(women).to_list() == [kleene(state) for state in states]


@given(st.lists(st.tuples(*[st.sampled_from((True, False, None))] * 3), min_size=1), st.integers(0, 2))
def test_learning_a_fact_never_takes_back_an_answer(states: list[tuple[bool | None, ...]], fact: int) -> None:
    women = pl.DataFrame(states, schema=dict.fromkeys(FLAGS, pl.Boolean), orient="row")
    for learnt in (True, False):
        before = ANY_OF_THREE.flags(women)
        after = ANY_OF_THREE.flags(women.with_columns(pl.col(FLAGS[fact]).fill_null(learnt)))
        assert all(now == then for then, now in zip(before, after, strict=True) if then is not None)


def test_a_fact_that_no_column_holds_is_unknown_of_everyone() -> None:
    women = pl.DataFrame({FLAGS[0]: [True, False]})
    assert ANY_OF_THREE.flags(women).to_list() == [True, None]


def test_nobody_and_everyone_ask_for_nothing() -> None:
    women = pl.DataFrame({"parity": [0, None]})
    assert GUIDELINES["flag_nobody"].flags(women).to_list() == [False, False]
    assert GUIDELINES["flag_everyone"].flags(women).to_list() == [True, True]
    assert GUIDELINES["flag_everyone"].why_not({}, BOOKING, []) == ""


def test_all_that_is_lacking_is_named_and_what_comes_too_late() -> None:
    held = {FLAGS[0]: BOOKING, FLAGS[1]: ADMISSION}
    assert ANY_OF_THREE.why_not(held, WEEKS_16, []) == (
        "known variant of the uterus not known before admission for birth; trachelectomy not recorded"
    )
    assert ANY_OF_THREE.why_not(dict.fromkeys(FLAGS, WEEKS_16), WEEKS_16, []) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"authority": " "},
        {"date": "last year"},
        {"scored_by": "any_of_three"},
        {"scored_by": "guideline:any_of_three"},
        {"conditions": ()},
        {"conditions": (), "answers_all": True, "date": ""},
        {"answers_all": False},
        {"conditions": (Condition(concept="shoe_size", comparison="is", value=True),)},
    ],
)
def test_a_rule_that_does_not_say_enough_is_refused(changes: dict[str, object]) -> None:
    whole = {name: getattr(ANY_OF_THREE, name) for name in ANY_OF_THREE.__dataclass_fields__}
    with pytest.raises(InvalidRule):
        GuidelineRule(**{**whole, **changes})


def test_a_condition_on_ethnicity_that_a_site_leaves_open_is_said_as_such() -> None:
    assert str(EthnicityCondition(title="groups at risk")) == "groups at risk (listed by each site)"
