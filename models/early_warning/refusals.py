"""What early warning refuses, each refusal named for its condition.

Messages name the chart, the cell or the position of the observation, never the value that was recorded.
"""

from __future__ import annotations

from records.errors import EquipartumError

__all__ = [
    "AlteredChart",
    "ChartGap",
    "ChartOverlap",
    "DuplicateChart",
    "FutureObservation",
    "ImplausibleBloodPressure",
    "ImplausibleTime",
    "MalformedChart",
    "NaiveTime",
    "OutOfScope",
    "RefusedChart",
    "RepeatIntervalRefused",
    "UnfilledChart",
    "UnknownMode",
    "UnsignableChart",
    "UnsignedChart",
]


class MalformedChart(EquipartumError):
    """A chart file that cannot be read as a chart."""


class ChartGap(MalformedChart):
    """A value that no band of a parameter owns."""


class ChartOverlap(MalformedChart):
    """A value that two bands of a parameter own."""


class DuplicateChart(EquipartumError):
    """Two chart files of one folder with the same id."""


class RefusedChart(EquipartumError):
    """A chart that may not be used for a pregnant or recently pregnant woman at all."""


class UnfilledChart(EquipartumError):
    """A chart with cells that nobody has filled."""


class UnsignedChart(EquipartumError):
    """A chart that no clinical safety officer and lead clinician have signed, asked to run on live care."""


class AlteredChart(EquipartumError):
    """A chart whose content is not what was signed."""


class UnsignableChart(EquipartumError):
    """A chart, or a signature, that is not in a state to be signed."""


class UnknownMode(EquipartumError):
    """A mode other than demo, evaluation or live."""


class OutOfScope(EquipartumError):
    """A setting, or a time after birth, that the chart was not made for."""


class RepeatIntervalRefused(EquipartumError):
    """A repeat interval brought from outside to a chart that must state its own, or one that is no interval."""


class NaiveTime(EquipartumError):
    """A time without its offset from UTC."""


class ImplausibleTime(EquipartumError):
    """A time that no observation has, outside the years 1900 to 2199."""


class FutureObservation(EquipartumError):
    """An observation dated after the moment of the evaluation."""


class ImplausibleBloodPressure(EquipartumError):
    """A diastolic pressure that is not below the systolic pressure of the same moment."""
