"""What came before this pregnancy: the tables of her medical history (MSD107) and of her family's (MSD108).

She is asked at booking, so what stands there is known from booking on. A row with a date in this pregnancy is known
from that date, or from booking where that is later. A row that was first sent in a later reporting period than her
booking was told later, nobody knows on which day of it: it is known from the period's last.

A code that names the event itself (a haemorrhage, diabetes of pregnancy, a depression) and has a date in this pregnancy
speaks of this pregnancy, and is no history of it; a code that says 'history of', or that names what was there before
(type 2 diabetes), still is one.

Of a table the folder may keep one reporting period only. Where it keeps the bookings, too, only from after the day of
booking on, that period does not say when a row was first sent, and its rows are taken as told at booking.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from records.sources.msds.codes import CODED_IN, Codes, facts_by_code, has_code
from records.sources.msds.reading import ROW
from records.sources.msds.submissions import FIRST_SENT, ONE_PERIOD
from records.sources.msds.tables import TABLES
from records.sources.nhs_facts import ASKED_TOGETHER

__all__ = ["NOTHING_BEFORE", "TOLD_IN", "events_of_this_pregnancy", "first_sent_later", "told_facts"]

#: The tables of what she is asked.
TOLD_IN = ("MSD107", "MSD108")
_TOGETHER = dict(zip(TOLD_IN, ASKED_TOGETHER, strict=True))
#: No significant medical history (SNOMED CT, situation): she was asked, and had nothing to tell.
NOTHING_BEFORE = "160243008"

Tables = Mapping[str, pl.LazyFrame]


def told_facts(tables: Tables, short: str, codes: Codes, clock: pl.DataFrame) -> pl.LazyFrame:
    """``UniqPregID``, ``concept``, ``date`` and ``value``: of who has a row in the table each history that a code can
    name, present or not.

    Any code, listed or not, says that she was asked; what was not named is absent from the first day on that a row of
    the table is known.
    """
    place, known = CODED_IN[short].place, _known(tables, short, clock).collect().lazy()
    rows = known.join(_events(known, short, codes), on=ROW, how="anti").filter(has_code(short))
    said = facts_by_code(rows, codes, short).sort("coded", "date", descending=[True, False])
    named = said.group_by("UniqPregID", "concept").agg(pl.col("date").first(), pl.col("coded").first().alias("value"))
    concepts = pl.LazyFrame(
        {"concept": [name for name in _TOGETHER[short] if place in codes.places_of(name)]},
        schema={"concept": pl.String},
    )
    asked = rows.group_by("UniqPregID").agg(pl.col("date").min()).join(concepts, how="cross")
    # What is named later than she was first asked was not there to be known until then.
    by_then = named.select("UniqPregID", "concept", pl.col("date").alias("named_on"))
    absent = asked.join(by_then, on=["UniqPregID", "concept"], how="left").filter(
        pl.col("named_on").is_null() | (pl.col("named_on") > pl.col("date"))
    )
    columns = ("UniqPregID", "concept", "date", "value")
    return pl.concat([named.select(columns), absent.with_columns(pl.lit(0.0).alias("value")).select(columns)])


def events_of_this_pregnancy(tables: Tables, codes: Codes, clock: pl.DataFrame) -> dict[str, int]:
    """Pregnancies with an event of their own among their histories, by a sentence that says so."""
    counts = {}
    for short in TOLD_IN:
        if short in tables:
            events = _events(_known(tables, short, clock), short, codes)
            count = int(events.select(pl.col("UniqPregID").n_unique()).collect().item())
            name = TABLES[short].name
            counts[f"{name} holds an event dated in this pregnancy, which is no history; it was left out"] = count
    return {sentence: count for sentence, count in counts.items() if count}


def first_sent_later(tables: Tables, clock: pl.DataFrame) -> dict[str, int]:
    """Pregnancies with histories that were first sent after their booking was, by a sentence that says so."""
    counts = {}
    for short in TOLD_IN:
        if short in tables:
            later = _known(tables, short, clock).filter("later")
            count = int(later.select(pl.col("UniqPregID").n_unique()).collect().item())
            name = TABLES[short].name
            counts[f"{name} holds rows first sent in a later reporting period than the booking; known from its end"] = (
                count
            )
    return {sentence: count for sentence, count in counts.items() if count}


def _known(tables: Tables, short: str, clock: pl.DataFrame) -> pl.LazyFrame:
    """The rows, the ``date`` on which each came to be known, whether its own date is ``within`` this pregnancy, and
    whether it was first sent ``later`` than the booking."""
    booked = tables["MSD101"].select(
        "UniqPregID", pl.col("AntenatalAppDate").alias("date"), pl.col(FIRST_SENT).alias("booking sent")
    )
    rows = tables[short].join(booked, on="UniqPregID", how="inner")
    retrospective = pl.col(ONE_PERIOD) & (pl.col("booking sent") > pl.col("date")).fill_null(value=False)
    later = ((pl.col(FIRST_SENT) > pl.col("booking sent")) & ~retrospective).fill_null(value=False)
    sent = rows.with_columns(later.alias("later"))
    if "DiagDate" not in TABLES[short].dates:
        return sent.with_columns(_known_from("date"), pl.lit(value=False).alias("within"))
    begun = clock.lazy().select("UniqPregID", "day_zero")
    within = (pl.col("DiagDate") >= pl.col("day_zero")).fill_null(value=False)
    dated = sent.join(begun, on="UniqPregID", how="left").with_columns(within.alias("within"))
    own = pl.when("within").then(pl.max_horizontal("DiagDate", "date")).otherwise("date")
    return dated.with_columns(own.alias("date")).with_columns(_known_from("date"))


def _known_from(date: str) -> pl.Expr:
    """Never earlier than the last day of the month in which a row that came later was first sent."""
    return pl.when("later").then(pl.max_horizontal(date, pl.col(FIRST_SENT).dt.month_end())).otherwise(date).alias(date)


def _events(known: pl.LazyFrame, short: str, codes: Codes) -> pl.LazyFrame:
    """Rows dated in this pregnancy whose code is in the code lists for it too, as something else."""
    within = known.filter("within")
    lasting = facts_by_code(within, codes.without_events(CODED_IN[short].place), short)
    return facts_by_code(within, codes, short).join(lasting, on=ROW, how="anti")
