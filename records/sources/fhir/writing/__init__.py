"""Simulated histories as FHIR R4: `care` is people and contacts, `facts` what was observed."""
