"""What is known of each pregnancy by a point, from dated observations: seconds, memory, and Polars' group-by beside it.

    python -m benchmarks.event_records [--pregnancies 100000 300000 1000000] [--observations 60] [--no-peer]

For each size it draws pregnancies with that many observations each (values and days at random: they move no time),
keeps them as Parquet, and in a fresh process reads thirteen facts as they were known at booking, 28 weeks and
admission, and afterwards. The peer is the same thirteen facts at 28 weeks by `polars.group_by`, in its own process;
both answers are compared before a ratio is printed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.printed import print_heading, print_row
from records.clock import ADMISSION, BOOKING, WEEKS_28
from records.concepts import concept
from records.histories.histories import Histories
from records.histories.tables import OBSERVATION_COLUMNS, PREGNANCY_COLUMNS, observed_value

TARGET_SECONDS, TARGET_GIGABYTES = 180, 6.0
READ = (
    "haemoglobin", "haemoglobin_latest", "systolic_blood_pressure_highest", "systolic_blood_pressure_slope", "weight",
    "height", "parity", "smoking_status", "antenatal_bleeding_episodes", "epds_total_in_pregnancy",
    "previous_caesareans", "fetuses", "maternal_age",
)  # fmt: skip
OBSERVED = tuple(dict.fromkeys(concept(name).read_by.of for name in READ))
PREGNANCIES_A_PART = 100_000
BOOKED, BORN = 60, 280


def main() -> None:
    asked = _asked()
    if asked.measure:
        print(json.dumps(_measured(asked.measure, Path(asked.folder))))
        return
    print_heading(
        "pregnancies", "observations", "4 readings, s", "peak memory, GB", "Polars group-by, 1 reading, s", "ratio"
    )
    for pregnancies in asked.pregnancies:
        with tempfile.TemporaryDirectory(prefix="equipartum-events-") as scratch:
            _write(pregnancies, asked.observations, Path(scratch))
            ours = _in_a_fresh_process("ours", scratch)
            peer = None if asked.no_peer else _in_a_fresh_process("peer", scratch)
            _print(pregnancies, asked.observations, ours, peer)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pregnancies", type=int, nargs="+", default=[100_000, 300_000, 1_000_000])
    parser.add_argument("--observations", type=int, default=60, help="of each pregnancy")
    parser.add_argument("--no-peer", action="store_true", help="measure ours alone")
    parser.add_argument("--measure", choices=["ours", "peer"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


def _print(pregnancies: int, each: int, ours: dict[str, float], peer: dict[str, float] | None) -> None:
    seconds = sum(ours[name] for name in ("booking", "weeks_28", "admission", "afterwards"))
    if peer is not None and peer["checksum"] != ours["checksum"]:
        raise SystemExit("the two readings at 28 weeks differ")
    print_row(
        f"{pregnancies:,}",
        f"{pregnancies * each:,}",
        f"{seconds:.1f}",
        f"{ours['gigabytes']:.2f}",
        "-" if peer is None else f"{peer['weeks_28']:.1f} ({peer['gigabytes']:.2f} GB)",
        "-" if peer is None else f"{peer['weeks_28'] / ours['weeks_28']:.1f} times",
    )


def _write(pregnancies: int, each: int, folder: Path) -> None:
    rng = np.random.default_rng(20_260_101)
    for part, first in enumerate(range(0, pregnancies, PREGNANCIES_A_PART)):
        here = min(PREGNANCIES_A_PART, pregnancies - first)
        which = rng.integers(0, len(OBSERVED), here * each)
        pl.DataFrame(
            {
                "pregnancy": np.repeat(np.arange(first, first + here, dtype=np.uint32), each),
                "concept": pl.Series(OBSERVED, dtype=OBSERVATION_COLUMNS["concept"]).gather(which),
                "day": rng.integers(BOOKED, BORN + 20, here * each).astype(np.int16),
                "value": rng.integers(0, 3, here * each).astype(np.float64),
            },
            schema=OBSERVATION_COLUMNS,
        ).write_parquet(folder / f"observations-{part:03}.parquet")
    rows = pl.DataFrame({"pregnancy_id": pl.int_range(pregnancies, eager=True).cast(pl.String)})
    given = {"booked_day": pl.lit(BOOKED), "ended_day": pl.lit(BORN), "ended_by": pl.lit("birth")}
    rows.with_columns(
        *(
            given.get(name, pl.lit(None)).cast(kind).alias(name)
            for name, kind in PREGNANCY_COLUMNS.items()
            if name not in rows
        )
    ).select(*PREGNANCY_COLUMNS).write_parquet(folder / "pregnancies.parquet")


def _in_a_fresh_process(what: str, folder: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.event_records", "--measure", what, "--folder", folder],
        check=True,
        stdout=subprocess.PIPE,
    )
    return dict(json.loads(done.stdout))


def _measured(what: str, folder: Path) -> dict[str, float]:
    observations = pl.scan_parquet(folder / "observations-*.parquet")
    if what == "peer":
        seconds, at_28_weeks = _timed(lambda: by_group_by(observations))
        found = {"weeks_28": seconds}
    else:
        histories = Histories(pregnancies=pl.read_parquet(folder / "pregnancies.parquet"), observations=observations)
        # Compiling is a cost of an installation, not of a reading.
        histories.known_by(BOOKING, ["parity"])
        found = {p.name: _timed(lambda p=p: histories.known_by(p, READ))[0] for p in (BOOKING, ADMISSION)}
        found["afterwards"] = _timed(lambda: histories.afterwards(READ))[0]
        found["weeks_28"], at_28_weeks = _timed(lambda: histories.known_by(WEEKS_28, READ))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {**found, "gigabytes": peak, "checksum": _checksum(at_28_weeks)}


def _timed(run: Callable[[], pl.DataFrame]) -> tuple[float, pl.DataFrame]:
    started = time.perf_counter()
    result = run()
    return time.perf_counter() - started, result


def _checksum(frame: pl.DataFrame) -> float:
    return round(sum(_total(frame, name) for name in READ), 3)


def _total(frame: pl.DataFrame, name: str) -> float:
    column = frame[name]
    if column.dtype == pl.String:
        column = column.replace_strict({level: observed_value(name, level) for level in concept(name).categories})
    return float(column.cast(pl.Float64).fill_nan(None).sum()) + column.null_count() / 7


def by_group_by(observations: pl.LazyFrame) -> pl.DataFrame:
    """The facts known at 28 weeks, as one would write them in Polars: one filtered aggregation a fact."""
    known = observations.filter(pl.col("day") <= WEEKS_28.gestational_day)
    day, value = pl.col("day"), pl.col("value")
    aggregations = []
    for name in READ:
        reading = concept(name).read_by
        of = pl.col("concept") == reading.of
        days, values = day.filter(of), value.filter(of)
        match reading.how:
            case "first":
                found = values.filter(days == days.min()).max()
            case "last":
                found = values.filter(days == days.max()).max()
            case "maximum":
                found = values.max()
            case "count":
                found = pl.when(values.len() > 0).then((values != 0).sum())
            case _:
                x, count = days.cast(pl.Float64), values.len()
                spread = count * (x * x).sum() - x.sum() ** 2
                found = (
                    pl.when(spread > 0)
                    .then(7 * (count * (x * values).sum() - x.sum() * values.sum()) / spread)
                    .round(9)
                )
        aggregations.append(found.alias(name))
    frame = known.group_by("pregnancy").agg(aggregations).collect(engine="streaming")
    no_births = pl.col("parity") == 0
    return frame.with_columns(
        pl.when(~no_births)
        .then("previous_caesareans")
        .otherwise(pl.when(pl.col("parity").is_null()).then("previous_caesareans"))
        .alias("previous_caesareans")
    )


if __name__ == "__main__":
    main()
