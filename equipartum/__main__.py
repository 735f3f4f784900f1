"""`python -m equipartum` is the command `equipartum`."""

import sys
from pathlib import Path

# Python puts the current folder first: one that has its own `serving/` or `models/` must not be taken for ours.
if not sys.flags.safe_path and Path(sys.path[0]).resolve() == Path.cwd() != Path(__file__).resolve().parent.parent:
    del sys.path[0]

from equipartum.command_line import main

main()
