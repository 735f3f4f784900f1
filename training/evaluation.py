"""What the audit found, in the shape other places need it: metrics of the registry, and who may be shown a percentage.

Every number here is the audit's own printed figure, so the registry, the card and the report agree to the last digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fairness_audits.figures import GroupFigures
from fairness_audits.levels import EVERYONE

__all__ = ["headline_figures", "list_only_groups", "metrics_of"]

METRICS = ("sensitivity", "observed_to_expected", "positive_predictive_value", "flag_rate", "auroc", "brier")
# Below 100 events a group's calibration cannot be judged (Collins et al. 2016, Stat Med 35:214).
ENOUGH_EVENTS_TO_JUDGE = 100
# Observed over expected within 0.8 and 1.25: a default of this project, of no authority.
CALIBRATED = (0.8, 1.25)


def headline_figures(figures: Iterable[GroupFigures]) -> list[GroupFigures]:
    """The model's own figures at the primary operating point, for everyone and for each ethnic group."""
    return [
        f for f in figures if f.is_primary and not f.section.is_comparator and f.level in ("everyone", "ethnic_group")
    ]


def metrics_of(figures: Iterable[GroupFigures]) -> dict[str, float]:
    """Printed values by name and group, for example `sensitivity.black`; what is undefined or hidden is left out."""
    found = {}
    for row in headline_figures(figures):
        group = "everyone" if row.group == EVERYONE else _slug(row.group)
        for name in METRICS:
            value = row[name].value
            if value is not None:
                found[f"{name}.{group}"] = value
    return found


def list_only_groups(figures: Iterable[GroupFigures]) -> tuple[str, ...]:
    """Groups of at least 100 events whose O:E lies outside 0.8 to 1.25 by more than chance: its interval excludes 1.

    They are ordered by risk and shown no percentage.
    """
    return tuple(
        row.group
        for row in headline_figures(figures)
        if row.level == "ethnic_group" and (row.counts["events"] or 0) >= ENOUGH_EVENTS_TO_JUDGE and _is_off(row)
    )


def _is_off(row: GroupFigures) -> bool:
    ratio = row["observed_to_expected"]
    if ratio.value is None or ratio.low is None or ratio.high is None:
        return False
    outside = not CALIBRATED[0] <= ratio.value <= CALIBRATED[1]
    return outside and not ratio.low <= 1 <= ratio.high


def _slug(group: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", group.lower()).strip("_")
