"""Why the service's database refuses, by name."""

from __future__ import annotations

from records.errors import EquipartumError

__all__ = ["LogUnavailable", "ReusedKey", "why_unavailable"]

# What SQLite says, and what a person can do about it.
_KNOWN = {
    "database is locked": "another process holds its lock",
    "disk is full": "the disk is full",
    "readonly database": "its file is read-only",
    "unable to open database": "its file cannot be opened",
    "disk I/O error": "the disk fails",
    "not a database": "its file is not a database",
    "malformed": "its file is damaged",
}


class LogUnavailable(EquipartumError):
    """The prediction log cannot be written, so nothing may be answered."""


class ReusedKey(EquipartumError):
    """An idempotency key that was used for another request, or for one that would be answered differently now."""


def why_unavailable(error: BaseException) -> LogUnavailable:
    """The refusal for what a driver or the system raised; never its own words, which may quote a row."""
    said = str(getattr(error, "orig", None) or error)
    reason = next((words for found, words in _KNOWN.items() if found in said), type(error).__name__)
    return LogUnavailable(f"the prediction log cannot be written: {reason}; a risk that is not logged is not answered")
