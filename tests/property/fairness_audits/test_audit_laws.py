"""Laws of an audit that hold whatever the women in it."""

from __future__ import annotations

import datetime
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fairness_audits.audit import audit, audit_counts
from fairness_audits.counts import count_predictions
from fairness_audits.disclosure import RULES, one_family, publish
from fairness_audits.intervals import newcombe_difference, wilson
from fairness_audits.levels import EVERYONE
from fairness_audits.policy import DEFAULT_POLICY

ON = datetime.date(2026, 1, 31)
EXACT = replace(DEFAULT_POLICY, disclosure="none")

rows = st.lists(
    st.tuples(
        st.sampled_from(["White", "Asian", "Black", "Not stated"]),
        st.floats(0.0, 1.0),
        st.sampled_from([True, False, None]),
        st.sampled_from([True, False, None]),
        st.sampled_from([1.0, 0.3, 2.7]),
    ),
    min_size=1,
    max_size=60,
)


def _table(women: list[tuple], start: int = 0) -> pl.DataFrame:
    schema = {
        "ethnic_group": pl.String,
        "risk": pl.Float64,
        "observed": pl.Boolean,
        "alert": pl.Boolean,
        "weight": pl.Float64,
    }
    frame = pl.DataFrame(women, schema=schema, orient="row").with_row_index("row", offset=start)
    named = frame.with_columns(pregnancy_id=pl.col("row").cast(pl.String), outcome=pl.lit("preterm_birth"))
    return named.drop("row")


def _printed(report) -> list[dict]:
    return [row.to_dict() for row in report.figures]


@settings(max_examples=25, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(women, random):
    frame = _table(women)
    shuffled = frame[random.sample(range(len(women)), len(women))]
    assert _printed(audit(frame, as_of=ON)) == _printed(audit(shuffled, as_of=ON))


@settings(max_examples=25, deadline=None)
@given(rows, rows)
def test_merged_counts_give_the_audit_of_the_pooled_rows(first, second):
    one, other = _table(first), _table(second, start=len(first))
    columns = EXACT.cell_columns
    merged = count_predictions(one, cell_columns=columns, as_of=ON).merge(
        count_predictions(other, cell_columns=columns, as_of=ON)
    )
    pooled = count_predictions(pl.concat([one, other]), cell_columns=columns, as_of=ON)
    assert merged.frame.equals(pooled.frame)
    assert _printed(audit_counts(merged, EXACT, as_of=ON)) == _printed(audit_counts(pooled, EXACT, as_of=ON))


@settings(max_examples=25, deadline=None)
@given(rows)
def test_a_groups_figures_do_not_depend_on_its_name(women):
    renamed = {"White": "Zeta", "Asian": "Eta", "Black": "Theta", "Not stated": "Not stated"}
    other = [(renamed[group], *rest) for group, *rest in women]
    before, after = audit(_table(women), EXACT, as_of=ON), audit(_table(other), EXACT, as_of=ON)
    section = before.models[0]
    for row in before.figures_of(section, "ethnic_group"):
        same = after.group(section, renamed[row.group], "ethnic_group")
        assert (same.counts, same.figures, same.status) == (row.counts, row.figures, row.status)


@settings(max_examples=25, deadline=None)
@given(rows, st.sampled_from(["none", "msds", "mhsds"]))
def test_every_audit_is_written_and_nothing_printed_is_impossible(women, disclosure):
    report = audit(_table(women), replace(DEFAULT_POLICY, disclosure=disclosure), as_of=ON)
    assert report.to_json()
    for row in report.figures:
        for name, figure in row.figures.items():
            if figure.value is None:
                continue
            if figure.has_limits:
                assert figure.low <= figure.value <= figure.high, (name, figure)
            if name in ("sensitivity", "flag_rate", "event_rate", "auroc", "brier"):
                assert 0 <= figure.value <= 1


counts = st.integers(0, 400)


@settings(max_examples=200)
@example([4, 4, 4, 222, 222, 222], "mhsds")
@given(st.lists(counts, min_size=2, max_size=6), st.sampled_from(["msds", "mhsds"]))
def test_no_small_count_can_be_worked_out_from_what_is_printed(cells, name):
    """For each small count another value exists that would have been printed alike, together with its total."""
    rule = RULES[name]
    table = {EVERYONE: {"n": float(sum(cells))}} | {f"g{i}": {"n": float(n)} for i, n in enumerate(cells)}
    printed = publish(rule, table, one_family(table, EVERYONE))
    for i, true in enumerate(cells):
        if not 0 < true <= rule.small:
            continue
        assert any(_prints_alike(rule, cells, i, other, printed) for other in range(rule.small + 1) if other != true)


def _prints_alike(rule, cells, i, other, printed) -> bool:
    """With the others free to be whatever rounds to what is printed, can the total still be what is printed?"""
    if rule.count(other) != rule.count(cells[i]):
        return False
    # Where a large count is hidden beside a small one, a reader may know that it is the next smallest.
    shown = [row["n"] for group, row in printed.items() if group != EVERYONE and row["n"] is not None]
    most = min(shown, default=sum(cells)) + 2
    low = high = other
    for j in range(len(cells)):
        if j != i:
            alike = _values(rule, printed[f"g{j}"]["n"], cells[j], most)
            low, high = low + min(alike), high + max(alike)
    total = printed[EVERYONE]["n"]
    if total is None:
        return True
    return any(rule.count(n) == total for n in range(low, high + 1))


def _values(rule, shown, true, most) -> range | list[int]:
    """Counts that print as ``shown``; where hidden, small ones, or where beside a small one, up to ``most``."""
    if shown is None:
        return range((rule.small if true <= rule.small else most) + 1)
    return [n for n in range(max(0, shown - 10), shown + 11) if rule.count(n) == shown]


@given(st.integers(1, 5000), st.data())
def test_wilson_holds_the_estimate_and_mirrors(whole, data):
    part = data.draw(st.integers(0, whole))
    found, mirrored = wilson(part, whole), wilson(whole - part, whole)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low == pytest.approx(1 - mirrored.high, abs=1e-12)


@given(st.integers(1, 500), st.integers(1, 500), st.data())
def test_a_difference_mirrors_and_stays_within_one(first, second, data):
    a, b = data.draw(st.integers(0, first)), data.draw(st.integers(0, second))
    one, other = newcombe_difference(a, first, b, second), newcombe_difference(b, second, a, first)
    assert -1 <= one.low <= one.value <= one.high <= 1
    assert one.low == pytest.approx(-other.high, abs=1e-12)
