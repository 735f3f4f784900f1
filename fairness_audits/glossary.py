"""The words of the report, each in one sentence."""

from __future__ import annotations

__all__ = ["GLOSSARY"]

GLOSSARY: tuple[tuple[str, str], ...] = (
    ("Ascertained", "The outcome was looked for and recorded. A woman who was never tested is missing, not negative."),
    (
        "AUROC",
        "The chance that a woman who had the outcome had been given a higher risk than a woman who had not: 0.5 is a "
        "coin, 1 is perfect. Read it within a group; pooled over groups it can look better than it is for anyone.",
    ),
    ("Brier score", "The mean squared distance between the risk told and what happened. Lower is better."),
    (
        "Calibration error",
        "How far, on the whole, the risk told lies from the risk seen in tenths of the women, less what chance alone "
        "would make. It does not say in which direction.",
    ),
    (
        "Calibration-in-the-large",
        "How far all risks would have to move, in log-odds, for as many events to be expected as were seen.",
    ),
    (
        "Calibration slope",
        "Whether high risks are high enough and low risks low enough: 1 is right, below 1 the risks are too extreme.",
    ),
    ("Cannot tell", "Too few events to say either way. It is an answer, and it asks for more years or more sites."),
    ("Event", "A woman who had the outcome."),
    ("Flagged", "Picked out by the model, or by a rule, for an offer of care."),
    (
        "Gate",
        "What the data must be before a figure is published from them, such as the outcome known for at least 70 of "
        "100 women. Where they are not, the gate is closed and the figure is withheld.",
    ),
    (
        "Interval (95 %)",
        "The range of values that fit what was seen. A wide one means few events. It speaks of the births counted "
        "here, not of one woman.",
    ),
    (
        "Net benefit",
        "Women rightly flagged, less women wrongly flagged weighed by the odds at the threshold, per woman scored. "
        "Compare it within a group only: it depends on how common the outcome is.",
    ),
    (
        "Observed over expected (O:E)",
        "Women who had the outcome, divided by the number that the risks told led one to expect. Above 1, women were "
        "told too low a risk.",
    ),
    ("Positive predictive value", "Of women flagged, the share who went on to have the outcome."),
    ("Row 0", "The same model fitted without any fairness constraint: what everyone else is measured against."),
    ("Sensitivity", "Of women who had the outcome, the share who had been flagged."),
    ("Specificity", "Of women who did not have the outcome, the share who had not been flagged."),
    (
        "Withheld",
        "Kept back because the data are not good enough for the figure (see Gate). It says nothing of the figure "
        "itself.",
    ),
)
