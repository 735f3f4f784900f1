"""A whole audit with its report from a national file of predictions, in a process of its own: seconds and peak memory.

    python -m benchmarks.national_audit [--births 250000 1000000 3700000] [--folder FOLDER]

Made-up births of six ethnic groups and seventeen categories at 30 sites, 3 in 100 of them twins of the one before;
a model's risk and flag for each, and beside them the answer of a guideline: two rows a birth. The child reads the
Parquet file, audits under the shipped policy and writes the report. Wall and CPU seconds are the child's, from start
to exit with all imports; memory is its peak resident set (`ru_maxrss` of `os.wait4`).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

SITES = 30
TWINS = 0.03
FLAGGED = 0.10
CATEGORIES = {
    "White": ("A", "B", "C"),
    "Mixed": ("D", "E", "F", "G"),
    "Asian or Asian British": ("H", "J", "K", "L"),
    "Black or Black British": ("M", "N", "P"),
    "Other ethnic groups": ("R", "S"),
    "Not stated": ("Z",),
}
SHARES = (0.68, 0.04, 0.13, 0.06, 0.05, 0.04)
AUDIT = """
import sys
from fairness_audits.audit import audit_files
report = audit_files(sys.argv[1], out=sys.argv[2])
print(report.data.rows, len(report.figures), len(report.findings))
"""


def births(number: int, seed: int = 5) -> pl.DataFrame:
    """One row a birth, all that the model's and the guideline's rows share, with the model's risk."""
    random = np.random.default_rng(seed)
    group = random.choice(len(SHARES), number, p=SHARES)
    names = list(CATEGORIES)
    codes = [CATEGORIES[name] for name in names]
    within = random.integers(0, 12, number)
    woman = np.arange(number)
    twin = np.flatnonzero(random.random(number - 1) < TWINS) + 1
    woman[twin] = woman[twin - 1]
    risk = 1 / (1 + np.exp(-random.normal(-2.6, 0.8, number)))
    return pl.DataFrame(
        {
            "pregnancy_id": np.arange(number),
            "woman_id": woman,
            "risk": risk,
            "observed": random.random(number) < risk,
            "is_recorded": random.random(number) < 0.97,
            "rule": random.random(number) < FLAGGED,
            "ethnic_group": pl.Series(names).gather(group),
            "ethnic_category": [codes[g][w % len(codes[g])] for g, w in zip(group, within, strict=True)],
            "deprivation_quintile": random.integers(1, 6, number),
            "site": random.integers(0, SITES, number),
        }
    ).with_columns(
        pl.col("pregnancy_id", "woman_id").cast(pl.String),
        site=pl.format("site {}", "site"),
        observed=pl.when("is_recorded").then("observed"),
        outcome=pl.lit("preterm_birth"),
        prediction_point=pl.lit("booking"),
        outcome_definition=pl.lit("birth before 37 weeks"),
        group_scheme=pl.lit("england_2001"),
        weight=pl.lit(1.0),
    )


def write_predictions(number: int, path: Path) -> int:
    """The model's rows, then the guideline's; how many there are."""
    made = births(number)
    line = made["risk"].quantile(1 - FLAGGED)
    model = made.with_columns(scored_by=pl.lit("model"), model_version=pl.lit("1"), alert=pl.col("risk") >= line)
    rule = made.with_columns(
        scored_by=pl.lit("guideline:made_up"),
        model_version=pl.lit("2020"),
        alert=pl.col("rule"),
        risk=pl.lit(None, dtype=pl.Float64),
    )
    table = pl.concat([model, rule]).drop("rule", "is_recorded")
    table.write_parquet(path)
    return table.height


def audited(path: Path, out: Path) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak memory in GB of a process that audits ``path``."""
    start = time.perf_counter()
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", AUDIT, str(path), str(out)], os.environ)
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit(f"the audit of {path.name} failed")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--births", type=int, nargs="+", default=[250_000, 1_000_000, 3_700_000])
    parser.add_argument("--folder", type=Path, help="Where the files are written. Default: a temporary folder.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        for number in chosen.births:
            path = Path(folder) / f"predictions-{number}.parquet"
            rows = write_predictions(number, path)
            wall, cpu, memory = audited(path, Path(folder) / f"report-{number}")
            print(f"{number:>9,} births, {rows:>9,} predictions: {wall:5.1f} s, {cpu:5.1f} CPU s, {memory:.2f} GB")
            path.unlink()


if __name__ == "__main__":
    main()
