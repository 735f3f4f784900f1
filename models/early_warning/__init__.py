"""Early warning: charts as data, and one pure function that reads a set of observations on a chart.

Missing is never normal, a concern escalates alone, and every chart that comes with the software is unsigned: an
example that runs in demo and evaluation mode only, or a template that does not run until a site fills and signs it.
"""

from models.early_warning.chart import (
    Band,
    Chart,
    Confirmation,
    EscalationPlan,
    Parameter,
    Scope,
    SignOff,
    Trigger,
)
from models.early_warning.chart_file import SHIPPED_CHARTS, load_chart, load_charts, parse_chart
from models.early_warning.observation import Observation
from models.early_warning.permission import Mode
from models.early_warning.refusals import (
    AlteredChart,
    ChartGap,
    ChartOverlap,
    DuplicateChart,
    FutureObservation,
    ImplausibleBloodPressure,
    ImplausibleTime,
    MalformedChart,
    NaiveTime,
    OutOfScope,
    RefusedChart,
    RepeatIntervalRefused,
    UnfilledChart,
    UnknownMode,
    UnsignableChart,
    UnsignedChart,
)
from models.early_warning.result import EarlyWarning, Escalation, Reading
from models.early_warning.scope import SETTINGS, Circumstances
from models.early_warning.score import evaluate
from models.early_warning.shock_index import ShockIndex
from models.early_warning.signing import sign_chart
from models.early_warning.triggers import FiredTrigger

__all__ = [
    "SETTINGS",
    "SHIPPED_CHARTS",
    "AlteredChart",
    "Band",
    "Chart",
    "ChartGap",
    "ChartOverlap",
    "Circumstances",
    "Confirmation",
    "DuplicateChart",
    "EarlyWarning",
    "Escalation",
    "EscalationPlan",
    "FiredTrigger",
    "FutureObservation",
    "ImplausibleBloodPressure",
    "ImplausibleTime",
    "MalformedChart",
    "Mode",
    "NaiveTime",
    "Observation",
    "OutOfScope",
    "Parameter",
    "Reading",
    "RefusedChart",
    "RepeatIntervalRefused",
    "Scope",
    "ShockIndex",
    "SignOff",
    "Trigger",
    "UnfilledChart",
    "UnknownMode",
    "UnsignableChart",
    "UnsignedChart",
    "evaluate",
    "load_chart",
    "load_charts",
    "parse_chart",
    "sign_chart",
]
