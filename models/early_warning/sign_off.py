"""Which bytes of a chart file are signed: all of those before its sign-off table."""

from __future__ import annotations

import hashlib
import re

__all__ = ["content_digest", "content_of"]

_HEADER = re.compile(rb"^\[signoff\][ \t]*\r?$", re.MULTILINE)


def content_of(content: bytes) -> bytes:
    """The bytes before the sign-off table: what is signed."""
    headers = list(_HEADER.finditer(content))
    return content[: headers[-1].start()] if headers else content


def content_digest(content: bytes) -> str:
    return hashlib.sha256(content_of(content)).hexdigest()
