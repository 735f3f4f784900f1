"""The births of one site of records, as records of their own."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import polars as pl

from records.errors import EquipartumError
from records.histories.histories import Histories
from records.records import Records

__all__ = ["UnknownSite", "births_of_site"]

SITES_NAMED = 20


class UnknownSite(EquipartumError):
    """A site that the records name no birth of."""


def births_of_site(records: Records, site: str) -> Records:
    """Its digest is of the site and of the records' own. What was counted of all (`doubts`, `set_aside`) is left out:
    the count of one site is not known. Raises `UnknownSite`, naming those there are."""
    described = f"births of site {site} of: {records.description}"
    digest = hashlib.sha256(f"{records.data_digest}\n{site}".encode()).hexdigest()
    narrowed = replace(records, description=described, data_digest=digest, doubts={}, set_aside=())
    if records.histories is not None:
        _refuse_unknown(site, records.histories.pregnancies.lazy())
        histories = _of_site(records.histories, site)
        held = tuple(name for name in records.known_from if name not in records.lacking)
        return replace(narrowed, histories=histories, pregnancies=histories.afterwards_lazily(held))
    _refuse_unknown(site, records.pregnancies)
    return replace(narrowed, pregnancies=records.pregnancies.filter(pl.col("site") == site))


def _of_site(histories: Histories, site: str) -> Histories:
    """Observations name their pregnancy by its row, which is another one among fewer."""
    kept = histories.pregnancies.with_row_index("pregnancy").filter(pl.col("site") == site)
    rows = kept.select("pregnancy").with_row_index("row").lazy()
    columns = histories.observations.collect_schema().names()
    observations = histories.observations.join(rows, on="pregnancy").drop("pregnancy").rename({"row": "pregnancy"})
    return replace(histories, pregnancies=kept.drop("pregnancy"), observations=observations.select(columns))


def _refuse_unknown(site: str, pregnancies: pl.LazyFrame) -> None:
    sites = pregnancies.select(pl.col("site").unique().sort()).collect().to_series().drop_nulls().to_list()
    if site in sites:
        return
    more = f" and {len(sites) - SITES_NAMED} more" if len(sites) > SITES_NAMED else ""
    named = ", ".join(sites[:SITES_NAMED]) + more if sites else "none: this source records no site"
    raise UnknownSite(f"no birth of these records is of site {site!r}; there are: {named}")
