"""Pseudonyms: keyed hashes of identifiers, the same for the same home and of no use without its key.

HMAC-SHA256 (RFC 2104): a plain hash of an NHS number can be undone by trying them all.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from models.home import Home
from records.errors import EquipartumError

__all__ = ["ExposedKey", "LostKey", "Pseudonyms"]

KEY_BYTES = 32


class ExposedKey(EquipartumError):
    """A pseudonym key that others can read, or that is not a key."""


class LostKey(EquipartumError):
    """The key under which the log was written is gone."""


@dataclass(frozen=True, kw_only=True)
class Pseudonyms:
    """``of`` gives the pseudonym of an identifier."""

    key: bytes = field(repr=False)

    @classmethod
    def at(cls, home: Home, *, is_in_use: Callable[[], bool] = lambda: False) -> Pseudonyms:
        """The home's key, made once. ``is_in_use`` is asked only where there is none: was anything logged under one?

        Raises `ExposedKey`, `LostKey`, or OSError where the home cannot be written to.
        """
        path = home.root / "pseudonym.key"
        if not path.exists():
            # Looked for again: another worker may have made it, and logged under it, between the two.
            if is_in_use() and not path.exists():
                raise LostKey(
                    "pseudonym.key is missing and the log has rows made with it: restore it from its backup, or set "
                    "the log aside; under a new key no earlier row could be joined to her outcome"
                )
            _create_once(path)
        if path.stat().st_mode & 0o077:
            raise ExposedKey("pseudonym.key can be read by others: set its permissions to 0600")
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise ExposedKey(f"pseudonym.key holds {len(key)} bytes, not {KEY_BYTES}: restore it from its backup")
        return cls(key=key)

    def of(self, identifier: str | bytes, purpose: str = "pregnancy") -> str:
        """64 hexadecimal digits. A purpose keeps the pseudonyms of different things apart."""
        content = identifier.encode("utf-8", "surrogatepass") if isinstance(identifier, str) else identifier
        return hmac.new(self.key, purpose.encode() + b"\x00" + content, hashlib.sha256).hexdigest()


def _create_once(path: Path) -> None:
    """Two processes that start together end with one key: the first to link its file wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(secrets.token_bytes(KEY_BYTES))
            handle.flush()
            os.fsync(handle.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
