"""Reading births: against `pandas.read_fwf`, same fields and same checked output, and against inflating alone.

Run as ``python -m benchmarks.ingest [--births N | --data FILE] [--memory-births N]``. Without ``--data`` it makes its
own file of random births in a temporary folder. Times are the best of several runs, files in the page cache; beside
pandas also in CPU seconds of all threads, which other work on the machine moves less.
"""

from __future__ import annotations

import argparse
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import inflate64
import numpy as np
import pandas as pd
import polars as pl

from records.sources.cdc_natality import CDC_NATALITY
from records.sources.cdc_natality.archive import inflated, members
from records.sources.cdc_natality.births import Births
from records.sources.cdc_natality.codes import code_type, codes_by_text, unreadable
from records.sources.cdc_natality.decode import decode_records
from records.sources.cdc_natality.encode import write_natality
from records.sources.cdc_natality.fields import FIELDS
from records.sources.cdc_natality.fixed_width import blocks_of_text

BYTES_A_BIRTH = 1347
PANDAS_RUNS = 2


def main() -> None:
    arguments = _arguments()
    if arguments.peak_memory_of:
        _print_peak_memory(arguments.peak_memory_of)
        return
    with tempfile.TemporaryDirectory() as folder:
        text = (
            _text_of(arguments.data, Path(folder)) if arguments.data else _random_text(arguments.births, Path(folder))
        )
        births = text.stat().st_size // BYTES_A_BIRTH
        print(f"{births:,} births, {text.stat().st_size / 1e6:,.0f} MB of text, {len(FIELDS)} fields")
        _compare_with_pandas(text, arguments.repeats)
        for method in (zipfile.ZIP_DEFLATED, 9):
            _compare_with_inflating(_zipped(text, method), method, arguments.repeats)
        _report_memory(text, "peak memory, this file")
        if arguments.memory_births:
            enlarged = _enlarged(text, arguments.memory_births)
            seconds = _best(lambda: CDC_NATALITY.scan([enlarged]), 1)
            print(f"{arguments.memory_births:,} births from text: {seconds:.1f} s")
            _report_memory(enlarged, f"peak memory, {arguments.memory_births:,} births")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--births", type=int, default=100_000)
    parser.add_argument("--data", type=Path, help="a natality .txt or .zip instead of random births")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--memory-births", type=int, default=0, help="also read a text repeated to so many births")
    parser.add_argument("--peak-memory-of", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _compare_with_pandas(text: Path, repeats: int) -> None:
    _assert_same_codes(text, _checked_by_pandas(_read_by_pandas(text)))
    # Taken in turns, so that a busy moment of the machine does not fall on one of them alone.
    turns = [
        (
            _timed(lambda: _checked_by_pandas(_read_by_pandas(text))),
            *(_timed(lambda: CDC_NATALITY.scan([text])) for _ in range(repeats)),
        )
        for _ in range(PANDAS_RUNS)
    ]
    theirs = _least(pandas for pandas, *_ in turns)
    ours = _least(scan for _, *scans in turns for scan in scans)
    collected = _least(_timed(lambda: CDC_NATALITY.scan([text]).pregnancies.collect()) for _ in range(repeats))
    print(f"pandas.read_fwf, code lists checked: {theirs[0]:.2f} s, {theirs[1]:.2f} s of CPU")
    for what, (seconds, cpu) in (("scan from text, every code equal", ours), ("and all concepts derived", collected)):
        print(f"{what}: {seconds:.3f} s, {cpu:.3f} s of CPU: {_times(theirs, seconds, cpu)} (target 20x)")


def _times(theirs: tuple[float, float], seconds: float, cpu: float) -> str:
    return f"{theirs[0] / seconds:.0f}x faster, {theirs[1] / cpu:.0f}x less CPU"


def _timed(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and CPU seconds of all threads."""
    began, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - began, time.process_time() - cpu


def _least(times: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """The least of each, of whichever run."""
    seconds, cpu = zip(*times, strict=True)
    return min(seconds), min(cpu)


def _read_by_pandas(text: Path) -> pd.DataFrame:
    spans = [(field.first_byte - 1, field.last_byte) for field in FIELDS.values()]
    return pd.read_fwf(text, colspecs=spans, names=list(FIELDS), header=None, dtype=str, na_filter=False)


def _checked_by_pandas(read: pd.DataFrame) -> dict[str, np.ndarray]:
    """Each field through its code list, as a user of pandas would: one dictionary a column."""
    checked = {}
    for field in FIELDS.values():
        codes = {text.strip(): code for text, code in codes_by_text(field.name).items()}
        checked[field.name] = read[field.name].map(codes).fillna(unreadable(field)).to_numpy(code_type(field))
    return checked


def _assert_same_codes(text: Path, expected: dict[str, np.ndarray]) -> None:
    births = Births()
    births.begin_file(text.name)
    for block in blocks_of_text(text):
        births.add(decode_records(block))
    frame = births.frame().collect()
    for name, codes in expected.items():
        assert np.array_equal(frame[name].to_numpy(), codes), name


def _compare_with_inflating(archive: Path, method: int, repeats: int) -> None:
    (member,) = members(archive)
    # Taken in turns, so that a busy moment of the machine does not fall on one of the two alone.
    turns = [
        (_best(lambda: _exhaust(archive, member), 1), _best(lambda: CDC_NATALITY.scan([archive]), 1))
        for _ in range(repeats)
    ]
    alone, ours = (min(times) for times in zip(*turns, strict=True))
    name = "Deflate64" if method == 9 else "Deflate"
    print(f"{name}: inflate and CRC alone {alone:.3f} s, scan {ours:.3f} s: {ours / alone:.2f}x (target <= 2x)")


def _exhaust(archive: Path, member: zipfile.ZipInfo) -> None:
    for _ in inflated(archive, member):
        pass


def _report_memory(path: Path, title: str) -> None:
    command = [sys.executable, "-m", "benchmarks.ingest", "--peak-memory-of", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    print(f"{title}: {done.stdout.strip()} (target <= 1,000 MB)")


def _print_peak_memory(path: Path) -> None:
    """High-water mark of resident memory of a fresh process that scans the file and counts its births."""
    births = CDC_NATALITY.scan([path]).pregnancies.select(pl.len()).collect().item()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(f"{kilobytes / 1e3:,.0f} MB for {births:,} births")


def _best(run: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def _random_text(births: int, folder: Path) -> Path:
    random = np.random.default_rng(2024)
    columns = {}
    for name in FIELDS:
        texts = np.array([text for text in codes_by_text(name) if text.strip()])
        columns[name] = texts[random.integers(0, len(texts), births)]
    path = folder / "births.txt"
    write_natality(pl.DataFrame(columns), path)
    return path


def _text_of(data: Path, folder: Path) -> Path:
    path = folder / f"{data.stem}.txt"
    if not zipfile.is_zipfile(data):
        path.write_bytes(data.read_bytes())
        return path
    with path.open("wb") as file:
        for member in members(data):
            file.writelines(inflated(data, member))
    return path


def _zipped(text: Path, method: int) -> Path:
    """One member, by hand, because zipfile cannot write Deflate64."""
    content = text.read_bytes()
    packed = _deflated(content, method)
    name = text.name.encode()
    fields = struct.pack(
        "<HHHHHIIIHH", 45, 0, method, 0, 0x21, zlib.crc32(content), len(packed), len(content), len(name), 0
    )
    local = b"PK\x03\x04" + fields + name
    central = b"PK\x01\x02" + struct.pack("<H", 45) + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local) + len(packed), 0)
    path = text.with_name(f"{text.stem}-{method}.zip")
    path.write_bytes(local + packed + central + end)
    return path


def _deflated(content: bytes, method: int) -> bytes:
    if method == zipfile.ZIP_DEFLATED:
        deflater = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        return deflater.compress(content) + deflater.flush()
    deflater64 = inflate64.Deflater()
    return deflater64.deflate(content) + deflater64.flush()


def _enlarged(text: Path, births: int) -> Path:
    content = text.read_bytes()
    path = text.with_name("enlarged.txt")
    left = births * BYTES_A_BIRTH
    with path.open("wb") as file:
        while left > 0:
            left -= file.write(content[:left])
    return path


if __name__ == "__main__":
    main()
