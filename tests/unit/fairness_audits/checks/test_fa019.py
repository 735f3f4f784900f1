"""FA019: does the model order the women of a group as well as it orders everyone together."""

from __future__ import annotations

import polars as pl

from fairness_audits.audit import audit

# Flagged women are told .3, the others .05. AUROC = (1 + sensitivity - false positive rate) / 2, as two risks give.
ORDERED = {"found": 300, "missed": 200, "cleared": 4000, "false_alarms": 500}


def test_fires_where_a_group_is_not_ordered_while_the_pooled_figure_looks_fine(answers):
    """Black: 100 of 200 events and 900 of 1,800 others flagged: .5, a coin."""
    coin = {"found": 100, "missed": 100, "cleared": 900, "false_alarms": 900}
    found = answers("FA019", {"White": ORDERED, "Other": ORDERED, "Black": coin})
    assert next((f.state, f.severity, f.group) for f in found) == ("finding", "advisory", "Black")
    assert "no better than chance (AUROC 0.500" in found[0].sentence


def test_does_not_fire_where_every_group_is_ordered_alike(answers):
    assert [f.state for f in answers("FA019", {"White": ORDERED, "Black": ORDERED})] == ["passed"]


def test_cannot_tell_on_few_events(answers):
    few = {"found": 6, "missed": 6, "cleared": 60, "false_alarms": 30}
    states = {f.state: f.sentence for f in answers("FA019", {"White": ORDERED, "Black": few})}
    assert "Black" in states["cannot tell"]


def test_is_not_applicable_without_events(answers):
    assert [f.state for f in answers("FA019", {"White": {"cleared": 50}})] == ["not applicable"]


def test_groups_that_differ_only_in_how_common_the_outcome_is(table, exact):
    """Within each group one risk tells nobody apart; pooled it seems to, as one group is told more and has more."""
    rare = table({"White": {"missed": 100, "cleared": 3900, "other_risk": 0.05}})
    common = table({"Black": {"missed": 1000, "cleared": 3000, "other_risk": 0.25}})
    frame = pl.concat([rare, common]).with_row_index("row").with_columns(pregnancy_id=pl.col("row").cast(pl.String))
    report = audit(frame.drop("row"), exact)
    pooled = report.group(report.models[0])["auroc"].value
    assert pooled is not None
    assert pooled > 0.65
    assert report.group(report.models[0], "Black")["auroc"].value == 0.5
    found = [f for f in report.findings if f.code == "FA019"]
    assert {(f.state, f.group) for f in found} == {("finding", "White"), ("finding", "Black")}
    assert all(f"Every risk told to {f.group} women was the same" in f.sentence for f in found)


def test_one_risk_for_all_is_no_order_to_compare(table, exact):
    """It is FA020 that says so; that events are too few would not be why."""
    rows = table({"White": ORDERED, "Black": ORDERED}).with_columns(risk=pl.lit(0.1))
    (found,) = [f for f in audit(rows, exact).findings if f.code == "FA019"]
    assert found.state == "not applicable"
    assert "Every woman was told the same risk" in found.sentence
