"""FHIR: maternity records as R4 resources with UK Core, from NDJSON, Bundles, or memory.

`resources` goes through files; `statements` and `people` read one resource; `collecting` packs what they say into
tables; `latest` keeps the last version of each; `placing` finds the pregnancy of each statement; `clock` dates
pregnancies; `facts` and `observations` turn statements into concepts; `reading` puts them together; `write` does the
reverse for simulated births.
"""

from __future__ import annotations

from records.sources.fhir.reading import FhirHistories, read_resources
from records.sources.fhir.source import FHIR, FhirSource
from records.sources.fhir.write import write_fhir

__all__ = ["FHIR", "FhirHistories", "FhirSource", "read_resources", "write_fhir"]
