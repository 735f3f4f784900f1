"""Every hand-worked pregnancy has the answer that was worked out for it, and the docs print the same."""

from __future__ import annotations

import pytest

from tests.spec.histories.cases import CHAPTERS
from tests.spec.histories.page import PAGE, page
from tests.spec.histories.questions import answer_to
from tests.spec.histories.worked import pregnancy

CASES = [case for chapter in CHAPTERS for case in chapter.cases]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_the_answer_is_the_one_worked_out_by_hand(case) -> None:
    assert case.asked
    assert [(question, answer_to(question, case.pregnancies)) for question, _ in case.asked] == list(case.asked)


def test_there_are_enough_and_none_twice() -> None:
    assert len(CASES) >= 60
    assert len({case.title for case in CASES}) == len(CASES)


def test_the_page_says_what_the_spec_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.spec.histories.page"


def test_a_word_that_means_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no word 'bokked 60'"):
        pregnancy("bokked 60, born 280")
    with pytest.raises(ValueError, match="no such question"):
        answer_to("what is known", [pregnancy("booked 60, goes on")])
