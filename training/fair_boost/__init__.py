"""The constrained fit: plain LightGBM, then fair rounds under a constraint, with row 0 kept beside.

`FairBoostClassifier` is the door. Ethnicity enters `fit` and nowhere else. Constraints, parts (training, held out,
certificate), multipliers, the frontier's figures and choice, and the certificate each have a module.
"""

from __future__ import annotations

from training.fair_boost.certificate import Certificate, CertifiedGroup
from training.fair_boost.estimator import FairBoostClassifier
from training.fair_boost.figures import GroupFigures, RowFigures
from training.fair_boost.frontier import FrontierRow
from training.fair_boost.parts import CERTIFICATE, HELD_OUT, TRAINING

__all__ = [
    "CERTIFICATE",
    "HELD_OUT",
    "TRAINING",
    "Certificate",
    "CertifiedGroup",
    "FairBoostClassifier",
    "FrontierRow",
    "GroupFigures",
    "RowFigures",
]
