"""Laws of counts that are added up: merging is pooling, exactly, through files too, in any order."""

from __future__ import annotations

import datetime
import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from fairness_audits.audit import audit_counts
from fairness_audits.counts import Counts, count_predictions
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.restricted_counts import read_restricted_counts, write_restricted_counts

ON = datetime.date(2026, 1, 31)
POLICY = replace(DEFAULT_POLICY, group_by=("broad_group", "ethnic_group", "site"), disclosure="none")

births = st.lists(
    st.fixed_dictionaries(
        {
            "ethnic_group": st.sampled_from(["White", "Asian", "Black", "Not stated"]),
            "risk": st.floats(0.0, 1.0),
            "observed": st.sampled_from([True, False, None]),
            "alert": st.sampled_from([True, False, None]),
            "weight": st.sampled_from([1.0, 0.1, 2.7]) | st.floats(1e-6, 1e6),
            "woman": st.none() | st.integers(0, 8),
            "site": st.sampled_from(["North", "South", None]),
            "due_at": st.sampled_from([datetime.date(2026, 1, 1), datetime.date(2026, 3, 1), None]),
        }
    ),
    min_size=1,
    max_size=40,
)
SCHEMA = {
    "ethnic_group": pl.String,
    "risk": pl.Float64,
    "observed": pl.Boolean,
    "alert": pl.Boolean,
    "weight": pl.Float64,
    "woman": pl.Int64,
    "site": pl.String,
    "due_at": pl.Date,
}


def _table(rows: list[dict], hospital: str) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=SCHEMA).with_row_index("row")
    own = {
        name: pl.concat_str(pl.lit(hospital), pl.col(of))
        for name, of in (("pregnancy_id", "row"), ("woman_id", "woman"))
    }
    return frame.with_columns(**own, outcome=pl.lit("preterm_birth")).drop("row", "woman")


def _count(table: pl.DataFrame) -> Counts:
    return count_predictions(table, cell_columns=POLICY.cell_columns, as_of=ON)


def _through_a_file(counts: Counts) -> Counts:
    with tempfile.TemporaryDirectory() as folder:
        return read_restricted_counts(write_restricted_counts(counts, Path(folder) / "counts-restricted.parquet"))


def _same(first: Counts, second: Counts) -> bool:
    """In everything that is counted; which files it came from may differ."""
    return (
        first.frame.equals(second.frame)
        and first.repeated.equals(second.repeated)
        and replace(first, frame=second.frame, repeated=second.repeated, releases=second.releases) == second
    )


@settings(max_examples=25, deadline=None)
@given(births, births)
def test_merging_files_is_pooling_their_rows(first, second):
    one, other = _table(first, "a").with_columns(site="a" + pl.col("site").fill_null("")), _table(second, "b")
    merged = _through_a_file(_count(one)).merge(_through_a_file(_count(other)))
    pooled = _count(pl.concat([one, other]))
    assert _same(merged, pooled)
    assert _same(_through_a_file(merged), pooled)
    assert audit_counts(merged, POLICY, as_of=ON).to_json() == audit_counts(pooled, POLICY, as_of=ON).to_json()


@settings(max_examples=25, deadline=None)
@given(births, births, births)
def test_merging_does_not_depend_on_order_or_grouping(first, second, third):
    a, b, c = (_count(_table(rows, name)) for rows, name in ((first, "a"), (second, "b"), (third, "c")))
    assert _same(a.merge(b), b.merge(a))
    assert _same(a.merge(b).merge(c), a.merge(b.merge(c)))


@settings(max_examples=25, deadline=None)
@given(births, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_names_of_women_do_not_matter(rows, random):
    table = _table(rows, "a")
    shuffled = table[random.sample(range(len(rows)), len(rows))]
    assert _same(_count(table), _count(shuffled))
    assert _same(_count(table), _count(table.with_columns(woman_id=pl.col("woman_id").str.reverse() + "x")))


@settings(max_examples=25, deadline=None)
@given(births)
def test_adding_up_over_sites_first_changes_no_sum(rows):
    counts = _count(_table(rows, "a"))
    for (_, by_site), (_, together) in zip(counts.sections(), counts.sections(("ethnic_group",)), strict=True):
        assert "site" not in together.columns
        assert together["n"].sum() == by_site["n"].sum()
        events = together.filter("observed").group_by("ethnic_group").agg(pl.col("n").sum()).sort("ethnic_group")
        assert events.equals(
            by_site.filter("observed").group_by("ethnic_group").agg(pl.col("n").sum()).sort("ethnic_group")
        )
