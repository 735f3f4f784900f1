"""Sites that differ, and nothing else: is a gap between groups then told as one between sites.

Twelve sites find from a fifth to half of the women who go on to the outcome, whoever they are. The planted group gives
birth mostly where fewest are found, so that over all sites together it is missed more often.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.audit_drawn import MODEL
from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import Figure
from fairness_audits.levels import levels_in
from fairness_audits.sites import site_gaps

__all__ = ["SiteRuns", "site_runs"]

SITES = 12
SENSITIVITY = np.linspace(0.20, 0.50, SITES)
EVENT_RATE = 0.075
OWN_SHARE = 0.07
OWN_SITES = np.linspace(2.0, 0.2, SITES) / np.linspace(2.0, 0.2, SITES).sum()
OTHER_SITES = np.full(SITES, 1 / SITES)


@dataclass(frozen=True, kw_only=True)
class SiteRuns:
    """Of ``told`` samples in which the split could be printed: how often it says what is so.

    ``within_holds``: the limits hold the truth, which is 0; ``within_named``: they lie wholly below 0, which is false;
    ``between_named``: the limits of the part between sites lie wholly below 0, which is true.
    """

    samples: int
    told: int
    within_holds: int
    within_named: int
    between_named: int

    @staticmethod
    def true_gap() -> float:
        return float((OWN_SITES - OTHER_SITES) @ SENSITIVITY)


def site_runs(women: int, samples: int, rule: DisclosureRule, random: np.random.Generator) -> SiteRuns:
    split = [_split(women, rule, random) for _ in range(samples)]
    within = [pair[0] for pair in split if pair is not None]
    between = [pair[1] for pair in split if pair is not None]
    return SiteRuns(
        samples=samples,
        told=len(within),
        within_holds=sum(one.low <= 0.0 <= one.high for one in within),
        within_named=sum(one.high < 0 for one in within),
        between_named=sum(one.high < 0 for one in between),
    )


def _split(women: int, rule: DisclosureRule, random: np.random.Generator) -> tuple[Figure, Figure] | None:
    rows = _rows(women, random)
    (level,) = levels_in(rows, group_by=("ethnic_group",), group_scheme="not given")
    gaps = site_gaps(MODEL, "offer policy", rows, level, rule)
    found = [gap for gap in gaps if gap.group == "Black" and gap.estimand == "sensitivity"]
    return (found[0].within, found[0].between) if found and found[0].within.has_limits else None


def _rows(women: int, random: np.random.Generator) -> pl.DataFrame:
    """Counts by site, group, outcome and flag, with what `site_gaps` reads of them."""
    cells = []
    for group, share, sites in (("Black", OWN_SHARE, OWN_SITES), ("White", 1 - OWN_SHARE, OTHER_SITES)):
        born = random.multinomial(round(women * share), sites)
        events = random.binomial(born, EVENT_RATE)
        found = random.binomial(events, SENSITIVITY)
        for n, observed, flagged in (
            (found, True, 1.0),
            (events - found, True, 0.0),
            (born - events, False, 0.0),
        ):
            cells += [(str(site), group, observed, flagged, int(n[site])) for site in range(SITES)]
    frame = pl.DataFrame(cells, schema=["site", "ethnic_group", "observed", "flagged_share", "n"], orient="row")
    n = pl.col("n").cast(pl.Float64)
    return frame.filter(pl.col("n") > 0).with_columns(bin=pl.lit(1), weight=n, risk=n * EVENT_RATE)
