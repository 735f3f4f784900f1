"""What must be said of a figure is said where it is shown: the Apgar score misleads in Black and Asian babies."""

from __future__ import annotations

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.data_audit.outcomes import RecordedOutcome
from fairness_audits.data_audit.questions import Reading
from fairness_audits.page import report_page
from models.outcomes import OUTCOMES, cautions_of

CAUTION = "mislead in Black and Asian babies (NHS Race and Health Observatory"


def _page(outcome: str) -> str:
    births = 400
    return report_page(
        audit(
            pl.DataFrame(
                {
                    "pregnancy_id": [f"p{n}" for n in range(births)],
                    "outcome": outcome,
                    "outcome_definition": str(OUTCOMES[outcome].definitions[0]),
                    "risk": [0.05 + 0.1 * (n % 2) for n in range(births)],
                    "observed": [n % 10 == 0 for n in range(births)],
                    "ethnic_group": ["White" if n < births / 2 else "Black" for n in range(births)],
                }
            )
        )
    )


@pytest.mark.parametrize(("outcome", "said"), [("neonatal_morbidity_apgar", True), ("neonatal_morbidity", False)])
def test_an_audit_says_it_of_the_apgar_score_and_of_nothing_else(outcome: str, said: bool) -> None:
    assert (CAUTION in _page(outcome)) == said


def test_the_data_audit_says_it() -> None:
    declared = OUTCOMES["neonatal_morbidity_apgar"]
    reading = Reading(outcome=declared, definition=declared.definitions[0], is_first=True)
    (caution,) = RecordedOutcome(reading=reading, rows=()).to_dict()["cautions"]
    assert CAUTION in caution


def test_nothing_is_said_of_what_is_not_declared() -> None:
    assert cautions_of("happiness", "smiles") == ()
