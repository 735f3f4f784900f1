"""What births never used in fitting allow to be said of each group's sensitivity, and what they do not.

Opened once for a fitted model: looking again after changing something makes the statement worthless.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv

from training.fair_boost.births import Births
from training.fair_boost.frontier import LARGEST_LOSS_ALLOWED

__all__ = ["SCEPTICS_EVENTS", "SURE", "Certificate", "CertifiedGroup", "certify"]

#: Posterior probability from which a statement is made: the project's own level, no authority's.
SURE = 0.95

#: Events found as often as everyone's that the sceptical prior is worth: as many as the fit shrinks by.
SCEPTICS_EVENTS = 100

_DRAWS = 20_000
_SEED = 20_260_131
_QUANTILES = 256


@dataclass(frozen=True, kw_only=True)
class CertifiedGroup:
    """``status`` is 'met', 'violated', 'undetermined', or 'not constrained' (missing ethnicity).

    ``below_floor`` is the posterior probability that the group's sensitivity is under (overall - tolerance), the
    overall being uncertain too; ``below_row_0`` that it is under the unconstrained model's, and
    ``worse_than_row_0`` that it is so by more than the loss allowed. ``_to_a_sceptic``: the same for one who takes the
    group for like everyone until its own events say otherwise. Either of the two who is not sure makes it
    'undetermined'.
    """

    group: str
    events: int
    found: int
    found_by_row_0_only: int
    found_by_this_only: int
    below_floor: float
    below_floor_to_a_sceptic: float
    below_row_0: float
    worse_than_row_0: float
    worse_than_row_0_to_a_sceptic: float
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
    paired, on the events that only one of the two found. Jeffreys priors bound how often a group at the floor is
    misjudged. They also let a few events speak loudly, and of what is then said too much is wrong, since groups seldom
    lie as far apart as such a prior allows; so each question is asked of a sceptic too (Spiegelhalter, Freedman and
    Parmar, J R Stat Soc A 1994;157:357-416). How often statements are wrong is measured by `benchmarks.certificate`.

    Weighted births count as Kish's effective number. Draws have a fixed seed: the same births give the same answer.
    """
    women, weight = events.women, events.weight
    before = found if found_by_row_0 is None else found_by_row_0
    total = women.total(weight)
    # Kish, Survey Sampling 1965: births of unequal weight carry the information of this many of equal weight
    squares = women.total(weight**2)
    scale = np.divide(total, squares, out=np.zeros_like(total), where=squares > 0)

    def counted(which: NDArray[np.bool_]) -> NDArray[np.float64]:
        return women.total(weight * which) * scale

    share = total / total.sum() if total.sum() > 0 else np.full(total.shape, 1 / total.size)
    below = _below_floor(counted(found), total * scale, share, tolerance)
    lost, gained = counted(before & ~found), counted(found & ~before)
    # rows: lost, gained, found by both or neither
    changes = np.array([lost, gained, np.maximum(total * scale - lost - gained, 0.0)])
    fallen = _fallen(changes if found_by_row_0 is not None else None, len(women.names))
    rows = []
    for code, name in enumerate(women.names):
        inside = women.codes == code
        answers = (below[:, code], fallen[1:, code]) if found_by_row_0 is not None else (below[:, code],)
        rows.append(
            CertifiedGroup(
                group=name,
                events=int(inside.sum()),
                found=int(found[inside].sum()),
                found_by_row_0_only=int((before & ~found)[inside].sum()),
                found_by_this_only=int((found & ~before)[inside].sum()),
                below_floor=float(below[0, code]),
                below_floor_to_a_sceptic=float(below[1, code]),
                below_row_0=float(fallen[0, code]),
                worse_than_row_0=float(fallen[1, code]),
                worse_than_row_0_to_a_sceptic=float(fallen[2, code]),
                status=_status(answers) if women.constrained[code] else "not constrained",
            )
        )
    return Certificate(
        tolerance=tolerance,
        births=births,
        events_needed=_events_needed(weight, found, tolerance),
        groups=tuple(rows),
    )


def _below_floor(
    found: NDArray[np.float64], events: NDArray[np.float64], share: NDArray[np.float64], tolerance: float
) -> NDArray[np.float64]:
    """Two rows, of Jeffreys and of the sceptic: the posterior probability of each group to lie below the floor."""
    random = np.random.default_rng(_SEED)
    everyone = found.sum() / events.sum() if events.sum() > 0 else 0.5
    probabilities = []
    for worth in (0, SCEPTICS_EVENTS):
        alike = worth * everyone + 0.5, worth * (1 - everyone) + 0.5
        drawn = random.beta(found + alike[0], events - found + alike[1], size=(_DRAWS, events.size))
        probabilities.append((drawn < (drawn @ share - tolerance)[:, None]).mean(axis=0))
    return np.array(probabilities)


def _fallen(changes: NDArray[np.float64] | None, groups: int) -> NDArray[np.float64]:
    """Three rows: below row 0, and below it by more than is allowed, to Jeffreys and to the sceptic. Zero without
    ``changes``, which is row 0 itself."""
    if changes is None:
        return np.zeros((3, groups))
    everyone = changes.sum(axis=1, keepdims=True) / max(float(changes.sum()), 1e-12)
    own, like_everyone = changes + 0.5, changes + SCEPTICS_EVENTS * everyone + 0.5
    return np.array(
        [
            _lost_more_than(0.0, own),
            _lost_more_than(LARGEST_LOSS_ALLOWED, own),
            _lost_more_than(LARGEST_LOSS_ALLOWED, like_everyone),
        ]
    )


def _lost_more_than(loss: float, dirichlet: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability that (lost - gained) exceeds ``loss``, where (lost, gained, unchanged) has this Dirichlet posterior,
    a column a group.

    The share that changed is a beta, and of it the lost part another, independent one: summed over quantiles of the
    first, which is within .001 of the integral.
    """
    lost, gained, unchanged = dirichlet[:, :, None]
    changed = betaincinv(lost + gained, unchanged, (np.arange(_QUANTILES) + 0.5) / _QUANTILES)
    needed = np.minimum((1 + loss / np.maximum(changed, np.finfo(float).tiny)) / 2, 1.0)
    return np.asarray((1 - betainc(lost, gained, needed)).mean(axis=1))


def _status(answers: Sequence[NDArray[np.float64]]) -> str:
    """``answers`` has a row a question (below the floor, worse than row 0): the probability of 'yes' to each of two.

    'Met' needs a sure 'no' to every question, and so is wrong no more often than one of them (Berger, Technometrics
    1982;24:295-300). 'Violated' needs one sure 'yes', and more questions are more chances to be wrong: their doubt is
    shared out (Bonferroni).
    """
    doubt = (1 - SURE) / len(answers)
    if any(answer.min() >= 1 - doubt for answer in answers):
        return "violated"
    return "met" if max(answer.max() for answer in answers) <= 1 - SURE else "undetermined"


def _events_needed(weight: NDArray[np.float64], found: NDArray[np.bool_], tolerance: float) -> int | None:
    """Events for a 95 % interval of a difference between two sensitivities to have one tolerance as half-width:
    1.96^2 x 2p(1 - p) / tolerance^2 (Newcombe, Stat Med 1998;17:873-890, the simple method)."""
    if tolerance <= 0 or not weight.any():
        return None
    sensitivity = float(np.average(found, weights=weight))
    return math.ceil(1.96**2 * 2 * sensitivity * (1 - sensitivity) / tolerance**2)
