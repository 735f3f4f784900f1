"""The frontier as printed: no figure from which an exact count can be worked out again."""

from __future__ import annotations

import pytest

from fairness_audits.context import AuditContext, FrontierPoint
from fairness_audits.disclosure import RULES
from fairness_audits.frontier import printed_frontier

POINT = FrontierPoint(
    label="tolerance 0.05",
    tolerance=0.05,
    level_up_flags_per_1000=5 / 3066 * 1000,
    auroc=0.6431234,
    brier=0.0812345,
    seconds=12.3456,
)
CONTEXT = AuditContext(outcome="preterm_birth", prediction_point="booking", model_version="3", frontier=(POINT,))


@pytest.mark.parametrize(("disclosure", "flags"), [("none", 1.6), ("msds", 2.0), ("mhsds", 2.0)])
def test_flags_for_levelling_up_do_not_give_the_women_back(disclosure, flags):
    (row,) = printed_frontier(CONTEXT, RULES[disclosure])
    plain = row.to_dict()
    assert plain["level_up_flags_per_1000"] == flags
    assert plain["seconds"] == 12.3
    assert plain["tolerance"] == 0.05
    assert (plain["auroc"]["value"], plain["brier"]["value"]) == (0.643, 0.0812)


def test_what_a_fit_did_not_say_stays_unknown():
    context = AuditContext(
        outcome="preterm_birth",
        prediction_point="booking",
        model_version="3",
        frontier=(FrontierPoint(label="row 0", tolerance=None),),
    )
    (row,) = printed_frontier(context, RULES["msds"])
    plain = row.to_dict()
    assert plain["tolerance"] is plain["level_up_flags_per_1000"] is plain["seconds"] is None
