"""Whether anything may be said from a predictions table, checked once for the whole table, streaming."""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from records.prediction_errors import (
    ContradictoryOutcome,
    DuplicatePrediction,
    EmptyPredictions,
    IdentifiersAsGroups,
    RiskOutsideRange,
    SchemesPooled,
    UnreadablePredictions,
    UnscoredPrediction,
    WeightOutsideRange,
)
from records.predictions import PREDICTION_KEY, complete_predictions, place_of_refusal

__all__ = ["hash_of", "repeated_hashes", "validate"]

WITHOUT_RISK = r"^(guideline:|flag_)"
# No national coding has as many groups (England has 19, `records.groups`), and no label holds six digits in a row.
MOST_GROUPS = 60
SIX_DIGITS = re.compile(r"\d{6}")
# The longest label of a national coding has 65 letters (`records.groups`).
LONGEST_LABEL = 100
SPACES_AND_HYPHENS = re.compile(r"[\s-]")
# Within these the sums of weights, of their squares and of weighted risks are exact (see `fairness_audits.counts`).
LEAST_WEIGHT = 1e-6
MOST_WEIGHT = 1e6


def validate(frame: pl.DataFrame | pl.LazyFrame) -> pl.LazyFrame:
    """The completed table, or the named reason why nothing may be said from it.

    Reads the table twice, streaming. Beside what a batch needs it holds 8 bytes a row, to tell duplicates; time grows
    with rows (and their sort), memory by those 8 bytes.
    """
    table = complete_predictions(frame)
    try:
        seen = table.select(**_FACTS).collect(engine="streaming").row(0, named=True)
        _refuse_unusable(seen)
        repeated = repeated_hashes(table, PREDICTION_KEY)
    except pl.exceptions.PolarsError as refusal:
        raise UnreadablePredictions(f"the predictions cannot be read: {place_of_refusal(refusal)}") from None
    if repeated.len():
        _refuse_duplicates(table.filter(hash_of(PREDICTION_KEY).is_in(repeated.implode())))
    return table


def hash_of(columns: Sequence[str]) -> pl.Expr:
    """64 bits of several columns. Rows that agree in all of them agree in it; that others do is as good as never."""
    first, *others = (pl.col(name).hash(seed) for seed, name in enumerate(columns))
    return functools.reduce(operator.xor, others, first)


def repeated_hashes(table: pl.LazyFrame, columns: Sequence[str]) -> pl.Series:
    """`hash_of` the rows that share it with another, each once: to find duplicates without holding the table."""
    hashes = table.select(hash=hash_of(columns)).collect(engine="streaming").to_series().sort()
    return hashes.filter(hashes == hashes.shift(1)).unique()


# Columns besides the ethnic group whose every value is printed as a name.
PRINTED = (
    "outcome",
    "scored_by",
    "ethnic_category",
    "age_band",
    "parity",
    "model_version",
    "outcome_definition",
    "site",
)
# Digests, dates and numbers of builds name versions and definitions; ten digits in a row are an NHS number.
NAMED_WITH_DIGITS = ("model_version", "outcome_definition")
DIGEST = re.compile(r"\b(?=[0-9a-f]*[a-f])[0-9a-f]{8,64}\b")
TEN_DIGITS = re.compile(r"\d{10}")
ONLY_READ = ("predicted_at", "due_at", "interpreter_needed", "is_simulated")
_RISK = pl.col("risk")
_WEIGHT = pl.col("weight")
_FACTS = {
    "rows": pl.len(),
    "outside": (_RISK.is_nan() | (_RISK < 0) | (_RISK > 1)).sum(),
    "unscored": (_RISK.is_null() & ~pl.col("scored_by").str.contains(WITHOUT_RISK)).sum(),
    "weights": ((_WEIGHT < LEAST_WEIGHT) | (_WEIGHT > MOST_WEIGHT) | _WEIGHT.is_nan()).sum(),
    "contradictory": (~pl.col("ascertained") & pl.col("observed").is_not_null()).sum(),
    "schemes": pl.col("group_scheme").unique().sort().implode(),
    "labels": pl.col("ethnic_group").unique().implode(),
    **{f"labels of {name}": pl.col(name).drop_nulls().unique().implode() for name in PRINTED},
    "deprivation": (~pl.col("deprivation_quintile").is_between(1, 5)).sum(),
    # Read here, so that a value that is no date or no truth is refused before anything is made of the table.
    **{f"given {name}": pl.col(name).count() for name in ONLY_READ},
    "unnamed": (pl.col("pregnancy_id").is_null() | pl.col("outcome").is_null()).sum(),
}


def _refuse_unusable(seen: Mapping[str, Any]) -> None:
    if seen["rows"] == 0:
        raise EmptyPredictions("the predictions table has no rows: there is nothing to audit or evaluate")
    if seen["unnamed"]:
        raise UnreadablePredictions(f"{seen['unnamed']} rows lack a pregnancy_id or an outcome; both name a prediction")
    for name in PRINTED:
        _refuse_long(name, seen[f"labels of {name}"])
        if any(_is_like_an_identifier(name, label) for label in seen[f"labels of {name}"]):
            raise IdentifiersAsGroups(
                f"column {name!r} holds values with {'ten' if name in NAMED_WITH_DIGITS else 'six'} digits or more: "
                "these look like identifiers, and every value of this column is printed"
            )
        if not all(label.isprintable() for label in seen[f"labels of {name}"]):
            raise UnreadablePredictions(
                f"column {name!r} holds characters that are not shown (line ends, control characters), and every value "
                "of this column is printed: take them out"
            )
    labels = seen["labels"]
    _refuse_long("ethnic_group", labels)
    numbered = sum(SIX_DIGITS.search(SPACES_AND_HYPHENS.sub("", label)) is not None for label in labels)
    if numbered or len(labels) > MOST_GROUPS:
        raise IdentifiersAsGroups(
            f"column 'ethnic_group' holds {len(labels)} labels, {numbered} of them with six digits or more: "
            f"these look like identifiers; it takes labels of ethnic groups, at most {MOST_GROUPS}"
        )
    if seen["outside"]:
        raise RiskOutsideRange(f"{seen['outside']} rows hold a risk outside 0 to 1; it is a probability, not percent")
    if seen["unscored"]:
        raise UnscoredPrediction(
            f"{seen['unscored']} rows have no risk; only rows scored by 'guideline:...' or 'flag_...' may lack one"
        )
    if seen["deprivation"]:
        raise UnreadablePredictions(
            f"{seen['deprivation']} rows hold a deprivation_quintile outside 1 (the most deprived) to 5; leave it "
            "empty where it is not known"
        )
    if seen["weights"]:
        raise WeightOutsideRange(
            f"{seen['weights']} rows hold a weight that is not between {LEAST_WEIGHT:g} and {MOST_WEIGHT:,.0f}; scale "
            "the weights so that their mean is 1, which changes no figure, and leave out rows that shall not count"
        )
    if seen["contradictory"]:
        raise ContradictoryOutcome(
            f"{seen['contradictory']} rows say ascertained = false and yet give an observed outcome; untested is "
            "missing, not negative: leave observed empty there"
        )
    schemes = seen["schemes"]
    if len(schemes) > 1:
        raise SchemesPooled(f"ethnic groups of several schemes in one table ({', '.join(schemes)}): audit each apart")


def _is_like_an_identifier(name: str, label: str) -> bool:
    if name in NAMED_WITH_DIGITS:
        return TEN_DIGITS.search(SPACES_AND_HYPHENS.sub("", DIGEST.sub("", label))) is not None
    return SIX_DIGITS.search(SPACES_AND_HYPHENS.sub("", label)) is not None


def _refuse_long(name: str, labels: Sequence[str]) -> None:
    too_long = sum(len(label) > LONGEST_LABEL for label in labels)
    if too_long:
        raise IdentifiersAsGroups(
            f"column {name!r} holds values of more than {LONGEST_LABEL} letters ({too_long}): every value of this "
            "column is printed as a name"
        )


def _refuse_duplicates(table: pl.LazyFrame) -> None:
    repeated = table.group_by(PREDICTION_KEY).len().filter(pl.col("len") > 1).select(pl.len()).collect().item()
    if repeated:
        raise DuplicatePrediction(
            f"{repeated} pregnancies are scored more than once for the same {', '.join(PREDICTION_KEY[1:])}; keep one "
            "row each. To find them, sort the table by pregnancy_id: their rows then stand together"
        )
