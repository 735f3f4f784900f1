"""From coded fields to concepts, as lazy Polars expressions: nothing is computed until it is asked for."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from records.concepts import concept
from records.sources.cdc_natality.codes import first_mark
from records.sources.cdc_natality.facts import FACTS
from records.sources.cdc_natality.fields import FIELDS, NO, NOT_APPLICABLE, YES

__all__ = ["as_recorded", "number", "plausible"]

KILOGRAMS_A_POUND = 0.45359237
CENTIMETRES_AN_INCH = 2.54
DAYS_A_WEEK = 7
# 365.25 days / 12 months / 7 days.
WEEKS_A_MONTH = 365.25 / 12 / 7
# ILLB_R below this: the last live birth was a co-twin (NCHS natality user guide, 000-003 'plural delivery').
_FIRST_INTERVAL = 4
_LAST_INTERVAL = 480

_INFECTIONS = ("IP_GON", "IP_SYPH", "IP_CHLAM", "IP_HEPB", "IP_HEPC")


def number(field: str) -> pl.Expr:
    """The value as a number, null where blank or unknown."""
    return pl.when(pl.col(field) < first_mark(FIELDS[field])).then(pl.col(field)).cast(pl.Int16)


def as_recorded(name: str) -> pl.Expr:
    """A concept of `FACTS` before its plausible range is applied."""
    return _DERIVED[name] if name in _DERIVED else _straight(name)


def plausible(name: str) -> pl.Expr:
    """A concept with its canonical type; a number outside the concept's plausible range is taken as not recorded."""
    value = as_recorded(name)
    definition = concept(name)
    if definition.kind in ("quantity", "count"):
        if definition.plausible is not None:
            low, high = definition.plausible
            value = pl.when(value.is_between(low, high)).then(value)
        value = value.cast(pl.Float64 if definition.kind == "quantity" else pl.Int16)
    return value.alias(name)


def _straight(name: str) -> pl.Expr:
    field = FACTS[name].needs[0][0]
    return _flag(field) if FIELDS[field].codes.letters else number(field)


def _flag(field: str) -> pl.Expr:
    """Yes or no; not applicable is no, unknown and blank are null."""
    code = pl.col(field)
    return pl.when(code == YES).then(True).when(code.is_in([NO, NOT_APPLICABLE])).then(False)


def _parity() -> pl.Expr:
    """Previous live births.

    For the second-born of twins the certificate counts the first-born as a previous live birth (NCHS, Guide to
    Completing the Facility Worksheets, items on previous live births); that one is taken off again.
    """
    before = number("PRIORLIVE") + number("PRIORDEAD")
    earlier_by_order = number("SETORDER_R") - 1
    co_twin_first = number("ILLB_R") < _FIRST_INTERVAL
    earlier = (
        pl.when(co_twin_first)
        .then(pl.when(number("DPLURAL") == 2).then(1).otherwise(earlier_by_order))
        .when(number("ILLB_R").is_null())
        .then(earlier_by_order.fill_null(0))
        .otherwise(0)
    )
    return (before - earlier).clip(lower_bound=0)


def _interval_to_this_birth() -> pl.Expr:
    months = number("ILLB_R")
    return pl.when(months.is_between(_FIRST_INTERVAL, _LAST_INTERVAL)).then(months)


def _interpregnancy_interval() -> pl.Expr:
    weeks = pl.coalesce(number("COMBGEST"), number("OEGest_Comb"))
    return _interval_to_this_birth() - weeks / WEEKS_A_MONTH


def _if_she_gave_birth_before(value: pl.Expr) -> pl.Expr:
    """History has no meaning in a first pregnancy: undefined, not 'no' and not zero."""
    return pl.when(_parity().ne_missing(0)).then(value)


def _previous_caesareans() -> pl.Expr:
    none_before = pl.when(pl.col("RF_CESAR") == NO).then(0)
    return _if_she_gave_birth_before(pl.coalesce(number("RF_CESARN"), none_before))


def _caesarean() -> pl.Expr:
    return pl.coalesce(
        number("DMETH_REC") == 2,
        number("RDMETH_REC").is_in([3, 4, 6]),
        number("ME_ROUT") == 4,
    )


def _onset_of_birth() -> pl.Expr:
    """A caesarean whose trial of labour is not known began in a way that is not known."""
    induced, tried = pl.col("LD_INDL"), pl.col("ME_TRIAL")
    caesarean = _caesarean()
    return (
        pl.when(induced == YES)
        .then(pl.lit("induced"))
        .when(caesarean & (tried == NO))
        .then(pl.lit("caesarean_before_labour"))
        .when((induced == NO) & (~caesarean | (tried == YES)))
        .then(pl.lit("spontaneous"))
    )


_DERIVED: Mapping[str, pl.Expr] = {
    # Rounded, because a tenth has no exact binary form and rules are cut at 30.0.
    "body_mass_index": (number("BMI") / 10).round(1),
    "height": number("M_Ht_In") * CENTIMETRES_AN_INCH,
    "weight": number("PWgt_R") * KILOGRAMS_A_POUND,
    "weight_gain": number("WTGAIN") * KILOGRAMS_A_POUND,
    "parity": _parity(),
    "previous_preterm_birth": _if_she_gave_birth_before(_flag("RF_PPTERM")),
    "previous_caesareans": _previous_caesareans(),
    "interpregnancy_interval": _interpregnancy_interval(),
    "interval_to_this_birth": _interval_to_this_birth(),
    "born_abroad": number("MBSTATE_REC") == 2,
    "infection_in_pregnancy": pl.any_horizontal([_flag(name) for name in _INFECTIONS]),
    "gestation_at_birth_combined": number("COMBGEST") * DAYS_A_WEEK,
    "gestation_at_birth_obstetric": number("OEGest_Comb") * DAYS_A_WEEK,
    "live_birth": pl.lit(True),
    "onset_of_birth": _onset_of_birth(),
}
