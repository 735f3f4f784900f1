"""Who is offered something, given a calibrated risk: a value versioned with the model, apart from it.

Fitting lives in `training.offer_policy` and `training.offer_band`. 'absolute' is one cut for every woman. 'level_up'
lowers the cut for groups that the one cut under-serves. 'band' lowers some and raises others, for no more flags. Both
need her recorded group when offering, so a named person must have signed them.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from records.errors import EquipartumError
from records.groups import MISSING_ETHNICITY

__all__ = ["OFFER_POLICY_KINDS", "OfferPolicy", "SignOff", "UnsignedOfferPolicy", "UnusableOfferPolicy", "UnusableRisk"]

OFFER_POLICY_KINDS = ("absolute", "level_up", "band")


class UnusableOfferPolicy(EquipartumError, ValueError):
    """A policy whose cuts contradict its kind, or that is asked without what it needs."""


class UnsignedOfferPolicy(EquipartumError):
    """A policy that uses a woman's group was applied before a named person signed it."""


class UnusableRisk(EquipartumError, ValueError):
    """A risk that is missing or outside [0, 1]: an offer cannot be read from it."""


@dataclass(frozen=True, kw_only=True)
class SignOff:
    """Who answers for the use of groups in offering. ``date`` is ISO 8601, as in 2026-01-31."""

    name: str
    role: str
    date: str

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.role.strip():
            raise UnusableOfferPolicy("a sign-off names a person and a role")
        try:
            datetime.date.fromisoformat(self.date)
        except ValueError:
            raise UnusableOfferPolicy(f"a sign-off is dated as year-month-day; found {self.date!r}") from None


@dataclass(frozen=True, kw_only=True)
class OfferPolicy:
    """Offer when risk >= cut. ``threshold`` is the cut of every woman without a cut of her own group.

    ``group_cuts`` are pairs of group and cut, none for women whose ethnicity is missing. A level-up policy lowers cuts
    and raises none: they lie in [0, threshold]. A band may raise them too. A cut above 1 offers to nobody.
    """

    kind: str
    threshold: float
    group_cuts: tuple[tuple[str, float], ...] = ()
    signed_off_by: SignOff | None = field(default=None)

    def __post_init__(self) -> None:
        if self.kind not in OFFER_POLICY_KINDS:
            raise UnusableOfferPolicy(
                f"no offer policy is called {self.kind!r}; there are: {', '.join(OFFER_POLICY_KINDS)}"
            )
        if not (math.isfinite(self.threshold) and self.threshold >= 0):
            raise UnusableOfferPolicy(f"a threshold is a risk; found {self.threshold}")
        if self.kind == "absolute" and self.group_cuts:
            raise UnusableOfferPolicy(
                "an 'absolute' policy has one cut for every woman; use 'level_up' or 'band' for groups"
            )
        if len(dict(self.group_cuts)) != len(self.group_cuts):
            raise UnusableOfferPolicy("a group has two cuts; give it one")
        for group, cut in self.group_cuts:
            self._refuse_unusable_cut(group, cut)

    @property
    def needs_groups(self) -> bool:
        """Whether a woman's group is read to offer: then nothing is offered before a named person has signed."""
        return self.kind != "absolute"

    def signed(self, sign_off: SignOff) -> OfferPolicy:
        """The same policy under a sign-off."""
        return replace(self, signed_off_by=sign_off)

    def cut_for(self, group: str | None) -> float:
        """The cut for one group; the default cut where the group is None or has none of its own."""
        return dict(self.group_cuts).get(group, self.threshold) if group is not None else self.threshold

    def apply(self, risk: ArrayLike, groups: ArrayLike | None = None) -> NDArray[np.bool_]:
        """One answer a woman. ``groups`` (labels, None where unknown) is not read by 'absolute'.

        Raises `UnusableRisk`, `UnsignedOfferPolicy`, or `UnusableOfferPolicy` where groups are needed and not given.
        """
        risks = np.asarray(risk, dtype=np.float64)
        if not np.all((risks >= 0) & (risks <= 1)):
            row = int(np.flatnonzero(~((risks >= 0) & (risks <= 1)))[0])
            raise UnusableRisk(f"row {row}: a risk must be a number in [0, 1] before an offer is read from it")
        if not self.needs_groups:
            return np.asarray(risks >= self.threshold)
        self._refuse_unsigned()
        if groups is None:
            raise UnusableOfferPolicy(f"a {self.kind!r} policy needs each woman's group (None where unknown)")
        labels = np.asarray(groups, dtype=object)
        if labels.shape != risks.shape:
            raise UnusableOfferPolicy(f"{risks.size} risks and {labels.size} groups: one group a risk is needed")
        cuts = np.full(risks.shape, self.threshold)
        for group, cut in self.group_cuts:
            cuts[labels == group] = cut
        return np.asarray(risks >= cuts)

    def offers(self, risk: float, group: str | None = None) -> bool:
        """`apply` for one woman; None is an unknown group and takes the default cut."""
        if not 0 <= risk <= 1:
            raise UnusableRisk("a risk must be a number in [0, 1] before an offer is read from it")
        if self.needs_groups:
            self._refuse_unsigned()
            return risk >= self.cut_for(group)
        return risk >= self.threshold

    def to_dict(self) -> dict[str, Any]:
        signed = self.signed_off_by
        return {
            "kind": self.kind,
            "threshold": self.threshold,
            "group_cuts": dict(self.group_cuts),
            "signed_off_by": None
            if signed is None
            else {"name": signed.name, "role": signed.role, "date": signed.date},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> OfferPolicy:
        """The policy that `to_dict` wrote; unknown or missing keys raise `UnusableOfferPolicy`."""
        expected = {"kind", "threshold", "group_cuts", "signed_off_by"}
        if set(data) != expected:
            raise UnusableOfferPolicy(
                f"an offer policy holds {', '.join(sorted(expected))}; found: {', '.join(sorted(data))}"
            )
        signed = data["signed_off_by"]
        try:
            return cls(
                kind=str(data["kind"]),
                threshold=float(data["threshold"]),
                group_cuts=tuple((str(group), float(cut)) for group, cut in data["group_cuts"].items()),
                signed_off_by=None if signed is None else SignOff(**signed),
            )
        except (TypeError, AttributeError):
            raise UnusableOfferPolicy(
                "an offer policy holds a number as threshold, numbers by group as group_cuts, "
                "and name, role and date as signed_off_by"
            ) from None

    def _refuse_unusable_cut(self, group: str, cut: float) -> None:
        if self.kind == "level_up" and not 0 <= cut <= self.threshold:
            raise UnusableOfferPolicy(
                f"the cut of group {group!r} is {cut}; it must lie between 0 and the threshold {self.threshold}"
            )
        if not (math.isfinite(cut) and cut >= 0):
            raise UnusableOfferPolicy(f"the cut of group {group!r} is {cut}; a cut is a risk")
        if group in MISSING_ETHNICITY:
            raise UnusableOfferPolicy(
                f"a {self.kind!r} policy has a cut for {group!r}; women of missing ethnicity take the threshold"
            )

    def _refuse_unsigned(self) -> None:
        if self.signed_off_by is None:
            raise UnsignedOfferPolicy(
                "this policy reads a woman's group to decide an offer; a named person must sign it first "
                "(name, role, date)"
            )
