"""Brings the service's tables to this version. Safe to call from several processes at once."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

__all__ = ["upgrade_database"]

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number that no other program of the database uses for its advisory locks.
_ADVISORY_LOCK = 0x45515549


def upgrade_database(engine: sa.Engine) -> None:
    """Raises what SQLAlchemy and the operating system raise where the database cannot be written to."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with _one_at_a_time(engine), engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _one_at_a_time(engine: sa.Engine) -> Iterator[None]:
    """SQLite creates tables outside the lock of a transaction: workers that start together wait on a file."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database or database == ":memory:":
        yield
        return
    path = Path(database)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.upgrading").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
