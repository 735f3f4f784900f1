"""A plain fit made elsewhere, and the births of which the fair rounds then see no more than one process holds well."""

from __future__ import annotations

from typing import Any, Protocol

import lightgbm
import numpy as np
from numpy.typing import NDArray

from training.fair_boost.births import Births
from training.fair_boost.predictor_rows import PredictorRows

__all__ = ["MOST_BIRTHS", "PlainFit", "lightened"]

#: Training and held-out births that the fair rounds see, together: about a national year, in some 2 GB.
MOST_BIRTHS = 3_000_000

Part = tuple[NDArray[np.intp], Births]


class PlainFit(Protocol):
    """Fits the plain model on the training births; ``parameters`` and ``rounds`` are those of `lightgbm.train`."""

    @property
    def note(self) -> str:
        """A sentence on how it was made, for those who read of the model."""

    def __call__(
        self, parameters: dict[str, Any], rounds: int, predictors: NDArray[Any] | PredictorRows, births: Births
    ) -> lightgbm.Booster: ...


def lightened(part: Part, share: float, seed: int) -> Part:
    """A part of about that share of its births: all with the event, of the others some drawn within each group.

    Those drawn weigh as much as all in whose place they stand, group by group, so that every total holds. At least as
    many are drawn as there are events, so that the part may come out larger.
    """
    rows, births = part
    if share >= 1:
        return part
    event = births.event > 0
    wanted = max(share * event.size - event.sum(), event.sum())
    kept_share = min(1.0, float(wanted) / max(int((~event).sum()), 1))
    lottery = np.random.default_rng(seed).random(event.size)
    kept = event.copy()
    weight = births.weight.copy()
    for code in range(len(births.women.names)):
        places = np.flatnonzero(~event & (births.women.codes == code))
        drawn = places[np.argsort(lottery[places], kind="stable")[: int(np.ceil(kept_share * places.size))]]
        kept[drawn] = True
        if weight[drawn].sum() > 0:
            weight[drawn] *= weight[places].sum() / weight[drawn].sum()
    places = np.flatnonzero(kept)
    lighter = births.taken(places)
    return rows[places], Births(event=lighter.event, weight=weight[places], weighted=True, women=lighter.women)
