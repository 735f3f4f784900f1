"""Figures of a distribution: exact where counts are, and no more telling than the printed counts where they are not."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from fairness_audits.audit import audit
from fairness_audits.counts import count_predictions
from fairness_audits.distribution_figures import PrintedTotals, distribution_intervals
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.tallies import distributions

ON = datetime.date(2026, 1, 31)
MSDS = replace(DEFAULT_POLICY, group_by=("ethnic_group",), disclosure="msds")


def _births(number: int, *, is_weighted: bool) -> pl.DataFrame:
    """Risks in hundredths, each in a bin of its own, so that bins lose nothing."""
    random = np.random.default_rng(31)
    risk = np.round(expit(random.normal(-1.5, 1.0, number)), 2).clip(0.01, 0.99)
    return pl.DataFrame(
        {
            "pregnancy_id": np.arange(number).astype(str),
            "outcome": "preterm_birth",
            "risk": risk,
            "observed": random.random(number) < expit(0.4 + 0.8 * logit(risk)),
            "ethnic_group": random.choice(["White", "Black"], number),
            "weight": random.uniform(0.2, 3.0, number) if is_weighted else np.ones(number),
        }
    )


def _bins(frame: pl.DataFrame):
    ((_, rows),) = count_predictions(frame, cell_columns=("ethnic_group",), as_of=ON).sections()
    return distributions(rows, None)["Everyone"]


@pytest.mark.parametrize("is_weighted", [False, True], ids=["unweighted", "weighted"])
def test_from_exact_totals_they_are_the_exact_figures(is_weighted):
    frame = _births(3000, is_weighted=is_weighted)
    risk, observed, weight = (frame[name].to_numpy() for name in ("risk", "observed", "weight"))
    bins = _bins(frame)
    events, non_events = float(weight[observed].sum()), float(weight[~observed].sum())
    totals = PrintedTotals(events=events, known=events + non_events, event_size=events, non_event_size=non_events)
    found = distribution_intervals(bins, totals)
    score = logit(risk)
    shift = brentq(lambda a: (weight * (expit(score + a) - observed)).sum(), -5, 5, xtol=1e-14, rtol=1e-14)
    line = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(score[:, None], observed, sample_weight=weight)
    assert found["auroc"].value == pytest.approx(roc_auc_score(observed, risk, sample_weight=weight), abs=1e-12)
    assert found["brier"].value == pytest.approx(brier_score_loss(observed, risk, sample_weight=weight), abs=1e-12)
    assert found["calibration_in_the_large"].value == pytest.approx(shift, abs=1e-12)
    assert found["calibration_slope"].value == pytest.approx(line.coef_[0, 0], abs=1e-5)
    # The score equations of a logistic line hold at the slope found, for the intercept that goes with it.
    slope = found["calibration_slope"].value
    cut = brentq(lambda a: (weight * (expit(a + slope * score) - observed)).sum(), -5, 5, xtol=1e-15, rtol=1e-14)
    assert (weight * score * (expit(cut + slope * score) - observed)).sum() == pytest.approx(0, abs=1e-8)


def test_the_shift_gives_the_printed_number_back_and_not_the_exact_one():
    """12 events of 300 print as 10 of 300 (msds); expit moved by the shift adds up to 10 events."""
    random = np.random.default_rng(32)
    risk = np.round(expit(random.normal(-3.0, 0.5, 300)), 2).clip(0.01, 0.99)
    totals = PrintedTotals(events=10, known=300, event_size=10, non_event_size=290)
    observed = np.zeros(300, dtype=bool)
    observed[:12] = True
    frame = _births(300, is_weighted=False).with_columns(risk=pl.Series(risk), observed=pl.Series(observed))
    shift = distribution_intervals(_bins(frame), totals)["calibration_in_the_large"].value
    assert expit(logit(risk) + shift).sum() == pytest.approx(10, abs=1e-9)


def _spread_alike(events: int, non_events: int) -> pl.DataFrame:
    """A quarter of those with the outcome told .1, half .2, a quarter .3; of those without, three in four .1."""
    risks = np.r_[
        np.repeat([0.1, 0.2, 0.3], [events // 4, events // 2, events // 4]),
        np.repeat([0.1, 0.2], [3 * non_events // 4, non_events // 4]),
    ]
    return pl.DataFrame(
        {
            "pregnancy_id": np.arange(risks.size).astype(str),
            "outcome": "preterm_birth",
            "risk": risks,
            "observed": np.repeat([True, False], [events, non_events]),
            "ethnic_group": "White",
        }
    )


def test_numbers_that_print_alike_give_figures_alike():
    """108 events and 112 both print as 110 (msds): where risks are spread alike, no figure tells them apart."""
    fewer, more = (audit(_spread_alike(*n), MSDS, as_of=ON) for n in ((108, 1892), (112, 1888)))
    fewer, more = (report.group(report.models[0]) for report in (fewer, more))
    assert fewer.counts == more.counts
    for name in ("auroc", "calibration_slope"):
        assert fewer[name] == more[name]


@pytest.mark.parametrize("events", [108, 112])
def test_the_brier_score_printed_is_that_of_the_printed_events(events):
    """E[r^2] - 2 p E[r | event] + p, where p is 110 of 2,000 and the risks of women with the outcome average .2."""
    frame = _spread_alike(events, 2000 - events)
    report = audit(frame, MSDS, as_of=ON)
    squared, p = float((frame["risk"] ** 2).mean()), 110 / 2000
    assert report.group(report.models[0])["brier"].value == pytest.approx(squared - 2 * p * 0.2 + p, abs=5.01e-5)
