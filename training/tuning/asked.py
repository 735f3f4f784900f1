"""How long a search may go on."""

from __future__ import annotations

from dataclasses import dataclass

from records.errors import EquipartumError

__all__ = ["DEFAULT_MINUTES", "ImpossibleTuning", "Tuning"]

# Project default: about 250 trials for 100,000 births on two cores.
DEFAULT_MINUTES = 10.0


class ImpossibleTuning(EquipartumError):
    """A search that was given no time, or births that no search can learn from."""


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """``minutes`` are spent anew by each call; ``trials`` are counted over all calls. None is no limit.

    Without either, `DEFAULT_MINUTES`. Only ``trials`` alone gives the same choice each time.
    """

    minutes: float | None = None
    trials: int | None = None

    def __post_init__(self) -> None:
        if self.minutes is not None and not self.minutes > 0:
            raise ImpossibleTuning(f"tuning needs more than 0 minutes; got {self.minutes:g}")
        if self.trials is not None and self.trials < 1:
            raise ImpossibleTuning(f"tuning needs at least 1 trial; got {self.trials}")

    @property
    def seconds(self) -> float:
        if self.minutes is None:
            return float("inf") if self.trials is not None else 60 * DEFAULT_MINUTES
        return 60 * self.minutes
