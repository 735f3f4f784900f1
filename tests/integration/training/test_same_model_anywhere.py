"""The same births, design and seed are the same model, whatever the number of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RETRAIN = """
import sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from models.home import Home, Settings
from records.sources.simulated import simulate
from training.design_choice import RetrainRequest
from training.retrain import retrain
records = simulate(4_000, seed=4, scenario="england").records
home = Home(root=Path(sys.argv[1]))
done = retrain(RetrainRequest(outcome="preterm_birth", seed=9), records, home, Settings())
print(done.version.tags.model_digest, done.version.tags.data_digest, done.version.tags.design_digest)
"""


def test_a_whole_retrain_registers_the_same_version_with_any_number_of_threads(tmp_path: Path) -> None:
    """Model, data and design digests as the registry tells them: fitted, calibrated, cut and saved alike."""
    registered = {
        subprocess.run(
            [sys.executable, "-c", RETRAIN, str(tmp_path / threads)],
            env=os.environ | {"OMP_NUM_THREADS": threads, "POLARS_MAX_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for threads in ("1", "2")
    }
    assert len(registered) == 1
    assert [len(digest) for digest in registered.pop().split()] == [64, 64, 64]
