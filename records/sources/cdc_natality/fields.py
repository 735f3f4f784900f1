"""FIELDS: where each fact stands in the 2014-2024 natality record, and what its codes mean.

Bytes (counted from 1) and codes: National Center for Health Statistics, User Guide to the Natality Public Use File,
2014 to 2024 editions, record layout; the layout is one for all these years. Ranges that a guide leaves open are closed
here only by the width of the field, so that a rare count is read and then judged by its concept's plausible range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from records.clock import ADMISSION, BIRTH, BOOKING, WEEKS_16, PredictionPoint

__all__ = [
    "FIELDS",
    "FIRST_YEAR",
    "LAST_YEAR",
    "NO",
    "NOT_APPLICABLE",
    "RECORD_LENGTH",
    "SIMULATED_MARK",
    "YES",
    "Codes",
    "Field",
]

RECORD_LENGTH = 1345
# Stands in bytes 1 to 8, which the layout leaves blank, of every record this project makes up.
SIMULATED_MARK = b"SIMULATE"
FIRST_YEAR, LAST_YEAR = 2014, 2024


@dataclass(frozen=True, kw_only=True)
class Codes:
    """The values a field can take, as the guide lists them.

    ``low`` to ``high`` are numbers in the field's own unit, or in tenths of it where ``decimals`` is 1 (BMI). Letters
    become their place among ``letters``. ``unknown`` is the code for 'unknown or not stated'; ``special`` are numbers
    with a meaning of their own (888: first birth). ``any_character`` keeps one printable character as recorded, known
    or not.
    """

    low: int = 0
    high: int = -1
    decimals: int = 0
    letters: str = ""
    unknown: str | None = None
    special: tuple[int, ...] = ()
    any_character: bool = False


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of the record. ``known_from`` is the point at which care knows what is written there."""

    name: str
    title: str
    first_byte: int
    last_byte: int
    codes: Codes
    known_from: PredictionPoint

    @property
    def width(self) -> int:
        return self.last_byte - self.first_byte + 1


NO, YES, NOT_APPLICABLE = 0, 1, 2
_YES_NO = Codes(letters="NY", unknown="U")
# X: the question does not arise (no infertility treatment; not a caesarean).
_YES_NO_X = Codes(letters="NYX", unknown="U")


def _number(
    low: int, high: int, unknown: str | None = None, *, decimals: int = 0, special: tuple[int, ...] = ()
) -> Codes:
    return Codes(low=low, high=high, unknown=unknown, decimals=decimals, special=special)


def _field(name: str, first: int, last: int, title: str, codes: Codes, known_from: PredictionPoint) -> Field:
    return Field(name=name, title=title, first_byte=first, last_byte=last, codes=codes, known_from=known_from)


_WOMAN = (
    _field("DOB_YY", 9, 12, "birth year", _number(FIRST_YEAR, LAST_YEAR), BIRTH),
    _field("DOB_MM", 13, 14, "birth month", _number(1, 12), BIRTH),
    # 12 is 10 to 12 years, 50 is 50 and over. The guide has no code for unknown (age is imputed); a 99 is none.
    _field("MAGER", 75, 76, "mother's single years of age", _number(12, 50, "99"), BOOKING),
    _field("MBSTATE_REC", 84, 84, "mother's nativity", _number(1, 2, "3"), BOOKING),
    _field("MRACEHISP", 117, 117, "mother's race and Hispanic origin", Codes(any_character=True), BOOKING),
    _field("MEDUC", 124, 124, "mother's education", _number(1, 8, "9"), BOOKING),
)

_HISTORY = (
    _field("PRIORLIVE", 171, 172, "previous live births now living", _number(0, 98, "99"), BOOKING),
    _field("PRIORDEAD", 173, 174, "previous live births now dead", _number(0, 98, "99"), BOOKING),
    _field("PRIORTERM", 175, 176, "previous other pregnancy outcomes", _number(0, 98, "99"), BOOKING),
    # 000-003: the last live birth was a co-twin. 888: first live birth. Counts months to this birth.
    _field("ILLB_R", 198, 200, "months since last live birth", _number(0, 480, "999", special=(888,)), BIRTH),
    _field("RF_PDIAB", 313, 313, "pre-pregnancy diabetes", _YES_NO, BOOKING),
    _field("RF_PHYPE", 315, 315, "pre-pregnancy hypertension", _YES_NO, BOOKING),
    _field("RF_PPTERM", 318, 318, "previous preterm birth", _YES_NO, BOOKING),
    _field("RF_INFTR", 325, 325, "infertility treatment used", _YES_NO, BOOKING),
    _field("RF_ARTEC", 327, 327, "assisted reproductive technology", _YES_NO_X, BOOKING),
    _field("RF_CESAR", 331, 331, "previous caesarean", _YES_NO, BOOKING),
    _field("RF_CESARN", 332, 333, "number of previous caesareans", _number(0, 30, "99"), BOOKING),
)

_PREGNANCY = (
    _field("PRECARE", 224, 225, "month prenatal care began (00: none)", _number(0, 10, "99"), BIRTH),
    _field("PREVIS", 238, 239, "number of prenatal visits", _number(0, 98, "99"), BIRTH),
    # 98 is 98 or more cigarettes a day.
    _field("CIG_0", 253, 254, "cigarettes a day before pregnancy", _number(0, 98, "99"), BOOKING),
    _field("CIG_1", 255, 256, "cigarettes a day, first trimester", _number(0, 98, "99"), BOOKING),
    _field("CIG_3", 259, 260, "cigarettes a day, third trimester", _number(0, 98, "99"), BIRTH),
    _field("M_Ht_In", 280, 281, "mother's height, inches", _number(30, 78, "99"), BOOKING),
    _field("BMI", 283, 286, "body mass index before pregnancy", _number(100, 998, "99.9", decimals=1), BOOKING),
    _field("PWgt_R", 292, 294, "weight before pregnancy, pounds", _number(75, 375, "999"), BOOKING),
    # 98 is 98 pounds or more.
    _field("WTGAIN", 304, 305, "weight gain, pounds", _number(0, 98, "99"), BIRTH),
    _field("RF_GDIAB", 314, 314, "gestational diabetes", _YES_NO, ADMISSION),
    _field("RF_GHYPE", 316, 316, "gestational hypertension", _YES_NO, ADMISSION),
    _field("RF_EHYPE", 317, 317, "hypertension with eclampsia", _YES_NO, ADMISSION),
    _field("IP_GON", 343, 343, "gonorrhoea", _YES_NO, ADMISSION),
    _field("IP_SYPH", 344, 344, "syphilis", _YES_NO, ADMISSION),
    _field("IP_CHLAM", 345, 345, "chlamydia", _YES_NO, ADMISSION),
    _field("IP_HEPB", 346, 346, "hepatitis B", _YES_NO, ADMISSION),
    _field("IP_HEPC", 347, 347, "hepatitis C", _YES_NO, ADMISSION),
    _field("DPLURAL", 454, 454, "plurality (5: quintuplet or more)", _number(1, 5), WEEKS_16),
)

_LABOUR_AND_BABY = (
    _field("LD_INDL", 383, 383, "induction of labour", _YES_NO, BIRTH),
    # 1 spontaneous, 2 forceps, 3 vacuum, 4 caesarean.
    _field("ME_ROUT", 402, 402, "final route and method of delivery", _number(1, 4, "9"), BIRTH),
    _field("ME_TRIAL", 403, 403, "trial of labour attempted, if caesarean", _YES_NO_X, BIRTH),
    # 1, 2, 5 vaginal; 3, 4, 6 caesarean (first; repeat; previous caesarean not known).
    _field("RDMETH_REC", 407, 407, "delivery method recode, revised", _number(1, 6, "9"), BIRTH),
    _field("DMETH_REC", 408, 408, "delivery method (1 vaginal, 2 caesarean)", _number(1, 2, "9"), BIRTH),
    _field("MM_MTR", 415, 415, "maternal transfusion", _YES_NO, BIRTH),
    _field("MM_RUPT", 417, 417, "ruptured uterus", _YES_NO, BIRTH),
    _field("MM_UHYST", 418, 418, "unplanned hysterectomy", _YES_NO, BIRTH),
    _field("MM_AICU", 419, 419, "admitted to intensive care", _YES_NO, BIRTH),
    _field("APGAR5", 444, 445, "Apgar score at five minutes", _number(0, 10, "99"), BIRTH),
    # 9: not part of a plural delivery, or not stated; either way no order within a set.
    _field("SETORDER_R", 459, 459, "order within the set of a plural delivery", _number(1, 5, "9"), BIRTH),
    _field("COMBGEST", 490, 491, "combined gestation, weeks", _number(17, 47, "99"), BIRTH),
    _field("OEGest_Comb", 499, 500, "obstetric estimate of gestation, weeks", _number(17, 47, "99"), BIRTH),
    _field("DBWT", 504, 507, "birth weight, grams", _number(227, 8165, "9999"), BIRTH),
    _field("AB_AVEN6", 518, 518, "assisted ventilation for more than 6 hours", _YES_NO, BIRTH),
    _field("AB_NICU", 519, 519, "admission to neonatal intensive care", _YES_NO, BIRTH),
)

FIELDS: Mapping[str, Field] = MappingProxyType(
    {f.name: f for f in (*_WOMAN, *_HISTORY, *_PREGNANCY, *_LABOUR_AND_BABY)}
)
