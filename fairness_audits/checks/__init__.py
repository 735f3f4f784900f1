"""The checks of an audit, FA001 onwards: one module and one test module each, in the order they are reported.

A check answers finding, passed, not applicable or cannot tell, and says what to do next. Its code is for ever.
"""

from __future__ import annotations

from fairness_audits.checks.answers import Check
from fairness_audits.checks.ascertainment import Ascertainment, unevenly_ascertained
from fairness_audits.checks.better_than_chance import BetterThanChance
from fairness_audits.checks.calibration import CalibrationWithinGroup
from fairness_audits.checks.changed import WorseThanBefore
from fairness_audits.checks.data_quality import DataQuality
from fairness_audits.checks.discrimination import DiscriminationWithinGroup
from fairness_audits.checks.guideline import WorseThanGuideline
from fairness_audits.checks.intended_population import IntendedPopulation
from fairness_audits.checks.low_risk import ToldLowRisk
from fairness_audits.checks.made_worse import NobodyMadeWorse
from fairness_audits.checks.missing_ethnicity import MissingEthnicity
from fairness_audits.checks.missing_facts import MissedWhereFactsAreMissing
from fairness_audits.checks.missing_predictors import MissingPredictors
from fairness_audits.checks.predictive_value import PredictiveValue
from fairness_audits.checks.proxies import ProxyStrength
from fairness_audits.checks.reach import Reach
from fairness_audits.checks.sensitivity_floor import SensitivityFloor
from fairness_audits.checks.simulated import SimulatedBirths
from fairness_audits.checks.sites import BetweenSites
from fairness_audits.checks.small_groups import SmallGroups

__all__ = ["CHECKS", "Check", "unevenly_ascertained"]

CHECKS: tuple[Check, ...] = (
    Reach(),
    CalibrationWithinGroup(),
    SensitivityFloor(),
    NobodyMadeWorse(),
    ToldLowRisk(),
    PredictiveValue(),
    WorseThanGuideline(),
    Ascertainment(),
    MissingEthnicity(),
    MissingPredictors(),
    ProxyStrength(),
    SmallGroups(),
    SimulatedBirths(),
    WorseThanBefore(),
    IntendedPopulation(),
    DataQuality(),
    BetweenSites(),
    MissedWhereFactsAreMissing(),
    DiscriminationWithinGroup(),
    BetterThanChance(),
)
