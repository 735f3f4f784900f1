"""Reading an NHS extract, as MSDS tables or a FHIR export: seconds, CPU seconds and peak memory by its size.

    python -m benchmarks.nhs_records [--form msds fhir] [--pregnancies 10000 40000]

For each form and size it writes simulated histories and reads them in a fresh process. A megabyte is of text as it was
written.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.printed import print_heading, print_row
from records.histories.histories import Histories
from records.sources.fhir import write_fhir
from records.sources.msds import write_msds
from records.sources.registry import source
from records.sources.simulated import simulate_histories

WRITE: Mapping[str, Callable[[Histories, Path], None]] = {"msds": write_msds, "fhir": write_fhir}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=list(WRITE), nargs="+", default=list(WRITE))
    parser.add_argument("--pregnancies", type=int, nargs="+", default=[10_000, 40_000])
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read is not None:
        print(json.dumps(_read(asked.form[0], asked.read)))
        return
    print_heading("form", "births", "rows", "MB", "seconds", "CPU seconds", "peak memory, GB")
    for form in asked.form:
        for births in asked.pregnancies:
            with tempfile.TemporaryDirectory(prefix="equipartum-nhs-") as scratch:
                folder = Path(scratch) / "extract"
                WRITE[form](simulate_histories(births, seed=1).histories, folder)
                _print(form, births, folder)


def _read(form: str, folder: Path) -> dict[str, float]:
    started = time.perf_counter()
    source(form).scan([folder])
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": time.perf_counter() - started,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss / 1e6,
    }


def _print(form: str, births: int, folder: Path) -> None:
    rows = sum(_rows(file) for file in folder.iterdir())
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    command = [sys.executable, "-m", "benchmarks.nhs_records", "--form", form, "--read", str(folder)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print_row(
        form, f"{births:,}", f"{rows:,}", f"{size:,.0f}", f"{found['seconds']:.1f}", f"{found['cpu']:.1f}",
        f"{found['peak']:.2f}",
    )  # fmt: skip


def _rows(file: Path) -> int:
    with file.open("rb") as opened:
        return sum(part.count(b"\n") for part in iter(lambda: opened.read(1 << 24), b""))


if __name__ == "__main__":
    main()
