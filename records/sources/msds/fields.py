"""Fields of one value as numbers: null where nothing is recorded or not known, NaN where what stands there cannot be
read."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

__all__ = ["NOT_KNOWN", "TOLD_AT_BOOKING", "is_readable", "levels", "needs_interpreter", "number_in", "yes_or_no"]

#: 'Not applicable' and 'not known' in the codes of the NHS Data Dictionary, of one digit, of two, and of indicators.
NOT_KNOWN = ("8", "9", "98", "99", "X", "Z")
_ENGLISH = ("en", "eng")
# ISO 639-1, 639-2, and the q codes of the NHS Data Dictionary for sign languages, Braille and Makaton.
_LANGUAGE = r"^([a-z]{2,3}|q[1-9])$"


def number_in(field: str) -> pl.Expr:
    value = pl.col(field).cast(pl.Float64, strict=False)
    unread = pl.col(field).is_not_null() & ~value.is_finite().fill_null(value=False)
    return pl.when(unread).then(float("nan")).otherwise(value)


def levels(field: str, values: Mapping[str, float]) -> pl.Expr:
    code = pl.col(field).str.to_uppercase().str.replace(r"^0+(.)", "$1")
    recorded = pl.when(code.is_not_null() & ~code.is_in(NOT_KNOWN)).then(float("nan"))
    return pl.coalesce(code.replace_strict(values, default=None, return_dtype=pl.Float64), recorded)


def yes_or_no(field: str) -> pl.Expr:
    return levels(field, {"Y": 1.0, "N": 0.0})


def needs_interpreter(field: str) -> pl.Expr:
    """1 of a language other than English."""
    language = pl.col(field).str.to_lowercase()
    needs_one = pl.when(language.str.contains(_LANGUAGE)).then((~language.is_in(_ENGLISH)).cast(pl.Float64))
    unread = pl.when(language.is_not_null() & ~language.str.to_uppercase().is_in(NOT_KNOWN)).then(float("nan"))
    return pl.coalesce(needs_one, unread)


#: Fields of a booking (MSD101) that say when it was, or in which she is asked, or asks, on that day. The date has been
#: read: what was none is null.
TOLD_AT_BOOKING: Mapping[str, pl.Expr] = {
    "AntenatalAppDate": pl.col("AntenatalAppDate").cast(pl.Int32).cast(pl.Float64),
    **{
        field: number_in(field)
        for field in (
            "GestAgeBooking", "AgeAtBookingMother", "PreviousLiveBirths", "PreviousStillBirths",
            "PreviousLossesLessThan24Weeks", "PreviousCaesareanSections",
        )
    },
    "ComplexSocialFactorsInd": yes_or_no("ComplexSocialFactorsInd"),
    "SupportStatusIndMother": yes_or_no("SupportStatusIndMother"),
    "LangCode": needs_interpreter("LangCode"),
}  # fmt: skip


def is_readable(field: str) -> pl.Expr:
    """Whether one of `TOLD_AT_BOOKING` says something, if only that it is not known."""
    return pl.col(field).is_not_null() & ~TOLD_AT_BOOKING[field].is_nan().fill_null(value=False)
