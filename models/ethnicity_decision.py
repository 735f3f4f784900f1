"""How a model may treat a woman's recorded ethnic group, as a named person decided and signed, outcome by outcome.

Part of a design and of its digest. Without one a model never sees ethnicity when it predicts.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.offer_policy import SignOff, UnusableOfferPolicy
from records.errors import EquipartumError

__all__ = ["CUTS", "ETHNICITY_OPTIONS", "NOT_STATED_CHOICES", "EthnicityDecision", "UnusableDecision"]

#: What may be decided, with what it does to the number.
ETHNICITY_OPTIONS: Mapping[str, str] = {
    "blind": "the model never sees ethnicity",
    "group_intercept": "blind, then one step up or down on the log-odds for each group",
    "subgroup_recalibration": "blind, then recalibrated within each group (and deprivation quintile, if recorded)",
    "ethnicity_as_input": "the trees read the recorded group",
}
#: By which cuts women are offered something: a kind of `models.offer_policy`.
CUTS: Mapping[str, str] = {
    "absolute": "one cut for everyone",
    "level_up": "level-up cuts: lower ones for groups found too rarely",
    "band": "a band: lower cuts for some groups and higher ones for others, for no more flags",
}
#: What happens to women whose ethnicity is not stated or not known.
NOT_STATED_CHOICES: Mapping[str, str] = {
    "common": "her risk without a step for a group, and the cut of everyone",
    "list_only": "she can be placed in a list, and no percentage is shown",
}
# A reason of a word or two is none.
SHORTEST_REASON = 20


class UnusableDecision(EquipartumError, ValueError):
    """A decision that leaves out what it must say, or that was not made from a dossier."""


@dataclass(frozen=True, kw_only=True)
class EthnicityDecision:
    """``option`` and ``cuts`` say which, ``why`` the reason, ``not_stated`` what happens where ethnicity is
    missing. ``dossier_digest`` is the SHA-256 of the figures that were signed, ``data_digest`` that of the births they
    are about, ``alert_rate`` the share of women that there were places for."""

    option: str
    cuts: str
    not_stated: str
    why: str
    signed_off_by: SignOff
    dossier_digest: str
    data_digest: str
    alert_rate: float

    def __post_init__(self) -> None:
        _refuse_unknown("option", self.option, ETHNICITY_OPTIONS)
        _refuse_unknown("kind of cuts", self.cuts, CUTS)
        _refuse_unknown("choice for women of missing ethnicity", self.not_stated, NOT_STATED_CHOICES)
        if len(self.why.strip()) < SHORTEST_REASON:
            raise UnusableDecision(f"a decision says why, in a sentence; {SHORTEST_REASON} characters at the least")
        if not re.fullmatch("[0-9a-f]{64}", self.dossier_digest):
            raise UnusableDecision(
                "a decision holds the SHA-256 of the dossier it was made from, 64 hexadecimal digits"
            )

    @property
    def digest(self) -> str:
        """What a home's ledger keeps of it, so that one that was altered or never signed there shows."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()

    @property
    def moves_risks(self) -> bool:
        """Whether her recorded group moves her number."""
        return self.option != "blind"

    @property
    def in_words(self) -> str:
        by = self.signed_off_by
        return (
            f"{ETHNICITY_OPTIONS[self.option]}; {CUTS[self.cuts]}; where ethnicity is missing: "
            f"{NOT_STATED_CHOICES[self.not_stated]} (decided by {by.name}, {by.role}, {by.date}: {self.why.strip()})"
        )

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> EthnicityDecision:
        """The decision that `to_dict` wrote; unknown or missing keys raise `UnusableDecision`."""
        expected = {field.name for field in dataclasses.fields(cls)}
        if set(data) != expected:
            found = ", ".join(sorted(set(data) ^ expected))
            raise UnusableDecision(f"a decision holds {', '.join(sorted(expected))}; missing or unknown: {found}")
        try:
            return cls(**{**data, "signed_off_by": SignOff(**data["signed_off_by"])})
        except (TypeError, AttributeError):
            raise UnusableDecision("a decision's signed_off_by holds name, role and date, all text") from None
        except UnusableOfferPolicy as refusal:
            raise UnusableDecision(str(refusal)) from None


def _refuse_unknown(what: str, given: str, there: Mapping[str, str]) -> None:
    if given not in there:
        raise UnusableDecision(f"there is no {what} {given!r}; there are: {', '.join(there)}")
