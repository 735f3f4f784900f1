"""The largest audit that a site is likely to make stays a page that can be sent."""

from __future__ import annotations

import numpy as np
import polars as pl

from fairness_audits.audit import audit
from fairness_audits.page import report_page
from records.groups import ENGLAND_2001

OUTCOMES = ("preterm_birth", "haemorrhage", "gestational_diabetes", "postpartum_depression")
BIRTHS = 6_000


def _births(outcome: str) -> pl.DataFrame:
    """Every category of England's coding, by deprivation, interpreter need and site."""
    random = np.random.default_rng(3)
    categories = ENGLAND_2001.categories
    code = random.integers(0, len(categories), BIRTHS)
    risk = random.beta(1.5, 10, BIRTHS)
    return pl.DataFrame(
        {
            "pregnancy_id": [f"{outcome}{n}" for n in range(BIRTHS)],
            "outcome": outcome,
            "prediction_point": "booking",
            "risk": risk,
            "observed": random.random(BIRTHS) < risk,
            "group_scheme": ENGLAND_2001.name,
            "ethnic_category": [categories[n].code for n in code],
            "ethnic_group": [categories[n].group for n in code],
            "deprivation_quintile": pl.Series(random.integers(1, 6, BIRTHS), dtype=pl.Int8),
            "interpreter_needed": random.random(BIRTHS) < 0.2,
            "site": [f"site {n}" for n in random.integers(0, 12, BIRTHS)],
        }
    )


def test_four_outcomes_by_every_category_and_crossing_are_at_most_3_megabytes():
    page = report_page(audit(pl.concat([_births(outcome) for outcome in OUTCOMES])))
    assert "Ethnic group and deprivation" in page
    assert len(page.encode()) <= 3_000_000
