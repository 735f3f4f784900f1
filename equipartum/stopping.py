"""Ctrl-C and a polite kill, as one condition that every block on the way out can see."""

from __future__ import annotations

import signal
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Stopped", "stopped_by_signals"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Where it was lost, it would be lost again at once.
SECONDS_UNTIL_RAISED_AGAIN = 0.05


class Stopped(BaseException):
    """A person or the system told the command to stop. Not an Exception: nothing on the way may take it for a fault."""


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Within the block, SIGINT and SIGTERM raise `Stopped` once; further ones wait until what was begun is undone.

    Compiled code that calls back into Python may swallow it or turn it into a fault of its own. It is raised again as
    soon as it is lost, and a fault that leaves the block after it is told as the stop that it was.
    """
    in_flight: list[weakref.ref[Stopped]] = []
    is_left = False

    def raised_again_if_lost() -> Stopped:
        """No frame may hold it but those it passes through: then its end says that it was lost."""
        stopped = Stopped()
        in_flight[:] = [weakref.ref(stopped, lambda _: None if is_left else _soon())]
        return stopped

    def stop(number: int, frame: FrameType | None) -> None:
        if not any(one() is not None for one in in_flight):
            raise raised_again_if_lost()

    def say_nothing_of_a_stop(lost: sys.UnraisableHookArgs) -> None:
        if lost.exc_type is not Stopped:
            told_before(lost)

    told_before, sys.unraisablehook = sys.unraisablehook, say_nothing_of_a_stop
    before = {each: signal.signal(each, stop) for each in (*SIGNALS, signal.SIGALRM)}
    try:
        yield
    except Stopped:
        raise
    except BaseException as fault:
        if in_flight:
            raise Stopped from fault
        raise
    finally:
        is_left = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.unraisablehook = told_before
        for each, handler in before.items():
            signal.signal(each, handler)


def _soon() -> None:
    signal.setitimer(signal.ITIMER_REAL, SECONDS_UNTIL_RAISED_AGAIN)
