"""FACTS: which concept the natality record gives, from which fields, and from when care knows it.

The arithmetic itself is in `derivation`. Pounds, inches and weeks are brought to the concept's unit there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from records.clock import ADMISSION, BIRTH, BOOKING, WEEKS_16, PredictionPoint

__all__ = ["ETHNICITY", "FACTS", "Fact"]

ETHNICITY = "ethnic_group"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One concept. ``needs`` lists what must be published for it: of each entry, at least one field."""

    concept: str
    known_from: PredictionPoint
    needs: tuple[tuple[str, ...], ...]


def _fact(concept: str, known_from: PredictionPoint, *needs: str | tuple[str, ...]) -> Fact:
    alternatives = tuple((need,) if isinstance(need, str) else need for need in needs)
    return Fact(concept=concept, known_from=known_from, needs=alternatives)


_WEEKS = ("COMBGEST", "OEGest_Comb")

FACTS: Mapping[str, Fact] = MappingProxyType(
    {
        fact.concept: fact
        for fact in (
            _fact("maternal_age", BOOKING, "MAGER"),
            _fact("body_mass_index", BOOKING, "BMI"),
            _fact("height", BOOKING, "M_Ht_In"),
            _fact("weight", BOOKING, "PWgt_R"),
            _fact("cigarettes_before_pregnancy", BOOKING, "CIG_0"),
            _fact("cigarettes_first_trimester", BOOKING, "CIG_1"),
            _fact("education_level", BOOKING, "MEDUC"),
            _fact("parity", BOOKING, "PRIORLIVE", "PRIORDEAD"),
            _fact("previous_pregnancy_losses", BOOKING, "PRIORTERM"),
            _fact("previous_preterm_birth", BOOKING, "RF_PPTERM"),
            _fact("previous_caesareans", BOOKING, ("RF_CESARN", "RF_CESAR")),
            # Both are dated by this birth, but their difference was known when she conceived.
            _fact("interpregnancy_interval", BOOKING, "ILLB_R", _WEEKS),
            _fact("pre_existing_diabetes", BOOKING, "RF_PDIAB"),
            _fact("chronic_hypertension", BOOKING, "RF_PHYPE"),
            _fact("infertility_treatment", BOOKING, "RF_INFTR"),
            _fact("assisted_reproduction", BOOKING, "RF_ARTEC"),
            _fact("born_abroad", BOOKING, "MBSTATE_REC"),
            _fact("fetuses", WEEKS_16, "DPLURAL"),
            # Undated on the certificate: known by admission at the latest, and not said to be known before.
            _fact("gestational_diabetes", ADMISSION, "RF_GDIAB"),
            _fact("gestational_hypertension", ADMISSION, "RF_GHYPE"),
            _fact("eclampsia", ADMISSION, "RF_EHYPE"),
            _fact("infection_in_pregnancy", ADMISSION, "IP_GON", "IP_SYPH", "IP_CHLAM", "IP_HEPB", "IP_HEPC"),
            _fact("antenatal_visits", BIRTH, "PREVIS"),
            _fact("care_began_month", BIRTH, "PRECARE"),
            _fact("weight_gain", BIRTH, "WTGAIN"),
            _fact("interval_to_this_birth", BIRTH, "ILLB_R"),
            _fact("cigarettes_third_trimester", BIRTH, "CIG_3"),
            _fact("gestation_at_birth_combined", BIRTH, "COMBGEST"),
            _fact("gestation_at_birth_obstetric", BIRTH, "OEGest_Comb"),
            _fact("live_birth", BIRTH),
            _fact("onset_of_birth", BIRTH, "LD_INDL", "ME_TRIAL", ("DMETH_REC", "RDMETH_REC", "ME_ROUT")),
            _fact("maternal_transfusion", BIRTH, "MM_MTR"),
            _fact("ruptured_uterus", BIRTH, "MM_RUPT"),
            _fact("unplanned_hysterectomy", BIRTH, "MM_UHYST"),
            _fact("intensive_care", BIRTH, "MM_AICU"),
            _fact("apgar_5_minutes", BIRTH, "APGAR5"),
            _fact("assisted_ventilation_over_6_hours", BIRTH, "AB_AVEN6"),
            _fact("neonatal_unit_admission", BIRTH, "AB_NICU"),
            _fact("birth_weight", BIRTH, "DBWT"),
        )
    }
)
