"""Certificates against exact posteriors, and against what they must not claim."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta
from sklearn.base import clone

from training.fair_boost.births import Births
from training.fair_boost.certificate import certify


def _events(**groups: tuple[int, int]) -> tuple[Births, np.ndarray]:
    """Of each group, how many events there are and how many were found; a birth without event completes the cohort."""
    names, found = [], []
    for name, (events, flagged) in groups.items():
        names += [name.replace("_", " ")] * events
        found += [True] * flagged + [False] * (events - flagged)
    cohort = Births.of(np.append(np.ones(len(names)), 0.0), sensitive_features=[*names, names[0]], sample_weight=None)
    return cohort.taken(np.arange(len(names))), np.array(found)


def _certified(events, found, before=None, *, tolerance):
    return certify(events, found, before, births=10_000, tolerance=tolerance)


def _of(certificate, group):
    return next(row for row in certificate.groups if row.group == group)


def test_the_probability_of_lying_below_the_floor_is_exact_for_two_groups():
    births, flag = _events(A=(300, 90), B=(60, 12))
    share, tolerance = 300 / 360, 0.02
    a, b = beta(90.5, 210.5), beta(12.5, 48.5)
    # B < share A + (1 - share) B - tolerance, which is B < A - tolerance / share
    expected, _ = quad(lambda x: a.pdf(x) * b.cdf(x - tolerance / share), 0, 1, points=[0.3])
    certified = _of(_certified(births, flag, tolerance=tolerance), "B")
    assert certified.below_floor == pytest.approx(expected, abs=0.01)
    assert (certified.events, certified.found) == (60, 12)


def test_the_paired_comparison_with_row_0_counts_only_who_changed():
    births, before = _events(A=(400, 200), B=(50, 10))
    after = before.copy()
    after[:40] = False  # of group A: 40 lost
    after[200:210] = True  # and 10 gained
    certified = _certified(births, after, before, tolerance=0.5)
    a = _of(certified, "A")
    assert (a.found_by_row_0_only, a.found_by_this_only) == (40, 10)
    # among those who changed, the share that was lost is Beta(40.5, 10.5): all but surely above a half
    assert a.below_row_0 == pytest.approx(beta(40.5, 10.5).sf(0.5), abs=0.005)
    assert a.status == "violated"
    b = _of(certified, "B")
    assert (b.found_by_row_0_only, b.found_by_this_only) == (0, 0)
    assert b.below_row_0 == pytest.approx(0.5, abs=0.02)


def test_the_unconstrained_model_is_never_worse_than_itself():
    births, flag = _events(A=(100, 30), B=(10, 2))
    for group in _certified(births, flag, tolerance=0.02).groups:
        assert group.below_row_0 == group.worse_than_row_0 == 0


def test_status_says_met_violated_or_undetermined():
    births, flag = _events(
        Large=(20_000, 6_000), Met=(2_000, 640), Violated=(2_000, 400), Few=(12, 2), Not_stated=(80, 0)
    )
    certificate = _certified(births, flag, tolerance=0.02)
    status = {row.group: row.status for row in certificate.groups}
    assert status == {
        "Large": "met",
        "Met": "met",
        "Violated": "violated",
        "Few": "undetermined",
        "Not stated": "not constrained",
    }


def test_a_group_without_an_event_is_undetermined():
    cohort = Births.of(
        np.array([1.0] * 200 + [0.0] * 30), sensitive_features=["A"] * 200 + ["B"] * 30, sample_weight=None
    )
    events = cohort.taken(np.arange(200))
    certified = _of(_certified(events, np.arange(200) % 4 == 0, tolerance=0.02), "B")
    assert (certified.events, certified.status) == (0, "undetermined")


def test_two_models_that_found_the_same_few_events_are_not_said_to_be_equal():
    births, flag = _events(A=(500, 150), B=(10, 2))
    b = _of(_certified(births, flag, flag.copy(), tolerance=0.5), "B")
    assert b.below_row_0 == pytest.approx(0.5, abs=0.02)
    assert b.worse_than_row_0 > 0.05
    assert b.status == "undetermined"


def test_events_needed_follow_the_formula():
    births, flag = _events(A=(1000, 300))
    # 1.96^2 x 2 x 0.3 x 0.7 / 0.05^2 = 645.4
    assert _certified(births, flag, tolerance=0.05).events_needed == 646
    assert _certified(births, flag, tolerance=0.0).events_needed is None


def test_unequal_weights_count_for_less_than_as_many_women():
    births, flag = _events(A=(2000, 700), B=(200, 50))
    uneven = dataclasses.replace(births, weight=np.where(np.arange(len(flag)) % 5 == 0, 10.0, 0.01))
    plain = _of(_certified(births, flag, tolerance=0.0), "B").below_floor
    uncertain = _of(_certified(uneven, flag, tolerance=0.0), "B").below_floor
    assert plain > 0.95  # 25 % of 200 against 35 % of 2,000
    assert uncertain < plain


def test_the_same_births_give_the_same_certificate(fitted, births):
    again = clone(fitted).fit(births.predictors, births.event, sensitive_features=births.group, groups=births.woman)
    assert again.certificate_ == fitted.certificate_


def test_the_certificate_counts_events_of_its_own_part_only(fitted, births):
    parts = fitted.split_parts(births.event, sensitive_features=births.group, groups=births.woman)
    for row in fitted.certificate_.groups:
        inside = births.group == (None if row.group == "Not known" else row.group)
        assert row.events == (births.event[inside & (parts == 2)]).sum()
    flag = fitted.predict(births.predictors[parts == 2]) == 1
    found = {row.group: row.found for row in fitted.certificate_.groups}
    third = (births.group == "Third")[parts == 2] & (births.event[parts == 2] == 1)
    assert found["Third"] == (flag & third).sum()
