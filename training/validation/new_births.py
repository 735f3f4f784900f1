"""A version's own cohort, assembled from other births: its outcome, definition, prediction point and predictors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from fairness_audits.policy import AuditPolicy
from models.design import ModelDesign
from models.risk_model import RiskModel
from models.site_rules import NO_SITE_RULES, SiteRules
from records.concepts import CONCEPTS
from records.records import Records
from training.cohort import OBSERVED, Cohort, UnavailableOutcome, assemble
from training.split import keyed_hash
from training.validation.harm_by_group import GroupChange, changes_by_group

__all__ = [
    "NewBirths",
    "are_also_in",
    "births_for",
    "changes_told",
    "fold_of",
    "keys_of_women",
    "of_a_design",
]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class NewBirths:
    """``frame`` has a column for every fact that the model uses; those that the file lacks (``lacking``) are unknown of
    everyone. ``on_seen`` says what became of births that the version was made from."""

    model: RiskModel
    cohort: Cohort
    frame: pl.DataFrame
    lacking: tuple[str, ...]
    on_seen: tuple[str, ...] = ()

    @property
    def is_known(self) -> npt.NDArray[np.bool_]:
        """Whose outcome was ascertained."""
        return self.frame[OBSERVED].is_not_null().to_numpy()

    @property
    def observed(self) -> Array:
        """1, 0, and NaN where the outcome was not ascertained."""
        return self.frame[OBSERVED].cast(pl.Float64).fill_null(float("nan")).to_numpy()

    @property
    def women(self) -> pl.Series:
        return keys_of_women(self.frame)

    @cached_property
    def risk(self) -> Array:
        """As the version tells it, to each woman."""
        return self.model.predict(self.frame)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the file lacks of what the model uses, in words; and which births of it were left out."""
        if not self.lacking:
            return ("These births record every fact that the model uses.", *self.on_seen)
        titles = ", ".join(CONCEPTS[name].title for name in self.lacking)
        return (f"Not recorded in these births, so unknown of every woman: {titles}.", *self.on_seen)


def births_for(
    model: RiskModel, records: Records, *, at: str | None = None, site_rules: SiteRules = NO_SITE_RULES
) -> NewBirths:
    """Raises `UnavailableOutcome` where the records lack the version's definition: another is another outcome."""
    design = model.design
    if at not in (None, design.prediction_point):
        raise UnavailableOutcome(
            f"this version tells a risk at {design.prediction_point}, not at {at}: name a version of {at}, or leave "
            "--at out"
        )
    cohort = of_a_design(design, records, site_rules=site_rules)
    if model.groups_read and not cohort.has_ethnicity:
        raise UnavailableOutcome(
            "this version reads the recorded ethnic group, by a signed decision, and these births record nobody's: "
            "what it would tell them is not what was decided about"
        )
    absent = tuple(name for name in model.encoding.concepts if name not in cohort.frame.columns)
    frame = cohort.frame.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in absent)
    facts = [name for name in model.encoding.concepts if name in CONCEPTS]
    lacking = tuple(name for name in facts if frame[name].null_count() == frame.height)
    return NewBirths(model=model, cohort=cohort, frame=frame, lacking=lacking)


def changes_told(births: NewBirths, risk: Array, policy: AuditPolicy) -> tuple[GroupChange, ...]:
    """What telling ``risk``, one a birth, does to each stated ethnic group beside what the version tells as it is."""
    known = births.is_known
    return changes_by_group(
        births.frame["ethnic_group"].to_numpy()[known],
        births.women.rank("dense").to_numpy()[known],
        births.observed[known],
        births.risk[known],
        risk[known],
        fewest_events=policy.minimum_events,
    )


def of_a_design(design: ModelDesign, records: Records, *, site_rules: SiteRules = NO_SITE_RULES) -> Cohort:
    return assemble(
        design.outcome,
        design.prediction_point,
        records,
        only=design.predictors,
        by_definition=design.definition,
        site_rules=site_rules,
    )


def keys_of_women(frame: pl.DataFrame) -> pl.Series:
    """What tells women apart; a birth without a woman is a woman of its own."""
    return frame.select(pl.coalesce("woman_id", "pregnancy_id")).to_series()


def are_also_in(frame: pl.DataFrame, other: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Of each birth of ``frame``, whether its woman has one in ``other``."""
    return keys_of_women(frame).is_in(keys_of_women(other).unique().implode()).to_numpy()


def fold_of(women: Sequence[str] | pl.Series, folds: int, *, seed: int) -> npt.NDArray[np.int64]:
    """0 to ``folds`` - 1, the same for every birth of a woman; by keyed hash, so the same on any machine."""
    return np.fromiter((keyed_hash(seed, woman) % folds for woman in women), dtype=np.int64, count=len(women))
