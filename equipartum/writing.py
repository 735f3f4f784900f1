"""A command's turn to write to a home: the lock, and what commands that were killed left half done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from models.home import Home, Settings
from training.interrupted import settle

__all__ = ["writing"]


@contextmanager
def writing(home: Home, settings: Settings, purpose: str, say: Callable[[str], None]) -> Iterator[None]:
    """As `Home.writing`, after settling what is left of killed commands."""
    with home.writing(purpose):
        settle(home, settings, say)
        yield
