"""The researchers' door: from a file of births to an audited, registered risk model."""

import os

# Before LightGBM is loaded: its threads otherwise spin against each other on a busy machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
