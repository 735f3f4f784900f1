"""`equipartum methods`: one module a sub-command. Without one it is `methods run`: `equipartum methods OUTCOME ...`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["EXAMPLES", "SHORT_FOR", "SUMMARIES", "TAKES_NAMES"]

SHORT_FOR = "run"
# What follows may be an outcome's name, not only options.
TAKES_NAMES = True

EXAMPLES = (
    "Examples: **equipartum methods preterm_birth --source cdc_natality --data Nat2020us.zip** (short for **methods "
    "run**); **equipartum methods sign 20260131T101500 --option group_intercept --cuts level_up --not-stated common "
    "--why 'Black women are told too little' --name 'A. Person' --role 'equity lead'**."
)

SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "run": "Compare the ways a model may treat ethnicity, as a dossier to decide from.",
        "sign": "Sign how a model may treat ethnicity, from a dossier that you have read.",
    }
)
