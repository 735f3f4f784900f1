"""Tables at the edge of what can be audited: a report that says so, or a refusal by name."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.counts import count_predictions
from fairness_audits.levels import TooManyGroups
from fairness_audits.page import report_page
from fairness_audits.policy import DEFAULT_POLICY
from records.prediction_errors import DuplicatePrediction, EmptyPredictions

ON = datetime.date(2026, 1, 31)
EXACT = replace(DEFAULT_POLICY, disclosure="none")
BY_SITE = replace(EXACT, group_by=("ethnic_group", "site"))


def _births(number: int, *, sites: int = 1, **columns: object) -> pl.DataFrame:
    random = np.random.default_rng(1)
    risk = 1 / (1 + np.exp(-random.normal(-1.5, 1.0, number)))
    frame = pl.DataFrame(
        {
            "pregnancy_id": np.arange(number).astype(str),
            "outcome": "preterm_birth",
            "prediction_point": "booking",
            "risk": risk,
            "alert": risk > 0.3,
            "observed": random.random(number) < risk,
            "ethnic_group": random.choice(["White", "Black", "Not stated"], number),
            "site": [f"site {n % sites}" for n in range(number)],
        }
    )
    return frame.with_columns(**{name: pl.lit(value) for name, value in columns.items()})


def test_five_hundred_groups_are_all_in_the_report():
    report = audit(_births(5_000, sites=500), BY_SITE, as_of=ON)
    section = report.models[0]
    sites = report.figures_of(section, "site")
    assert len({row.group for row in sites}) == 500
    assert sum(row.counts["n"] for row in sites) == 5_000
    assert report_page(report).count("site 499") >= 1


def test_more_groups_than_a_level_holds_are_refused_by_name():
    births = _births(2_002, sites=1_001)
    with pytest.raises(TooManyGroups, match=r"groups by 'site', which has 1,001 values here; .* at most 1,000"):
        audit(births, BY_SITE, as_of=ON)
    crossed = replace(EXACT, group_by=("ethnic_group", "ethnic_group x site"))
    with pytest.raises(TooManyGroups, match="'ethnic_group x site'"):
        audit(births, crossed, as_of=ON)


def test_thousands_of_sites_that_nobody_groups_by_change_nothing():
    many, one = (audit(_births(4_000, sites=n), EXACT, as_of=ON) for n in (2_000, 1))
    assert [row.to_dict() for row in many.figures] == [row.to_dict() for row in one.figures]


def test_counts_have_no_more_cells_than_rows():
    births = _births(3_000, sites=500)
    counts = count_predictions(births, cell_columns=("ethnic_group",), as_of=ON)
    assert counts.frame.height <= births.height
    assert counts.rows == births.height


@pytest.mark.parametrize("disclosure", ["none", "msds", "mhsds"])
@pytest.mark.parametrize(
    "births",
    [
        _births(400, ethnic_group="White"),
        _births(400, ethnic_group="Not known"),
        _births(400, observed=False),
        _births(400, observed=True),
        _births(400, observed=None).with_columns(pl.col("observed").cast(pl.Boolean)),
        _births(400, risk=0.0),
        _births(400, risk=1.0),
        _births(400, alert=False),
        _births(1),
        _births(2),
    ],
    ids=[
        "one group",
        "ethnicity missing",
        "nobody had it",
        "everybody had it",
        "no outcome recorded",
        "every risk 0",
        "every risk 1",
        "nobody flagged",
        "one woman",
        "two women",
    ],
)
def test_it_is_reported_and_what_is_unknown_is_not_a_number(births, disclosure):
    report = audit(births, replace(DEFAULT_POLICY, disclosure=disclosure), as_of=ON)
    assert report_page(report)
    everyone = report.group(report.models[0])
    events = births["observed"].sum()
    if not events:
        assert everyone["sensitivity"].value is None
    if births["observed"].null_count() == births.height:
        assert everyone["event_rate"].value is None
        assert all(gap.expected is None for gap in report.gaps)
    if births["ethnic_group"].n_unique() == 1:
        assert all(gap.expected is None for gap in report.gaps if gap.level == "ethnic_group")
    assert report.data.ethnicity_recorded == bool(births["ethnic_group"].is_in(["White", "Black"]).any())


def test_an_empty_table_and_a_birth_told_twice_are_refused():
    births = _births(10)
    with pytest.raises(EmptyPredictions):
        audit(births.clear(), as_of=ON)
    with pytest.raises(DuplicatePrediction, match=r"^2 pregnancies"):
        audit(pl.concat([births, births.head(2)]), as_of=ON)
