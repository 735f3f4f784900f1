"""The addresses by which FHIR names code systems and extensions.

R4 (HL7, 4.0.1), UK Core (NHSDigital/FHIR-R4-UKCORE-STAGING-MAIN: the ethnic category's code system and extension, and
its example of the interpreter extension), and the code system of this project for facts no public code was verified of.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = [
    "ACT_CODE",
    "ACT_REASON",
    "CODE_SYSTEMS_BY_ADDRESS",
    "CONDITION_CLINICAL",
    "CONDITION_VERIFICATION",
    "EPISODE_EXTENSION",
    "ETHNIC_CATEGORY_ENGLAND",
    "ETHNIC_CATEGORY_EXTENSION",
    "INTERPRETER_EXTENSION",
    "LANGUAGES",
    "LOCAL",
    "LOINC",
    "NHS_NUMBER",
    "ODS",
    "PREGNANCY_IDENTIFIER",
    "SNOMED",
    "TEST_DATA",
    "UCUM",
]

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
#: A concept's own name as its code.
LOCAL = "urn:equipartum:concept"

CODE_SYSTEMS_BY_ADDRESS: Mapping[str, str] = MappingProxyType(
    {
        SNOMED: "snomed",
        LOINC: "loinc",
        "http://hl7.org/fhir/sid/icd-10": "icd10",
        "http://hl7.org/fhir/sid/icd-10-uk": "icd10",
        LOCAL: "local",
    }
)

ETHNIC_CATEGORY_EXTENSION = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory"
ETHNIC_CATEGORY_ENGLAND = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland"
INTERPRETER_EXTENSION = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
EPISODE_EXTENSION = "http://hl7.org/fhir/StructureDefinition/workflow-episodeOfCare"
LANGUAGES = "urn:ietf:bcp:47"

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
#: The code of `ACT_REASON` that marks test health data.
TEST_DATA = "HTEST"
CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
PREGNANCY_IDENTIFIER = "urn:equipartum:pregnancy"
