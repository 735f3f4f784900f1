"""A worker that is gone or silent is lost; one that is late is not."""

from __future__ import annotations

from training.distributed.worker_watch import WorkerWatch


class Scheduler:
    """What a scheduler would answer, and a clock that is set by hand."""

    def __init__(self, *workers: str) -> None:
        self.now = 1000.0
        self.beats = dict.fromkeys(workers, 0.0)

    def passes(self, seconds: float, *, silent: tuple[str, ...] = ()) -> None:
        self.now += seconds
        for worker in self.beats:
            if worker not in silent:
                self.beats[worker] += seconds


def watched(scheduler: Scheduler) -> WorkerWatch:
    watch = WorkerWatch(lambda: scheduler.beats, longest_silence=40, clock=lambda: scheduler.now)
    watch.look()
    return watch


def test_workers_that_are_heard_of_are_there() -> None:
    scheduler = Scheduler("tcp://a:1", "tcp://b:1")
    watch = watched(scheduler)
    for _ in range(100):
        scheduler.passes(10)
        watch.look()
        assert watch.lost() is None


def test_a_worker_that_the_scheduler_no_longer_names_is_lost_at_once_and_stays_lost() -> None:
    scheduler = Scheduler("tcp://a:1", "tcp://b:1")
    watch = watched(scheduler)
    del scheduler.beats["tcp://b:1"]
    scheduler.passes(1)
    watch.look()
    assert watch.lost() == "worker tcp://b:1 (of 2)"
    scheduler.beats["tcp://b:1"] = scheduler.now
    watch.look()
    assert watch.lost() == "worker tcp://b:1 (of 2)"


def test_a_worker_may_be_late_but_not_silent() -> None:
    scheduler = Scheduler("tcp://a:1", "tcp://b:1")
    watch = watched(scheduler)
    scheduler.passes(39, silent=("tcp://a:1",))
    watch.look()
    assert watch.lost() is None
    scheduler.passes(2, silent=("tcp://a:1",))
    watch.look()
    assert watch.lost() == "worker tcp://a:1 (of 2)"


def test_a_worker_that_came_later_takes_no_part() -> None:
    scheduler = Scheduler("tcp://a:1")
    watch = watched(scheduler)
    scheduler.beats["tcp://c:1"] = 0.0
    watch.look()
    del scheduler.beats["tcp://c:1"]
    watch.look()
    assert watch.lost() is None


def test_a_scheduler_that_does_not_answer_is_lost() -> None:
    scheduler = Scheduler("tcp://a:1")
    watch = watched(scheduler)
    scheduler.now += 41
    assert watch.lost() == "the scheduler, which has not answered for 41 s"
