"""The sufficient statistic: exact at thresholds, additive, and honest about what it cannot add."""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl
import pytest

from fairness_audits.counts import CountsDoNotAdd, count_predictions
from fairness_audits.risk_bins import BINS, bin_lower_risk, bin_of, cut_of
from fairness_audits.tallies import share_at_rate

ON = datetime.date(2026, 1, 31)


def _count(frame, **options):
    return count_predictions(frame, cell_columns=("ethnic_group",), as_of=ON, **options)


def test_every_risk_has_a_bin_that_rises_with_it():
    risks = np.r_[0.0, np.logspace(-6, -0.001, 5000), 1.0]
    bins = pl.DataFrame({"risk": risks}).select(bin_of(pl.col("risk"))).to_series().to_numpy()
    assert (bins.min(), bins.max()) == (0, BINS - 1)
    assert np.all(np.diff(bins) >= 0)


def test_the_lower_edge_of_a_bin_is_in_the_bin():
    numbers = range(1, BINS)
    edges = [bin_lower_risk(number) * (1 + 1e-9) for number in numbers]
    assert pl.DataFrame({"risk": edges}).select(bin_of(pl.col("risk"))).to_series().to_list() == list(numbers)


def test_a_risk_equal_to_a_threshold_reaches_it():
    frame = pl.DataFrame({"risk": [0.0499999999, 0.05, 0.1, 0.2]})
    assert frame.select(cut_of(pl.col("risk"), (0.05, 0.1))).to_series().to_list() == [0, 1, 2, 2]


def test_counts_of_two_hospitals_are_the_counts_of_their_pooled_rows(table):
    first = table({"White": {"found": 7, "missed": 9, "cleared": 80, "weight": 1.5}})
    second = table({"White": {"found": 3, "cleared": 40}, "Black": {"missed": 5, "cleared": 20, "missing": 4}})
    second = second.with_columns(pregnancy_id="b" + pl.col("pregnancy_id"))
    merged = _count(first).merge(_count(second))
    pooled = _count(pl.concat([first, second], how="diagonal"))
    assert merged.frame.equals(pooled.frame)
    assert merged.frame.equals(_count(second).merge(_count(first)).frame)


def test_counts_of_other_thresholds_or_schemes_do_not_add(table):
    frame = table({"White": {"found": 7, "missed": 9}})
    with pytest.raises(CountsDoNotAdd, match="thresholds"):
        _count(frame).merge(_count(frame, thresholds=(0.1,)))
    with pytest.raises(CountsDoNotAdd, match="group_scheme"):
        _count(frame).merge(_count(frame.with_columns(group_scheme=pl.lit("us_omb"))))


def test_sections_are_never_pooled(table):
    frame = table({"White": {"found": 7, "missed": 9}})
    both = pl.concat([frame, frame.with_columns(outcome_definition=pl.lit("proxy: transfusion"))], how="diagonal")
    sections = _count(both).sections()
    assert [section["outcome_definition"] for section, _ in sections] == ["not given", "proxy: transfusion"]


def test_a_rate_flags_exactly_that_share_and_the_highest_risks(table):
    frame = table({"White": {"found": 100, "cleared": 900}})  # 100 at .3, 900 at .05
    rows = share_at_rate(_count(frame).frame, 0.2)
    assert (rows["n"] * rows["flagged_share"]).sum() == pytest.approx(200)
    by_bin = rows.sort("bin")["flagged_share"].to_list()
    assert by_bin[-1] == 1.0
    assert by_bin[0] == pytest.approx(100 / 900)  # the room left is shared evenly among ties
