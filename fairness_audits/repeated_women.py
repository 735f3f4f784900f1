"""Women with several rows in one section (twins, two pregnancies), kept as patterns without any identifier.

Their rows are in the counts like everyone's. Beside them stands how many women have which rows together, because what
happens to one woman twice is not two independent events. A pattern is the multiset of the cells of her rows with their
weights; patterns of two hospitals add up exactly. A woman with rows in two hospitals' files counts as two women, since
no identifier leaves either.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from fairness_audits.rules_beside import RulesBeside
from records.prediction_validation import hash_of, repeated_hashes

__all__ = ["pooled_patterns", "repeated_women"]

MEMBER = "row_weight"


def repeated_women(
    table: pl.LazyFrame, beside: RulesBeside, *, section: Sequence[str], keys: Sequence[str]
) -> pl.DataFrame:
    """Patterns of the women with more than one row within a ``section``, one line a row of a pattern.

    Columns: ``pattern`` (numbered in a fixed order), ``women`` (how many have it), the counts' ``keys`` and
    ``row_weight``. Empty where no woman is named twice. Time grows with rows, memory with the rows of such women.
    """
    named = table.filter(pl.col("woman_id").is_not_null())
    woman = [*section, "woman_id"]
    hashes = repeated_hashes(named, woman)
    again = named.filter(hash_of(woman).is_in(hashes.implode())) if hashes.len() else named.head(0)
    wanted = beside.on(again).select(*keys, "woman_id", pl.col("weight").alias(MEMBER))
    rows = beside.named(wanted.collect(engine="streaming"))
    rows = rows.filter(pl.len().over(woman) > 1).with_columns(women=pl.lit(1, dtype=pl.Int64))
    return _patterns(rows, cluster=woman, keys=keys)


def pooled_patterns(first: pl.DataFrame, second: pl.DataFrame, *, keys: Sequence[str]) -> pl.DataFrame:
    """The patterns of both, equal ones as one."""
    parts = [part.with_columns(of=pl.lit(number)) for number, part in enumerate((first, second))]
    return _patterns(pl.concat(parts), cluster=("of", "pattern"), keys=keys)


def _patterns(rows: pl.DataFrame, *, cluster: Sequence[str], keys: Sequence[str]) -> pl.DataFrame:
    member = [*keys, MEMBER]
    members = rows.select(member).unique().sort(member, nulls_last=True).with_row_index("member")
    numbered = rows.join(members, on=member, how="left", nulls_equal=True)
    women = numbered.group_by(cluster).agg(pl.col("member").sort(), pl.col("women").first())
    patterns = women.group_by("member").agg(pl.col("women").sum()).sort("member").with_row_index("pattern")
    listed = patterns.explode("member").join(members, on="member", how="left", maintain_order="left")
    return listed.select("pattern", "women", *member)
