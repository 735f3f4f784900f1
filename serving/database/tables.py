"""The tables of the service as SQLAlchemy Core values. Their history is in `migrations`."""

from __future__ import annotations

import sqlalchemy as sa

__all__ = ["METADATA", "PREDICTION_LOG", "VERSION_TABLE"]

# MLflow keeps its own `alembic_version` in a database that may be the same.
VERSION_TABLE = "equipartum_alembic_version"

METADATA = sa.MetaData()

# No fact about a woman is here but those by which an audit groups; identifiers are keyed hashes.
PREDICTION_LOG = sa.Table(
    "prediction_log",
    METADATA,
    sa.Column("request_id", sa.String(64), primary_key=True),
    sa.Column("outcome", sa.String(64), primary_key=True),
    sa.Column("request_digest", sa.String(64), nullable=False),
    sa.Column("pregnancy_pseudonym", sa.String(64), nullable=False, index=True),
    sa.Column("prediction_point", sa.String(32), nullable=False),
    sa.Column("outcome_definition", sa.String(255), nullable=False),
    sa.Column("scored_by", sa.String(64), nullable=False),
    sa.Column("model_version", sa.String(64), nullable=False),
    sa.Column("model_digest", sa.String(64), nullable=False),
    sa.Column("predicted_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("risk", sa.Double, nullable=False),
    sa.Column("alert", sa.Boolean, nullable=False),
    sa.Column("band", sa.String(64), nullable=False),
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("reasons_not_shown", sa.Text, nullable=False),
    sa.Column("group_scheme", sa.String(32), nullable=False),
    sa.Column("ethnic_category", sa.String(64)),
    sa.Column("ethnic_group", sa.String(64), nullable=False),
    sa.Column("deprivation_quintile", sa.SmallInteger),
    sa.Column("age_band", sa.String(32)),
    sa.Column("interpreter_needed", sa.Boolean),
    sa.Column("is_simulated", sa.Boolean, nullable=False),
)
