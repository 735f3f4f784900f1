"""Events by how they came about: sums, and that no small count comes back from two directions of adding up."""

from __future__ import annotations

import itertools
import json

import pytest

from fairness_audits.causes import printed_causes
from fairness_audits.context import AuditContext
from fairness_audits.context_rows import CauseOfEvents
from fairness_audits.disclosure import RULES, DisclosureRule
from fairness_audits.levels import EVERYONE

CAUSES = ("spontaneous", "provider-initiated", "not known")


def context(events: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]] | None = None) -> AuditContext:
    return AuditContext(
        outcome="preterm_birth",
        prediction_point="booking",
        causes=tuple(
            CauseOfEvents(
                cause=cause, group=group, events=counts[number], found=(found or {}).get(group, (0,) * 3)[number]
            )
            for number, cause in enumerate(CAUSES)
            for group, counts in events.items()
        ),
    )


def test_everyone_is_the_sum_and_each_cause_has_its_own_sensitivity() -> None:
    made = context({"White": (100, 60, 4), "Black": (50, 40, 0)}, {"White": (30, 6, 1), "Black": (20, 4, 0)})
    rows = {(row.cause, row.group): row for row in printed_causes(made, RULES["none"], 50)}
    assert (rows["spontaneous", EVERYONE].events, rows["spontaneous", EVERYONE].found) == (150, 50)
    assert rows["spontaneous", EVERYONE].sensitivity.value == round(50 / 150, 3)
    assert rows["provider-initiated", "White"].sensitivity.value == 0.1
    assert rows["not known", "Black"].sensitivity.is_undefined
    assert rows["spontaneous", "Black"].status == "shown"
    assert rows["provider-initiated", "Black"].status == "cannot tell"


def _ranges(count: int | None, rule: DisclosureRule) -> range:
    """Every number of women that prints so."""
    if count is None:
        return range(48)
    return range(
        next(n for n in range(120) if rule.count(n) == count), 1 + max(n for n in range(120) if rule.count(n) == count)
    )


@pytest.mark.parametrize("rule", ["msds", "mhsds"])
@pytest.mark.parametrize(
    "events",
    [
        {"White": (40, 13, 0), "Black": (18, 2, 0)},
        {"White": (40, 12, 1), "Black": (9, 8, 0)},
        {"White": (21, 3, 0), "Black": (17, 1, 0)},
        {"White": (33, 28, 0), "Black": (23, 7, 0)},
    ],
)
def test_every_small_count_still_fits_three_numbers_or_more(rule: str, events: dict[str, tuple[int, int, int]]) -> None:
    """All tables of two causes by two groups that print as these do, by trying every one."""
    rules = RULES[rule]
    printed = {(row.cause, row.group): row.events for row in printed_causes(context(events), rules, 50)}
    total = {group: rules.count(sum(counts)) for group, counts in events.items()}
    total[EVERYONE] = rules.count(sum(map(sum, events.values())))
    cells = [(cause, group) for cause in CAUSES[:2] for group in events]
    fitting: dict[tuple[str, str], set[int]] = {cell: set() for cell in cells}
    unknown = {group: events[group][2] for group in events}
    for values in itertools.product(*(_ranges(printed[cell], rules) for cell in cells)):
        table = dict(zip(cells, values, strict=True))
        by_group = {g: sum(table[c, g] for c in CAUSES[:2]) + unknown[g] for g in events}
        by_cause = {c: sum(table[c, g] for g in events) for c in CAUSES[:2]}
        fits_groups = all(rules.count(by_group[g]) == total[g] for g in events)
        fits_causes = all(
            printed[c, EVERYONE] is None or rules.count(by_cause[c]) == printed[c, EVERYONE] for c in CAUSES[:2]
        )
        if fits_groups and fits_causes and rules.count(sum(by_group.values())) == total[EVERYONE]:
            for cell, value in table.items():
                fitting[cell].add(value)
    for cell, values_that_fit in fitting.items():
        true = events[cell[1]][CAUSES.index(cell[0])]
        if 1 <= true <= rules.small:
            assert len(values_that_fit) >= 3, (cell, true, values_that_fit)


def test_nothing_is_said_of_a_group_that_the_main_tables_keep_back() -> None:
    made = context({"White": (100, 60, 4), "Asian": (30, 20, 0), "Black": (50, 40, 0)})
    rows = printed_causes(made, RULES["mhsds"], 50, frozenset({"Asian"}))
    assert all(row.events is None for row in rows if row.group == "Asian")


def test_a_context_without_causes_prints_none_and_one_of_before_still_reads() -> None:
    empty = AuditContext(outcome="preterm_birth", prediction_point="booking")
    assert printed_causes(empty, RULES["msds"], 50) == ()
    plain = json.loads(empty.to_json())
    del plain["causes"], plain["cross_fitted"]
    assert AuditContext.from_json(json.dumps(plain)) == empty
    made = context({"White": (100, 60, 4)})
    assert AuditContext.from_json(made.to_json()) == made
