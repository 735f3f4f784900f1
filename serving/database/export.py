"""The log as a predictions table, so that the audit of a holdout and of last month's care is one command."""

from __future__ import annotations

import re

import polars as pl
import sqlalchemy as sa

from models.home import Home, Settings
from models.outcomes import OUTCOMES
from records.errors import EquipartumError
from records.predictions import PREDICTION_COLUMNS, PREDICTION_KEY, complete_predictions
from serving.database.connection import engine_for, holds_rows
from serving.database.tables import PREDICTION_LOG
from serving.database.upgrade import upgrade_database
from serving.pseudonyms import Pseudonyms

__all__ = ["UnjoinableOutcomes", "export_predictions", "logged_predictions"]

OBSERVED_COLUMNS = ("observed", "ascertained", "due_at")
LIKE_AN_OUTCOME = re.compile(r"[a-z][a-z_]{2,40}")
NAMES_SHOWN = 3


class UnjoinableOutcomes(EquipartumError):
    """Outcomes that do not say whose they are, of what, or that say it twice."""


def logged_predictions(home: Home, settings: Settings, observed: pl.DataFrame | None = None) -> pl.DataFrame:
    """`export_predictions` of a home. ``observed`` carries the pregnancy ids that clinical systems sent."""
    joined = None
    if observed is not None:
        pseudonyms = Pseudonyms.at(home, is_in_use=lambda: _holds_rows(home.database_url(settings)))
        ids = _checked(observed).get_column("pregnancy_id")
        joined = observed.with_columns(
            pl.Series("pregnancy_id", [None if i is None else pseudonyms.of(i) for i in ids], dtype=pl.String)
        )
    return export_predictions(home.database_url(settings), joined)


def export_predictions(url: str, observed: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row a pregnancy, outcome, point and model version: the last risk answered, the one that she was seen with.

    ``observed`` has pregnancy_id (a pseudonym), outcome and observed, and may have ascertained and due_at. Rows of the
    log without an outcome keep null; outcomes without a row in the log are left out. Raises `UnjoinableOutcomes`, also
    where none of the outcomes belongs to a row of the log.
    """
    logged = _last_answered(_read(url))
    if observed is not None:
        facts = [name for name in OBSERVED_COLUMNS if name in _checked(observed).columns]
        known = observed.select(["pregnancy_id", "outcome", *facts])
        _refuse_strangers(logged, known)
        logged = logged.drop(facts).join(known, on=["pregnancy_id", "outcome"], how="left", maintain_order="left")
    return complete_predictions(logged.select(list(PREDICTION_COLUMNS))).collect()


def _holds_rows(url: str) -> bool:
    engine = engine_for(url)
    try:
        upgrade_database(engine)
        return holds_rows(engine)
    finally:
        engine.dispose()


def _read(url: str) -> pl.DataFrame:
    engine = engine_for(url)
    try:
        upgrade_database(engine)
        with engine.connect() as connection:
            rows = connection.execute(sa.select(PREDICTION_LOG)).mappings().all()
    finally:
        engine.dispose()
    columns = {column.name: [row[column.name] for row in rows] for column in PREDICTION_LOG.columns}
    frame = pl.DataFrame(columns, strict=False, schema_overrides=_TYPES).rename({"pregnancy_pseudonym": "pregnancy_id"})
    return frame.with_columns(
        pl.col("predicted_at").dt.replace_time_zone("UTC")
        if frame.schema["predicted_at"] == pl.Datetime("us")
        else pl.col("predicted_at").dt.convert_time_zone("UTC"),
        *(pl.lit(None, dtype=t).alias(n) for n, t in PREDICTION_COLUMNS.items() if n not in (*frame.columns, "weight")),
        pl.lit(1.0).alias("weight"),
    )


_LOGGED_TYPES = dict(PREDICTION_COLUMNS) | {"pregnancy_pseudonym": pl.String(), "predicted_at": pl.Datetime("us")}
_TYPES = {column.name: _LOGGED_TYPES[column.name] for column in PREDICTION_LOG.columns if column.name in _LOGGED_TYPES}


def _last_answered(log: pl.DataFrame) -> pl.DataFrame:
    return log.sort("predicted_at", maintain_order=True).unique(
        subset=list(PREDICTION_KEY), keep="last", maintain_order=True
    )


def _checked(observed: pl.DataFrame) -> pl.DataFrame:
    missing = [name for name in ("pregnancy_id", "outcome", "observed") if name not in observed.columns]
    if missing:
        raise UnjoinableOutcomes(f"outcomes need the columns pregnancy_id, outcome and observed; missing: {missing}")
    repeated = observed.select(pl.struct("pregnancy_id", "outcome").is_duplicated().sum()).item()
    if repeated:
        raise UnjoinableOutcomes(f"{repeated} rows repeat a pregnancy and outcome: give each once")
    return observed


def _refuse_strangers(logged: pl.DataFrame, known: pl.DataFrame) -> None:
    """Outcomes of which none was ever asked about say nothing of the log: an audit of it would look like one of them.

    Names are quoted only where they can be names of outcomes: identifiers may stand in the wrong column.
    """
    if logged.is_empty() or known.join(logged, on=["pregnancy_id", "outcome"], how="semi").height:
        return
    names = known["outcome"].drop_nulls().unique().sort()
    unknown = [name for name in names if name not in OUTCOMES]
    if unknown:
        quoted = [repr(name) for name in unknown[:NAMES_SHOWN] if LIKE_AN_OUTCOME.fullmatch(name)]
        which = f" ({', '.join(quoted)})" if quoted and len(unknown) <= NAMES_SHOWN else ""
        raise UnjoinableOutcomes(
            f"none of the outcomes belongs to a risk in the log: {len(unknown)} of {len(names)} names in the column "
            f"outcome{which} are no outcome of this project; there are: {', '.join(OUTCOMES)}"
        )
    women = known["pregnancy_id"].drop_nulls().unique()
    if women.is_in(logged["pregnancy_id"].implode()).any():
        asked = ", ".join(logged["outcome"].unique().sort())
        raise UnjoinableOutcomes(
            f"none of the outcomes belongs to a risk in the log: of these pregnancies the log holds only: {asked}"
        )
    raise UnjoinableOutcomes(
        f"none of the {women.len()} pregnancy_ids is in the log: give them as the clinical system sent them"
    )
