"""The United States' public-use natality file, 2014 to 2024: a source of births, and a writer of its record.

`fields` and `facts` say what the record holds; `archive`, `fixed_width`, `tables` and `decode` read it; `births`
gathers it compactly; `derivation`, `pregnancies` and `publication` turn it into Records and say what it lacks.
"""

from __future__ import annotations

from records.sources.cdc_natality.scan import CDC_NATALITY, CdcNatality, Inspection

__all__ = ["CDC_NATALITY", "CdcNatality", "Inspection"]
