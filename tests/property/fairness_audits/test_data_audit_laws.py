"""Nothing that a data audit prints gives back a count that the disclosure rule hid or rounded."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from itertools import product

import polars as pl
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fairness_audits.data_audit.audit import audit_data
from fairness_audits.disclosure import RULES
from fairness_audits.policy import DEFAULT_POLICY
from records.clock import BIRTH, BOOKING
from records.records import IDENTITY_COLUMNS, Records

ON = datetime.date(2026, 1, 31)
GROUPS = {"White": "A", "Asian": "H", "Black": "N", "Not stated": "Z"}
# Of each group: women with both facts, without the first, with the outcome, without either.
counts = st.fixed_dictionaries({group: st.lists(st.integers(0, 40), min_size=4, max_size=4) for group in GROUPS})


def _records(told: dict[str, list[int]]) -> Records:
    kinds = [(24.0, False), (None, False), (24.0, True), (None, None)]
    rows = [
        {
            "group_scheme": "england_2001",
            "ethnic_group": group,
            "ethnic_category": GROUPS[group],
            "delivered_year": 2021,
            "body_mass_index": bmi,
            "maternal_transfusion": transfused,
        }
        for group, numbers in told.items()
        for number, (bmi, transfused) in zip(numbers, kinds, strict=True)
        for _ in range(number)
    ]
    schema = dict(IDENTITY_COLUMNS) | {"body_mass_index": pl.Float64, "maternal_transfusion": pl.Boolean}
    return Records(
        source="hospital",
        description="births",
        data_digest="",
        pregnancies=pl.DataFrame(rows, schema=schema).lazy(),
        known_from={"body_mass_index": BOOKING, "maternal_transfusion": BIRTH},
    )


def _exact(told: dict[str, list[int]]) -> dict[tuple[str, str], int]:
    """Every count that is printed of these records, worked out from the numbers themselves."""
    named = {
        "n": (0, 1, 2, 3),
        "missing bmi": (1, 3),
        "missing transfusion": (3,),
        "known": (0, 1, 2),
        "events": (2,),
    }
    found = {
        (group, name): sum(numbers[i] for i in which)
        for group, numbers in told.items()
        for name, which in named.items()
    }
    return found | {("Everyone", name): sum(found[group, name] for group in told) for name in named}


# Five pairs of six do not print alike, which is what rounding to five is about.
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(counts, st.sampled_from(list(GROUPS)), st.integers(0, 3), st.sampled_from([1, -1]))
def test_files_that_print_alike_have_the_same_audit(told, group, kind, change):
    """One woman more or fewer, where every printed count stays what it was: not a letter of the audit changes."""
    numbers = list(told[group])
    numbers[kind] += change
    assume(numbers[kind] >= 0)
    other = told | {group: numbers}
    rule = RULES["msds"]
    before, after = _exact(told), _exact(other)
    broad = [("White",), ("Asian", "Black")]
    sums = [
        (sum(before[g, name] for g in part), sum(after[g, name] for g in part))
        for part, name in product(broad, ("n", "missing bmi", "missing transfusion", "known", "events"))
    ]
    assume(before["Everyone", "n"] > 0)
    assume(after["Everyone", "n"] > 0)
    assume(all(rule.count(before[key]) == rule.count(after[key]) for key in before))
    assume(all(rule.count(one) == rule.count(two) for one, two in sums))
    assume({g for g in GROUPS if before[g, "n"]} == {g for g in GROUPS if after[g, "n"]})
    first, second = (audit_data(_records(women), DEFAULT_POLICY, ["haemorrhage"], as_of=ON) for women in (told, other))
    assert first.to_json() == second.to_json()


@settings(max_examples=25, deadline=None)
@given(counts)
def test_no_total_gives_a_hidden_count_back(told):
    """With small counts hidden, the printed total and the groups shown leave each hidden one at least two values."""
    assume(sum(map(sum, told.values())) > 0)
    policy = replace(DEFAULT_POLICY, disclosure="mhsds", group_by=("ethnic_group",))
    rule = RULES["mhsds"]
    audit = json.loads(audit_data(_records(told), policy, ["haemorrhage"], as_of=ON).to_json())
    half = rule.rounded_to // 2
    for concept, name in product(("body_mass_index", "maternal_transfusion"), ("asked", "missing")):
        rows = {row["group"]: row[name] for row in audit["facts"] if row["concept"] == concept}
        total = rows.pop("Everyone")
        hidden = [group for group, count in rows.items() if count is None]
        if total is None or not hidden:
            continue
        shown = [count for count in rows.values() if count is not None]
        least = max(total - half - sum(count + half for count in shown), 0)
        most = total + half - sum(max(count - half, 0) for count in shown)
        possible = {
            combination
            for combination in product(range(rule.small + 1), repeat=len(hidden))
            if least <= sum(combination) <= most
        }
        # A group hidden beside a small one may itself be large; then even more is possible than is listed here.
        if possible:
            assert all(len({combination[place] for combination in possible}) > 1 for place in range(len(hidden)))


@settings(max_examples=25, deadline=None)
@given(counts)
def test_every_printed_count_is_one_the_rule_can_print(told):
    assume(sum(map(sum, told.values())) > 0)
    audit = json.loads(audit_data(_records(told), DEFAULT_POLICY, ["haemorrhage"], as_of=ON).to_json())
    printed = [row[name] for row in audit["facts"] for name in ("asked", "missing")]
    printed += [count for one in audit["outcomes"] for row in one["rows"] for count in row["counts"].values()]
    printed += [row["pregnancies"] for row in audit["passport"]["groups"]] + list(audit["passport"]["years"].values())
    assert printed
    assert all(count % 5 == 0 for count in printed)
