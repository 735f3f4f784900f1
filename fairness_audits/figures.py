"""One figure, one formatter: whatever prints a figure of an audit prints this value, so all agree to the last digit.

A figure is rounded once, when it is made; MLflow, the model card, `audit.json` and the page all read the rounded value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fairness_audits.effective_counts import EffectiveCounts
from fairness_audits.intervals import Interval
from fairness_audits.trusted_from import are_trusted
from models.guideline_rule import GUIDELINE

__all__ = [
    "DIGITS",
    "TITLES",
    "WITHHELD",
    "Figure",
    "GroupFigures",
    "Section",
    "count_text",
    "figure",
    "hidden",
    "p_text",
    "per_hundred",
    "percent_text",
    "rounded",
    "row_to_dict",
]

# Digits after the point to which each figure is rounded, stored and printed.
DIGITS: Mapping[str, int] = {
    "event_rate": 4,
    "mean_risk": 5,
    "flag_rate": 3,
    "sensitivity": 3,
    "specificity": 3,
    "positive_predictive_value": 3,
    "false_positive_rate": 3,
    "log_loss": 5,
    "observed_to_expected": 2,
    "calibration_in_the_large": 2,
    "calibration_slope": 2,
    "calibration_error": 4,
    "auroc": 3,
    "brier": 4,
    "net_benefit": 4,
    "standardised_net_benefit": 3,
    "missing_outcomes": 3,
    "told_low_risk": 3,
    "difference_from_others": 3,
    "ratio_to_others": 2,
    "not_recorded": 3,
    "tested": 3,
    "measured": 3,
    "outcome_known": 3,
    "share_of_women": 3,
}
PERCENTAGES = frozenset(
    {
        "event_rate",
        "mean_risk",
        "flag_rate",
        "sensitivity",
        "specificity",
        "positive_predictive_value",
        "false_positive_rate",
        "missing_outcomes",
        "told_low_risk",
        "not_recorded",
        "tested",
        "measured",
        "outcome_known",
        "share_of_women",
    }
)
TITLES: Mapping[str, str] = {
    "event_rate": "Had the outcome",
    "mean_risk": "Mean risk told",
    "flag_rate": "Flagged",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "positive_predictive_value": "Positive predictive value",
    "false_positive_rate": "False positive rate",
    "log_loss": "Log-loss (nats)",
    "observed_to_expected": "Observed over expected",
    "calibration_in_the_large": "Calibration-in-the-large (log-odds)",
    "calibration_slope": "Calibration slope",
    "calibration_error": "Calibration error (bias-corrected)",
    "auroc": "AUROC",
    "brier": "Brier score",
    "net_benefit": "Net benefit",
    "standardised_net_benefit": "Net benefit, as a share of the event rate",
    "missing_outcomes": "Outcome not recorded",
    "told_low_risk": "Had the outcome, told a low risk",
    "difference_from_others": "Difference from everyone else",
    "ratio_to_others": "Ratio to everyone else",
    "not_recorded": "Not recorded",
    "tested": "Tested",
    "measured": "Measured",
    "outcome_known": "Outcome known",
    "share_of_women": "Share of women",
}
HIDDEN = "*"
# Of a figure that a data-quality gate keeps back; why is told once beneath its table.
WITHHELD = "withheld"
UNDEFINED = "–"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """An estimate and its 95 % limits, rounded for print; None is undefined, or hidden by the disclosure rule.

    ``not_published`` is why a data-quality gate kept it back; such a figure is hidden too. ``digits`` are given where
    fewer than those of `DIGITS` may be told.
    """

    estimand: str
    value: float | None
    low: float | None = None
    high: float | None = None
    is_hidden: bool = False
    not_published: str = ""
    digits: int | None = None

    @property
    def text(self) -> str:
        """As printed: ``28.0 % (21.2 to 36.1)``."""
        if self.not_published:
            return WITHHELD
        if self.value is None:
            return HIDDEN if self.is_hidden else UNDEFINED
        limits = f" ({self._print(self.low)} to {self._print(self.high)})" if self.has_limits else ""
        return f"{self._print(self.value)}{' %' if self.estimand in PERCENTAGES else ''}{limits}"

    @property
    def value_text(self) -> str:
        if self.not_published:
            return WITHHELD
        if self.value is None:
            return HIDDEN if self.is_hidden else UNDEFINED
        return f"{self._print(self.value)}{' %' if self.estimand in PERCENTAGES else ''}"

    @property
    def is_undefined(self) -> bool:
        """There is nothing to tell, as a share of nobody; a hidden figure is something that may not be told."""
        return self.value is None and not self.is_hidden

    @property
    def has_limits(self) -> bool:
        return self.low is not None and self.high is not None

    def _print(self, value: float | None) -> str:
        if value is None:
            return UNDEFINED
        digits = DIGITS[self.estimand] if self.digits is None else self.digits
        return f"{value * 100:.{max(digits - 2, 0)}f}" if self.estimand in PERCENTAGES else f"{value:.{digits}f}"

    def to_dict(self) -> dict[str, Any]:
        plain = {"value": self.value, "low": self.low, "high": self.high, "text": self.text}
        plain |= {"hidden": True} if self.is_hidden else {}
        return plain | ({"not_published": self.not_published} if self.not_published else {})


def figure(estimand: str, interval: Interval) -> Figure:
    """The printable figure of an interval; NaN becomes None."""
    digits = DIGITS[estimand]
    return Figure(
        estimand=estimand,
        value=rounded(interval.value, digits),
        low=rounded(interval.low, digits),
        high=rounded(interval.high, digits),
    )


def hidden(estimand: str) -> Figure:
    return Figure(estimand=estimand, value=None, is_hidden=True)


def rounded(value: float | None, digits: int) -> float | None:
    """Half up, as people round; never minus zero."""
    if value is None or not math.isfinite(value):
        return None
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return float(exact) + 0.0


def per_hundred(share: float) -> int:
    """A share as 'so many of 100', half up."""
    return int(Decimal(repr(share * 100)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def percent_text(share: float) -> str:
    """A share in percent with as few digits as it needs: 0.002 is '0.2', 0.15 is '15'."""
    return f"{round(share * 100, 6):g}"


def p_text(value: float | None) -> str:
    """A p-value as it is read: never 0, never more digits than it can bear."""
    if value is None:
        return UNDEFINED
    return "< 0.001" if value < 0.001 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def count_text(count: int | None) -> str:
    return HIDDEN if count is None else f"{count:,}"


@dataclass(frozen=True, kw_only=True, order=True)
class Section:
    """What is never pooled: one outcome by one definition, at one point, scored by one scorer."""

    outcome: str
    prediction_point: str
    outcome_definition: str
    scored_by: str
    model_version: str

    @property
    def is_comparator(self) -> bool:
        return self.scored_by.startswith((GUIDELINE, "flag_"))

    @property
    def question(self) -> tuple[str, str, str]:
        """What scorers must share to be compared."""
        return self.outcome, self.outcome_definition, self.prediction_point

    def to_dict(self) -> dict[str, str]:
        return dict(vars(self))


def row_to_dict(row: Any) -> dict[str, Any]:
    """A row of `audit.json`: the keys of its ``section`` first, then its fields, each told by its own `to_dict`."""
    own = {name: value.to_dict() if hasattr(value, "to_dict") else value for name, value in vars(row).items()}
    return {**own.pop("section"), **own}


@dataclass(frozen=True, kw_only=True)
class GroupFigures:
    """Everything printed about one group of one level at one operating point of one section.

    ``status`` is 'shown', or 'cannot tell' below the policy's minimum of events (with ``events_needed``).
    ``effective`` holds the counts that each rate and its limits were made from.
    """

    section: Section
    operating_point: str
    is_primary: bool
    level: str
    group: str
    counts: Mapping[str, int | None]
    figures: Mapping[str, Figure]
    status: str
    events_needed: int | None = None
    effective: Mapping[str, EffectiveCounts] = field(default_factory=dict)

    def __getitem__(self, estimand: str) -> Figure:
        return self.figures[estimand]

    def limits_are_trusted(self, estimand: str, disclosure: str) -> bool | None:
        """Whether the group's events are as many as the figure's limits were seen to hold from, under this rule."""
        return are_trusted(disclosure, estimand, self.counts["events"])

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.section.to_dict(),
            "operating_point": self.operating_point,
            "primary": self.is_primary,
            "level": self.level,
            "group": self.group,
            "status": self.status,
            "events_needed": self.events_needed,
            "counts": dict(self.counts),
            "design_effects": {name: counted.design for name, counted in self.effective.items()},
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
        }
