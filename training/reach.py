"""Whom a risk could be asked of, and whom not and why: whoever is never scored is missed before any model is asked."""

from __future__ import annotations

from collections import Counter

import polars as pl

from fairness_audits.context_rows import GroupNotScored, GroupReach
from records.groups import NOT_KNOWN
from records.histories.histories import NOT_BOOKED
from training.cohort import Cohort

__all__ = ["never_scored", "reached_in_time"]

_GROUP = pl.col("ethnic_group").fill_null(NOT_KNOWN)


def never_scored(cohort: Cohort) -> tuple[GroupNotScored, ...]:
    """Every group of the records, the largest first. Empty where everyone who is in the records could be asked."""
    if cohort.not_asked.is_empty():
        return ()
    scored = Counter(dict(cohort.frame.group_by(_GROUP).len().iter_rows()))
    reasons: dict[str, Counter[str]] = {}
    for reason, group, pregnancies in cohort.not_asked.select("reason", _GROUP, "pregnancies").iter_rows():
        reasons.setdefault(group, Counter())[reason] += pregnancies
    groups = sorted({*scored, *reasons}, key=lambda group: (-scored[group], group))
    return tuple(
        GroupNotScored(group=group, scored=scored[group], reasons=dict(sorted(reasons.get(group, Counter()).items())))
        for group in groups
    )


def reached_in_time(cohort: Cohort) -> tuple[GroupReach, ...]:
    """Of the women who gave birth, how many a risk could be asked of while its offer could still be made.

    Those not reached had not booked by the point, or booked after the offer's latest day. Women of the cohort whose
    care moved elsewhere were scored, so they are counted with those who gave birth. Who booked on a day that is not
    recorded was neither in time nor late: she is counted apart. Empty where the point offers
    nothing, or the records do not say who booked when.
    """
    action = cohort.outcome.actions[cohort.prediction_point.name]
    not_booked = cohort.not_asked.filter(pl.col("reason") == NOT_BOOKED)
    says_when = "gestation_at_booking" in cohort.frame.columns
    too_late = action is not None and action.latest_day is not None and says_when
    if action is None or not (too_late or cohort.records.histories is not None or not not_booked.is_empty()):
        return ()
    in_time = pl.col("gestation_at_booking") <= action.latest_day if too_late else pl.lit(value=True)
    scored = cohort.frame.select(_GROUP, in_time.alias("in_time")).select(
        "ethnic_group",
        pl.col("in_time").is_not_null().cast(pl.Int64).alias("gave_birth"),
        pl.col("in_time").fill_null(value=False).cast(pl.Int64),
        pl.col("in_time").is_null().cast(pl.Int64).alias("not_known"),
    )
    none = pl.lit(0, dtype=pl.Int64)
    missed = not_booked.select(
        _GROUP, pl.col("gave_birth").cast(pl.Int64), none.alias("in_time"), none.alias("not_known")
    )
    counted = pl.concat([scored, missed]).group_by("ethnic_group").sum().sort("gave_birth", descending=True)
    return tuple(
        GroupReach(group=group, gave_birth=births, scored_in_time=in_time, not_known=not_known)
        for group, births, in_time, not_known in counted.select(
            "ethnic_group", "gave_birth", "in_time", "not_known"
        ).iter_rows()
    )
