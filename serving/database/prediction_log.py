"""The prediction log as the service uses it: a request's risks are in it before they are answered."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa

from models.home import Home, Settings
from records.errors import EquipartumError
from serving.contract import RiskRequest
from serving.database.connection import holds_rows
from serving.database.entries import Entry, rows_of
from serving.database.group_commit import GroupCommit
from serving.database.refusals import LogUnavailable, why_unavailable
from serving.pseudonyms import Pseudonyms
from serving.scoring import NotScored, Scored

__all__ = ["PredictionLog"]

# Above the patience of one locked write; a database that hangs must not hold a clinic.
PATIENCE_SECONDS = 5.0


class PredictionLog:
    """Nothing is opened or created until the first write or `is_answering`."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self._home = home
        self._pseudonyms: Pseudonyms | None = None
        self._commits = GroupCommit(home.database_url(settings))

    async def record(
        self,
        request: RiskRequest,
        judgements: Mapping[str, Scored | NotScored],
        *,
        body: bytes,
        idempotency_key: str | None,
    ) -> Entry:
        """The entry once it is durable; of a repeated request, with the time of the first.

        Raises `LogUnavailable` or `ReusedKey`. Without a scored risk there is nothing to log.
        """
        if self._pseudonyms is None:
            # Its first reading may ask the database, which may be slow.
            await asyncio.to_thread(self._key)
        entry = self._entry(request, judgements, body, idempotency_key)
        if not entry.rows:
            return entry
        logged = asyncio.wrap_future(self._commits.submit(entry))
        try:
            return replace(entry, predicted_at=await asyncio.wait_for(logged, PATIENCE_SECONDS))
        except TimeoutError as error:
            raise why_unavailable(error) from None

    def is_answering(self) -> bool:
        """True when the database can be read, its tables are of this version and the key of its rows is there."""
        try:
            self._key()
            with self._commits.open().connect() as connection:
                connection.execute(sa.text("SELECT 1"))
        except (LogUnavailable, sa.exc.SQLAlchemyError):
            return False
        return True

    def close(self) -> None:
        self._commits.close()

    def _entry(
        self, request: RiskRequest, judgements: Mapping[str, Scored | NotScored], body: bytes, key: str | None
    ) -> Entry:
        pseudonyms = self._key()
        request_id = uuid.uuid4().hex if key is None else pseudonyms.of(key, "request")
        return rows_of(
            request,
            judgements,
            request_id=request_id,
            request_digest=pseudonyms.of(body, "body"),
            # Without an id two requests cannot be known to be about the same woman: each stands alone.
            pregnancy_pseudonym=pseudonyms.of(request.pregnancy_id)
            if request.pregnancy_id is not None
            else pseudonyms.of(request_id, "unlinked"),
            predicted_at=datetime.now(UTC),
        )

    def _key(self) -> Pseudonyms:
        if self._pseudonyms is None:
            try:
                self._pseudonyms = Pseudonyms.at(self._home, is_in_use=lambda: holds_rows(self._commits.open()))
            except LogUnavailable:
                raise
            except EquipartumError as error:
                raise LogUnavailable(f"the prediction log cannot be written: {error}") from None
            except (OSError, sa.exc.SQLAlchemyError) as error:
                raise why_unavailable(error) from None
        return self._pseudonyms
