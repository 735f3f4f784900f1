"""Writes the entries of many requests in one transaction: one sync of the disk, however many are waiting."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa

from serving.database.connection import engine_for
from serving.database.entries import Entry
from serving.database.opened_file import OpenedFile
from serving.database.refusals import LogUnavailable, ReusedKey, why_unavailable
from serving.database.tables import PREDICTION_LOG
from serving.database.upgrade import upgrade_database

__all__ = ["GroupCommit"]

MOST_IN_ONE_COMMIT = 256


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    entry: Entry
    logged_at: Future[datetime] = field(default_factory=Future)


class GroupCommit:
    """One thread and one connection pool. The database is opened, and brought to this version, at the first write that
    succeeds in it: a database that is down when the service starts is used as soon as it is up."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: sa.Engine | None = None
        self._file: OpenedFile | None = None
        self._opening = threading.Lock()
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="prediction-log", daemon=True)
        self._thread.start()

    def submit(self, entry: Entry) -> Future[datetime]:
        """When the entry is in the log: the time it was predicted, which is the first one's for a repeated request.

        Ends in `LogUnavailable` or `ReusedKey` otherwise.
        """
        waiting = _Waiting(entry=entry)
        self._waiting.put(waiting)
        return waiting.logged_at

    def open(self) -> sa.Engine:
        """Raises `LogUnavailable`."""
        with self._opening:
            if self._engine is None:
                try:
                    engine = engine_for(self._url)
                    upgrade_database(engine)
                    self._file = OpenedFile.of(engine)
                except (sa.exc.SQLAlchemyError, OSError) as error:
                    raise why_unavailable(error) from None
                self._engine = engine
            self._check_file()
            return self._engine

    def _check_file(self) -> None:
        if self._file is not None:
            self._file.check()

    def close(self) -> None:
        """Writes what is waiting, then ends."""
        self._waiting.put(None)
        self._thread.join()
        if self._engine is not None:
            self._engine.dispose()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch = [first, *self._already_waiting()]
            try:
                self._commit(batch)
            except LogUnavailable as refusal:
                _refuse(batch, refusal)
            # A fault of any kind must reach the requests that wait, and must not end the thread they all depend on.
            except Exception as error:
                _refuse(batch, why_unavailable(error))

    def _already_waiting(self) -> list[_Waiting]:
        found: list[_Waiting] = []
        while len(found) < MOST_IN_ONE_COMMIT and not self._waiting.empty():
            waiting = self._waiting.get()
            if waiting is None:
                self._waiting.put(None)
                break
            found.append(waiting)
        return found

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        engine = self.open()
        try:
            with engine.begin() as connection:
                connection.execute(PREDICTION_LOG.insert(), [dict(row) for w in batch for row in w.entry.rows])
        except sa.exc.IntegrityError:
            for waiting in batch:
                _commit_alone(engine, waiting)
            return
        # Again: what went into a file that nobody can open any more is not logged.
        self._check_file()
        for waiting in batch:
            waiting.logged_at.set_result(waiting.entry.predicted_at)


def _refuse(batch: Sequence[_Waiting], refusal: LogUnavailable) -> None:
    for waiting in batch:
        if not waiting.logged_at.done():
            waiting.logged_at.set_exception(refusal)


def _commit_alone(engine: sa.Engine, waiting: _Waiting) -> None:
    entry = waiting.entry
    try:
        with engine.begin() as connection:
            connection.execute(PREDICTION_LOG.insert(), [dict(row) for row in entry.rows])
    except sa.exc.IntegrityError:
        try:
            waiting.logged_at.set_result(_logged_before(engine, entry))
        except ReusedKey as reused:
            waiting.logged_at.set_exception(reused)
        return
    waiting.logged_at.set_result(entry.predicted_at)


def _logged_before(engine: sa.Engine, entry: Entry) -> datetime:
    """When the same request was logged; `ReusedKey` unless it got the very risks that it would get now."""
    table = PREDICTION_LOG.c
    with engine.connect() as connection:
        before = connection.execute(sa.select(PREDICTION_LOG).where(table.request_id == entry.request_id)).all()
    if any(row.request_digest != entry.request_digest for row in before):
        raise ReusedKey("this Idempotency-Key was used for another request: send a new key")
    then = {(row.outcome, row.model_digest, row.model_version, row.risk) for row in before}
    now = {(row["outcome"], row["model_digest"], row["model_version"], row["risk"]) for row in entry.rows}
    if then != now:
        raise ReusedKey("the model changed since this Idempotency-Key was answered: send a new key for a new answer")
    predicted_at: datetime = before[0].predicted_at
    # SQLite keeps no zone; every time in the log is UTC.
    return predicted_at if predicted_at.tzinfo else predicted_at.replace(tzinfo=UTC)
