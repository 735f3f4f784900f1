"""What is written down of the births: the columns of `Records`, with what was not recorded as null."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from records.clock import ADMISSION, BIRTH, BOOKING, POSTNATAL, WEEKS_16, WEEKS_20, PredictionPoint
from records.concepts import concept
from records.groups import AGE_BAND_LABELS, NOT_KNOWN, NOT_STATED
from records.records import IDENTITY_COLUMNS
from records.sources.simulated.birth import ONSETS
from records.sources.simulated.drawing import Column, Women

__all__ = ["SIMULATED_KNOWN_FROM", "recorded_pregnancies", "recorded_values"]

Nulls = NDArray[np.bool_]

_KNOWN: Mapping[PredictionPoint, tuple[str, ...]] = {
    BOOKING: (
        "maternal_age", "body_mass_index", "height", "weight", "smoking_status", "cigarettes_before_pregnancy",
        "cigarettes_first_trimester", "education_level", "deprivation_quintile", "interpreter_needed",
        "complex_social_factors", "born_abroad", "gestation_at_booking", "parity", "previous_pregnancy_losses",
        "previous_preterm_birth", "previous_caesareans", "interpregnancy_interval", "previous_gestational_diabetes",
        "previous_baby_4500g_or_more", "previous_postpartum_haemorrhage", "family_history_of_diabetes",
        "previous_depression", "depression_ongoing_at_booking", "low_social_support", "pre_existing_diabetes",
        "chronic_hypertension", "infertility_treatment", "assisted_reproduction", "haemoglobin",
    ),
    WEEKS_16: ("fetuses",),
    WEEKS_20: ("placenta_praevia",),
    ADMISSION: (
        "gestational_hypertension", "pre_eclampsia", "diabetes_test_done", "glucose_fasting", "glucose_two_hours",
        "gestational_diabetes",
    ),
    BIRTH: (
        "gestation_at_birth", "gestation_at_birth_combined", "gestation_at_birth_obstetric", "onset_of_birth",
        "live_birth", "stillbirth", "measured_blood_loss", "estimated_blood_loss", "maternal_transfusion",
        "apgar_5_minutes", "neonatal_unit_admission", "birth_weight",
    ),
    POSTNATAL: ("depression_within_a_year", "epds_total", "epds_item_10"),
}  # fmt: skip

SIMULATED_KNOWN_FROM: Mapping[str, PredictionPoint] = MappingProxyType(
    {name: since for since, names in _KNOWN.items() for name in names}
)

_IN_THE_LIVING = ("apgar_5_minutes", "neonatal_unit_admission")


def recorded_pregnancies(women: Women, pregnancy_ids: pl.Series, woman_ids: pl.Series) -> pl.DataFrame:
    """Identity columns and concepts, in the order of the rows of ``women``."""
    nulls = _not_written_down(women)
    columns = {name: _concept_column(women, name, nulls[name]) for name in SIMULATED_KNOWN_FROM}
    identity = _identity_columns(women, pregnancy_ids, woman_ids, columns)
    return pl.DataFrame([*identity.values(), *(c for name, c in columns.items() if name not in identity)])


def _identity_columns(
    women: Women, pregnancy_ids: pl.Series, woman_ids: pl.Series, columns: Mapping[str, pl.Series]
) -> dict[str, pl.Series]:
    scenario, facts = women.scenario, women.facts
    category = _recorded_category(women)
    found = {
        "pregnancy_id": pregnancy_ids,
        "woman_id": woman_ids,
        "site": _labels(facts["site"], scenario.sites),
        "group_scheme": pl.repeat(scenario.scheme_name, women.rows, eager=True),
        "ethnic_category": category,
        "ethnic_group": category.replace_strict(_group_of_codes(women), return_dtype=pl.String),
        "deprivation_quintile": columns["deprivation_quintile"],
        "age_band": _labels(facts["age_band"], AGE_BAND_LABELS),
        "interpreter_needed": columns["interpreter_needed"],
        "delivered_year": pl.Series(scenario.first_year + facts["delivered"] // 12),
        "delivered_month": pl.Series(facts["delivered"] % 12 + 1),
    }
    return {name: found[name].cast(dtype).alias(name) for name, dtype in IDENTITY_COLUMNS.items()}


def _group_of_codes(women: Women) -> dict[str, str]:
    return {category.code: category.group for category in women.scenario.scheme.categories}


def _recorded_category(women: Women) -> pl.Series:
    """Her category, or the scheme's codes for 'not stated' and 'not known' where it was not recorded."""
    scenario = women.scenario
    codes = list(scenario.categories)
    recorded = women.facts["ethnic_category"].copy()
    uniform = women.streams.uniform("ethnicity recorded", women.rows)
    not_stated = women.by_group(scenario.ethnicity_not_stated)
    not_known = women.by_group(scenario.ethnicity_not_known)
    for group, missing in (
        (NOT_STATED, uniform < not_stated),
        (NOT_KNOWN, (uniform >= not_stated) & (uniform < not_stated + not_known)),
    ):
        code = next((c.code for c in scenario.scheme.categories if c.group == group), None)
        if code is not None:
            codes.append(code)
            recorded[missing] = len(codes) - 1
    return _labels(recorded, codes)


def _labels(positions: Column, labels: tuple[str, ...] | list[str]) -> pl.Series:
    return pl.Series(list(labels), dtype=pl.String).gather(pl.Series(positions.astype(np.uint32)))


def _concept_column(women: Women, name: str, nulls: Nulls) -> pl.Series:
    kind = concept(name).kind
    values = recorded_values(women, name)
    if kind == "category":
        labels = ONSETS if name == "onset_of_birth" else concept(name).categories
        series = _labels(values, labels)
    elif kind == "flag":
        series = pl.Series(values.astype(bool))
    elif kind == "count":
        series = pl.Series(values.astype(np.int16))
    else:
        series = pl.Series(np.where(nulls, 0.0, values.astype(np.float64)))
    dtype = IDENTITY_COLUMNS.get(name, series.dtype)
    return _with_nulls(series.cast(dtype), nulls).alias(name)


def _with_nulls(series: pl.Series, nulls: Nulls) -> pl.Series:
    return pl.select(pl.when(~pl.Series(nulls)).then(series)).to_series()


def recorded_values(women: Women, name: str) -> Column:
    """What is written down of a fact wherever it is not missing."""
    facts = women.facts
    match name:
        case "smoking_status":
            smokes, has_smoked = facts["smokes"].astype(bool), facts["has_smoked"].astype(bool)
            return np.where(smokes, 2, np.where(has_smoked, 1, 0))
        case "gestational_diabetes":
            return facts["gestational_diabetes_recorded"]
        case "depression_within_a_year":
            return facts["postpartum_depression_recorded"]
        case "measured_blood_loss" | "estimated_blood_loss":
            return facts["blood_loss"]
    values = facts[name]
    for revelation in women.scenario.revelations:
        if revelation.predictor == name:
            revealed = women.happens(f"revealed {revelation.group} {name}", revelation.strength)
            values = np.where(revealed, women.in_group(revelation.group), values)
    return values


def _not_written_down(women: Women) -> dict[str, Nulls]:
    facts = women.facts
    nulls = {name: _undefined(women, name) for name in SIMULATED_KNOWN_FROM}
    for name, share in women.scenario.unrecorded.items():
        nulls[name] = nulls[name] | women.happens(f"{name} unrecorded", women.by_group(share))
    nulls["body_mass_index"] = nulls["body_mass_index"] | nulls["height"] | nulls["weight"]
    measured, tested = facts["blood_loss_measured"].astype(bool), facts["diabetes_test_done"].astype(bool)
    nulls["measured_blood_loss"] = ~measured
    nulls["estimated_blood_loss"] = measured
    for name in ("glucose_fasting", "glucose_two_hours", "gestational_diabetes"):
        nulls[name] = ~tested
    nulls["depression_within_a_year"] = facts["depression_ongoing_at_booking"].astype(bool)
    for name in ("epds_total", "epds_item_10"):
        nulls[name] = ~facts["epds_asked"].astype(bool)
    for name in _IN_THE_LIVING:
        nulls[name] = ~facts["live_birth"].astype(bool)
    return nulls


def _undefined(women: Women, name: str) -> Nulls:
    needs = concept(name).defined_if
    if needs is None:
        return np.zeros(women.rows, dtype=bool)
    return np.asarray(women.facts[needs] == 0)
