"""The interval shown with a risk: right on drawn births, wider with fewer, blind to order, and silent on too little."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from models.observed_curve import ObservedCurve, UnusableCurve
from training.observed_curve import PLACES, observed_curve


def drawn(births: int, seed: int, *, too_high_by: float = 0.0):
    """Risks told, whether each happened, and the true share at a risk told; log-odds are wrong by ``too_high_by``."""
    random = np.random.default_rng(seed)
    told = -2.5 + 0.8 * random.standard_normal(births)
    true = 1 / (1 + np.exp(-(told - too_high_by)))
    return 1 / (1 + np.exp(-told)), random.random(births) < true


def women(births: int) -> np.ndarray:
    return np.arange(births)


def test_it_finds_risks_that_are_told_too_high() -> None:
    risk, happened = drawn(40_000, 1, too_high_by=0.4)
    curve = observed_curve(risk, happened, women(len(risk)), seed=1)
    assert curve is not None
    for told in (0.03, 0.08, 0.15, 0.25):
        odds = told / (1 - told) * np.exp(-0.4)
        shown = curve.at(told)
        assert shown.lower <= odds / (1 + odds) <= shown.upper
        assert shown.upper < told


def test_it_finds_a_bend_that_no_straight_line_in_log_odds_follows() -> None:
    random = np.random.default_rng(2)
    score = random.uniform(-4, 0, 60_000)
    true = 1 / (1 + np.exp(-(-3 + 3 * (score > -1.5) * (score + 1.5))))
    curve = observed_curve(1 / (1 + np.exp(-score)), random.random(60_000) < true, women(60_000), seed=1)
    assert curve is not None
    assert curve.at(0.03).observed == pytest.approx(0.047, abs=0.012)
    assert curve.at(0.35).observed == pytest.approx(1 / (1 + np.exp(-(-3 + 3 * (np.log(0.35 / 0.65) + 1.5)))), abs=0.04)


def test_it_covers_nineteen_times_in_twenty_where_risks_are_right() -> None:
    places = np.array([0.03, 0.06, 0.1, 0.2])
    held = []
    for seed in range(16):
        risk, happened = drawn(3_000, seed)
        curve = observed_curve(risk, happened, women(len(risk)), seed=seed)
        assert curve is not None
        held.append([curve.at(place).lower <= place <= curve.at(place).upper for place in places])
    # Looks at one curve go together: three standard errors of 16 curves below 95 %. The long run is a benchmark.
    assert np.mean(held) > 0.80


def test_it_does_not_jump_and_is_the_same_for_a_seed_and_any_order() -> None:
    risk, happened = drawn(5_000, 3)
    curve = observed_curve(risk, happened, women(len(risk)), seed=7)
    assert curve is not None
    assert curve == observed_curve(risk, happened, women(len(risk)), seed=7)
    shown = [curve.at(told) for told in np.linspace(0.0005, 0.6, 4_000)]
    for name in ("observed", "lower", "upper"):
        assert np.abs(np.diff([getattr(one, name) for one in shown])).max() < 0.004


def test_fewer_births_and_births_of_the_same_women_tell_less() -> None:
    risk, happened = drawn(20_000, 4)

    def width(of: int, whose: np.ndarray) -> float:
        curve = observed_curve(risk[:of], happened[:of], whose, seed=1)
        assert curve is not None
        return curve.at(0.1).upper - curve.at(0.1).lower

    alone = width(20_000, women(20_000))
    assert width(5_000, women(5_000)) > 1.6 * alone
    # Every birth four times over, as of one woman each: no more is known than from a quarter of the births.
    risk, happened = np.tile(risk[:5_000], 4), np.tile(happened[:5_000], 4)
    assert width(20_000, np.tile(women(5_000), 4)) == pytest.approx(width(5_000, women(5_000)), rel=0.2)


def test_no_count_and_no_womans_risk_can_be_read_off() -> None:
    risk, happened = drawn(3_000, 5)
    curve = observed_curve(risk, happened, women(len(risk)), seed=1)
    assert curve is not None
    assert curve.risk == PLACES
    assert {curve.scored_from, curve.scored_to} <= {0.0, 1.0, *PLACES}
    for shares in (curve.observed, curve.lower, curve.upper):
        assert all(round(share, 3) == share for share in shares)
    assert not {round(one, 6) for one in risk} & {round(place, 6) for place in (curve.scored_from, curve.scored_to)}


def test_one_woman_more_or_less_moves_nothing_by_more_than_a_coarse_count_would() -> None:
    """Among 900 women the highest scored has the outcome or has not: what is told differs by chance's own size."""
    risk, happened = drawn(900, 6)
    highest = int(risk.argmax())
    told = []
    for has in (True, False):
        happened[highest] = has
        curve = observed_curve(risk, happened, women(len(risk)), seed=1)
        assert curve is not None
        told.append(curve.at(float(risk[highest])))
    assert told[0].lower < told[1].observed < told[0].upper
    assert told[1].lower < told[0].observed < told[1].upper


@pytest.mark.parametrize("events", [0, 9])
def test_too_few_events_give_no_curve(events: int) -> None:
    risk, _ = drawn(500, 7)
    assert observed_curve(risk, np.arange(500) < events, women(500), seed=1) is None


def test_one_risk_for_everyone_gives_no_curve() -> None:
    assert observed_curve(np.full(500, 0.1), np.arange(500) < 50, women(500), seed=1) is None


def test_ten_events_still_give_finite_limits() -> None:
    risk, _ = drawn(500, 8)
    curve = observed_curve(risk, risk >= np.sort(risk)[-10], women(500), seed=1)
    assert curve is not None
    assert np.isfinite([*curve.lower, *curve.upper]).all()


def test_a_curve_survives_being_saved_and_says_where_nobody_was_scored() -> None:
    risk, happened = drawn(2_000, 9)
    curve = observed_curve(risk, happened, women(len(risk)), seed=1)
    assert curve is not None
    assert ObservedCurve.from_dict(curve.to_dict()) == curve
    assert curve.covers(float(risk.min()))
    assert curve.covers(float(risk.max()))
    assert not curve.covers(0.95)
    assert curve.at(0.99) == curve.at(0.9)


@pytest.mark.parametrize(
    "changes",
    [
        {"risk": (0.1, 0.1)},
        {"risk": (0.1,)},
        {"lower": (0.1, 0.3)},
        {"upper": (0.1, 1.3)},
    ],
)
def test_a_curve_that_is_none_is_refused(changes: dict[str, tuple[float, ...]]) -> None:
    plain = {
        "risk": (0.1, 0.2),
        "observed": (0.1, 0.2),
        "lower": (0.1, 0.1),
        "upper": (0.2, 0.3),
        "scored_from": 0.0,
        "scored_to": 1.0,
    }
    assert ObservedCurve(**plain).at(0.15).observed == pytest.approx(0.15)
    with pytest.raises(UnusableCurve):
        ObservedCurve(**(plain | changes))


def test_women_of_several_births_are_told_from_women_of_one() -> None:
    """The two ways of drawing (by bin, by woman) agree where each woman has one birth, whatever she is called."""
    risk, happened = drawn(4_000, 10)
    by_number = observed_curve(risk, happened, women(4_000), seed=1)
    by_name = observed_curve(risk, happened, pl.Series(women(4_000)).cast(pl.String).to_numpy(), seed=1)
    assert by_number == by_name
