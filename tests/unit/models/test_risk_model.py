"""A saved model is the model: same risks, no pickle, and refused when it was touched."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import lightgbm as lgb
import numpy as np
import polars as pl
import pytest

from models.calibrator import Calibrator
from models.design import ModelDesign
from models.encoding import Encoding
from models.model_files import _file_digest, load_risk_model, save_risk_model
from models.observed_curve import ObservedCurve
from models.offer_policy import OfferPolicy, SignOff
from models.outcomes import outcome
from models.pyfunc_loader import _load_pyfunc
from models.risk_model import CalibrationBand, IntendedPopulation, RiskBand, RiskModel, StaleModel, label_of
from records.prediction_validation import validate
from records.predictions import complete_predictions

PREDICTORS = ("maternal_age", "body_mass_index", "smoking_status", "parity", "previous_preterm_birth")


def women(births: int) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    parity = rng.integers(0, 4, births)
    return pl.DataFrame(
        {
            "maternal_age": rng.uniform(16, 45, births),
            "body_mass_index": np.where(rng.random(births) < 0.1, np.nan, rng.normal(27, 5, births).clip(15, 60)),
            "smoking_status": rng.choice(["never", "former", "current"], births),
            "parity": parity,
            "previous_preterm_birth": [bool(rng.random() < 0.1) if p else None for p in parity],
        }
    ).with_columns(pl.col("body_mass_index").fill_nan(None))


@pytest.fixture(scope="module")
def model() -> RiskModel:
    known, encoding = women(3000), Encoding.of(PREDICTORS)
    encoded = encoding.encode(known)
    risk = 1 / (1 + np.exp(2 - 1.5 * np.nan_to_num(encoded[:, -1]) - 0.02 * encoded[:, 0]))
    observed = np.random.default_rng(4).random(3000) < risk
    booster = lgb.train(
        {"objective": "binary", "num_leaves": 8, "verbosity": -1, "num_threads": 1, "deterministic": True},
        lgb.Dataset(encoded, observed.astype(int)),
        20,
    )
    return RiskModel(
        design=ModelDesign(
            outcome="preterm_birth",
            definition=outcome("preterm_birth").definitions[0].name,
            prediction_point="booking",
            source="simulated",
            predictors=PREDICTORS,
        ),
        data_digest="0" * 64,
        encoding=encoding,
        booster_text=booster.model_to_string(),
        calibrator=Calibrator(kind="platt", intercept=-0.1, slope=0.9),
        offer_policy=OfferPolicy(kind="absolute", threshold=0.3),
        bands=(RiskBand(name="lower", low=0.0), RiskBand(name="higher", low=0.3)),
        calibration_bands=(CalibrationBand(low=0.0, high=1.1, observed=0.2, lower=0.18, upper=0.22),),
        intended_population=IntendedPopulation(
            source="simulated",
            description="made-up women",
            births=3000,
            events=int(observed.sum()),
            group_scheme="england_2001",
            is_simulated=True,
        ),
        average_risk=float(observed.mean()),
        list_only_groups=("Black",),
        reference_histograms={"parity": {"0 to 1": 1500, "not recorded": 0}},
    )


def test_a_saved_model_gives_the_same_risks(model: RiskModel, tmp_path: Path) -> None:
    save_risk_model(model, tmp_path)
    loaded = load_risk_model(tmp_path)
    np.testing.assert_array_equal(loaded.predict(women(500)), model.predict(women(500)))
    assert loaded.digest == model.digest
    assert loaded.header() == model.header()


def test_a_curve_is_saved_and_answers_in_place_of_tenths(model: RiskModel, tmp_path: Path) -> None:
    assert model.calibration_band_of(0.3) == model.calibration_bands[0]
    curve = ObservedCurve(
        risk=(0.1, 0.5), observed=(0.1, 0.4), lower=(0.0, 0.3), upper=(0.2, 0.6), scored_from=0.1, scored_to=0.5
    )
    bent = replace(model, observed_curve=curve)
    save_risk_model(bent, tmp_path)
    loaded = load_risk_model(tmp_path)
    shown = loaded.calibration_band_of(0.3)
    assert shown is not None
    assert (shown.low, shown.high, round(shown.observed, 9), round(shown.lower, 9)) == (0.1, 0.5, 0.25, 0.15)
    assert loaded.digest == model.digest, "what was seen of held-out women moves no risk"


def test_a_model_saved_before_there_were_curves_still_loads(model: RiskModel) -> None:
    header = model.header()
    del header["observed_curve"]
    assert RiskModel.from_header(header, model.booster_text).observed_curve is None


def test_one_woman_and_a_frame_get_the_same_risk_to_the_last_bit(model: RiskModel) -> None:
    known = women(300)
    assert [model.predict_one(row) for row in known.iter_rows(named=True)] == model.predict(known).tolist()


def test_a_saved_model_is_text_and_json(model: RiskModel, tmp_path: Path) -> None:
    save_risk_model(model, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.lgb", "risk_model.json"]
    assert all(p.read_bytes().isascii() for p in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("risk_model.json", '"threshold": 0.3', '"threshold": 0.2', "altered"),
        ("risk_model.json", '"schema_version": 1', '"schema_version": 0', "retrain"),
        ("risk_model.json", '"is_simulated": true', '"is_simulated": false', "altered"),
        ("risk_model.json", '"Black"', '"Blank"', "altered"),
        ("risk_model.json", '"average_risk": 0.', '"average_risk": 1.', "altered"),
        ("model.lgb", "leaf_value=", "leaf_value=0", "altered"),
    ],
)
def test_an_altered_model_is_refused(
    model: RiskModel, tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    save_risk_model(model, tmp_path)
    text = (tmp_path / file).read_text()
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1))
    with pytest.raises(StaleModel, match=says):
        load_risk_model(tmp_path)


@pytest.mark.parametrize("keep", [0, 40, 400])
def test_a_truncated_header_is_refused(model: RiskModel, tmp_path: Path, keep: int) -> None:
    save_risk_model(model, tmp_path)
    header = tmp_path / "risk_model.json"
    header.write_text(header.read_text()[:keep])
    with pytest.raises(StaleModel):
        load_risk_model(tmp_path)


@pytest.mark.parametrize("text", ["[]", "null", "{}", '{"schema_version": 1}', '"model"'])
def test_a_header_of_another_shape_is_refused(model: RiskModel, tmp_path: Path, text: str) -> None:
    save_risk_model(model, tmp_path)
    (tmp_path / "risk_model.json").write_text(text)
    with pytest.raises(StaleModel):
        load_risk_model(tmp_path)


def test_a_missing_booster_is_refused(model: RiskModel, tmp_path: Path) -> None:
    save_risk_model(model, tmp_path)
    (tmp_path / "model.lgb").unlink()
    with pytest.raises(StaleModel, match="not complete"):
        load_risk_model(tmp_path)


def test_a_machine_that_computes_other_risks_is_refused(model: RiskModel, tmp_path: Path) -> None:
    save_risk_model(model, tmp_path)
    header = tmp_path / "risk_model.json"
    document = json.loads(header.read_text())
    document["self_test"][3] += 1e-6
    document["file_digest"] = _file_digest(document)
    header.write_text(json.dumps(document))
    with pytest.raises(StaleModel, match="self-test"):
        load_risk_model(tmp_path)


def test_the_registry_loader_returns_probabilities(model: RiskModel, tmp_path: Path) -> None:
    save_risk_model(model, tmp_path)
    known = women(50)
    table = known.to_pandas()
    np.testing.assert_allclose(_load_pyfunc(str(tmp_path)).predict(table), model.predict(known), rtol=0, atol=1e-12)


def test_any_change_of_the_offer_policy_changes_the_digest(model: RiskModel) -> None:
    band = OfferPolicy(kind="band", threshold=0.3, group_cuts=(("Asian", 0.25), ("White", 0.31)))
    policies = [
        model.offer_policy,
        replace(band, kind="level_up", group_cuts=()),
        replace(band, group_cuts=()),
        band,
        replace(band, group_cuts=(("Asian", 0.25), ("White", float(np.nextafter(0.31, 1))))),
        replace(band, group_cuts=(("Asian", 0.25), ("Black", 0.31))),
        band.signed(SignOff(name="A. Midwife", role="head of midwifery", date="2026-01-31")),
    ]
    assert len({replace(model, offer_policy=policy).digest for policy in policies}) == len(policies)


def test_bands_start_where_they_say(model: RiskModel) -> None:
    assert [model.band_of(r) for r in (0.0, 0.2999, 0.3, 1.0)] == ["lower", "lower", "higher", "higher"]
    assert model.bands_of(np.array([0.0, 0.2999, 0.3, 1.0])) == ["lower", "lower", "higher", "higher"]


def test_missing_inputs_are_named(model: RiskModel) -> None:
    not_recorded = ("body_mass_index", "smoking_status", "previous_preterm_birth")
    assert model.missing_inputs({"maternal_age": 30, "parity": 1}) == not_recorded
    assert model.missing_inputs({"maternal_age": 30}) == (
        "body_mass_index",
        "smoking_status",
        "parity",
        not_recorded[2],
    )


def test_the_history_of_a_first_pregnancy_is_undefined_not_missing(model: RiskModel) -> None:
    assert "previous_preterm_birth" not in model.missing_inputs({"maternal_age": 30, "parity": 0})


@pytest.mark.parametrize("beginning", ["641938635925", "0000000000000000", "a6419386359", "64193863592f"])
def test_no_digest_names_a_model_by_what_looks_like_a_womans_number(beginning: str) -> None:
    """One digest in 280 begins with twelve digits, which a table of predictions refuses as a version."""
    digest = (beginning + "7c" * 32)[:64]
    label = label_of(digest)
    assert digest.startswith(label)
    assert len(label) >= 12
    table = pl.DataFrame(
        {
            "pregnancy_id": ["p1", "p2"],
            "outcome": "preterm_birth",
            "ethnic_group": ["Asian", "White"],
            "risk": [0.1, 0.2],
            "observed": [False, True],
            "model_version": label,
        }
    )
    read = validate(complete_predictions(table)).collect()
    assert read["model_version"].unique().to_list() == [label]


def test_a_model_is_named_by_the_beginning_of_its_digest(model: RiskModel) -> None:
    assert model.label == label_of(model.digest)
