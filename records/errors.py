"""Every condition this project refuses, as one family, so that a doorway can report it without a traceback."""

from __future__ import annotations

__all__ = ["EquipartumError"]


class EquipartumError(Exception):
    """A refused input or state. The message says what was wrong, where, and what would be right.

    Never carries a patient identifier or a recorded value of a named pregnancy.
    """
