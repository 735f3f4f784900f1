"""Whatever a later reporting period adds or says otherwise, at booking the same is known of the same women."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from records.clock import point
from records.histories.histories import Histories
from tests.spec.msds.msds_tables import BOOKING, MOTHER, scan, tables

NAMES = (
    "maternal_age", "deprivation_quintile", "interpreter_needed", "complex_social_factors", "low_social_support",
    "gestation_at_booking", "parity", "previous_pregnancy_losses", "previous_caesareans", "previous_preterm_birth",
    "previous_gestational_diabetes", "previous_postpartum_haemorrhage", "previous_depression", "pre_existing_diabetes",
    "chronic_hypertension", "family_history_of_diabetes",
)  # fmt: skip
ANSWERS = {
    "AgeAtBookingMother": "31", "AntenatalAppDate": "2024-03-11", "GestAgeBooking": "70", "PreviousLiveBirths": "1",
    "PreviousStillBirths": "0", "PreviousLossesLessThan24Weeks": "0", "PreviousCaesareanSections": "0",
    "ComplexSocialFactorsInd": "N", "SupportStatusIndMother": "Y", "LangCode": "en",
}  # fmt: skip
OTHERWISE = {
    "AgeAtBookingMother": "42", "AntenatalAppDate": "2024-07-28", "GestAgeBooking": "209", "PreviousLiveBirths": "3",
    "PreviousStillBirths": "1", "PreviousLossesLessThan24Weeks": "2", "PreviousCaesareanSections": "1",
    "ComplexSocialFactorsInd": "Y", "SupportStatusIndMother": "N", "LangCode": "ur",
}  # fmt: skip
FIRST = {"RPStartDate": "2024-03-01", "UniqSubmissionID": "1"}
PERIODS = st.sampled_from(["2024-04-01", "2024-08-01", "2024-11-01", "2026-01-01"])
BEFORE = st.sampled_from(["161765003", "161809000", "47821001", "44054006", "160243008", "195967001"])
ON = st.sampled_from(["", "2021-06-01", "2024-03-20"])


@st.composite
def later(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    def sent() -> dict[str, str]:
        period = draw(PERIODS)
        return {"RPStartDate": period, "UniqSubmissionID": period.replace("-", "")}

    def many() -> range:
        return range(draw(st.integers(0, 2)))

    changed = st.sets(st.sampled_from(sorted(OTHERWISE)))
    return {
        "MSD001": [{**MOTHER, "Rank_IMD_Decile_2015": draw(st.sampled_from(["1", "9"])), **sent()} for _ in many()],
        "MSD101": [{**BOOKING, **ANSWERS, **{n: OTHERWISE[n] for n in draw(changed)}, **sent()} for _ in many()],
        "MSD107": [
            {"UniqPregID": "P1", "MasterSnomedCTPrevDiagCode": draw(BEFORE), "DiagDate": draw(ON), **sent()}
            for _ in many()
        ],
        "MSD108": [{"UniqPregID": "P1", "MasterSnomedCTSituationCode": "160303001", **sent()} for _ in many()],
    }


def read(given_tables: dict[str, Any]) -> Histories:
    with tempfile.TemporaryDirectory() as folder:
        histories = scan(Path(folder) / "extract", tables(**given_tables)).histories
        assert histories is not None
        return histories


# Each example is written, read and asked twice.
@settings(max_examples=25)
@given(added=later(), asked=st.booleans())
def test_what_a_later_period_says_changes_nobodys_booking(added: dict[str, list[dict[str, Any]]], asked: bool) -> None:
    told = {"UniqPregID": "P1", "MasterSnomedCTPrevDiagCode": "161765003", "DiagDate": "", **FIRST}
    first: dict[str, list[dict[str, Any]]] = {
        "MSD001": [{**MOTHER, **FIRST}],
        "MSD101": [{**BOOKING, **ANSWERS, **FIRST}],
        "MSD107": [told] if asked else [],
        "MSD108": [],
    }
    one, other = read(first), read({short: [*added[short], *rows] for short, rows in first.items()})
    assert_frame_equal(one.known_by(point("booking"), NAMES), other.known_by(point("booking"), NAMES))
    for at in ("booking", "weeks_16", "weeks_28"):
        assert one.standing(point(at)).to_list() == other.standing(point(at)).to_list()
