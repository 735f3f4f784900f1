"""A decision about ethnicity says which, why, who, and what happens where it is missing; and it is part of a design."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.design import ModelDesign
from models.ethnicity_decision import EthnicityDecision, UnusableDecision
from models.offer_policy import SignOff
from models.outcomes import outcome

SIGNED = SignOff(name="A. Person", role="equity lead", date="2026-01-31")
DECISION = EthnicityDecision(
    option="group_intercept",
    cuts="level_up",
    not_stated="common",
    why="The blind model tells Black women too low a risk",
    signed_off_by=SIGNED,
    dossier_digest="0" * 64,
    data_digest="1" * 64,
    alert_rate=0.10,
)
DESIGN = ModelDesign(
    outcome="preterm_birth",
    definition=outcome("preterm_birth").definitions[0].name,
    prediction_point="booking",
    source="simulated",
    predictors=("maternal_age",),
)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"option": "todays_rule"}, "there is no option 'todays_rule'"),
        ({"not_stated": "guess"}, "women of missing ethnicity"),
        ({"why": "because"}, "says why"),
        ({"dossier_digest": "unread"}, "SHA-256 of the dossier"),
        ({"cuts": "some"}, "no kind of cuts"),
    ],
)
def test_what_leaves_something_out_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(UnusableDecision, match=says):
        replace(DECISION, **change)


def test_it_comes_back_as_it_was_written() -> None:
    assert EthnicityDecision.from_dict(DECISION.to_dict()) == DECISION


@pytest.mark.parametrize(
    "broken",
    [
        {"option": "blind"},
        DECISION.to_dict() | {"signed": True},
        DECISION.to_dict() | {"signed_off_by": "A. Person"},
        DECISION.to_dict() | {"signed_off_by": {"name": " ", "role": "equity lead", "date": "2026-01-31"}},
        DECISION.to_dict() | {"signed_off_by": {"name": "A. Person", "role": "equity lead", "date": "31.1.2026"}},
    ],
)
def test_a_document_that_is_no_decision_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(UnusableDecision):
        EthnicityDecision.from_dict(broken)


def test_a_design_without_one_keeps_the_digest_it_had_before_there_were_decisions() -> None:
    assert "ethnicity" not in DESIGN.to_dict()
    assert ModelDesign.from_dict(DESIGN.to_dict()) == DESIGN


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"option": "blind"},
        {"cuts": "absolute"},
        {"not_stated": "list_only"},
        {"why": "Another reason that is long enough"},
        {"signed_off_by": replace(SIGNED, name="B. Person")},
        {"dossier_digest": "1" * 64},
    ],
)
def test_whatever_is_decided_is_part_of_the_designs_digest(change: dict[str, Any]) -> None:
    decided = replace(DESIGN, ethnicity=replace(DECISION, **change))
    assert decided.digest not in {DESIGN.digest, *({replace(DESIGN, ethnicity=DECISION).digest} if change else ())}
    assert ModelDesign.from_dict(decided.to_dict()) == decided


def test_only_an_option_that_moves_risks_reads_ethnicity() -> None:
    assert not DESIGN.reads_ethnicity
    assert not replace(DESIGN, ethnicity=replace(DECISION, option="blind")).reads_ethnicity
    assert replace(DESIGN, ethnicity=DECISION).reads_ethnicity
