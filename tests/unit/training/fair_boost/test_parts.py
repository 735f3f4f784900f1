"""Parts of the inner split, and that none of them leaks into another's business."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

from training.fair_boost import CERTIFICATE, HELD_OUT, TRAINING
from training.fair_boost.parts import UnidentifiedWoman, split_parts


def _parts(model, births):
    return model.split_parts(births.event, sensitive_features=births.group, groups=births.woman)


def test_every_birth_of_a_woman_is_on_one_side(fitted, births):
    parts = _parts(fitted, births)
    for part in (TRAINING, HELD_OUT, CERTIFICATE):
        assert not set(births.woman[parts == part]) & set(births.woman[parts != part])


def test_the_parts_hold_their_fractions_within_each_group_and_outcome(births):
    codes = np.unique(births.group.astype(str), return_inverse=True)[1]
    event = births.event.astype(float)
    parts = split_parts(event, codes, held_out_fraction=0.25, certificate_fraction=0.15, seed=1)
    for code in range(codes.max() + 1):
        for outcome in (0, 1):
            stratum = (codes == code) & (event == outcome)
            expected = np.array([0.60, 0.25, 0.15]) * stratum.sum()
            assert np.bincount(parts[stratum], minlength=3) == pytest.approx(expected, abs=1.5)


def test_births_of_the_certificate_change_nothing_but_the_certificate(fitted, births):
    certificate = _parts(fitted, births) == CERTIFICATE
    other = births.predictors.copy()
    other[certificate] = -other[certificate][::-1]
    again = clone(fitted).fit(other, births.event, sensitive_features=births.group, groups=births.woman)
    for ours, theirs in zip(fitted.boosters_, again.boosters_, strict=True):
        assert ours.model_to_string() == theirs.model_to_string()
    assert again.threshold_ == fitted.threshold_
    assert [row.figures for row in again.frontier_] == [row.figures for row in fitted.frontier_]
    assert again.certificate_ != fitted.certificate_


def test_held_out_births_do_not_reach_the_plain_trees(fitted, births):
    held_out = _parts(fitted, births) == HELD_OUT
    other = births.predictors.copy()
    other[held_out] = 0.0
    again = clone(fitted).fit(other, births.event, sensitive_features=births.group, groups=births.woman)
    assert again.boosters_[0].model_to_string() == fitted.boosters_[0].model_to_string()


def test_a_small_stratum_is_shared_out_before_it_is_shared_in_proportion():
    event = np.array([1.0] * 6)
    group = np.array([0, 1, 1, 2, 2, 2])
    parts = split_parts(event, group, held_out_fraction=0.25, certificate_fraction=0.15, seed=0)
    assert parts[0] == TRAINING
    assert sorted(parts[1:3]) == [TRAINING, HELD_OUT]
    assert sorted(parts[3:]) == [TRAINING, HELD_OUT, CERTIFICATE]


def test_a_birth_without_a_woman_is_refused_where_women_are_given():
    with pytest.raises(UnidentifiedWoman, match="row 1"):
        split_parts(
            np.array([0.0, 1.0]),
            np.array([0, 0]),
            women=np.array(["w1", None], dtype=object),
            held_out_fraction=0.25,
            certificate_fraction=0.15,
            seed=0,
        )
