"""In which resource and by which code each concept is written: a public code where one was verified, else our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from records.codelists import codes_for
from records.concepts import concept
from records.sources.fhir.meanings import fact_code
from records.sources.fhir.references import Json
from records.sources.fhir.systems import LOCAL, LOINC, SNOMED

__all__ = ["DERIVED", "OF_BABY", "Form", "form_of"]

#: What the reader works out again from the rest.
DERIVED = frozenset({"body_mass_index", "gestation_at_booking"})
#: What is said of a baby.
OF_BABY = frozenset(
    {
        "gestation_at_birth", "live_birth", "stillbirth", "birth_weight", "apgar_5_minutes", "neonatal_unit_admission",
        "assisted_ventilation_over_6_hours", "death_within_28_days",
    }
)  # fmt: skip

_LOINC = {
    "maternal_age": "30525-0", "height": "8302-2", "weight": "29463-7", "systolic_blood_pressure": "8480-6",
    "haemoglobin": "718-7", "fetuses": "55281-0", "glucose_fasting": "14771-0", "glucose_two_hours": "14995-5",
    "epds_total": "99046-5", "parity": "11977-6", "previous_pregnancy_losses": "11612-9",
    "previous_caesareans": "68497-7", "gestation_at_birth": "76517-2", "birth_weight": "8339-4",
    "apgar_5_minutes": "9274-2",
}  # fmt: skip
_CONDITIONS = {
    "previous_preterm_birth": "161765003", "previous_gestational_diabetes": "472971004",
    "previous_postpartum_haemorrhage": "161809000", "previous_depression": "161469008",
    "pre_existing_diabetes": "73211009", "chronic_hypertension": "59621000", "gestational_diabetes": "11687002",
    "pre_eclampsia": "398254007", "gestational_hypertension": "48194001", "placenta_praevia": "36813001",
    "depression": "35489007", "ruptured_uterus": "34430009", "stillbirth": "237364002",
}  # fmt: skip
_PROCEDURES = {
    "diabetes_test_done": "113076002", "maternal_transfusion": "116859006", "unplanned_hysterectomy": "236886002",
    "intensive_care": "305351004", "neonatal_unit_admission": "830077005",
}  # fmt: skip
_FINDINGS = {"family_history_of_diabetes": "160303001", "live_birth": "281050002", "measured_blood_loss": "719051004"}
_CODES: Mapping[str, tuple[str, str, str]] = {
    **{name: ("Observation", LOINC, code) for name, code in _LOINC.items()},
    **{name: ("Condition", SNOMED, code) for name, code in _CONDITIONS.items()},
    **{name: ("Procedure", SNOMED, code) for name, code in _PROCEDURES.items()},
    **{name: ("Observation", SNOMED, code) for name, code in _FINDINGS.items()},
}
_SMOKING: Json = {"coding": [{"system": LOINC, "code": "72166-2", "display": "Tobacco smoking status"}]}
_LISTS = {LOINC: "loinc", SNOMED: "snomed"}


@dataclass(frozen=True, kw_only=True)
class Form:
    """``kind`` of resource and its code. ``answer`` is a coded value."""

    kind: str
    code: Json
    answer: Json | None = None


@cache
def form_of(name: str, value: float) -> Form:
    """Of a flag or a number the same for every ``value``; of a category by its level."""
    if concept(name).kind != "category":
        kind, system, code = _CODES.get(name, ("Observation", LOCAL, name))
        return Form(kind=kind, code=_coded(system, code, _term(name, system, code)))
    level = next((fact for fact in codes_for("snomed", name) if fact.value == value), None)
    if level is None:
        return Form(kind="Observation", code=_coded(LOCAL, fact_code(name, value), concept(name).title))
    said = _coded(SNOMED, level.code, level.term)
    if name == "smoking_status":
        return Form(kind="Observation", code=_SMOKING, answer=said)
    return Form(kind="Observation", code=said)


def _term(name: str, system: str, code: str) -> str:
    if system == LOCAL:
        return concept(name).title
    return next(fact.term for fact in codes_for(_LISTS[system], name) if fact.code == code)


def _coded(system: str, code: str, term: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": term}]}
