"""Values in the unit of their concept. UCUM units are converted by factors that are exact, or cited here."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache, lru_cache

from records.concepts import concept

__all__ = ["DOUBTFUL_UNIT", "NO_DOUBT", "TOLD_TOO_EARLY", "UNCERTAIN_VALUE", "in_canonical_unit"]

#: What may be doubted of a statement: its value, which then counts for nothing, or that it was told before it was so.
NO_DOUBT, DOUBTFUL_UNIT, UNCERTAIN_VALUE, TOLD_TOO_EARLY = 0, 1, 2, 3

# UCUM (ucum.org): the international inch and foot are 2.54 and 30.48 cm, the avoirdupois pound is 0.45359237 kg and the
# ounce a sixteenth of it, a week is 7 days, a year 12 mean months: all exact.
_FACTORS: Mapping[str, Mapping[str, float]] = {
    "cm": {"m": 100.0, "mm": 0.1, "[in_i]": 2.54, "[ft_i]": 30.48},
    "kg": {"g": 0.001, "[lb_av]": 0.45359237, "[oz_av]": 0.45359237 / 16},
    "g": {"kg": 1000.0, "[lb_av]": 453.59237, "[oz_av]": 453.59237 / 16},
    "g/L": {"g/dL": 10.0, "mg/mL": 1.0},
    # Glucose is 180.156 g/mol (IUPAC atomic weights): 1 mmol/L is 18.0156 mg/dL.
    "mmol/L": {"mg/dL": 1 / 18.0156, "umol/L": 0.001},
    "mL": {"L": 1000.0, "dL": 100.0, "cL": 10.0, "cm3": 1.0, "dm3": 1000.0},
    "mm[Hg]": {"kPa": 1 / 0.133322387415},  # 133.322387415 Pa (BIPM SI brochure, conventional millimetre of mercury)
    "d": {"wk": 7.0},
    "mo": {"a": 12.0},
}
# UCUM's table has the litre twice, as l and as L, each with any prefix; case tells all else apart (mL is no ML).
_LITRE = re.compile(r"(?<![A-Za-z])([munpfcdhk]|da)?l(?![A-Za-z])")
_ANNOTATION = re.compile(r"\{[^}]*\}")


@cache
def _factors(name: str) -> Mapping[str, float]:
    declared = concept(name)
    if declared.unit is None:
        return {"1": 1.0, "": 1.0}
    return {declared.unit: 1.0, **_FACTORS.get(declared.unit, {}), **declared.other_units}


def in_canonical_unit(name: str, quantity: object) -> tuple[float | None, int]:
    """The number of a Quantity and no doubt; or no number and what is doubted: its unit, or a value that is a bound."""
    if not isinstance(quantity, dict):
        return None, UNCERTAIN_VALUE
    number = quantity.get("value")
    if quantity.get("comparator") is not None or not _is_number(number):
        return None, UNCERTAIN_VALUE
    factor = _factors(name).get(_spelt_one_way(str(quantity.get("code") or quantity.get("unit") or "")))
    return (None, DOUBTFUL_UNIT) if factor is None else (float(number) * factor, NO_DOUBT)  # type: ignore[arg-type]


@lru_cache(maxsize=1 << 10)
def _spelt_one_way(unit: str) -> str:
    """With L for the litre, and without annotations: in braces they say what is measured, and change no value."""
    return _LITRE.sub(r"\1L", _ANNOTATION.sub("", unit))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
