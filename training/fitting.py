"""From the training part of a cohort to a RiskModel: the constrained fit, its calibrator, and its offer policy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.base import clone

from models.design import ModelDesign
from models.encoding import Encoding
from models.intended_population import IntendedPopulation
from models.offer_policy import OfferPolicy
from models.risk_model import RiskModel
from records.groups import MISSING_ETHNICITY
from training.booster_text import without_extremes
from training.capacity import capacity_threshold, women_offered_to
from training.cohort import OBSERVED, Cohort, ascertained
from training.decided_model import as_decided, bands_of
from training.fair_boost import HELD_OUT, FairBoostClassifier
from training.fair_boost.groups import GroupedWomen
from training.fair_boost.plain_fit import PlainFit
from training.histograms import reference_histograms
from training.rows_in_batches import RowsInBatches
from training.scored_once import ScoredOnce
from training.split import keyed_hash

__all__ = ["FittedModel", "encoding_of", "estimator_of", "fit", "population_of"]

# The tolerances of the frontier, as multiples of the design's own, loosest first; row 0 is always there.
FRONTIER_MULTIPLES = (3.0, 2.0, 1.0)
# Of women whose group the trees may read, one in so many is fitted as if it were not known (project default).
MASKED_ONE_IN = 4


@dataclass(frozen=True, kw_only=True)
class FittedModel:
    """The model to be used, the unconstrained one (row 0) on the same births, and the fit they come from.

    ``unadjusted`` is the model before what a signed decision adds to it: itself without one. Row 0 is never adjusted.
    ``parts`` says which part of the inner split each ascertained training birth was in, in order.
    """

    model: RiskModel
    row_0: RiskModel
    unadjusted: RiskModel
    classifier: FairBoostClassifier
    parts: npt.NDArray[np.int8]

    @cached_property
    def risk_of(self) -> ScoredOnce:
        """Risks by the model to be used."""
        is_adjusted = self.model.group_adjustment is not None
        return ScoredOnce(self.model.predict) if is_adjusted else self.unadjusted_risk_of

    @cached_property
    def unadjusted_risk_of(self) -> ScoredOnce:
        return ScoredOnce(self.unadjusted.predict)

    @cached_property
    def row_0_risk_of(self) -> ScoredOnce:
        """Risks by row 0, whose trees may be those of the model."""
        is_the_model = self.classifier.chosen_row_ == 0 and not self.unadjusted.encoding.reads_ethnicity
        return self.unadjusted_risk_of if is_the_model else ScoredOnce(self.row_0.predict)


def fit(
    design: ModelDesign, cohort: Cohort, training: pl.DataFrame, *, plain_fit: PlainFit | None = None
) -> FittedModel:
    """Fits on the ascertained births of ``training``. Ethnic group is read here and never again, unless the design
    holds a signed decision that lets it be. ``plain_fit`` makes the plain fit elsewhere."""
    known = ascertained(training)
    encoding = encoding_of(design, known)
    constraint = design.constraint if cohort.has_ethnicity else "none"
    classifier = FairBoostClassifier(
        estimator_of(design),
        constraint=constraint,
        alert_rate=design.alert_rate,
        tolerance=design.tolerance,
        frontier=sorted({min(1.0, design.tolerance * multiple) for multiple in FRONTIER_MULTIPLES}, reverse=True),
        fair_rounds=design.fair_rounds,
        plain_fit=plain_fit,
        random_state=design.seed,
    )
    observed = known[OBSERVED].to_numpy().astype(np.int8)
    groups, women = _grouped(known["ethnic_group"]), _first_births(known)
    shown = with_ethnicity_masked(known, design.seed) if encoding.reads_ethnicity else known
    classifier.fit(RowsInBatches(encoding, shown), observed, sensitive_features=groups, groups=women)
    parts = classifier.split_parts(observed, sensitive_features=groups, groups=women)
    population = population_of(cohort, known)
    histograms = reference_histograms(known, design.predictors)

    def row(index: int, classifier: FairBoostClassifier = classifier, encoding: Encoding = encoding) -> RiskModel:
        threshold = capacity_threshold(
            classifier, index, encoding=encoding, training=training, parts=parts, alert_rate=design.alert_rate
        )
        average = population.events / population.births
        return RiskModel(
            design=design,
            data_digest=cohort.records.data_digest,
            encoding=encoding,
            booster_text=without_extremes(classifier.boosters_[index].model_to_string(), encoding),
            calibrator=classifier.calibrators_[index],
            offer_policy=OfferPolicy(kind="absolute", threshold=threshold),
            bands=bands_of(average, threshold),
            calibration_bands=(),
            intended_population=population,
            average_risk=average,
            reference_histograms=histograms,
        )

    held_out = known.filter(parts == HELD_OUT)
    chosen = row(classifier.chosen_row_)
    model = as_decided(chosen, held_out, women_offered_to(training, parts))
    row_0 = row(0)
    if encoding.reads_ethnicity:
        # What a group may lose is measured against the plain fit that never sees ethnicity, whatever was decided.
        blind = Encoding.of(design.predictors)
        plain = clone(classifier).set_params(constraint="none")
        plain.fit(RowsInBatches(blind, known), observed, sensitive_features=groups, groups=women)
        row_0 = row(0, plain, blind)
    return FittedModel(model=model, row_0=row_0, unadjusted=chosen, classifier=classifier, parts=parts)


def with_ethnicity_masked(known: pl.DataFrame, seed: int) -> pl.DataFrame:
    """A quarter of the women, by keyed hash, as if their ethnicity were not known.

    What trees say where it is missing is then learnt from women like all others. Learnt from those alone of whom it is
    missing, few and unlike the rest, it would be their risk that every woman without a recorded group is told.
    """
    women = known.select(pl.coalesce("woman_id", "pregnancy_id")).to_series()
    masked = [keyed_hash(f"{seed} masked", woman) % MASKED_ONE_IN == 0 for woman in women]
    group = pl.when(~pl.Series(masked, dtype=pl.Boolean)).then(pl.col("ethnic_group"))
    return known.with_columns(group.alias("ethnic_group"))


def encoding_of(design: ModelDesign, known: pl.DataFrame) -> Encoding:
    """The design's columns; the stated groups of ``known`` are among them only where that was decided."""
    decided = design.ethnicity
    if decided is None or decided.option != "ethnicity_as_input":
        return Encoding.of(design.predictors)
    stated = known["ethnic_group"].drop_nulls().unique().sort().to_list()
    return Encoding.of(design.predictors, [group for group in stated if group not in MISSING_ETHNICITY])


def _grouped(ethnic_group: pl.Series) -> GroupedWomen:
    """Coded without a Python object a woman."""
    labels = ethnic_group.unique().sort(nulls_last=True)
    places = dict(zip(labels.to_list(), range(len(labels)), strict=True))
    codes = ethnic_group.replace_strict(places, return_dtype=pl.Int64)
    return GroupedWomen.coded(labels.to_list(), codes.to_numpy().astype(np.intp, copy=False))


def _first_births(known: pl.DataFrame) -> npt.NDArray[np.int64]:
    """For each birth the row of that woman's first: a woman as a number, in the order in which women appear."""
    if known["woman_id"].null_count() == known.height:
        return np.arange(known.height)
    women = known.select(woman=pl.coalesce("woman_id", "pregnancy_id")).with_row_index("row")
    first = women.select(pl.col("row").first().over("woman")).to_series()
    return first.to_numpy().astype(np.int64)


def estimator_of(design: ModelDesign) -> lightgbm.LGBMClassifier:
    """The unfitted booster that the design describes."""
    parameters: dict[str, Any] = {**design.booster, "random_state": design.seed}
    return lightgbm.LGBMClassifier(**parameters, deterministic=True, force_row_wise=True, verbosity=-1)


def population_of(cohort: Cohort, known: pl.DataFrame) -> IntendedPopulation:
    """Those of the births ``known`` to have had the outcome or not."""
    schemes = known["group_scheme"].drop_nulls().unique().sort()
    return IntendedPopulation(
        source=cohort.records.source,
        description=cohort.records.description,
        births=known.height,
        events=int(known[OBSERVED].sum()),
        group_scheme=str(schemes[0]) if len(schemes) else "not given",
        is_simulated=cohort.records.is_simulated,
        sites=tuple(known["site"].drop_nulls().unique().sort()),
    )
