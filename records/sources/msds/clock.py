"""When each pregnancy of the extract began, was booked, and ended: one row a pregnancy.

Day 0 is 280 days before the agreed due date. Where none is recorded it is counted back from the first of these that is:
the dating scan and the gestation it measured, the booking and her gestation then, the last menstrual period, and last
the birth and its recorded gestation, which only those have who gave birth.

Of dates that clash:

- A beginning by which she booked before day 14 or after day 308, or gave birth before 17 or after 47 weeks, cannot be,
  and the next of the list holds. Where none can be, the pregnancy has no dates, and nothing is known of it.
- Where the agreed date and the scan, or the gestation recorded at booking or at birth, differ by more than two weeks,
  the agreed date holds and the others stay as they are recorded.
- An admission after the birth or before booking, or a discharge before the birth, is not recorded.

Each of these is counted, and who is dated by her birth alone, for had she given none she would have no dates. A
pregnancy ends in a birth (a baby with outcome 01 to 04: born alive or stillborn; or with none that is known), in a loss
(outcome 05 or 06, or a diagnosis of miscarriage, ectopic pregnancy or termination), or, where maternity care was ended
with neither, elsewhere: that is censoring. A birth without a booking is an unbooked woman's.

After birth a woman was followed until her care was ended; while it is not, to the first day of the last month for which
her record was sent.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from records.concepts import concept
from records.sources.msds.losses import LOSS_OUTCOMES, is_loss
from records.sources.msds.submissions import of_the_latest, reporting_period
from records.sources.msds.tables import SAME_DIAGNOSIS

__all__ = ["BIRTH_OUTCOMES", "LIVE_BIRTH", "doubts_of_the_clock", "pregnancy_clock"]

#: PregOutcome of a live birth and of the three kinds of stillbirth (NHS England, CQIMPPH).
LIVE_BIRTH, BIRTH_OUTCOMES = "01", ("01", "02", "03", "04")
_TERM = 280
_MOST_APART = 14
_BOOKED_BETWEEN = concept("gestation_at_booking").plausible or (14, 308)
# 17 to 47 weeks: the gestations a national birth file can hold (US natality, COMBGEST). Wider than those that count for
# an indicator, so that a birth of an unusual gestation keeps its own.
_BORN_BETWEEN = concept("gestation_at_birth_combined").plausible or (119, 336)
# A year after the longest of them: no care of one pregnancy is later.
_LAST_DAY = int(_BORN_BETWEEN[1]) + 365

_BEGINNINGS = ("agreed", "by_scan", "by_booking", "by_last_period", "by_birth")
_DOUBTS: Mapping[str, str] = {
    "impossible": "the agreed due date cannot be, beside the booking and the birth; the next date that can be was used",
    "scan_apart": "the agreed due date and the dating scan differ by more than two weeks; the agreed date was used",
    "booking_apart": "the agreed due date and the gestation recorded at booking differ by more than two weeks; the "
    "agreed date was used",
    "birth_apart": "the agreed due date and the gestation recorded at birth differ by more than two weeks; both kept",
    "by_birth_alone": "booked, and dated by nothing but the birth and its gestation; one without a birth has no dates",
    "undated": "no date that can be says when the pregnancy began; nothing is known of it at any point",
    "admission": "admitted for birth after it, or before booking; the admission is taken as not recorded",
    "discharge": "discharged before the birth, or more than a year after it; the discharge is taken as not recorded",
    "other_loss": "a loss dated outside the pregnancy; taken as another pregnancy's",
    "loss_undated": "a loss without a date; taken as pregnant on the day of booking, and at no later point",
    "birth_undated": "a birth without a date; the pregnancy is taken as not ended",
    "no_woman": "a pregnancy without Person_ID_Mother; nothing is known of the woman",
}


def pregnancy_clock(tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """``UniqPregID``, ``Person_ID_Mother``, ``OrgCodeProvider``, ``born_on``, the clock's columns, and whether each of
    the doubts is one of this pregnancy.

    Needs MSD101; MSD103, MSD106, MSD301 and MSD401 where they are there, with their dates read.
    """
    bookings = tables["MSD101"].select(
        "UniqPregID", "Person_ID_Mother", "OrgCodeProvider", "AntenatalAppDate", "EDDAgreed", "DischargeDateMatService",
        "LastMenstrualPeriodDate", _whole("GestAgeBooking").alias("gestation_then"),
        reporting_period().alias("last_sent"),
    )  # fmt: skip
    known = bookings.join(_births(tables), on="UniqPregID", how="full", coalesce=True, suffix="_birth")
    known = known.with_columns(
        pl.coalesce("Person_ID_Mother", "Person_ID_Mother_birth"),
        pl.coalesce("OrgCodeProvider", "OrgCodeProvider_birth"),
    )
    for part in (_scans(tables), _admissions(tables)):
        known = known.join(part, on="UniqPregID", how="left")
    begun = _begun(known.collect())
    dated = begun.join(_losses(tables, begun), on="UniqPregID", how="left")
    dated = dated.with_columns(_lost_without_a_date()).with_columns(_ended())
    days = [_days(date).alias(name) for name, date in _DAYS.items()]
    return _checked(dated.with_columns(days)).sort("UniqPregID")


_DAYS = {"booked_day": "AntenatalAppDate", "admitted_day": "admitted_on", "ended_day": "ended_on"}


def doubts_of_the_clock(clock: pl.DataFrame) -> dict[str, int]:
    """Pregnancies by what is doubted of their dates."""
    counts = {sentence: int(clock[name].sum()) for name, sentence in _DOUBTS.items()}
    return {sentence: count for sentence, count in counts.items() if count}


def _begun(known: pl.DataFrame) -> pl.DataFrame:
    """With ``day_zero`` and what is doubted of it."""
    counted = known.with_columns(
        (pl.col("EDDAgreed") - pl.duration(days=_TERM)).alias("agreed"),
        (pl.col("AntenatalAppDate") - pl.duration(days=pl.col("gestation_then"))).alias("by_booking"),
        pl.col("LastMenstrualPeriodDate").alias("by_last_period"),
        (pl.col("born_on") - pl.duration(days=pl.col("gestation"))).alias("by_birth"),
    )
    possible = [pl.when(_can_be(name)).then(name) for name in _BEGINNINGS]
    agreed = pl.col("agreed").is_not_null() & _can_be("agreed")

    def apart(other: str) -> pl.Expr:
        days = (pl.col("agreed") - pl.col(other)).dt.total_days().abs()
        return (agreed & (days > _MOST_APART)).fill_null(value=False)

    return counted.with_columns(
        pl.coalesce(possible).alias("day_zero"),
        (pl.col("agreed").is_not_null() & ~_can_be("agreed")).alias("impossible"),
        apart("by_scan").alias("scan_apart"),
        apart("by_booking").alias("booking_apart"),
        apart("by_birth").alias("birth_apart"),
    ).with_columns(
        pl.col("day_zero").is_null().alias("undated"),
        _by_birth_alone().alias("by_birth_alone"),
        # Of who has no date at all nothing else is to be said.
        pl.col("impossible") & pl.col("day_zero").is_not_null(),
    )


def _by_birth_alone() -> pl.Expr:
    """Of women who booked: one who did not is known by her birth alone, and in no cohort before it."""
    others = (pl.col(name).is_not_null() & _can_be(name) for name in _BEGINNINGS if name != "by_birth")
    return pl.col("AntenatalAppDate").is_not_null() & pl.col("day_zero").is_not_null() & ~pl.any_horizontal(others)


def _can_be(beginning: str) -> pl.Expr:
    def between(date: str, days: tuple[float, float]) -> pl.Expr:
        return (pl.col(date) - pl.col(beginning)).dt.total_days().is_between(*days).fill_null(value=True)

    return between("AntenatalAppDate", _BOOKED_BETWEEN) & between("born_on", _BORN_BETWEEN)


def _lost_without_a_date() -> list[pl.Expr]:
    """She was pregnant on the day of booking; on no later day is it known that she still was."""
    undated = pl.col("loss_undated").fill_null(value=False) & pl.col("lost_on").is_null() & pl.col("born_on").is_null()
    next_day = pl.col("AntenatalAppDate") + pl.duration(days=1)
    return [pl.when(undated).then(next_day).otherwise("lost_on").alias("lost_on"), undated.alias("loss_undated")]


def _ended() -> list[pl.Expr]:
    gave_birth, lost = pl.col("born_on").is_not_null(), pl.col("lost_on").is_not_null() | pl.col("loss_undated")
    left = pl.col("DischargeDateMatService").is_not_null()
    day = pl.when(gave_birth).then("born_on").when(lost).then("lost_on").when(left).then("DischargeDateMatService")
    by = pl.when(gave_birth).then(pl.lit("birth")).when(lost).then(pl.lit("loss")).when(left).then(pl.lit("transfer"))
    return [day.alias("ended_on"), by.alias("ended_by")]


def _whole(field: str) -> pl.Expr:
    return pl.col(field).cast(pl.Float64, strict=False).cast(pl.Int32, strict=False)


def _days(date: str) -> pl.Expr:
    return (pl.col(date) - pl.col("day_zero")).dt.total_days().cast(pl.Int32)


def _checked(dated: pl.DataFrame) -> pl.DataFrame:
    """Without days that cannot be, and with what is doubted of the rest."""
    born = pl.col("ended_by") == "birth"
    admitted, ended, booked = (pl.col(name) for name in ("admitted_day", "ended_day", "booked_day"))
    followed = (pl.col("DischargeDateMatService") - pl.col("born_on")).dt.total_days().cast(pl.Int32)
    sent = (pl.col("last_sent") - pl.col("born_on")).dt.total_days().cast(pl.Int32).clip(upper_bound=365)
    checked = dated.with_columns(
        ((admitted > ended) | (admitted < booked) | ~admitted.is_between(0, _LAST_DAY)).alias("admission"),
        (
            (born & ~followed.is_between(0, 365)) | (~born & (pl.col("ended_by") == "transfer") & ~_cared_for(ended))
        ).alias("discharge"),
        (pl.col("births") & pl.col("born_on").is_null()).alias("birth_undated"),
        pl.col("Person_ID_Mother").is_null().alias("no_woman"),
        pl.coalesce(followed, pl.when(sent >= 0).then(sent)).alias("followed_days"),
    ).with_columns(pl.col(*_DOUBTS).fill_null(value=False))
    left = pl.col("discharge") & ~born.fill_null(value=False)
    return checked.select(
        "UniqPregID",
        "Person_ID_Mother",
        "OrgCodeProvider",
        "born_on",
        "day_zero",
        pl.col("booked_day").cast(pl.Int16, strict=False),
        pl.when(~pl.col("admission")).then("admitted_day").cast(pl.Int16, strict=False),
        pl.when(~left).then("ended_day").cast(pl.Int16, strict=False),
        pl.when(~left).then("ended_by"),
        pl.when(~pl.col("discharge")).then("followed_days").cast(pl.Int16, strict=False),
        *_DOUBTS,
    )


def _cared_for(day: pl.Expr) -> pl.Expr:
    return day.is_between(0, _LAST_DAY) & (day >= pl.col("booked_day")).fill_null(value=True)


def _births(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """One row a pregnancy with a birth: its first day, and the gestation recorded."""
    if "MSD401" not in tables:
        schema = {"UniqPregID": pl.String, "Person_ID_Mother": pl.String, "OrgCodeProvider": pl.String}
        return pl.LazyFrame(schema={**schema, "born_on": pl.Date, "gestation": pl.Int32, "births": pl.Boolean})
    born = tables["MSD401"].filter(pl.col("PregOutcome").is_null() | pl.col("PregOutcome").is_in(BIRTH_OUTCOMES))
    return born.group_by("UniqPregID").agg(
        pl.col("Person_ID_Mother").drop_nulls().first(),
        pl.col("OrgCodeProvider").drop_nulls().first(),
        pl.col("PersonBirthDateBaby").min().alias("born_on"),
        _whole("GestationLengthBirth").min().alias("gestation"),
        pl.lit(value=True).alias("births"),
    )


def _scans(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    if "MSD103" not in tables:
        return pl.LazyFrame(schema={"UniqPregID": pl.String, "by_scan": pl.Date})
    measured = pl.duration(days=_whole("GestationDatingUltrasound"))
    first = tables["MSD103"].with_columns((pl.col("ProcedureDateDatingUltrasound") - measured).alias("by_scan"))
    first = first.drop_nulls("by_scan").sort("ProcedureDateDatingUltrasound", "by_scan")
    return first.group_by("UniqPregID").agg(pl.col("by_scan").first())


def _admissions(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    if "MSD301" not in tables:
        return pl.LazyFrame(schema={"UniqPregID": pl.String, "admitted_on": pl.Date})
    admitted = pl.col("StartDateMotherDeliveryHospProvSpell").min().alias("admitted_on")
    return tables["MSD301"].group_by("UniqPregID").agg(admitted)


def _losses(tables: Mapping[str, pl.LazyFrame], begun: pl.DataFrame) -> pl.DataFrame:
    """The first day of this pregnancy on which a loss is recorded, as an outcome or as a diagnosis; whether one is
    recorded without a date; and whether one is of another day: an earlier pregnancy's, which takes nothing from this
    one."""
    found = [pl.LazyFrame(schema={"UniqPregID": pl.String, "lost_on": pl.Date, "of_this": pl.Boolean})]
    day_zero = begun.lazy().select("UniqPregID", "day_zero")
    of_this = (pl.col("lost_on") - pl.col("day_zero")).dt.total_days().is_between(0, _BORN_BETWEEN[1])
    if "MSD401" in tables:
        others = tables["MSD401"].filter(pl.col("PregOutcome").is_in(LOSS_OUTCOMES))
        dated = others.with_columns(pl.col("PersonBirthDateBaby").alias("lost_on")).join(day_zero, on="UniqPregID")
        found.append(dated.with_columns(of_this.alias("of_this")))
    if "MSD106" in tables:
        losses = tables["MSD106"].filter(is_loss()).with_columns(pl.col("DiagDate").alias("lost_on"))
        losses = losses.join(day_zero, on="UniqPregID").with_columns(of_this.alias("of_this"))
        # A date that was corrected; an earlier pregnancy's loss is another row.
        earlier = pl.col("of_this").eq_missing(other=False)
        found += [of_the_latest(losses.filter(~earlier), SAME_DIAGNOSIS), losses.filter(earlier)]
    told = pl.concat([part.select("UniqPregID", "lost_on", "of_this") for part in found]).collect()
    return told.group_by("UniqPregID").agg(
        pl.col("lost_on").filter(pl.col("of_this").fill_null(value=True)).min(),
        (~pl.col("of_this")).any().alias("other_loss"),
        pl.col("lost_on").is_null().any().alias("loss_undated"),
    )
