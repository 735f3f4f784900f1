"""`equipartum audit`: one module a sub-command. Without one, options alone are those of `audit run`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["EXAMPLES", "SHORT_FOR", "SUMMARIES"]

# `equipartum audit --predictions FILE` is what people type first.
SHORT_FOR = "run"

EXAMPLES = (
    "Examples: **equipartum audit --predictions last_month.csv --out report** (short for **audit run**); "
    "**equipartum audit run --run 3f9c2a1b --policy policy.toml**; "
    "**equipartum audit merge north.parquet south.parquet --out both**; "
    "**equipartum audit list --blocked**."
)

SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "run": "Audit predictions for disparity, with intervals, in plain language.",
        "data": "Say what a file of births records, and of whom less often, before any model.",
        "merge": "Audit the counts of several hospitals as if their births had been pooled, exactly.",
        "list": "List the audits of this home: what they found, and who signed them.",
        "sign": "Sign an audit that you have read, by name and role.",
        "comment": "Say something of an audit, by name and role, beside its report.",
        "verify": "Say whether an audit is still what was signed, and what was altered since when.",
    }
)
