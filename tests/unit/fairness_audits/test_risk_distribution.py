"""How risks are spread: printed counts by band, with the outcome and without; what is hidden stays hidden."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.risk_distribution import risk_distributions

BANDS = {0.03: (20, 400), 0.12: (40, 200), 0.3: (30, 60)}


def _report(rule: str, **other: tuple[int, int]):
    rows = [
        {"risk": risk, "observed": event, "ethnic_group": "White"}
        for risk, (events, others) in BANDS.items()
        for event, number in ((True, events), (False, others))
        for _ in range(number)
    ]
    rows += [
        {"risk": 0.3, "observed": event, "ethnic_group": group}
        for group, numbers in other.items()
        for event, number in zip((True, False), numbers, strict=True)
        for _ in range(number)
    ]
    frame = pl.DataFrame(rows).with_columns(
        pregnancy_id=pl.int_range(pl.len()).cast(pl.String), outcome=pl.lit("preterm_birth")
    )
    return audit(frame, replace(DEFAULT_POLICY, disclosure=rule))


def test_women_are_counted_by_band_and_outcome():
    report = _report("none")
    white = {d.group: d for d in risk_distributions(report.counts, report.models[0])}["White"]
    assert [(b.label, b.events, b.others) for b in white.bands] == [
        ("2 to 5 %", 20, 400),
        ("10 to 15 %", 40, 200),
        ("25 to 50 %", 30, 60),
    ]
    assert [b.share_of_events for b in white.bands] == pytest.approx([20 / 90, 40 / 90, 30 / 90])


def test_a_hidden_count_has_no_bar():
    report = _report("mhsds", Black=(2, 40))
    black = {d.group: d for d in risk_distributions(report.counts, report.models[0])}["Black"]
    band = next(band for band in black.bands if band.label == "25 to 50 %")
    assert band.events is None
    assert band.share_of_events == 0.0


def test_flags_without_risks_have_no_spread():
    frame = pl.DataFrame(
        {
            "pregnancy_id": ["a", "b"],
            "outcome": "preterm_birth",
            "risk": pl.Series([None, None], dtype=pl.Float64),
            "observed": [True, False],
            "ethnic_group": "White",
            "alert": [True, False],
            "scored_by": "guideline:local",
        }
    )
    report = audit(frame)
    assert risk_distributions(report.counts, report.sections[0]) == ()
