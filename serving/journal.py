"""The service's journal: one JSON line an event on standard output, without identifiers, values or addresses."""

from __future__ import annotations

import structlog

__all__ = ["open_journal"]


def open_journal() -> None:
    """For the whole process. What is written through the standard library's logging is not touched."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
