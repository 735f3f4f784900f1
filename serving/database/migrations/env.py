"""Alembic's entry: runs on the connection that `serving.database.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from serving.database.tables import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
