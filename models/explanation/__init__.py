"""Exact reasons for one risk: how far each recorded fact moved it, on the log-odds scale.

`trees` lays a booster out as arrays, `quadrature` computes Shapley values from them, `explainer` brings them to the
calibrated scale and to clinical concepts, `reasons` chooses what a person may read.
"""

from models.explanation.explainer import Explainer, Explanation, UnexplainableModel
from models.explanation.reasons import REASONS_HEADING, Reason, not_shown, reasons

__all__ = ["REASONS_HEADING", "Explainer", "Explanation", "Reason", "UnexplainableModel", "not_shown", "reasons"]
