"""A national year of births from ZIP to a registered, audited, constrained model: seconds, CPU seconds, peak memory.

    python -m benchmarks.national_year [--births 250000 1000000 3700000] [--keep FOLDER] [-- OPTION...]

For each size it makes a natality file of simulated births (scenario 'benchmark', Deflate), which is not counted, and
then runs ``equipartum retrain preterm_birth --source cdc_natality --data FILE --no-pdf`` in a fresh process with a home
of its own. Options after ``--`` are added to that command. ``--keep`` leaves the files in a folder and uses those that
are there already.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.printed import print_heading, print_row
from records.sources.cdc_natality.encode import write_natality_parts
from records.sources.simulated import simulate
from records.sources.simulated.natality_layout import as_natality_fields

SIZES = (250_000, 1_000_000, 3_700_000)
TARGET_SECONDS, TARGET_GIGABYTES = 240, 3.0
# Simulated at once: enough for the drawing to be quick, few enough that a national year needs no more memory.
BIRTHS_A_PART = 250_000


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one retrain. ``cpu_seconds`` are of all its threads, ``gigabytes`` (1e9 bytes) its peak resident memory."""

    births: int
    seconds: float
    cpu_seconds: float
    gigabytes: float


def main() -> None:
    asked = _asked()
    print(f"CPUs this process may use: {len(os.sched_getaffinity(0))}; LightGBM's threads wait passively")
    print_heading("births", "seconds", "CPU seconds", "peak memory, GB", "seconds per million", "CPU s per million")
    with tempfile.TemporaryDirectory(prefix="equipartum-year-") as scratch:
        folder = asked.keep or Path(scratch)
        costs = []
        for births in asked.births:
            file = births_file(births, folder)
            costs.append(cost_of_retrain(file, births, asked.options))
            if not asked.keep:
                file.unlink()
            _print_cost(costs[-1])
    _print_growth(costs)
    if costs[-1].births == SIZES[-1]:
        print(f"target for {SIZES[-1]:,} births: at most {TARGET_SECONDS} s and {TARGET_GIGABYTES:g} GB on two cores")


def births_file(births: int, folder: Path) -> Path:
    """A natality ZIP of so many simulated pregnancies (stillbirths among them are not in a file of live births)."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"simulated_{births}.zip"
    if not path.is_file():
        write_natality_parts(_simulated(births), path)
    return path


def _simulated(births: int) -> Iterator[pl.DataFrame]:
    for seed, start in enumerate(range(0, births, BIRTHS_A_PART)):
        part = simulate(min(BIRTHS_A_PART, births - start), seed=seed, scenario="benchmark")
        yield as_natality_fields(part.records.pregnancies.collect())


def cost_of_retrain(file: Path, births: int, options: Sequence[str] = ()) -> Cost:
    """What the whole command costs, the start of Python included."""
    with tempfile.TemporaryDirectory(prefix="equipartum-home-") as home:
        command = [sys.executable, "-m", "equipartum", "retrain", "preterm_birth", "--source", "cdc_natality"]
        command += ["--data", str(file), "--no-pdf", "--home", home, *options]
        began = time.perf_counter()
        with (Path(home) / "said.txt").open("w+", encoding="utf-8") as said:
            process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            if process.returncode:
                raise SystemExit(f"the retrain failed:\n{said.read()}")
            print(said.read(), file=sys.stderr)
    return Cost(
        births=births,
        seconds=seconds,
        cpu_seconds=used.ru_utime + used.ru_stime,
        gigabytes=used.ru_maxrss * 1024 / 1e9,
    )


def _print_cost(cost: Cost) -> None:
    million = cost.births / 1e6
    print_row(
        f"{cost.births:,}",
        f"{cost.seconds:.1f}",
        f"{cost.cpu_seconds:.1f}",
        f"{cost.gigabytes:.2f}",
        f"{cost.seconds / million:.1f}",
        f"{cost.cpu_seconds / million:.1f}",
    )


def _print_growth(costs: Sequence[Cost]) -> None:
    """A ratio of one is a cost that grows as births do; below it, what does not grow with them weighs."""
    for small, large in itertools.pairwise(costs):
        times = large.births / small.births
        print(
            f"{large.births:,} against {small.births:,} births ({times:.2f}x): seconds "
            f"{large.seconds / small.seconds:.2f}x, CPU seconds {large.cpu_seconds / small.cpu_seconds:.2f}x, memory "
            f"{large.gigabytes / small.gigabytes:.2f}x"
        )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--births", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--keep", type=Path, help="folder to leave the files in, and to look for them")
    parser.add_argument("options", nargs="*", help="further options of the retrain, after --")
    return parser.parse_args()


if __name__ == "__main__":
    main()
