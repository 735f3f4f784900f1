"""No small count can be worked out from the mean risks that an audit prints beside its counts.

The attacker knows which risks were told (there are only two), so that each printed mean is one equation more over the
same tables of women: of everyone, of every group, and of every crossing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from fairness_audits.disclosure import RULES, DisclosureRule
from fairness_audits.report_files import write_report
from tests.property.fairness_audits.test_nothing_comes_back import (
    CELLS,
    LEVELS,
    MOST,
    _audited,
    _is_in,
    _published,
    _sums,
)

RISK = np.array([risk for _, _, risk, _ in CELLS])
KNOWN = np.array([had is not None for _, _, _, had in CELLS], dtype=float)
# Values that must be left to every small count.
FEWEST = 2
# So that a solver's tolerance of 1e-7 is far below what the equations say.
SCALE = 1_000.0

# A step in which a mean says nothing of a risk between 0 and 1.
TELLS_NOTHING = 10.0
# Women of each of `CELLS`, a small count of whom comes back from means of five digits.
GIVEN_BACK = {
    name: [int(number) for number in numbers.split()]
    for name, numbers in {
        "msds": "77 81 73 66 24 5 9 82 4 8 40 3 2 0 0 13 35 16 51 4 5 8 37 9 18 46 5 5 79 82 60 67 37 28 8 4",
        "mhsds": "50 8 56 74 6 4 83 2 0 6 83 4 39 4 0 85 89 29 9 33 1 35 6 6 8 23 40 8 47 4 30 31 7 38 1 2",
    }.items()
}
# One whose count comes back from steps of two expected events where means of fewer than 80 women are told.
OF_FEW = "4 9 9 49 1 8 38 69 88 4 61 0 3 86 1 10 32 60 66 62 83 71 28 66 23 0 9 28 2 20 69 5 2 46 38 29"

Step = Callable[[float], float]

several = st.one_of(st.integers(0, 9), st.integers(6, 40), st.integers(30, 90))
tables = st.lists(several, min_size=len(CELLS), max_size=len(CELLS)).filter(lambda numbers: sum(numbers) > 300)


def _means(folder: Path, step: Step, truth: np.ndarray | None = None) -> Iterator[np.ndarray]:
    """Rows of a total over cells that is never above 0. With ``truth`` means are exact, to be told by ``step``."""
    for row in json.loads((folder / "audit.json").read_text(encoding="utf-8"))["figures"]:
        mean, women = row["figures"]["mean_risk"]["value"], row["counts"]["scored_ascertained"]
        if mean is None or not women:
            continue
        own = KNOWN * np.array([_is_in(cell, row["group"]) for cell in CELLS])
        mean = mean if truth is None else float(own @ (truth * RISK) / (own @ truth))
        yield own * (RISK - mean - step(women) / 2) * SCALE
        yield own * (mean - step(women) / 2 - RISK) * SCALE


def _told(folder: Path, rule: DisclosureRule, step: Step, truth: np.ndarray | None = None) -> list[str]:
    """Small counts, disguised or hidden, that fewer than `FEWEST` values fit once the means are taken in."""
    printed = list(_published(folder))
    means = np.array(list(_means(folder, step, truth)))
    whole = np.ones(len(CELLS))
    for are_bands_small in (not rule.hides, False):
        sums = [_sums(printed, rule, are_bands_small=are_bands_small)]
        sums += [LinearConstraint(means, -np.inf, 1e-6)] if len(means) else []
        if milp(whole, constraints=sums, bounds=Bounds(0, MOST), integrality=whole).x is not None:
            break

    def solve(objective: np.ndarray) -> np.ndarray:
        table = milp(objective, constraints=sums, bounds=Bounds(0, MOST), integrality=whole)
        assert table.x is not None, "the printed counts and means fit no table of women"
        return np.round(table.x)

    random = np.random.default_rng(5)
    seen = [solve(random.normal(size=len(CELLS))) for _ in range(8)]
    known = []
    for name, cells, count, _ in printed:
        if count is not None and count != rule.shown_as:
            continue
        if len({float(cells @ world) for world in seen}) >= FEWEST:
            continue
        least, most = cells @ solve(cells), cells @ solve(-cells)
        if most - least < FEWEST - 1 and most <= rule.small and (least > 0 or rule.hides):
            known.append(f"{name} = {least:g}")
    return known


@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(tables, st.sampled_from(["msds", "mhsds"]))
@example([2, 30, 3, 2, 30, 1] * 6, "msds").via("a few events and a few unknown in every group")
def test_the_means_leave_every_small_count_two_values(tmp_path_factory, numbers, name):
    """Of groups that are not crossed, but those that the counts alone give to whoever solves them all at once."""
    folder, rule = tmp_path_factory.mktemp("audit"), RULES[name]
    write_report(_audited(numbers, name, LEVELS[:2]), folder)
    told = _told(folder, rule, lambda women: float(rule.step_of_mean(women)))
    assert not told or set(told) <= set(_told(folder, rule, lambda women: TELLS_NOTHING))


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        pytest.param("msds", GIVEN_BACK["msds"], id="told by means of five digits, msds"),
        pytest.param("mhsds", GIVEN_BACK["mhsds"], id="told by means of five digits, mhsds"),
        pytest.param("msds", [int(number) for number in OF_FEW.split()], id="told by the mean of 53 women"),
    ],
)
def test_the_means_of_crossed_groups_give_these_counts_back_no_more(tmp_path, name, numbers):
    """Not a law of every crossed table: what is left is told in `docs/explanation/privacy.md`."""
    write_report(_audited(numbers, name), tmp_path)
    assert _told(tmp_path, RULES[name], lambda women: float(RULES[name].step_of_mean(women))) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("msds", "ethnic_group x deprivation_quintile Black, most deprived fifth missed = 2", id="msds"),
        pytest.param(
            "mhsds", "ethnic_group x deprivation_quintile Asian, least deprived fifth false_alarms = 1", id="mhsds"
        ),
    ],
)
def test_means_to_five_digits_would_tell_a_count(tmp_path, name, told):
    """Of the same tables, where the counts alone tell none: so the law above is one that can be broken."""
    numbers, rule = GIVEN_BACK[name], RULES[name]
    write_report(_audited(numbers, name), tmp_path)
    assert _told(tmp_path, rule, lambda women: TELLS_NOTHING) == []
    assert told in _told(tmp_path, rule, lambda women: 1e-5, np.array(numbers, dtype=float))
