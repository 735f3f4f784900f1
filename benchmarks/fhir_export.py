"""Reading a FHIR export: CPU seconds and peak memory by the number of pregnancies.

    python -m benchmarks.fhir_export [--pregnancies 10000 40000]

For each size it writes simulated histories as NDJSON and reads them in a fresh process.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.printed import print_heading, print_row
from records.sources.fhir import FHIR, write_fhir
from records.sources.simulated import simulate_histories


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pregnancies", type=int, nargs="+", default=[10_000, 40_000])
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read is not None:
        print(json.dumps(_read(asked.read)))
        return
    print_heading("births", "resources", "MB", "seconds", "CPU seconds", "peak memory, MB")
    for births in asked.pregnancies:
        with tempfile.TemporaryDirectory(prefix="equipartum-fhir-") as scratch:
            folder = Path(scratch) / "export"
            write_fhir(simulate_histories(births, seed=1).histories, folder)
            _print(births, folder)


def _read(folder: Path) -> dict[str, float]:
    started = time.perf_counter()
    FHIR.scan([folder])
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": time.perf_counter() - started,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss / 1024,
    }


def _print(births: int, folder: Path) -> None:
    resources = sum(file.read_bytes().count(b"\n") for file in folder.iterdir())
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    command = [sys.executable, "-m", "benchmarks.fhir_export", "--read", str(folder)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print_row(
        f"{births:,}", f"{resources:,}", f"{size:,.0f}", f"{found['seconds']:.1f}", f"{found['cpu']:.1f}",
        f"{found['peak']:.0f}",
    )  # fmt: skip


if __name__ == "__main__":
    main()
