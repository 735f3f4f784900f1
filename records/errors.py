"""Every condition this project refuses, as one family, so that a doorway can report it without a traceback."""

from __future__ import annotations

__all__ = ["EquipartumError", "WrongUse"]


class EquipartumError(Exception):
    """A refused input or state. The message says what was wrong, where, and what would be right.

    Never carries a patient identifier or a recorded value of a named pregnancy.
    """


class WrongUse(EquipartumError):
    """What was asked for cannot be meant, whatever the data hold: a name that nothing has, or options that exclude each
    other. A command ends with 2, as for any other option that it cannot read."""
