"""From how many events in a group the 95 % limits of a figure were seen to hold 95 % of the time.

Measured, not derived: `python -m benchmarks.audit_coverage`, 2,000 samples of groups of 5 to 5,000 events at several
event rates, judged by the exact binomial test (p > .001). 5 is the fewest that was tried: fewer may do. A slope and a
calibration error are not printed below 100. See docs/benchmarks/audit.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["TRUSTED_FROM", "are_trusted"]

FEWEST_TRIED = 5

EXACT = MappingProxyType(
    {
        "event_rate": FEWEST_TRIED,
        "flag_rate": FEWEST_TRIED,
        "sensitivity": FEWEST_TRIED,
        "specificity": FEWEST_TRIED,
        "positive_predictive_value": FEWEST_TRIED,
        "net_benefit": FEWEST_TRIED,
        "observed_to_expected": FEWEST_TRIED,
        "auroc": 8,
        "brier": FEWEST_TRIED,
        "calibration_in_the_large": FEWEST_TRIED,
        "calibration_slope": 100,
        "calibration_error": 100,
    }
)
# Counts rounded to 5. A small group's rate is printed where its counts happen to round up and hidden where they do not,
# and of such a choice no interval holds as stated.
ROUNDED = MappingProxyType(
    {
        "event_rate": 30,
        "flag_rate": 16,
        "sensitivity": 50,
        "specificity": 50,
        "positive_predictive_value": 16,
        "net_benefit": 30,
        "observed_to_expected": FEWEST_TRIED,
        "auroc": 8,
        "brier": 30,
        "calibration_in_the_large": 12,
        "calibration_slope": 100,
        "calibration_error": 100,
    }
)
# By disclosure rule, then figure. `mhsds` rounds as `msds` does, and was not tried by itself.
TRUSTED_FROM: Mapping[str, Mapping[str, int]] = MappingProxyType({"none": EXACT, "msds": ROUNDED, "mhsds": ROUNDED})


def are_trusted(disclosure: str, estimand: str, events: int | None) -> bool | None:
    """Whether limits on so many events hold as stated; None where the figure was not tried, or events are hidden."""
    fewest = TRUSTED_FROM[disclosure].get(estimand)
    return None if fewest is None or events is None else events >= fewest
