"""Whom an update harms, where it is known: outcomes are drawn from the risks that are right for each group."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import binom

from fairness_audits.findings import CANNOT_TELL, FINDING, PASSED
from fairness_audits.intervals import Interval
from training.validation.harm_by_group import against_version, changes_by_group
from training.validation.recalibration import IN_THE_LARGE, NONE, REFIT, SLOPE
from training.validation.sufficient_update import harming_nobody, sufficient_update

SIZES = {"White": 9_000, "Asian": 3_000, "Black": 3_000, "Mixed": 150, "Not stated": 1_000}


def births(seed, *, shift=0.0, of_white=0.0):
    """Risks told and outcomes; the truth is ``shift`` above what is told, and ``of_white`` besides for White women."""
    random = np.random.default_rng(seed)
    groups = np.repeat(list(SIZES), list(SIZES.values())).astype(object)
    told = random.normal(-2.5, 0.5, groups.size)
    observed = (random.random(groups.size) < expit(told + shift + of_white * (groups == "White"))).astype(float)
    return groups, observed, expit(told)


def changes(groups, observed, before, after, women=None):
    women = np.arange(groups.size) if women is None else women
    found = changes_by_group(groups, women, observed, before, after, fewest_events=50)
    return {one.group: one for one in found}


def test_an_update_that_one_groups_unrecorded_events_call_for_harms_the_others():
    groups, observed, told = births(1, of_white=-1.0)
    lowered = expit(logit(told) - 0.55)
    found = changes(groups, observed, told, lowered)
    assert {name: one.state for name, one in found.items()} == {
        "White": PASSED, "Asian": FINDING, "Black": FINDING, "Mixed": CANNOT_TELL
    }  # fmt: skip
    asian = found["Asian"]
    of_them = groups == "Asian"
    before, after = (np.log(observed[of_them].sum() / risk[of_them].sum()) for risk in (told, lowered))
    assert asian.ratio.value == pytest.approx(abs(after) - abs(before))
    assert asian.ratio.low > 0
    assert [one.group for one in against_version(tuple(found.values())) if one.is_of_ratio] == ["Asian", "Black"]


SMALL = {"White": 9_000, "Asian": 400, "Black": 400, "Mixed": 400, "Other": 400}


def test_what_harms_groups_of_which_none_has_enough_events_is_seen_of_them_together(monkeypatch):
    monkeypatch.setattr(f"{__name__}.SIZES", SMALL)
    groups, observed, told = births(7, of_white=-1.0)
    found = changes(groups, observed, told, expit(logit(told) - 0.55))
    together = found.pop("Smaller groups together")
    assert {name for name, one in found.items() if one.state == CANNOT_TELL} == {"Asian", "Black", "Mixed", "Other"}
    assert (together.state, together.is_of_ratio) == (FINDING, True)
    assert together.events == sum(one.events for name, one in found.items() if name != "White")


def test_a_shift_of_all_groups_is_mended_and_harms_nobody():
    groups, observed, told = births(2, shift=np.log(1.5))
    found = changes(groups, observed, told, expit(logit(told) + np.log(1.5)))
    assert all(one.state == PASSED for name, one in found.items() if name != "Mixed")


def test_risks_that_did_not_move_harm_nobody_however_wrong_they_are():
    groups, observed, told = births(3, shift=1.0)
    assert not any(one.is_harmed for one in changes(groups, observed, told, told).values())


def test_where_o_e_is_as_far_from_1_before_as_after_one_sample_in_twenty_at_most_is_called_harm():
    """The truth lies half way between the two, so nobody is better or worse off: at most chance at 5 % (p > 0.001)."""
    samples = 150
    called = 0
    for seed in range(samples):
        groups, observed, told = births(seed, shift=0.2)
        called += any(one.is_harmed for one in changes(groups, observed, told, expit(logit(told) + 0.4)).values())
    assert binom.sf(called - 1, samples, 0.05) > 0.001


def test_risks_right_on_average_and_drawn_out_of_order_are_told_by_their_log_loss():
    groups, observed, told = births(4)
    shuffled = told.copy()
    is_asian = groups == "Asian"
    shuffled[is_asian] = np.random.default_rng(0).permutation(told[is_asian])
    found = changes(groups, observed, told, shuffled)
    assert (found["Asian"].state, found["Asian"].is_of_ratio) == (FINDING, False)
    assert found["White"].state == PASSED


def test_a_birth_written_twice_tells_no_more():
    groups, observed, told = births(5, of_white=-1.0)
    once = changes(groups, observed, told, told * 0.8)
    twice = changes(
        *(np.repeat(each, 2) for each in (groups, observed, told, told * 0.8)), np.arange(2 * groups.size) // 2
    )
    assert once["Asian"].p_ratio == pytest.approx(twice["Asian"].p_ratio)
    assert astuple(once["Asian"].loss) == pytest.approx(astuple(twice["Asian"].loss))


def _refit_called_for():
    _, observed, told = births(6, shift=0.5)
    return sufficient_update(logit(told), observed, Interval(0.002, 0.001, 0.003))


@pytest.mark.parametrize(
    ("harmful", "chosen", "held_back"),
    [((), REFIT, False), ((REFIT,), IN_THE_LARGE, True), ((REFIT, IN_THE_LARGE, SLOPE), NONE, True)],
)
def test_the_largest_update_that_harms_nobody_is_taken(harmful, chosen, held_back):
    groups, observed, told = births(1, of_white=-1.0)
    right = tuple(changes(groups, observed, told, told).values())
    wrong = tuple(changes(groups, observed, told, expit(logit(told) - 0.55)).values())
    found = _refit_called_for()
    assert (found.called_for, found.recalibration) == (REFIT, IN_THE_LARGE)
    kept = harming_nobody(found, lambda name: wrong if name in harmful else right)
    assert (kept.update, kept.is_held_back) == (chosen, held_back)
    assert ("makes the risks told to some women worse" in kept.sentence) == held_back
    assert kept.to_dict()["considered"][0]["update"] == REFIT
