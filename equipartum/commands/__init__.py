"""One module a command: its EXAMPLES and `command`, which reads as the sentence it performs.

`SUMMARIES` names them all, so that the list of commands can be shown, and one of them run, without loading the rest.
Those of `GROUPS` are packages: their own SUMMARIES and EXAMPLES, one module a sub-command, and the sub-command that
they are short for when only options follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["GROUPS", "SUMMARIES"]

GROUPS = ("audit", "methods")

SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "quickstart": "Train, audit, register and serve every simulated outcome, in demo mode.",
        "retrain": "Fit, audit and register risk models from files of births.",
        "audit": "Audit predictions or data for disparity; merge, list, sign, comment on and verify audits.",
        "methods": "Compare the ways a model may treat ethnicity, and sign the one to use.",
        "validate": "Judge a version on births it has not seen: another file, later years, other sites.",
        "recalibrate": "Register a version for a site, by the least update that its births call for.",
        "models": "List registered models: versions, aliases, findings that block them.",
        "promote": "Make a version the champion that is served.",
        "serve": "Serve the champions over HTTP.",
        "score": "Write the predictions table of a file of births, with outcomes as the model's definition has them.",
        "simulate": "Write simulated births, marked as such, to a file.",
    }
)
