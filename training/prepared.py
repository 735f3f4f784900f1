"""What is settled before anything is fitted: whom it is about, the design, who is held out, and what stands against
it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from models.design import ModelDesign
from models.home import Home
from models.site_rules import SiteRules
from records.records import Records
from training.cohort import OBSERVED, Cohort, assemble
from training.design_choice import RetrainRequest, design_for, warnings_of
from training.diagnosis import Diagnosis, diagnose
from training.split import Split, hold_out
from training.validation.openings import holdout_of
from training.validation.standing import open_holdout

__all__ = ["Prepared", "prepare"]

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """``training`` and ``holdout`` are the two parts of the cohort's frame. ``warnings`` are of the design,
    ``absences`` of groups that one of the parts has nobody of."""

    cohort: Cohort
    design: ModelDesign
    split: Split
    training: pl.DataFrame
    holdout: pl.DataFrame
    diagnosis: Diagnosis
    warnings: tuple[str, ...]
    absences: tuple[str, ...]

    def opened(self, home: Home, what: str, design: ModelDesign) -> str:
        """Writes this look at the held-out births into the home's ledger, and says how many there were before."""
        name = holdout_of(data_digest=self.cohort.records.data_digest, design=design, is_split=True)
        standing = open_holdout(home, None, by="", what=what, holdout=name, design_digest=design.digest)
        return f"the held-out births: {standing.told}"


def prepare(request: RetrainRequest, records: Records, *, site_rules: SiteRules, say: Say) -> Prepared:
    """Raises an `EquipartumError` if the outcome is not in the files or nothing can be learnt."""
    cohort = assemble(request.outcome, request.point, records, site_rules=site_rules)
    design = design_for(request, cohort)
    say(f"{design.registered_name} by '{cohort.definition}': {cohort.denominator}")
    split, together = hold_out(cohort.frame, fraction=design.holdout_fraction, seed=design.seed).together(cohort.frame)
    cohort = replace(cohort, frame=together)
    training, holdout = split.training(cohort.frame), split.holdout(cohort.frame)
    diagnosis = diagnose(cohort, training)
    fitted_on = training[OBSERVED].count()
    held = f"{holdout.height:,} held out, known or not"
    say(f"{fitted_on:,} births with a known outcome to fit on, {held} ({split.description})")
    ready = Prepared(
        cohort=cohort,
        design=design,
        split=split,
        training=training,
        holdout=holdout,
        diagnosis=diagnosis,
        warnings=(*warnings_of(design), *_decided_elsewhere(design, records)),
        absences=split.absences(cohort.frame),
    )
    for sentence in (*ready.absences, *ready.warnings):
        say(sentence)
    return ready


def _decided_elsewhere(design: ModelDesign, records: Records) -> tuple[str, ...]:
    """What a decision about ethnicity was made from and is not what is fitted."""
    decided = design.ethnicity
    if decided is None:
        return ()
    told = []
    if decided.data_digest != records.data_digest:
        told.append("the decision about ethnicity was made from a dossier of other births than these")
    if decided.alert_rate != design.alert_rate:
        told.append(
            f"the decision about ethnicity was made with places for {100 * decided.alert_rate:g} % of women, and there "
            f"are places for {100 * design.alert_rate:g} %"
        )
    return tuple(told)
