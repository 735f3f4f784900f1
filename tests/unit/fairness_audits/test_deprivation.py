"""The outcome gap with deprivation held equal, against the same worked out by hand."""

from __future__ import annotations

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.deprivation import CROSSED_LEVEL, adjusted_rates
from fairness_audits.page import report_page
from fairness_audits.policy import policy_from_toml

POLICY = """
schema = 1
group_by = ["ethnic_group", "ethnic_group x deprivation_quintile"]
disclosure = "{rule}"
minimum_events = 50
[[threshold]]
kind = "rate"
value = 0.1
"""
# Women, events, by group and fifth: White women live in the least deprived, Black women in the most.
WOMEN = {("White", 1): (400, 40), ("White", 5): (1600, 80), ("Black", 1): (900, 117), ("Black", 5): (300, 18)}


def _predictions(women: dict[tuple[str, int], tuple[int, int]]) -> pl.DataFrame:
    rows = [
        {"ethnic_group": group, "deprivation_quintile": fifth, "observed": number < events}
        for (group, fifth), (size, events) in women.items()
        for number in range(size)
    ]
    return pl.DataFrame(rows).with_columns(
        pregnancy_id=pl.int_range(pl.len()).cast(pl.String), outcome=pl.lit("preterm_birth"), risk=pl.lit(0.1)
    )


def _adjusted(rule: str, women: dict[tuple[str, int], tuple[int, int]] | None = None):
    report = audit(_predictions(women or WOMEN), policy_from_toml(POLICY.format(rule=rule), name="test"))
    section = report.models[0]
    groups, crossed = report.figures_of(section, "ethnic_group"), report.figures_of(section, CROSSED_LEVEL)
    return report, {row.group: row for row in adjusted_rates(groups, crossed, report.rule)}


def test_each_fifth_counts_as_it_does_for_all_women():
    """1,300 of 3,200 women live in the most deprived fifth: White .1 x 13/32 + .05 x 19/32, Black .13 and .06."""
    _, rows = _adjusted("none")
    assert rows["White"].adjusted.value == pytest.approx(0.1 * 13 / 32 + 0.05 * 19 / 32, abs=5e-5)
    assert rows["Black"].adjusted.value == pytest.approx(0.13 * 13 / 32 + 0.06 * 19 / 32, abs=5e-5)
    assert rows["Black"].crude.value == pytest.approx(135 / 1200, abs=5e-5)
    assert rows["Black"].adjusted.low < rows["Black"].adjusted.value < rows["Black"].adjusted.high


def test_a_group_of_which_one_fifth_cannot_be_printed_is_not_adjusted():
    _, rows = _adjusted("msds", {**WOMEN, ("Black", 5): (6, 2)})
    assert rows["Black"].adjusted.is_hidden
    assert rows["White"].adjusted.value is not None


def test_crude_stands_first_and_the_sentence_beside_it():
    page = report_page(_adjusted("none")[0])
    assert "Adjusted for deprivation, %" in page
    assert "Deprivation lies on the pathway; adjusting does not explain the gap away." in page


def test_without_deprivation_there_is_nothing_to_adjust():
    report = audit(_predictions(WOMEN).drop("deprivation_quintile"))
    section = report.models[0]
    assert adjusted_rates(report.figures_of(section, "ethnic_group"), (), report.rule) == ()
    assert "Adjusted for deprivation: not collected." in report_page(report)
