"""Connections to the service's database: SQLite as a durable log, or any other URL as it is."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from serving.database.tables import PREDICTION_LOG

__all__ = ["LOCK_PATIENCE_SECONDS", "engine_for", "holds_rows", "is_sqlite"]

# A request waits this long for another writer before it is refused.
LOCK_PATIENCE_SECONDS = 2.0


def is_sqlite(url: str) -> bool:
    return sa.make_url(url).get_backend_name() == "sqlite"


def engine_for(url: str) -> sa.Engine:
    if not is_sqlite(url):
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": LOCK_PATIENCE_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _make_durable)
    return engine


def holds_rows(engine: sa.Engine) -> bool:
    """Whether anything was ever logged. Raises `sqlalchemy.exc.SQLAlchemyError`."""
    with engine.connect() as connection:
        return connection.execute(sa.select(PREDICTION_LOG.c.request_id).limit(1)).first() is not None


def _make_durable(connection: Any, _: Any) -> None:
    """WAL lets an audit read while the service writes; FULL syncs each commit, so that an answered risk survives a
    loss of power (NORMAL may lose the last commits)."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
