"""FA013: simulated births shown as such."""

from __future__ import annotations

WOMEN = {"found": 40, "missed": 60, "cleared": 900}


def test_fires_on_simulated_births_without_blocking(audited):
    report = audited({"White": {**WOMEN, "is_simulated": True}})
    assert [(f.state, f.severity) for f in report.findings if f.code == "FA013"] == [("finding", "advisory")]
    assert report.is_simulated


def test_blocks_where_simulated_and_real_are_mixed(audited):
    report = audited({"White": {**WOMEN, "is_simulated": True}, "Black": {**WOMEN, "is_simulated": False}})
    assert "FA013" in report.blocking


def test_does_not_fire_on_real_births(audited):
    report = audited({"White": WOMEN})
    assert [f.state for f in report.findings if f.code == "FA013"] == ["passed"]
    assert not report.is_simulated
