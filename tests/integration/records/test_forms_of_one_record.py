"""The same simulated pregnancies in every form they can be recorded in: the same predictors, outcomes and risks."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from polars.testing import assert_frame_equal

from models.home import Home, Settings
from models.outcomes import OUTCOMES
from records.clock import PREDICTION_POINTS
from records.records import Records
from records.sources.fhir import write_fhir
from records.sources.msds import write_msds
from records.sources.registry import source
from records.sources.simulated import SimulatedHistories, simulate_histories, write_histories
from training.batch_scoring import score_records
from training.cohort import assemble
from training.design_choice import RetrainRequest
from training.registry import Registry
from training.retrain import retrain

FORMS = ("msds", "fhir")
PRIORITIES = [(o.name, at) for o in OUTCOMES.values() if o.trained_by_default for at in o.prediction_points]


@pytest.fixture(scope="module")
def simulated() -> SimulatedHistories:
    return simulate_histories(5_000, seed=3)


@pytest.fixture(scope="module")
def forms(simulated: SimulatedHistories, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Records]:
    """Each form written to a folder and read back from it."""
    folder = tmp_path_factory.mktemp("forms")
    write_histories(simulated, folder / "simulated")
    write_msds(simulated.histories, folder / "msds")
    write_fhir(simulated.histories, folder / "fhir")
    return {name: source(name).scan([folder / name]) for name in ("simulated", *FORMS)}


def held_by(records: Records) -> tuple[str, ...]:
    return tuple(name for name in records.known_from if records.has(name))


def test_parquet_gives_back_what_was_written(simulated: SimulatedHistories, forms: Mapping[str, Records]) -> None:
    read, written = forms["simulated"], simulated.records
    assert read.data_digest == written.data_digest
    assert read.is_simulated
    at = PREDICTION_POINTS["admission"]
    assert_frame_equal(read.known_by(at).collect(), written.known_by(at).collect())


@pytest.mark.parametrize("at", PREDICTION_POINTS)
@pytest.mark.parametrize("form", FORMS)
def test_what_is_known_by_a_point_is_the_same_in_every_form(forms: Mapping[str, Records], form: str, at: str) -> None:
    one, other = forms["simulated"], forms[form]
    names = held_by(other)
    known = [records.known_by(PREDICTION_POINTS[at], names).sort("pregnancy_id").collect() for records in (one, other)]
    assert_frame_equal(known[0], known[1], check_exact=True, check_column_order=False)


@pytest.mark.parametrize(("outcome", "at"), PRIORITIES)
@pytest.mark.parametrize("form", FORMS)
def test_who_is_in_a_cohort_is_the_same_in_every_form(
    forms: Mapping[str, Records], form: str, outcome: str, at: str
) -> None:
    """By the definition that the form can answer: MSDS follows a woman too briefly for a diagnosis within the year."""
    definition = assemble(outcome, at, forms[form]).definition.name
    found = [assemble(outcome, at, forms[name], by_definition=definition) for name in ("simulated", form)]
    assert found[0].denominator == found[1].denominator
    assert found[0].predictors == found[1].predictors
    assert_frame_equal(found[0].frame.sort("pregnancy_id"), found[1].frame.sort("pregnancy_id"), check_exact=True)


@pytest.mark.parametrize("form", FORMS)
def test_births_with_treatments_are_the_same_in_every_form(form: str, tmp_path: Path) -> None:
    """Offers and treatments too, in a form that can hold them; the tables of the data set cannot, and say so."""
    treated = simulate_histories(1_500, seed=4, treatments=True)
    {"msds": write_msds, "fhir": write_fhir}[form](treated.histories, tmp_path / form)
    other = source(form).scan([tmp_path / form])
    names = held_by(other)
    assert ("aspirin_taken" in names, "preterm_clinic_offered" in names) == (form == "fhir", form == "fhir")
    at = PREDICTION_POINTS["weeks_28"]
    known = [one.known_by(at, names).sort("pregnancy_id").collect() for one in (treated.records, other)]
    assert_frame_equal(known[0], known[1], check_exact=True, check_column_order=False)
    if form == "fhir":
        assert known[1]["aspirin_taken"].sum() > 20
        assert known[1]["preterm_clinic_attended"].sum() > 5


def test_a_model_tells_every_form_the_same_risks(forms: Mapping[str, Records], tmp_path: Path) -> None:
    home = Home(root=tmp_path / "home")
    with warnings.catch_warnings():
        # MLflow asks SQLAlchemy for a loading strategy that is to be removed; only MLflow can change that.
        warnings.simplefilter("ignore", DeprecationWarning)
        request = RetrainRequest(outcome="preterm_birth", prediction_point="weeks_20", cross_fit=False)
        retrained = retrain(request, forms["simulated"], home, Settings())
        registry = Registry(home, Settings())
        run = retrained.version.run_id
        scored = {
            name: score_records(registry, records, run_ids=[run], say=lambda _: None).filter(scored_by="model")
            for name, records in forms.items()
        }
    # Pregnancies go by pseudonyms that another file gives anew, so the risks are set beside each other in their order.
    risks = {name: table["risk"].sort().to_numpy() for name, table in scored.items()}
    assert risks["simulated"].size > 4_000
    for form in FORMS:
        np.testing.assert_allclose(risks[form], risks["simulated"], rtol=0, atol=1e-12)
