"""Who is still there of a cluster's workers: one that has gone, or has not been heard of for too long, is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType

__all__ = ["LONGEST_SILENCE", "WorkerWatch"]

# A worker tells the scheduler every half second that it lives; one that is very busy may be some seconds late. Together
# with the looks themselves, a fit without one of its workers ends within a minute.
LONGEST_SILENCE = 40.0
SECONDS_BETWEEN_LOOKS = 1.0

Heartbeats = Mapping[str, float]


class WorkerWatch:
    """Asks, from a thread of its own, for the time of each worker's last sign of life, by the scheduler's clock.

    The times are only compared with themselves: a worker whose time stands still is silent. ``ask`` may fail or hang;
    then it is the scheduler that is silent.
    """

    def __init__(
        self,
        ask: Callable[[], Heartbeats],
        *,
        longest_silence: float = LONGEST_SILENCE,
        seconds_between_looks: float = SECONDS_BETWEEN_LOOKS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask, self._clock = ask, clock
        self._longest_silence, self._between = longest_silence, seconds_between_looks
        self._heard: dict[str, tuple[float, float]] = {}
        self._gone: set[str] = set()
        self._answered = clock()
        self._ended = threading.Event()

    def __enter__(self) -> WorkerWatch:
        threading.Thread(target=self._watch, name="worker watch", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()

    def look(self) -> None:
        """One look; the workers of the first are those that are watched."""
        beats, now = dict(self._ask()), self._clock()
        if not self._heard:
            self._heard = {worker: (beat, now) for worker, beat in beats.items()}
        for worker, (beat, _) in self._heard.items():
            if worker not in beats:
                self._gone.add(worker)
            elif beats[worker] != beat:
                self._heard[worker] = (beats[worker], now)
        self._answered = now

    def lost(self) -> str | None:
        """What is lost, in words; None while all is well."""
        now = self._clock()
        silent = {worker for worker, (_, heard) in self._heard.items() if now - heard > self._longest_silence}
        if now - self._answered > self._longest_silence:
            return f"the scheduler, which has not answered for {now - self._answered:.0f} s"
        lost = sorted(self._gone | silent)
        return f"worker {', '.join(lost)} (of {len(self._heard)})" if lost else None

    def _watch(self) -> None:
        while not self._ended.wait(self._between):
            try:
                self.look()
            except Exception:
                # Unanswered, for whatever reason: it is the silence that counts.
                continue
