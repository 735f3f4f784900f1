"""What is predicted, from what, and what a fitted risk model is.

Outcomes, predictors, designs, the encoding, the risk model with its calibrator and offer policy, explanations,
guideline rules and early-warning charts. Trained models live in the registry, not here.
"""

import os

# Before LightGBM is loaded: its threads otherwise spin against each other on a busy machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
