"""The design effect of women with several rows, against a bootstrap over women and worked examples."""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl
import pytest

from fairness_audits.counts import by_section, count_predictions
from fairness_audits.design_effects import _effect, design_effects
from fairness_audits.levels import EVERYONE, levels_in
from fairness_audits.policy import OperatingPoint
from fairness_audits.printed_rates import RATES
from fairness_audits.tallies import flagged_share

ON = datetime.date(2026, 1, 31)


def _effects(frame: pl.DataFrame) -> dict[str, dict[str, float]]:
    counts = count_predictions(frame, cell_columns=("ethnic_group",), as_of=ON)
    ((_, rows),) = counts.sections(("ethnic_group",))
    patterns = [part for _, part in by_section(counts.repeated)]
    (level,) = levels_in(counts.frame, group_by=("ethnic_group",), group_scheme="not given")
    flagged = flagged_share(rows, OperatingPoint(kind="offer_policy"), ())
    return design_effects(flagged, patterns[0] if patterns else counts.repeated, level, rates=RATES)


@pytest.fixture(scope="module", params=[False, True], ids=["unweighted", "weighted"])
def births(request) -> pl.DataFrame:
    """8,000 births of 5,000 women: what is told and what happens runs in women; one birth in five is not recorded."""
    random = np.random.default_rng(11)
    woman = np.sort(random.integers(0, 5000, 8000))
    tendency = random.normal(0, 2.0, 5000)[woman]
    risk = 1 / (1 + np.exp(-(tendency - 2)))
    observed = pl.Series(random.random(8000) < risk)
    recorded = pl.Series(random.random(8000) < 0.8)
    group = np.where(woman % 3 == 0, "Black", "White")
    return pl.DataFrame(
        {
            "pregnancy_id": np.arange(8000).astype(str),
            "woman_id": woman.astype(str),
            "outcome": "preterm_birth",
            "risk": risk,
            "alert": random.random(8000) < risk,
            "ethnic_group": group,
            "weight": np.exp(random.normal(0, 0.4, 8000)) if request.param else np.ones(8000),
        }
    ).with_columns(observed=pl.when(recorded).then(observed))


def _rates(births: pl.DataFrame, weight: np.ndarray) -> np.ndarray:
    """Event rate, flag rate, sensitivity, specificity and predictive value, straight from rows."""
    observed = births["observed"].fill_null(value=False).to_numpy()
    known, alert = births["observed"].is_not_null().to_numpy(), births["alert"].to_numpy()

    def share(part: np.ndarray, whole: np.ndarray) -> float:
        return float((weight * (part & whole)).sum() / (weight * whole).sum())

    return np.array(
        [
            share(observed, known),
            share(alert, np.ones_like(alert)),
            share(alert, observed),
            share(~alert, known & ~observed),
            share(observed, alert & known),
        ]
    )


def test_it_is_the_variance_over_women_against_that_over_rows(births):
    """2,000 bootstrap samples of women, and of rows: the ratio of variances has a Monte Carlo error of about 4.5 %."""
    random = np.random.default_rng(3)
    weight, woman = births["weight"].to_numpy(), births["woman_id"].cast(pl.Int64).to_numpy()
    by_women = np.array([_rates(births, weight * random.poisson(1, 5000)[woman]) for _ in range(2000)])
    by_rows = np.array([_rates(births, weight * random.poisson(1, 8000)) for _ in range(2000)])
    expected = by_women.var(axis=0) / by_rows.var(axis=0)
    found = _effects(births)[EVERYONE]
    ours = [found[n] for n in ("event_rate", "flag_rate", "sensitivity", "specificity", "positive_predictive_value")]
    assert expected[0] > 1.2  # the example has something to find
    np.testing.assert_allclose(ours, expected, rtol=0.15)


def test_twins_who_share_everything_halve_what_is_known():
    """Every woman has two rows that agree: the variance of a mean of n pairs is twice that of 2n single rows."""
    twins = pl.DataFrame(
        {
            "pregnancy_id": [str(n) for n in range(400)],
            "woman_id": [str(n // 2) for n in range(400)],
            "outcome": "preterm_birth",
            "risk": 0.2,
            "alert": [n % 8 < 2 for n in range(400)],
            "observed": [n % 4 < 2 for n in range(400)],
            "ethnic_group": "White",
        }
    )
    found = _effects(twins)["White"]
    assert found["event_rate"] == found["sensitivity"] == found["flag_rate"] == 2.0


def test_a_rate_of_none_or_all_is_treated_as_if_rows_of_a_woman_agreed(births):
    """The limit of the formula: (sum of squared cluster sizes) / (sum of sizes) without weights."""
    nobody = births.with_columns(observed=pl.lit(value=False), weight=pl.lit(1.0))
    sizes = births.group_by("woman_id").len()["len"].to_numpy().astype(float)
    expected = float((sizes**2).sum() / sizes.sum())
    assert _effects(nobody)[EVERYONE]["event_rate"] == pytest.approx(expected, abs=0.01)
    everybody = births.with_columns(observed=pl.lit(value=True), weight=pl.lit(1.0))
    assert _effects(everybody)[EVERYONE]["event_rate"] == pytest.approx(expected, abs=0.01)


def test_nothing_changes_where_no_woman_has_a_second_row(births):
    alone = births.unique("woman_id", keep="first")
    assert {effect for group in _effects(alone).values() for effect in group.values()} == {1.0}


def test_a_group_with_few_such_women_takes_everyones(births):
    """Five Black women with several rows among hundreds with one."""
    black = births.filter(pl.col("ethnic_group") == "Black")
    alone = black.unique("woman_id", keep="first", maintain_order=True)
    several = black.filter(pl.len().over("woman_id") > 1)["woman_id"].unique(maintain_order=True).head(5)
    few = pl.concat(
        [
            births.filter(pl.col("ethnic_group") == "White"),
            alone.filter(~pl.col("woman_id").is_in(several.implode())),
            black.filter(pl.col("woman_id").is_in(several.implode())),
        ]
    )
    found = _effects(few)
    assert found["Black"] == found[EVERYONE]
    assert found["White"]["event_rate"] > 1


def test_it_never_narrows_an_interval():
    """Rows of a woman that differ more than those of strangers would give less than 1."""
    opposite = pl.DataFrame(
        {
            "pregnancy_id": [str(n) for n in range(200)],
            "woman_id": [str(n // 2) for n in range(200)],
            "outcome": "preterm_birth",
            "risk": 0.2,
            "alert": [n % 2 == 0 for n in range(200)],
            "observed": [n % 2 == 0 for n in range(200)],
            "ethnic_group": "White",
        }
    )
    assert _effects(opposite)["White"]["event_rate"] == 1.0


def test_many_rows_of_one_woman_tell_no_more_than_she_does():
    """300 rows of one woman beside 300 of as many others: her group is known as well as one woman's outcome."""
    random = np.random.default_rng(4)
    frame = pl.DataFrame(
        {
            "pregnancy_id": np.arange(600).astype(str),
            "woman_id": ["one"] * 300 + [f"w{n}" for n in range(300)],
            "outcome": "preterm_birth",
            "risk": 0.2,
            "alert": random.random(600) < 0.3,
            "observed": random.random(600) < 0.2,
            "ethnic_group": ["Black"] * 300 + ["White"] * 300,
        }
    )
    effects = _effects(frame)
    assert effects["Black"]["event_rate"] == 300
    assert effects[EVERYONE]["event_rate"] == 151  # 1 + 300 * 299 / 600, in whole numbers


def test_a_rate_that_is_one_but_for_the_last_digit_of_its_sums_is_one():
    """Weights of very different women, added in another order: the part ends a last digit below the whole."""
    apart = {"r:part": np.nextafter(386271.0, 0), "r:whole": 386271.0}
    apart |= {f"r:{pair}": 149196015093.0 for pair in ("part part", "part whole", "whole whole")}
    crossed = {f"r:{pair}": 772518.0 for pair in ("part part", "part whole", "whole whole")}
    assert _effect("r", apart, crossed) == 1 + 772518.0 / 149196015093.0
