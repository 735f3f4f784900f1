"""Elements by which a resource may mean something else than it says.

R4 (Extensibility, and Resource.implicitRules): a reader that does not know a ``modifierExtension`` or the rules of
``implicitRules`` shall not process what carries them, for either may turn a statement into its opposite. This reader
knows none.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from records.sources.fhir.references import Json

__all__ = ["unknown_rule"]

# The parts that are read, where they can have modifiers of their own.
_PARTS: Mapping[str, str] = MappingProxyType(
    {"Observation": "component", "FamilyMemberHistory": "condition", "Patient": "communication"}
)


def unknown_rule(element: Json, name: str) -> tuple[str, str] | None:
    """The element by which it may mean something else, and why it is set aside; None where there is none."""
    for rule in ("modifierExtension", "implicitRules"):
        if element.get(rule):
            return f"{name}.{rule}", "may turn what it says into something else, by rules that are not known here"
    part = _PARTS.get(name)
    if part is not None and isinstance(element.get(part), list):
        return next(
            (
                found
                for one in element[part]
                if isinstance(one, dict) and (found := unknown_rule(one, f"{name}.{part}"))
            ),
            None,
        )
    return None
