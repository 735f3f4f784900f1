"""No small count can be worked out from everything that an audit publishes, whatever the women in it.

The attacker knows the rules, and that every printed count is a sum over some table of women: so many of each group,
deprivation, risk band, flag and outcome. For each suppressed count the least and the most that any such table allows
are found by whole-number programming, apart from the code that hides counts.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from fairness_audits.audit import audit
from fairness_audits.cascade import STEPS, StepRow, printed_cascade
from fairness_audits.context import AuditContext
from fairness_audits.context_rows import GroupStep
from fairness_audits.disclosure import RULES, DisclosureRule
from fairness_audits.levels import EVERYONE
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.printed_table import printed_table
from fairness_audits.report import AuditReport
from fairness_audits.report_files import write_report

GROUPS = ("White", "Black", "Asian")
FIFTHS = {1: "most deprived fifth", 5: "least deprived fifth"}
# Two risks in different bands, one on each side of the offer.
RISKS = {0.03: False, 0.2: True}
OUTCOMES = (True, False, None)
CELLS = list(itertools.product(GROUPS, FIFTHS, RISKS, OUTCOMES))
LEVELS = ("ethnic_group", "deprivation_quintile", "ethnic_group x deprivation_quintile")
NAMED = {
    "n": lambda flag, had: True,
    "ascertained": lambda flag, had: had is not None,
    "missing": lambda flag, had: had is None,
    "events": lambda flag, had: had is True,
    "flagged": lambda flag, had: flag,
    "found": lambda flag, had: flag and had is True,
    "missed": lambda flag, had: not flag and had is True,
    "cleared": lambda flag, had: not flag and had is False,
    "false_alarms": lambda flag, had: flag and had is False,
    "evaluated_events": lambda flag, had: had is True,
    "evaluated_non_events": lambda flag, had: had is False,
    "followed_flagged": lambda flag, had: flag and had is not None,
}
# More women than any cell of these tables holds.
MOST = 500
SAID = {"yes": True, "no": False, "not known": None}

few = st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 9), st.integers(6, 40))
tables = st.lists(few, min_size=len(CELLS), max_size=len(CELLS)).filter(any)


def _births(numbers: list[int]) -> pl.DataFrame:
    rows = [
        (group, fifth, risk, RISKS[risk], had)
        for (group, fifth, risk, had), number in zip(CELLS, numbers, strict=True)
        for _ in range(number)
    ]
    schema = {
        "ethnic_group": pl.String,
        "deprivation_quintile": pl.Int8,
        "risk": pl.Float64,
        "alert": pl.Boolean,
        "observed": pl.Boolean,
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("row")
    named = frame.with_columns(pregnancy_id=pl.col("row").cast(pl.String), outcome=pl.lit("preterm_birth"))
    return named.drop("row")


def _audited(numbers: list[int], rule: str, levels: tuple[str, ...] = LEVELS) -> AuditReport:
    # With gates that are never closed, which would withhold some of the counts: here all that can be printed are.
    own = DEFAULT_POLICY.own_gates.items()
    open_gates = {
        name: replace(gate, at_least=0.0, at_most=1.0 if name == "outcome_rate" else None) for name, gate in own
    }
    policy = replace(DEFAULT_POLICY, disclosure=rule, group_by=levels, own_gates=open_gates)
    return audit(_births(numbers), policy)


def _is_in(cell: tuple, group: str) -> bool:
    """Whether a cell is part of a printed group of any level."""
    own, fifth = cell[0], FIFTHS[cell[1]]
    return group in ("Everyone", own, fifth, f"{own}, {fifth}")


def _published(folder: Path) -> Iterator[tuple[str, np.ndarray, int | None, bool]]:
    """Every printed count: what it is of, the cells it sums, the count, and whether it is of a fine band."""
    plain = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    for row in plain["figures"]:
        for name, count in row["counts"].items():
            if name in NAMED:
                cells = [_is_in(cell, row["group"]) and NAMED[name](RISKS[cell[2]], cell[3]) for cell in CELLS]
                yield f"{row['level']} {row['group']} {name}", np.array(cells, dtype=float), count, False
    for row in pl.read_parquet(folder / "counts.parquet").iter_rows(named=True):
        flag, had = SAID[row["flagged"]], SAID[row["observed"]]
        cells = [
            _is_in(cell, row["group"])
            and cell[3] is had
            and RISKS[cell[2]] is flag
            and (0.02 if cell[2] == 0.03 else 0.15) == row["risk_from"]
            for cell in CELLS
        ]
        yield f"band {list(row.values())[5:]}", np.array(cells, dtype=float), row["count"], True


def _range(count: int | None, rule: DisclosureRule, *, is_band: bool) -> tuple[float, float]:
    if count is None:
        return 0, rule.small if is_band else np.inf
    if count == rule.shown_as:
        return 1, rule.small
    if count == 0:
        return 0, 0
    half = rule.rounded_to // 2
    return max(count - half, rule.small + 1), count + half


def _sums(printed: list[tuple], rule: DisclosureRule, *, are_bands_small: bool) -> LinearConstraint:
    limits = [_range(count, rule, is_band=is_band and are_bands_small) for _, _, count, is_band in printed]
    low, high = np.array(limits, dtype=float).T
    return LinearConstraint(np.array([cells for _, cells, _, _ in printed]), low, high)


def _solved(objective: np.ndarray, sums: LinearConstraint) -> np.ndarray | None:
    solved = milp(objective, constraints=sums, bounds=Bounds(0, MOST), integrality=np.ones(len(CELLS)))
    return None if solved.x is None else np.round(solved.x)


def _worked_out(folder: Path, rule: DisclosureRule) -> list[str]:
    """Suppressed small counts that every table which prints alike agrees on.

    0 counts as small where the rule hides it; a large count hidden to protect a small one is no secret of its own.
    """
    printed = list(_published(folder))
    # A fine band is hidden because it is small, unless all of its group are or the rule hides further ones.
    sums = _sums(printed, rule, are_bands_small=not rule.hides)
    if _solved(np.zeros(len(CELLS)), sums) is None:
        sums = _sums(printed, rule, are_bands_small=False)
    random = np.random.default_rng(5)

    def solve(objective: np.ndarray) -> np.ndarray:
        table = _solved(objective, sums)
        assert table is not None, "the printed counts fit no table of women"
        return table

    seen = [solve(random.normal(size=len(CELLS))) for _ in range(8)]
    known = []
    for name, cells, count, _ in printed:
        is_suppressed = count is None or count == rule.shown_as
        if not is_suppressed or len({float(cells @ world) for world in seen}) > 1:
            continue
        least, most = cells @ solve(cells), cells @ solve(-cells)
        if least == most <= max(rule.small, 0 if rule.rounded_to > 1 else MOST) and (least > 0 or rule.hides):
            known.append(f"{name} = {least:g}")
    return known


@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(tables)
@example([4, 0, 0, 4, 0, 0] * 6).via("as many as may be hidden, everywhere")
def test_no_count_below_5_has_a_single_value(tmp_path_factory, numbers):
    folder = tmp_path_factory.mktemp("audit")
    write_report(_audited(numbers, "mhsds", LEVELS[:2]), folder)
    assert _worked_out(folder, RULES["mhsds"]) == []


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param([7, 0, 0, 0, 0, 0] * 6, id="groups of 7, whose total is the least that prints so"),
        pytest.param([0, 1, 0, 0, 0, 0] * 6, id="one woman in every group"),
        pytest.param([1, 1, 0, 1, 1, 0] * 6, id="one woman in nearly every cell"),
    ],
)
def test_no_disguised_count_has_a_single_value(tmp_path, numbers):
    write_report(_audited(numbers, "msds"), tmp_path)
    assert _worked_out(tmp_path, RULES["msds"]) == []


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(tables, st.sampled_from(["msds", "mhsds"]))
def test_no_equation_after_another_narrows_a_small_count_to_one_value(numbers, rule):
    """Of whatever table, with every total, row, crossing and band; an attack on all of them at once may do better."""
    report = _audited(numbers, rule)
    printed = printed_table(report.figures, report.counts, report.levels, RULES[rule])
    least = 0 if RULES[rule].hides else 1
    assert [u for u, value in printed.given_back().items() if least <= value <= RULES[rule].small] == []


def test_the_attack_finds_a_count_that_the_others_leave(tmp_path):
    write_report(_audited([7, 0, 0, 0, 0, 0] * 6, "none"), tmp_path)
    plain = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    for row in plain["figures"]:
        row["counts"] = {"n": None if row["group"] == "Black, most deprived fifth" else row["counts"]["n"]}
    (tmp_path / "audit.json").write_text(json.dumps(plain), encoding="utf-8")
    pl.read_parquet(tmp_path / "counts.parquet").clear().write_parquet(tmp_path / "counts.parquet")
    assert _worked_out(tmp_path, RULES["none"]) == [
        "ethnic_group x deprivation_quintile Black, most deprived fifth n = 7"
    ]


def _told_by_subtraction(folders: tuple[Path, Path], rule: DisclosureRule) -> list[str]:
    """Counts of the women added between two releases that every pair of tables which print alike agrees on, if small.

    The attacker knows that the second release is about the women of the first and some more.
    """
    first, second = ([one for one in _published(folder) if not one[3]] for folder in folders)
    size = len(CELLS)
    rows = [np.r_[cells, np.zeros(size)] for _, cells, _, _ in first] + [
        np.r_[cells, cells] for _, cells, _, _ in second
    ]
    limits = np.array([_range(count, rule, is_band=False) for _, _, count, _ in (*first, *second)], dtype=float)
    sums = LinearConstraint(np.array(rows), limits[:, 0], limits[:, 1])

    def least(cells: np.ndarray, sign: int) -> float:
        objective = np.r_[np.zeros(size), sign * cells]
        solved = milp(objective, constraints=sums, bounds=Bounds(0, MOST), integrality=np.ones(2 * size))
        assert solved.x is not None, "the printed counts fit no two tables of women"
        return float(cells @ np.round(solved.x[size:]))

    known = []
    for name, cells, _, _ in second:
        low = least(cells, 1)
        if 1 <= low <= rule.small and least(cells, -1) == low:
            known.append(f"{name}: {low:g} women more")
    return known


@pytest.mark.parametrize("rule", ["msds", "mhsds"])
@pytest.mark.parametrize(
    ("numbers", "more"),
    [
        pytest.param([7, 0, 0, 20, 0, 0] * 6, [1] + [0] * 35, id="from a disguised 7 to an 8"),
        pytest.param([12, 30, 0, 12, 30, 0] * 6, [1, 1, 0, 1, 0, 0] + [0] * 30, id="three women more of one group"),
        pytest.param([4, 30, 0, 4, 30, 0] * 6, [0, 0, 0, 3, 0, 0] * 6, id="a few more of every group"),
        pytest.param([0, 30, 0, 0, 30, 0] * 6, [2, 0, 0, 2, 0, 0] * 3 + [0] * 18, id="the first with the outcome"),
    ],
)
def test_nothing_comes_of_subtracting_a_release_from_the_next(tmp_path, rule, numbers, more):
    """In two levels; the second release knows the first."""
    policy = replace(DEFAULT_POLICY, disclosure=rule, group_by=LEVELS[:2])
    before = audit(_births(numbers), policy)
    now = audit(_births([a + b for a, b in zip(numbers, more, strict=True)]), policy, previous=before)
    for name, report in (("first", before), ("second", now)):
        write_report(report, tmp_path / name)
    assert _told_by_subtraction((tmp_path / "first", tmp_path / "second"), RULES[rule]) == []


def test_the_subtraction_finds_what_exact_counts_tell(tmp_path):
    policy = replace(DEFAULT_POLICY, disclosure="none", group_by=LEVELS[:2])
    numbers, more = [12, 30, 0, 12, 30, 0] * 6, [1, 1, 0, 1, 0, 0] + [0] * 30
    before = audit(_births(numbers), policy)
    now = audit(_births([a + b for a, b in zip(numbers, more, strict=True)]), policy, previous=before)
    for name, report in (("first", before), ("second", now)):
        write_report(report, tmp_path / name)
    exact = replace(RULES["none"], small=7)
    assert "everyone Everyone events: 2 women more" in _told_by_subtraction(
        (tmp_path / "first", tmp_path / "second"), exact
    )


# Of each group: the women, and at each step how many of those who came to it fall away unrecorded, and as a 'no'.
Falls = list[tuple[int, list[tuple[int, int]]]]
OF_A_STEP = ("women", "recorded", "yes")
falls = st.lists(
    st.tuples(
        st.sampled_from([3, 6, 9, 14, 30, 80]),
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6)), min_size=len(STEPS), max_size=len(STEPS)),
    ),
    min_size=2,
    max_size=4,
)


def _offered(groups: Falls) -> AuditContext:
    steps = []
    for number, (women, fallen) in enumerate(groups):
        for step, (unrecorded, refused) in zip(STEPS, fallen, strict=True):
            recorded = max(women - unrecorded, 0)
            yes = max(recorded - refused, 0)
            steps.append(GroupStep(group=f"group {number}", step=step, women=women, recorded=recorded, yes=yes))
            women = yes
    return AuditContext(outcome="gestational_diabetes", prediction_point="booking", cascade=tuple(steps))


def _told_by_steps(rows: tuple[StepRow, ...], rule: DisclosureRule) -> list[str]:
    """Suppressed small counts that every cascade which prints alike agrees on.

    The attacker knows that a woman comes to a step by having taken the one before.
    """
    names = [(row.step, row.group, name) for row in rows for name in OF_A_STEP]
    place = {name: number for number, name in enumerate(names)}
    printed = [getattr(row, name) for row in rows for name in OF_A_STEP]
    groups = dict.fromkeys(row.group for row in rows)
    laws: list[tuple[dict, float]] = []
    for step in STEPS:
        laws += [({(step, g, name): -1 if g == EVERYONE else 1 for g in groups}, 0) for name in OF_A_STEP]
        for group in groups:
            laws += [({(step, group, whole): 1, (step, group, part): -1}, np.inf) for whole, part in PARTS]
    laws += [
        ({(one, group, "yes"): 1, (other, group, "women"): -1}, 0)
        for one, other in itertools.pairwise(STEPS)
        for group in groups
    ]
    sums = np.zeros((len(laws), len(names)))
    for number, (law, _) in enumerate(laws):
        for name, times in law.items():
            sums[number, place[name]] = times
    limits = np.array([_range(count, rule, is_band=False) for count in printed], dtype=float)
    bounds = Bounds(limits[:, 0], np.minimum(limits[:, 1], MOST * len(groups)))
    constraint = LinearConstraint(sums, 0, np.array([most for _, most in laws]))

    def least(number: int, sign: int) -> float:
        objective = np.zeros(len(names))
        objective[number] = sign
        solved = milp(objective, constraints=constraint, bounds=bounds, integrality=np.ones(len(names)))
        assert solved.x is not None, "the printed counts fit no cascade"
        return float(np.round(solved.x[number]))

    known = []
    for number, (name, count) in enumerate(zip(names, printed, strict=True)):
        if count is None or count == rule.shown_as:
            low = least(number, 1)
            if (low > 0 or rule.hides) and low <= rule.small and least(number, -1) == low:
                known.append(f"{' '.join(name)} = {low:g}")
    return known


PARTS = (("women", "recorded"), ("recorded", "yes"))
# What came of an offer in four small groups, under which one woman came back across the steps.
ACROSS_STEPS: Falls = [
    (30, [(3, 4), (5, 3), (2, 6)]),
    (6, [(4, 2), (0, 0), (0, 0)]),
    (3, [(1, 1), (0, 0), (1, 0)]),
    (30, [(4, 3), (0, 1), (4, 5)]),
]


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(falls, st.sampled_from(["msds", "mhsds"]))
@example(ACROSS_STEPS, "msds").via("one woman who came back across the steps of a small cascade")
def test_no_count_of_a_step_comes_back_by_the_next(groups: Falls, rule: str) -> None:
    assert _told_by_steps(printed_cascade(_offered(groups), RULES[rule]), RULES[rule]) == []


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(falls, st.sampled_from(["msds", "mhsds"]))
@example(ACROSS_STEPS, "msds")
def test_who_took_a_step_and_who_came_to_the_next_are_both_printed_or_neither(groups: Falls, rule: str) -> None:
    rows = {(row.step, row.group): row for row in printed_cascade(_offered(groups), RULES[rule])}
    for one, other in itertools.pairwise(STEPS):
        for (step, group), row in rows.items():
            if step == one:
                assert row.yes == rows[other, group].women
