"""Tables by group say how their counts were rounded, and mark what rounding leaves not told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from fairness_audits.disclosure import RULES
from fairness_audits.policy import DEFAULT_POLICY
from training.validation.judging import JudgedScorer, Scored, judge
from training.validation.printed import NOT_TOLD_APART, of_groups, said_of_disclosure

MSDS = RULES["msds"]
RATIO, FOUND = "observed_to_expected", "sensitivity"
SMALL, LARGE = 90, 3_000


def _judged(*risks: tuple[float, float], disclosure: str = "msds") -> tuple[JudgedScorer, ...]:
    """A small and a large group, one in ten with the outcome; each scorer tells (small, large) one risk, and flags the
    first half of everyone, but the second scorer four women with the outcome more of the small group."""
    sizes = np.array([SMALL, LARGE])
    group = np.repeat(["Black", "White"], sizes)
    place = np.concatenate([np.arange(size) for size in sizes])
    observed = place % 10 == 0
    table = pl.DataFrame(
        {
            "pregnancy_id": [str(row) for row in range(len(group))],
            "outcome": "preterm_birth",
            "prediction_point": "booking",
            "scored_by": "model",
            "risk": 0.1,
            "observed": observed,
            "ethnic_group": group,
        }
    )
    half = place < sizes.repeat(sizes) // 2
    more = half | ((group == "Black") & (place < 81))
    scored = {
        str(number): Scored(risk=np.repeat(risk, sizes), alert=half if number == 0 else more)
        for number, risk in enumerate(risks)
    }
    return judge(table, scored, replace(DEFAULT_POLICY, disclosure=disclosure))


def test_what_rounding_leaves_not_told_apart_is_marked() -> None:
    # Means of 90 women are told in steps of 0.05 (2 / 90 at least): 0.06 and 0.09 are 0.05 and 0.10, one step apart.
    judged = _judged((0.06, 0.06), (0.09, 0.09))
    rows = {group: cells for group, *cells in of_groups("O:E", RATIO, judged, same_women=MSDS).rows}
    assert rows["Black"][1].endswith(NOT_TOLD_APART)
    assert not rows["Black"][0].endswith(NOT_TOLD_APART)
    # Of 3,000 in steps of 0.001: 30 steps.
    assert not rows["White"][1].endswith(NOT_TOLD_APART)


def test_equal_columns_of_other_risks_are_marked() -> None:
    judged = _judged((0.09, 0.09), (0.11, 0.11))
    before, after = (next(row for row in one.groups if row.group == "Black")[RATIO] for one in judged)
    assert before.value == after.value
    (black,) = (cells for group, *cells in of_groups("O:E", RATIO, judged, same_women=MSDS).rows if group == "Black")
    assert black[1].endswith(NOT_TOLD_APART)


def test_exact_counts_are_told_apart() -> None:
    judged = _judged((0.06, 0.06), (0.09, 0.09), disclosure="none")
    for estimand in (RATIO, FOUND):
        table = of_groups("exact", estimand, judged, same_women=RULES["none"])
        assert not [cell for row in table.rows for cell in row if NOT_TOLD_APART in cell]


def test_other_women_are_not_compared() -> None:
    table = of_groups("by period", RATIO, _judged((0.09, 0.09), (0.11, 0.11)))
    assert not [cell for row in table.rows for cell in row if NOT_TOLD_APART in cell]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_rule_is_said_beside_the_table(rule: object) -> None:
    told = " ".join(said_of_disclosure(rule, first="none"))  # type: ignore[arg-type]
    assert rule.title in told  # type: ignore[attr-defined]
    assert (NOT_TOLD_APART in told) == (rule.name != "none")  # type: ignore[attr-defined]


def test_the_chosen_update_is_drawn_beside_the_version_as_it_is() -> None:
    judged = _judged((0.06, 0.06), (0.09, 0.09), (0.2, 0.2))
    drawn = of_groups("O:E", RATIO, judged, also_drawn="2")
    assert drawn.drawn_of == "0 (dot) and 2 (diamond)"
    of_white = drawn.drawn[[row[0] for row in drawn.rows].index("White")]
    assert [figure.value for figure in of_white] == pytest.approx([0.1 / 0.06, 0.1 / 0.2], abs=0.02)
    alone = of_groups("O:E", RATIO, judged, also_drawn="0")
    assert alone.drawn_of == "0"
    assert {len(figures) for figures in alone.drawn} == {1}
