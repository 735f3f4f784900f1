"""Leaks planted in simulated histories are refused before anything is fitted, each by its own rule."""

from __future__ import annotations

import pytest

from models.design import ImpossibleDesign, ModelDesign
from models.predictors import NEVER_PREDICTORS
from records.clock import BOOKING
from records.sources.simulated import simulate_histories
from training.cohort import Cohort, assemble
from training.diagnosis import SuspectedLeak, diagnose

BIRTHS = 6_000


def test_a_history_written_with_hindsight_is_refused_by_name() -> None:
    plain = assemble("postpartum_depression", "booking", simulate_histories(BIRTHS, seed=5).records)
    assert diagnose(plain, plain.frame).events > 300
    planted = assemble("postpartum_depression", "booking", simulate_histories(BIRTHS, seed=5, plants=["leak"]).records)
    with pytest.raises(SuspectedLeak, match="previous_depression alone discriminates the outcome"):
        diagnose(planted, planted.frame)


def design_with(leaked: str, cohort: Cohort) -> ModelDesign:
    return ModelDesign(
        outcome=cohort.outcome.name,
        definition=cohort.definition.name,
        prediction_point=cohort.prediction_point.name,
        source=cohort.records.source,
        predictors=(*cohort.predictors, leaked),
    )


@pytest.mark.parametrize(
    ("leaked", "because"),
    [
        *((name, NEVER_PREDICTORS[name]) for name in ("antenatal_visits", "weight_gain", "interval_to_this_birth")),
        # A treatment that follows what is predicted.
        ("maternal_transfusion", "not a declared predictor"),
    ],
)
def test_what_goes_on_to_the_birth_never_predicts_whatever_the_record_claims(leaked: str, because: str) -> None:
    records = simulate_histories(BIRTHS, seed=5, plants=[f"leak:everyone=1,predictor={leaked}"]).records
    assert leaked in records.known_by(BOOKING).collect_schema()
    cohort = assemble("preterm_birth", "booking", records)
    assert leaked not in cohort.predictors
    with pytest.raises(ImpossibleDesign, match=because):
        design_with(leaked, cohort)


def test_where_a_record_was_written_predicts_nothing() -> None:
    cohort = assemble("preterm_birth", "booking", simulate_histories(500, seed=5).records)
    with pytest.raises(ImpossibleDesign, match="site is not a declared predictor"):
        design_with("site", cohort)
