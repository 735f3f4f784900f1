"""Counts that may be published: about ten risk bands, rounded by the disclosure rule.

They show the shape of the risks by group and outcome. Being rounded, they do not add up exactly to anything, so two
hospitals' published counts cannot be merged into the audit of both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from fairness_audits.disclosure import DisclosureRule, one_family, publish
from fairness_audits.figures import Section
from fairness_audits.levels import EVERYONE, Level
from fairness_audits.risk_bins import bin_lower_risk

__all__ = ["COUNTS_METADATA", "PUBLISHED", "banded_counts", "write_published_counts"]

# Under this key of its own metadata a file of counts says what it is.
COUNTS_METADATA = "equipartum_counts"
PUBLISHED = "published"

# Lower edges of the bands, as risks.
EDGES = (0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5)
SCHEMA = {
    "outcome": pl.String(),
    "prediction_point": pl.String(),
    "outcome_definition": pl.String(),
    "scored_by": pl.String(),
    "model_version": pl.String(),
    "level": pl.String(),
    "group": pl.String(),
    "risk_from": pl.Float64(),
    "flagged": pl.String(),
    "observed": pl.String(),
    "count": pl.Int64(),
}
SAID = {True: "yes", False: "no", None: "not known"}


def banded_counts(
    sections: Mapping[Section, pl.DataFrame], levels: tuple[Level, ...], rule: DisclosureRule
) -> pl.DataFrame:
    """One row for each section, level, group, band, flag and outcome; hidden counts are null.

    Of so many fine counts, to print which are 0 and which are 1 to 7 would tell who is where: both are hidden here.
    """
    rows = [
        {**section.to_dict(), "level": level.name, **row}
        for section, counts in sections.items()
        for level in levels
        for row in _of_level(counts, level, rule)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def write_published_counts(counts: pl.DataFrame, path: Path, rule: DisclosureRule, *, is_simulated: bool) -> None:
    """As Parquet that says in its own metadata how it was rounded, what it therefore cannot do, and if births are made
    up (any of them)."""
    described = {
        "kind": PUBLISHED,
        "schema": 1,
        "disclosure": rule.name,
        "disclosure_rule": rule.title,
        "authority": rule.authority,
        "is_simulated": is_simulated,
        "notice": (
            "Counts in about ten risk bands, after the disclosure rule. They show the shape of the risks by group and "
            "outcome. They do not add up exactly to any total and cannot be merged into the audit of several sites: "
            "for that, each site makes restricted counts under a data-sharing agreement."
        ),
    }
    counts.write_parquet(path, metadata={COUNTS_METADATA: json.dumps(described)})


def _fine(count: int | None, rule: DisclosureRule) -> int | None:
    return None if count is None or (rule.rounded_to > 1 and count <= rule.small) else count


def _of_level(counts: pl.DataFrame, level: Level, rule: DisclosureRule) -> list[dict[str, object]]:
    lowest = [bin_lower_risk(number) for number in range(1025)]
    band = {number: max(edge for edge in EDGES if edge <= risk + 1e-12) for number, risk in enumerate(lowest)}
    labelled = level.labelled(counts).with_columns(
        risk_from=pl.col("bin").cast(pl.Int64).replace_strict(band, default=None, return_dtype=pl.Float64)
    )
    cells = labelled.group_by("group", "risk_from", "alert", "observed").agg(pl.col("n").sum())
    exact: dict[str, dict[str, float]] = {group: {} for group in (EVERYONE, *level.groups)}
    keys = {}
    for group, risk_from, alert, observed, n in cells.iter_rows():
        key = repr((risk_from, alert, observed))
        keys[key] = (risk_from, alert, observed)
        exact[group][key] = n
        exact[EVERYONE][key] = exact[EVERYONE].get(key, 0) + n
    complete = {group: {key: row.get(key, 0) for key in keys} for group, row in exact.items()}
    printed = publish(rule, complete, one_family(complete, EVERYONE))
    return [
        {
            "group": group,
            "risk_from": risk_from,
            "flagged": SAID[alert],
            "observed": SAID[observed],
            "count": _fine(row[key], rule),
        }
        for group, row in printed.items()
        for key, (risk_from, alert, observed) in sorted(keys.items(), key=lambda item: str(item))
    ]
