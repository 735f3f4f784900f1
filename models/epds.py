"""Item 10 of the Edinburgh Postnatal Depression Scale, on self-harm: a safety rule, never a model.

It is answered first and by itself: it reads two numbers and needs no model, registry or database. The scale has ten
items scored 0 to 3 (Cox, Holden and Sagovsky, Br J Psychiatry 1987;150:782-6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from records.errors import EquipartumError

__all__ = ["EpdsSafety", "EpdsStatus", "ImplausibleEpds", "epds_item_10"]

EpdsStatus = Literal["positive", "recorded as 0", "not recorded", "cannot be evaluated"]

_HIGHEST_ITEM = 3
_HIGHEST_TOTAL = 30
# The other nine items reach 27 between them, so a total above that cannot be had with 0 on item 10.
_HIGHEST_TOTAL_WITHOUT_ITEM_10 = 27

_ACT_NOW = (
    "act now, whatever the total: ask her today about thoughts of harming herself and follow the site's urgent "
    "mental-health pathway. Acknowledge that this was seen."
)


class ImplausibleEpds(EquipartumError):
    """An item 10 or a total that the scale does not have."""


@dataclass(frozen=True, kw_only=True)
class EpdsSafety:
    """What item 10 asks of the person reading. ``headline`` is the first line of any answer that holds it."""

    status: EpdsStatus
    headline: str
    acknowledgement_required: bool


def epds_item_10(item_10: int | None, *, total: int | None = None) -> EpdsSafety:
    """Item 10 from 0 to 3, and the scale's total from 0 to 30; None is 'not recorded'.

    A positive item 10 is answered before the total is looked at. Raises `ImplausibleEpds`.
    """
    if item_10 is not None and _whole("item 10", item_10, _HIGHEST_ITEM) > 0:
        return _answer("positive", f"EPDS item 10 positive: {_ACT_NOW}", True)
    if total is not None and _whole("total", total, _HIGHEST_TOTAL) > _HIGHEST_TOTAL_WITHOUT_ITEM_10:
        return _answer(
            "positive", f"EPDS item 10 must be positive, the total cannot be reached without it: {_ACT_NOW}", True
        )
    if item_10 is not None:
        return _answer("recorded as 0", "EPDS item 10 is recorded as 0. This is an answer, not a reassurance.", False)
    if total is not None:
        return _answer("cannot be evaluated", "EPDS item 10 cannot be evaluated from a total: ask item 10.", False)
    return _answer("not recorded", "EPDS item 10 not recorded: ask.", False)


def _answer(status: EpdsStatus, headline: str, acknowledge: bool) -> EpdsSafety:
    return EpdsSafety(status=status, headline=headline, acknowledgement_required=acknowledge)


def _whole(name: str, value: float, highest: int) -> float:
    # A whole number read as a float (2.0) is the same answer: no positive is lost to its type.
    if isinstance(value, bool) or value not in range(highest + 1):
        raise ImplausibleEpds(f"EPDS {name} is a whole number from 0 to {highest}, or null: ask again")
    return value
