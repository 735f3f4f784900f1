"""Why a predictions table is refused, by name."""

from __future__ import annotations

from records.errors import EquipartumError

__all__ = [
    "ContradictoryOutcome",
    "DuplicatePrediction",
    "EmptyPredictions",
    "IdentifiersAsGroups",
    "MissingPredictionColumn",
    "RiskOutsideRange",
    "SchemesPooled",
    "UnknownPredictionColumn",
    "UnreadablePredictions",
    "UnscoredPrediction",
    "WeightOutsideRange",
]


class EmptyPredictions(EquipartumError):
    """A predictions table without a row."""


class IdentifiersAsGroups(EquipartumError):
    """A column of ethnic groups that holds what looks like identifiers: they would be printed as labels."""


class MissingPredictionColumn(EquipartumError):
    """A column without which nothing can be said of the predictions."""


class UnknownPredictionColumn(EquipartumError):
    """A column that the predictions table does not have: a misspelt name must not be lost in silence."""


class UnreadablePredictions(EquipartumError):
    """A file or a column that is not what the predictions table holds."""


class DuplicatePrediction(EquipartumError):
    """One pregnancy scored more than once for the same outcome and point by the same scorer."""


class RiskOutsideRange(EquipartumError):
    """A risk that is not a probability."""


class WeightOutsideRange(EquipartumError):
    """A weight that is no number, or so small or large that sums of weights would not be exact."""


class UnscoredPrediction(EquipartumError):
    """A row without a risk that no guideline scored."""


class ContradictoryOutcome(EquipartumError):
    """An outcome that is given although the row says it was not ascertained."""


class SchemesPooled(EquipartumError):
    """Ethnic groups of different coding schemes in one table."""
