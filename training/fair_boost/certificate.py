"""What births never used in fitting allow to be said of each group's sensitivity, and what they do not.

Opened once for a fitted model: looking again after changing something makes the statement worthless.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.fair_boost.births import Births
from training.fair_boost.frontier import LARGEST_LOSS_ALLOWED

__all__ = ["SURE", "Certificate", "CertifiedGroup", "certify"]

#: Posterior probability from which a statement is made: the project's own level, no authority's.
SURE = 0.95

_DRAWS = 20_000
_SEED = 20_260_131


@dataclass(frozen=True, kw_only=True)
class CertifiedGroup:
    """``status`` is 'met', 'violated', 'undetermined', or 'not constrained' (missing ethnicity).

    ``below_floor`` is the posterior probability that the group's sensitivity is under (overall - tolerance), the
    overall being uncertain too; ``below_row_0`` that it is under the unconstrained model's, and
    ``worse_than_row_0`` that it is so by more than the loss allowed.
    """

    group: str
    events: int
    found: int
    found_by_row_0_only: int
    found_by_this_only: int
    below_floor: float
    below_row_0: float
    worse_than_row_0: float
    status: str


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """``events_needed`` in each group to tell a difference of one tolerance; None at tolerance 0 or without events."""

    tolerance: float
    births: int
    events_needed: int | None
    groups: tuple[CertifiedGroup, ...]


def certify(
    events: Births,
    found: NDArray[np.bool_],
    found_by_row_0: NDArray[np.bool_] | None,
    *,
    births: int,
    tolerance: float,
) -> Certificate:
    """Posteriors by group from whom this model and row 0 found among the ``events`` of so many ``births``.

    ``found_by_row_0`` is None where this model is row 0. Sensitivities have Jeffreys priors (Brown, Cai and DasGupta,
    Stat Sci 2001;16:101-133) and are drawn together, so that the floor moves with them; the comparison with row 0 is
    paired, on the events that only one of the two found. Weighted births count as Kish's effective number. Draws have
    a fixed seed: the same births give the same answer.
    """
    women, weight = events.women, events.weight
    before = found if found_by_row_0 is None else found_by_row_0
    total = women.total(weight)
    # Kish, Survey Sampling 1965: births of unequal weight carry the information of this many of equal weight
    squares = women.total(weight**2)
    scale = np.divide(total, squares, out=np.zeros_like(total), where=squares > 0)
    random = np.random.default_rng(_SEED)

    effective = total * scale
    found_effective = women.total(weight * found) * scale
    drawn = random.beta(found_effective + 0.5, effective - found_effective + 0.5, size=(_DRAWS, len(women.names)))
    share = total / total.sum() if total.sum() > 0 else np.full(total.shape, 1 / total.size)
    floor = drawn @ share - tolerance
    below_floor = (drawn < floor[:, None]).mean(axis=0)

    lost = women.total(weight * (before & ~found)) * scale
    gained = women.total(weight * (found & ~before)) * scale
    rows = []
    for code, name in enumerate(women.names):
        below, worse = 0.0, 0.0
        if found_by_row_0 is not None:
            unchanged = effective[code] - lost[code] - gained[code]
            parts = random.dirichlet([lost[code] + 0.5, gained[code] + 0.5, max(unchanged, 0.0) + 0.5], size=_DRAWS)
            fall = parts[:, 0] - parts[:, 1]
            below, worse = float((fall > 0).mean()), float((fall > LARGEST_LOSS_ALLOWED).mean())
        inside = women.codes == code
        rows.append(
            CertifiedGroup(
                group=name,
                events=int(inside.sum()),
                found=int(found[inside].sum()),
                found_by_row_0_only=int((before & ~found)[inside].sum()),
                found_by_this_only=int((found & ~before)[inside].sum()),
                below_floor=float(below_floor[code]),
                below_row_0=below,
                worse_than_row_0=worse,
                status=_status(bool(women.constrained[code]), float(below_floor[code]), worse),
            )
        )
    return Certificate(
        tolerance=tolerance,
        births=births,
        events_needed=_events_needed(weight, found, tolerance),
        groups=tuple(rows),
    )


def _status(constrained: bool, below_floor: float, worse_than_row_0: float) -> str:
    if not constrained:
        return "not constrained"
    if max(below_floor, worse_than_row_0) >= SURE:
        return "violated"
    return "met" if max(below_floor, worse_than_row_0) <= 1 - SURE else "undetermined"


def _events_needed(weight: NDArray[np.float64], found: NDArray[np.bool_], tolerance: float) -> int | None:
    """Events for a 95 % interval of a difference between two sensitivities to have one tolerance as half-width:
    1.96^2 x 2p(1 - p) / tolerance^2 (Newcombe, Stat Med 1998;17:873-890, the simple method)."""
    if tolerance <= 0 or not weight.any():
        return None
    sensitivity = float(np.average(found, weights=weight))
    return math.ceil(1.96**2 * 2 * sensitivity * (1 - sensitivity) / tolerance**2)
