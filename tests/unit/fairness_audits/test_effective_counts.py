"""What enters a rate where rows are weighted, or are several of one woman."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.effective_counts import EffectiveCounts
from fairness_audits.figures import figure
from fairness_audits.intervals import wilson
from fairness_audits.policy import DEFAULT_POLICY

ON = datetime.date(2026, 1, 31)
EXACT = replace(DEFAULT_POLICY, disclosure="none")


@pytest.fixture(scope="module")
def births() -> pl.DataFrame:
    """3,000 women of three groups with weights; alerts follow risks."""
    random = np.random.default_rng(8)
    group = random.choice(["White", "Asian", "Black"], 3000, p=[0.6, 0.25, 0.15])
    risk = 1 / (1 + np.exp(-random.normal(-1.2, 1.0, 3000)))
    return pl.DataFrame(
        {
            "pregnancy_id": np.arange(3000).astype(str),
            "outcome": "preterm_birth",
            "risk": risk,
            "alert": risk > 0.35,
            "observed": random.random(3000) < risk,
            "ethnic_group": group,
            "weight": np.exp(random.normal(0, 0.6, 3000)),
        }
    )


def _printed(report) -> list[tuple]:
    return [(row.group, row.operating_point, row.figures) for row in report.figures]


def test_everyone_else_unweighted_is_what_is_left():
    everyone, own = EffectiveCounts(part=40, whole=100, design=1.5), EffectiveCounts(part=15, whole=30)
    assert everyone.without(own) == EffectiveCounts(part=25, whole=70, design=1.5)
    assert everyone.without(EffectiveCounts(part=None, whole=30)).pair == (None, None)


def test_everyone_else_weighted_is_their_own_weighted_rate_and_size(births):
    """From the figures of all and of one group, the rate and Kish's effective number of the other groups' own rows."""
    report = audit(births, EXACT, as_of=ON)
    section = report.models[0]
    everyone = report.group(section).effective
    for group in ("White", "Asian", "Black"):
        rest = births.filter(pl.col("ethnic_group") != group)
        left = everyone["sensitivity"].without(report.group(section, group, "ethnic_group").effective["sensitivity"])
        cases = rest.filter("observed")
        found = cases.filter("alert")["weight"].sum() / cases["weight"].sum()
        size = cases["weight"].sum() ** 2 / (cases["weight"] ** 2).sum()
        assert left.part / left.whole == pytest.approx(found, abs=1e-12)
        assert left.whole == pytest.approx(size, rel=1e-9)


def test_a_gap_of_weighted_groups_is_of_their_weighted_rates(births):
    """Unweighted counts would say that group 'Black' is found as often as others; the weights say it is not."""
    heavy = births.with_columns(
        weight=pl.when((pl.col("ethnic_group") == "Black") & ~pl.col("alert")).then(6.0).otherwise(1.0)
    )
    gap = next(
        g for g in audit(heavy, EXACT, as_of=ON).gaps if g.estimand == "sensitivity" and g.level == "ethnic_group"
    )
    plain = next(
        g
        for g in audit(heavy.with_columns(weight=1.0), EXACT, as_of=ON).gaps
        if g.estimand == "sensitivity" and g.level == "ethnic_group"
    )
    assert gap.low > 0.1
    assert gap.expected > plain.expected + 0.1


def test_only_the_ratios_of_weights_matter(births):
    first = audit(births.with_columns(weight=pl.col("weight").round(3)), EXACT, as_of=ON)
    second = audit(births.with_columns(weight=pl.col("weight").round(3) * 4), EXACT, as_of=ON)
    assert _printed(first) == _printed(second)
    assert [gap.to_dict() for gap in first.gaps] == [gap.to_dict() for gap in second.gaps]
    assert [curve.to_dict() for curve in first.curves] == [curve.to_dict() for curve in second.curves]


@pytest.mark.parametrize("disclosure", ["none", "msds", "mhsds"])
def test_equal_weights_are_no_weights(births, disclosure):
    policy = replace(DEFAULT_POLICY, disclosure=disclosure)
    weighted = audit(births.with_columns(weight=pl.lit(0.25)), policy, as_of=ON)
    plain = audit(births.drop("weight"), policy, as_of=ON)
    assert _printed(weighted) == _printed(plain)


def test_rows_told_twice_are_known_no_better(births):
    """Each woman given twice, as the same woman: every figure and every limit is that of the women given once."""
    twice = pl.concat([births, births.with_columns(pregnancy_id="again" + pl.col("pregnancy_id"))])
    of_women = twice.with_columns(woman_id=pl.col("pregnancy_id").str.strip_prefix("again"))
    once = audit(births, EXACT, as_of=ON)
    found, unaware = audit(of_women, EXACT, as_of=ON), audit(twice, EXACT, as_of=ON)
    for single, double, naive in zip(once.figures, found.figures, unaware.figures, strict=True):
        for name in ("event_rate", "flag_rate", "sensitivity", "specificity", "observed_to_expected", "auroc", "brier"):
            assert double[name] == single[name], (single.group, name)
            assert naive[name].high - naive[name].low < single[name].high - single[name].low
    assert [g.expected for g in found.gaps] == pytest.approx([g.expected for g in once.gaps], abs=2e-3)
    assert found.to_dict()["figures"][0]["design_effects"]["sensitivity"] == 2.0


def test_a_rule_beside_a_weighted_model_is_weighted_too(births):
    """What the rule finds is its weighted share of the events, and its limits are those of the effective number."""
    random = np.random.default_rng(3)
    ruled = births.with_columns(
        scored_by=pl.lit("guideline:made_up"), alert=pl.Series(random.random(3000) < 0.4), risk=pl.lit(None, pl.Float64)
    )
    both = pl.concat([births.with_columns(scored_by=pl.lit("model")), ruled.select(*births.columns, "scored_by")])
    (comparison,) = audit(both, EXACT, as_of=ON).comparisons
    for row in comparison.rows[1:]:
        cases = ruled.filter((pl.col("ethnic_group") == row.group) & pl.col("observed"))
        weight = cases["weight"].to_numpy()
        share = float(weight[cases["alert"].to_numpy()].sum() / weight.sum())
        size = float(weight.sum() ** 2 / (weight**2).sum())
        assert row.rule == figure("sensitivity", wilson(share * size, size))
        assert row.found_by_rule == cases["alert"].sum()
