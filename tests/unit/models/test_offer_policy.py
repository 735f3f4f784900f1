"""Offer policies as values: one cut for all, or cuts of named groups under a named signature."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.offer_policy import (
    OFFER_POLICY_KINDS,
    OfferPolicy,
    SignOff,
    UnsignedOfferPolicy,
    UnusableOfferPolicy,
    UnusableRisk,
)

SIGNED = SignOff(name="A. Midwife", role="Head of midwifery", date="2026-01-31")


@pytest.fixture
def unsigned():
    return OfferPolicy(kind="level_up", threshold=0.20, group_cuts=(("Black", 0.15), ("Asian", 0.12)))


@pytest.fixture
def unsigned_band():
    return OfferPolicy(kind="band", threshold=0.20, group_cuts=(("Black", 0.15), ("White", 0.22)))


def test_one_cut_is_reached_from_the_cut_on():
    policy = OfferPolicy(kind="absolute", threshold=0.20)
    assert policy.apply([0.19999, 0.20, 0.5]).tolist() == [False, True, True]
    assert [policy.offers(risk) for risk in (0.19999, 0.20, 0.5)] == [False, True, True]


def test_one_cut_reads_no_group():
    policy = OfferPolicy(kind="absolute", threshold=0.20)
    assert policy.apply([0.15, 0.25], ["Black", None]).tolist() == [False, True]
    assert policy.offers(0.15, "Black") is False


@pytest.mark.parametrize("kind", [kind for kind in OFFER_POLICY_KINDS if kind != "absolute"])
@pytest.mark.parametrize("cuts", [(), (("Black", 0.15),)])
def test_unsigned_cuts_by_group_are_not_applied(kind, cuts):
    unsigned = OfferPolicy(kind=kind, threshold=0.20, group_cuts=cuts)
    assert unsigned.needs_groups
    with pytest.raises(UnsignedOfferPolicy, match="named person"):
        unsigned.apply([0.3], ["Black"])
    with pytest.raises(UnsignedOfferPolicy):
        unsigned.offers(0.3, "White")
    with pytest.raises(UnsignedOfferPolicy):
        OfferPolicy.from_dict(json.loads(json.dumps(unsigned.to_dict()))).offers(0.3, "White")


def test_a_signed_band_lowers_some_cuts_raises_others_and_leaves_the_unknown(unsigned_band):
    policy = unsigned_band.signed(SIGNED)
    risk = [0.16, 0.21, 0.22, 0.21, 0.16, 0.21, 0.19]
    groups = ["Black", "White", "White", "Asian", "Asian", None, "Not stated"]
    answers = [True, False, True, True, False, True, False]
    assert policy.apply(risk, np.array(groups, dtype=object)).tolist() == answers
    assert [policy.offers(r, g) for r, g in zip(risk, groups, strict=True)] == answers


def test_a_signed_policy_lowers_the_cut_of_its_groups_only(unsigned):
    policy = unsigned.signed(SIGNED)
    risk = [0.16, 0.16, 0.16, 0.16, 0.21, 0.11]
    groups = ["Black", "Asian", "White", None, "Not stated", "Asian"]
    assert policy.apply(risk, np.array(groups, dtype=object)).tolist() == [True, True, False, False, True, False]
    assert [policy.offers(r, g) for r, g in zip(risk, groups, strict=True)] == [True, True, False, False, True, False]


def test_a_signed_policy_does_not_guess_who_is_in_which_group(unsigned):
    with pytest.raises(UnusableOfferPolicy, match="each woman's group"):
        unsigned.signed(SIGNED).apply([0.3])
    with pytest.raises(UnusableOfferPolicy, match="one group a risk"):
        unsigned.signed(SIGNED).apply([0.3, 0.1], ["Black"])


@pytest.mark.parametrize("risk", [float("nan"), -0.01, 1.01])
def test_an_impossible_risk_is_no_answer(risk):
    policy = OfferPolicy(kind="absolute", threshold=0.20)
    with pytest.raises(UnusableRisk, match="row 1"):
        policy.apply([0.5, risk])
    with pytest.raises(UnusableRisk):
        policy.offers(risk)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "top", "threshold": 0.2},
        {"kind": "absolute", "threshold": float("nan")},
        {"kind": "absolute", "threshold": -0.1},
        {"kind": "absolute", "threshold": 0.2, "group_cuts": (("Black", 0.1),)},
        {"kind": "level_up", "threshold": 0.2, "group_cuts": (("Black", 0.3),)},
        {"kind": "level_up", "threshold": 0.2, "group_cuts": (("Black", -0.1),)},
        {"kind": "level_up", "threshold": 0.2, "group_cuts": (("Black", 0.1), ("Black", 0.2))},
        {"kind": "level_up", "threshold": 0.2, "group_cuts": (("Black", 0.1), ("Not stated", 0.1))},
        {"kind": "level_up", "threshold": 0.2, "group_cuts": (("Not known", 0.2),)},
        {"kind": "band", "threshold": 0.2, "group_cuts": (("Black", -0.1),)},
        {"kind": "band", "threshold": 0.2, "group_cuts": (("Black", float("inf")),)},
        {"kind": "band", "threshold": 0.2, "group_cuts": (("Black", float("nan")),)},
        {"kind": "band", "threshold": 0.2, "group_cuts": (("Black", 0.1), ("Not stated", 0.1))},
        {"kind": "band", "threshold": 0.2, "group_cuts": (("Not known", 0.3),)},
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(fields):
    with pytest.raises(UnusableOfferPolicy):
        OfferPolicy(**fields)


@pytest.mark.parametrize("fields", [{"name": " "}, {"role": ""}, {"date": "31/01/2026"}, {"date": ""}])
def test_a_signature_names_a_person_a_role_and_a_day(fields):
    with pytest.raises(UnusableOfferPolicy):
        SignOff(**{"name": "A. Midwife", "role": "Head of midwifery", "date": "2026-01-31", **fields})


def test_a_policy_survives_json_to_the_last_bit(unsigned, unsigned_band):
    absolute = OfferPolicy(kind="absolute", threshold=1 / 3)
    for policy in (absolute, unsigned, unsigned.signed(SIGNED), unsigned_band, unsigned_band.signed(SIGNED)):
        assert OfferPolicy.from_dict(json.loads(json.dumps(policy.to_dict()))) == policy


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": None},
        {"group_cuts": [["Black", 0.1]]},
        {"signed_off_by": {"name": "A. Midwife"}},
        {"capacity": 0.1},
    ],
)
def test_data_that_no_policy_wrote_is_refused(unsigned, change):
    with pytest.raises(UnusableOfferPolicy):
        OfferPolicy.from_dict({**unsigned.to_dict(), **change})


def test_changing_a_signed_policy_changes_the_value_and_not_the_original(unsigned):
    signed = unsigned.signed(SIGNED)
    assert unsigned.signed_off_by is None
    assert signed.signed_off_by == SIGNED
    assert (signed.threshold, signed.group_cuts) == (unsigned.threshold, unsigned.group_cuts)
