"""The births of a site in two parts: one to learn an update from, one to judge it on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from fairness_audits.disclosure import RULES
from fairness_audits.policy import AuditPolicy
from models.design import ModelDesign
from models.home import Home
from models.risk_model import RiskModel
from records.errors import EquipartumError
from records.records import Records
from training.cohort import OBSERVED
from training.diagnosis import TooFewEvents
from training.offer_policy import ENOUGH_EVENTS
from training.split import Split, hold_out
from training.validation.new_births import NewBirths
from training.validation.openings import holdout_of
from training.validation.overlap import same_files, unseen
from training.version import Version

__all__ = [
    "HELD_OUT",
    "GroupsRead",
    "LocalBirths",
    "SeenBirths",
    "refuse_groups_read",
    "refuse_same_files",
    "without_seen_births",
]

#: The share held out (project default): an update learns at most two numbers, so judging it needs as many births as
#: learning it.
HELD_OUT = 0.5


class SeenBirths(EquipartumError):
    """Births that the version was made from: it would flatter itself on them."""


class GroupsRead(EquipartumError):
    """A version that reads a woman's recorded group, by a decision that was signed for other women."""


@dataclass(frozen=True, kw_only=True)
class LocalBirths:
    """``learning`` and ``held_out`` are the two parts of ``births``; no woman is in both. ``site`` is empty where the
    births are all those of the records."""

    births: NewBirths
    learning: NewBirths
    held_out: NewBirths
    split: Split
    site: str

    @classmethod
    def of(cls, births: NewBirths, *, site: str = "") -> LocalBirths:
        """Held out by time where it can be, and by woman always. Raises `TooFewEvents`."""
        split = hold_out(births.frame, fraction=HELD_OUT, seed=births.model.design.seed)
        local = cls(
            births=births,
            learning=_part(births, split.training(births.frame)),
            held_out=_part(births, split.holdout(births.frame)),
            split=split,
            site=site,
        )
        local._refuse_too_few_events()
        return local

    @property
    def design(self) -> ModelDesign:
        """The version's, with the share that is held out here: what names these outcomes in the home's ledger."""
        return replace(self.births.model.design, holdout_fraction=HELD_OUT)

    @property
    def holdout_name(self) -> str:
        return holdout_of(data_digest=self.births.cohort.records.data_digest, design=self.design, is_split=True)

    def _refuse_too_few_events(self) -> None:
        told = {
            "of those to learn from": self.learning.frame[OBSERVED],
            "of those held out": self.held_out.frame[OBSERVED],
        }
        # Without the counts: of so few they would be of few women.
        short = [
            f"{part} fewer are {which} the outcome"
            for part, observed in told.items()
            for which, count in (("with", observed.sum()), ("without", (~observed).sum()))
            if count < ENOUGH_EVENTS
        ]
        if not short:
            return
        raise TooFewEvents(
            f"too few of these births to recalibrate on: {'; '.join(short)}. At least {ENOUGH_EVENTS} with and "
            f"{ENOUGH_EVENTS} without are needed in each part: with fewer, observed over expected is uncertain by "
            "more than a fifth (Vergouwe et al., J Clin Epidemiol 2005;58:475-483; Collins et al., Stat Med "
            "2016;35:214-226). Pool years."
        )


def _part(births: NewBirths, frame: pl.DataFrame) -> NewBirths:
    return replace(births, frame=frame, cohort=replace(births.cohort, frame=frame))


def refuse_groups_read(model: RiskModel) -> None:
    """Raises `GroupsRead` where a woman's group moves her risk or her cut."""
    if model.groups_read or model.offer_policy.needs_groups:
        raise GroupsRead(
            "this version reads a woman's recorded group, by a decision that was signed from figures of other women. "
            "Decide it from births of this site ('equipartum methods') and retrain on them"
        )


def refuse_same_files(version: Version, *records: Records) -> None:
    """Raises `SeenBirths` where one of the ``records`` was there when it was made."""
    for one in records:
        _refuse(same_files(version, one))


def without_seen_births(version: Version, births: NewBirths, home: Home, policy: AuditPolicy) -> NewBirths:
    """The births that were not there when it was made. Raises `SeenBirths` where too many were."""
    found = unseen(version, births, home, RULES[policy.disclosure].count)
    _refuse(found.warnings)
    return found.births


def _refuse(warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        raise SeenBirths(f"{warning} Name births of the site that it has not seen, such as those of a later year.")
