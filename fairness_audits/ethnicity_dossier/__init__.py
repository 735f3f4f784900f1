"""The dossier from which a person decides how a model may treat ethnicity: one page, its figures, and what was signed.

`figures` prints counts by the disclosure rule; `dossier` is the value that is kept and hashed; `page` draws it; `files`
keeps it, and the decision that was signed from it, in the home.
"""

from fairness_audits.ethnicity_dossier.dossier import Dossier, dossier
from fairness_audits.ethnicity_dossier.files import (
    DECISION_FILE,
    DOSSIER_FILE,
    PAGE_FILE,
    AlteredDossier,
    UnknownDossier,
    decide,
    find_dossier,
    read_decision,
    write_dossier,
)

__all__ = [
    "DECISION_FILE",
    "DOSSIER_FILE",
    "PAGE_FILE",
    "AlteredDossier",
    "Dossier",
    "UnknownDossier",
    "decide",
    "dossier",
    "find_dossier",
    "read_decision",
    "write_dossier",
]
