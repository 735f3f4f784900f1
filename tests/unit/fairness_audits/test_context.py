"""The context file: written and read back alike, refused when it is something else."""

from __future__ import annotations

import json

import pytest

from fairness_audits.context import AuditContext, UnreadableContext
from fairness_audits.context_rows import (
    CertificateRow,
    FrontierPoint,
    GroupAgainstRowZero,
    GroupHeld,
    GroupProxy,
    GroupReach,
    GroupSensitivity,
    PredictorMissingness,
)

CONTEXT = AuditContext(
    outcome="preterm_birth",
    prediction_point="booking",
    model_version="3",
    predictors=("maternal_age", "parity"),
    notes=("years 2020 and 2021",),
    missingness=(PredictorMissingness(group="Black", predictor="parity", pregnancies=100, missing=3),),
    proxies=(GroupProxy(group="Black", auroc=0.7),),
    reach=(GroupReach(group="Black", gave_birth=100, scored_in_time=90),),
    against_row_zero=(GroupAgainstRowZero(group="Black", events=10, found_by_row_zero=3, found_by_chosen=4),),
    frontier=(
        FrontierPoint(
            label="row 0",
            tolerance=None,
            sensitivity=(GroupSensitivity(group="Black", events=10, found=3),),
            held=(GroupHeld(group="Black", estimand="false_positive_rate", births=90, flagged=9),),
            chosen=True,
        ),
    ),
    certificate=(
        CertificateRow(
            group="Black", events=10, found=3, probability_below_floor=0.4, probability_below_row_zero=None,
            status="undetermined",
        ),
    ),
    reference_histograms={"maternal_age": {"edges": [20, 30], "counts": [5]}},
)  # fmt: skip


def test_a_context_is_read_back_as_it_was_written():
    assert AuditContext.from_json(CONTEXT.to_json()) == CONTEXT


def test_a_context_of_before_constraints_named_what_they_hold_still_reads():
    plain = json.loads(CONTEXT.to_json())
    del plain["frontier"][0]["held"]
    assert AuditContext.from_json(json.dumps(plain)).frontier[0].held == ()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "outcome": "a", "prediction_point": "b", "extra": 1}']
)
def test_something_else_is_refused(text):
    with pytest.raises(UnreadableContext):
        AuditContext.from_json(text)
