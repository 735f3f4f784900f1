"""The same births, design and seed are the same model, whatever the number of threads."""

from __future__ import annotations

import os
import subprocess
import sys

FIT = """
from records.sources.simulated import simulate
from training.cohort import assemble
from training.design_choice import RetrainRequest, design_for
from training.fitting import fit
from training.split import hold_out
cohort = assemble("preterm_birth", "booking", simulate(4_000, seed=4, scenario="england").records)
design = design_for(RetrainRequest(outcome="preterm_birth", seed=9), cohort)
split = hold_out(cohort.frame, fraction=design.holdout_fraction, seed=design.seed)
print(fit(design, cohort, split.training(cohort.frame)).model.digest)
"""


def test_the_digest_does_not_depend_on_threads() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", FIT],
            env=os.environ | {"OMP_NUM_THREADS": threads, "POLARS_MAX_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for threads in ("1", "2")
    }
    assert len(digests) == 1
    assert len(digests.pop()) == 64
