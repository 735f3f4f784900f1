"""Which concepts the tables and code lists of one folder can hold. Of what they cannot, no entry means nothing.

A folder without the table of diagnoses says of nobody that she had no diabetes, and a fact for which no code is listed
is not denied by a record that does not name it.
"""

from __future__ import annotations

from collections.abc import Mapping

from records.concepts import concept
from records.sources.msds.codes import CODED_IN, Codes
from records.sources.msds.tables import TABLES
from records.sources.nhs_facts import NHS_CLOSED, NHS_KNOWN_FROM

__all__ = ["FIELDS", "LACKING", "lacking_of"]

_NO_OFFERS = "the data set has no field for an offer of the test for diabetes, and no code for one was verified"
_NO_TREATMENT = "the data set has no field for it, and no code for it was verified"
#: What no folder of the data set's tables holds.
LACKING: Mapping[str, str] = {
    "diabetes_test_offered": _NO_OFFERS,
    "diabetes_test_accepted": _NO_OFFERS,
    **dict.fromkeys(("aspirin_offered", "aspirin_accepted", "aspirin_taken"), _NO_TREATMENT),
    **dict.fromkeys(("preterm_clinic_offered", "preterm_clinic_accepted", "preterm_clinic_attended"), _NO_TREATMENT),
    "depression_within_a_year": "maternity care follows a woman for some weeks after birth, and the data set no longer",
    "assisted_ventilation_over_6_hours": "the data set does not say for how long a baby was ventilated",
}
#: Table.field, any one of which holds the concept. Those of MSD101 are booking's own and always there.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "maternal_age": ("MSD101.AgeAtBookingMother",),
    "parity": ("MSD101.PreviousLiveBirths",),
    "previous_pregnancy_losses": ("MSD101.PreviousLossesLessThan24Weeks",),
    "previous_caesareans": ("MSD101.PreviousCaesareanSections",),
    "complex_social_factors": ("MSD101.ComplexSocialFactorsInd",),
    "low_social_support": ("MSD101.SupportStatusIndMother",),
    "interpreter_needed": ("MSD101.LangCode",),
    "gestation_at_booking": ("MSD101.AntenatalAppDate",),
    "interpregnancy_interval": ("MSD401.PersonBirthDateBaby",),
    "deprivation_quintile": ("MSD001.Rank_IMD_Decile_2015",),
    "fetuses": ("MSD103.NoFetusesDatingUltrasound", "MSD301.BirthsPerLabandDel"),
    "gestation_at_birth": ("MSD401.GestationLengthBirth", "MSD401.PersonBirthDateBaby"),
    "onset_of_birth": ("MSD301.LabourOnsetMethod",),
    "live_birth": ("MSD401.PregOutcome",),
    "stillbirth": ("MSD401.PregOutcome",),
    "death_within_7_days": ("MSD401.PersonDeathDateBaby",),
    "death_within_28_days": ("MSD401.PersonDeathDateBaby",),
    "neonatal_unit_admission": ("MSD402.UniqPregID",),
    "apgar_5_minutes": ("MSD405.ApgarScore",),
    "birth_weight": ("MSD405.BirthWeight",),
    "body_mass_index": ("MSD202.CareConID", "MSD109.UniqPregID"),
}
_ASKED = {"history": ("MSD107",), "family": ("MSD108",), "labour": ("MSD302",)}
_DIAGNOSED, _SCORED, _MEASURED = ("MSD106",), ("MSD104", "MSD203"), ("MSD109", "MSD202")


def lacking_of(fields: Mapping[str, frozenset[str]], codes: Codes) -> Mapping[str, str]:
    """By concept, in a sentence, why this folder cannot hold it. ``fields`` are those there, by table's short name."""
    found = dict(LACKING)
    # An activity without its contact has no date, and a score at it none either.
    there = fields if "MSD201" in fields else {short: fields[short] for short in fields.keys() - {"MSD202", "MSD203"}}
    for name in NHS_KNOWN_FROM:
        reason = _why(concept(name).read_by.of, there, codes)
        if name not in found and reason is not None:
            found[name] = reason
    return found


def _why(name: str, fields: Mapping[str, frozenset[str]], codes: Codes) -> str | None:
    if name == "depression_ongoing_at_booking":
        name = "depression"
    if name in FIELDS:
        held = [place.split(".") for place in FIELDS[name]]
        if any(field in fields.get(table, ()) for table, field in held):
            return None
        absent = [f"{TABLES[table].name}{f'.{field}' if table in fields else ''}" for table, field in held]
        return f"the folder has no {' or '.join(dict.fromkeys(absent))}"
    places = codes.places_of(name)
    if not places:
        return "no code for it is verified nationally, and the folder lists none of its own in codes.csv"
    tables = sorted({table for place in places for table in _tables_of(name, place)})
    if any(_says_codes(table, fields) for table in tables):
        return None
    told = [
        f"{TABLES[table].name}{f'.{CODED_IN[table].fields[0]} or another of its codes' if table in fields else ''}"
        for table in tables
    ]
    return f"the folder has no {' or '.join(told)}"


def _says_codes(table: str, fields: Mapping[str, frozenset[str]]) -> bool:
    return table in fields and any(field in fields[table] for field in CODED_IN[table].fields)


def _tables_of(name: str, place: str) -> tuple[str, ...]:
    """A flag that is closed is a diagnosis, but for a test, which is done; the others are scored or measured."""
    if place in _ASKED:
        return _ASKED[place]
    if name == "epds_total":
        return _SCORED
    if (name in NHS_CLOSED or concept(name).kind == "flag") and name != "diabetes_test_done":
        return _DIAGNOSED
    return _MEASURED
