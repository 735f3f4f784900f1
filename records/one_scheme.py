"""A predictions table whose ethnic groups are coded by several schemes, as a table of one of them."""

from __future__ import annotations

import polars as pl

from records.errors import WrongUse
from records.groups import NOT_KNOWN

__all__ = ["UnknownScheme", "of_one_scheme"]

_VERSION = ("outcome", "prediction_point", "model_version")


class UnknownScheme(WrongUse):
    """A group scheme by which no version's women are coded."""


def of_one_scheme(table: pl.DataFrame, scheme: str | None = None) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The rows of the versions whose women are coded by ``scheme``, and a sentence on each thing that differs.

    A version's scheme is the one that most of its rows have. Of these versions no row is left out: a woman who is coded
    otherwise is of unknown ethnicity in this scheme. ``scheme`` is by default the one of most rows. Raises
    `UnknownScheme`.
    """
    if table["group_scheme"].n_unique() < 2:
        _refuse_unknown(scheme, table["group_scheme"].unique().to_list())
        return table, ()
    own = (
        table.group_by(*_VERSION, "group_scheme")
        .len()
        .sort("len", "group_scheme", descending=[True, False])
        .unique(_VERSION, keep="first", maintain_order=True)
        .select(*_VERSION, own_scheme="group_scheme")
    )
    coded = table.join(own, on=_VERSION, how="left", maintain_order="left", nulls_equal=True)
    rows = coded.group_by("own_scheme").len().sort("len", "own_scheme", descending=[True, False])
    _refuse_unknown(scheme, rows["own_scheme"].to_list())
    chosen = scheme or rows["own_scheme"][0]
    here, apart = coded.filter(own_scheme=chosen), rows.filter(pl.col("own_scheme") != chosen)
    is_otherwise = pl.col("group_scheme") != chosen
    otherwise = int(here.select(is_otherwise.sum()).item())
    told = [
        f"not audited here: {count:,} risks of versions whose women are coded by {other}; audit them apart with "
        f"--group-scheme {other}"
        for other, count in apart.iter_rows()
    ]
    if otherwise:
        told.append(
            f"{otherwise:,} of {here.height:,} risks are of women who are coded by another scheme than {chosen}: their "
            f"ethnicity counts as '{NOT_KNOWN}'"
        )
    one = here.with_columns(
        pl.when(is_otherwise).then(None).otherwise(pl.col("ethnic_category")).alias("ethnic_category"),
        pl.when(is_otherwise).then(pl.lit(NOT_KNOWN)).otherwise(pl.col("ethnic_group")).alias("ethnic_group"),
        pl.lit(chosen).alias("group_scheme"),
    )
    return one.drop("own_scheme"), tuple(told)


def _refuse_unknown(scheme: str | None, schemes: list[str]) -> None:
    if scheme is not None and scheme not in schemes:
        there = ", ".join(sorted(schemes)) or "none"
        raise UnknownScheme(f"no version's women are coded by {scheme!r} here; there is: {there}")
