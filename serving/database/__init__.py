"""The service's database: one Alembic history; the log of every risk before it is answered, and its way to an audit."""
