"""Group adjustments as values: what moves a risk, by how much, and what is refused."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from models.group_adjustment import GroupAdjustment, UnusableAdjustment, group_text, knots_of
from models.offer_policy import UnusableRisk

INTERCEPT = GroupAdjustment(
    kind="group_intercept", by=("ethnic_group",), shifts=((("Asian",), (-0.5,)), (("Black",), (math.log(2),)))
)
SUBGROUPS = GroupAdjustment(
    kind="subgroup_recalibration",
    by=("ethnic_group", "deprivation_quintile"),
    bins=(-3.0, -2.0, -1.0),
    shifts=((("Black", "1"), (0.4, 0.1, 0.2, -0.2)), (("Black", "Not known"), (0.25, 0.25, 0.25, 0.25))),
)
FIELDS = {"kind": SUBGROUPS.kind, "by": SUBGROUPS.by, "bins": SUBGROUPS.bins, "shifts": SUBGROUPS.shifts}


def test_an_intercept_multiplies_the_odds():
    """Odds of 1:9 doubled are 2:9."""
    moved = INTERCEPT.apply([0.1, 0.1, 0.1], {"ethnic_group": ["Black", "White", "Asian"]})
    assert moved.tolist() == pytest.approx([2 / 11, 0.1, math.exp(-0.5) / (9 + math.exp(-0.5))])


@pytest.mark.parametrize("missing", [None, "", "Not stated", "Not known", float("nan"), "Martian"])
def test_women_whose_group_is_not_known_keep_their_risk_to_the_last_bit(missing):
    risk = np.array([0.0, 0.012345678901234567, 1 / 3, 1.0])
    for adjustment in (INTERCEPT, SUBGROUPS):
        groups = {"ethnic_group": [missing] * 4, "deprivation_quintile": ["1"] * 4}
        assert adjustment.apply(risk, groups).tolist() == risk.tolist()


def test_a_quintile_that_is_not_recorded_takes_the_groups_part_and_an_unseen_one_nothing():
    groups = {"ethnic_group": ["Black"] * 3, "deprivation_quintile": [None, "Not known", "4"]}
    moved = SUBGROUPS.apply([0.2] * 3, groups)
    assert moved[0] == moved[1] == pytest.approx(1 / (1 + 4 * math.exp(-0.25)))
    assert moved[2] == 0.2


@pytest.mark.parametrize("quintile", [1, 1.0, "1", np.int8(1), np.float64(1.0), np.str_("1")])
def test_a_quintile_is_the_same_however_it_is_written(quintile):
    groups = {"ethnic_group": ["Black"], "deprivation_quintile": [quintile]}
    assert group_text(quintile) == "1"
    assert SUBGROUPS.apply([0.2], groups)[0] == SUBGROUPS.apply_one(
        0.2, {"ethnic_group": "Black", "deprivation_quintile": "1"}
    )


def test_a_bins_shift_holds_in_its_middle_and_half_way_to_the_next_is_half_of_both():
    assert knots_of(SUBGROUPS.bins).tolist() == [-3.0, -2.5, -1.5, -1.0]
    log_odds = np.array([-6.0, -3.0, -2.5, -2.0, -1.5, -1.25, -1.0, 2.0])
    wanted = np.array([0.4, 0.4, 0.1, 0.15, 0.2, 0.0, -0.2, -0.2])
    risk = 1 / (1 + np.exp(-log_odds))
    moved = SUBGROUPS.apply(risk, {"ethnic_group": ["Black"] * 8, "deprivation_quintile": [1] * 8})
    np.testing.assert_allclose(np.log(moved / (1 - moved)) - log_odds, wanted, atol=1e-12)


def test_certain_risks_stay_certain():
    moved = SUBGROUPS.apply([0.0, 1.0], {"ethnic_group": ["Black"] * 2, "deprivation_quintile": [1, 1]})
    assert moved.tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "isotonic"},
        {"by": ()},
        {"by": ("deprivation_quintile",)},
        {"kind": "group_intercept"},
        {"bins": (-3.0,)},
        {"bins": (-1.0, -2.0, -3.0)},
        {"bins": (-3.0, -3.0, -1.0)},
        {"bins": (-3.0, float("nan"), -1.0)},
        {"shifts": ((("Black",), (0.0, 0.0, 0.0, 0.0)),)},
        {"shifts": ((("Black", "1"), (0.1,)),)},
        {"shifts": ((("Black", "1"), (0.1, 0.1, 0.1, float("inf"))),)},
        {"shifts": ((("Not stated", "1"), (0.1, 0.1, 0.1, 0.1)),)},
        {"shifts": ((("Not known", "1"), (0.1, 0.1, 0.1, 0.1)),)},
        {"shifts": tuple(reversed(SUBGROUPS.shifts))},
        {"shifts": SUBGROUPS.shifts[:1] * 2},
    ],
)
def test_an_adjustment_that_contradicts_itself_is_refused(change):
    with pytest.raises(UnusableAdjustment):
        GroupAdjustment(**{**FIELDS, **change})


def test_shifts_that_would_turn_womens_order_are_refused():
    """Between the knots at -1.5 and -1.0 half a log-odds lies: a fall of .45 leaves a tenth of it, .46 does not."""
    GroupAdjustment(**{**FIELDS, "shifts": ((("Black", "1"), (0.0, 0.0, 0.45, 0.0)),)})
    with pytest.raises(UnusableAdjustment, match="order"):
        GroupAdjustment(**{**FIELDS, "shifts": ((("Black", "1"), (0.0, 0.0, 0.46, 0.0)),)})


@pytest.mark.parametrize("risk", [float("nan"), -0.01, 1.01])
def test_an_impossible_risk_is_not_moved(risk):
    with pytest.raises(UnusableRisk, match="row 1"):
        INTERCEPT.apply([0.5, risk], {"ethnic_group": ["Black", "Black"]})


def test_nobodys_group_is_guessed():
    with pytest.raises(UnusableAdjustment, match="deprivation_quintile"):
        SUBGROUPS.apply([0.1], {"ethnic_group": ["Black"]})
    with pytest.raises(UnusableAdjustment, match="ethnic_group"):
        INTERCEPT.apply_one(0.1, {"deprivation_quintile": "1"})
    with pytest.raises(UnusableAdjustment, match="one a risk"):
        INTERCEPT.apply([0.1, 0.2], {"ethnic_group": ["Black"]})


def test_an_adjustment_survives_json_to_the_last_bit():
    for adjustment in (INTERCEPT, SUBGROUPS):
        assert GroupAdjustment.from_dict(json.loads(json.dumps(adjustment.to_dict()))) == adjustment


@pytest.mark.parametrize(
    "change", [{"bins": None}, {"bins": ["low"]}, {"shifts": [["Black", 0.1]]}, {"shifts": {"Black": 0.1}}, {"seed": 1}]
)
def test_data_that_no_adjustment_wrote_is_refused(change):
    with pytest.raises(UnusableAdjustment):
        GroupAdjustment.from_dict({**SUBGROUPS.to_dict(), **change})
