"""The file's rates beside published ones: by the published definition, and only of the same births."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fairness_audits.data_audit.printing import PrintedCounts
from fairness_audits.data_audit.questions import Questions, published_key
from fairness_audits.figures import Figure
from fairness_audits.levels import EVERYONE, EVERYONE_LEVEL
from models.outcomes import Outcome
from models.published_rates import PUBLISHED_RATES, PublishedRate
from records.records import Records

__all__ = ["BesidePublished", "PublishedRow", "beside_published"]


@dataclass(frozen=True, kw_only=True)
class PublishedRow:
    """``published`` is a share of women, as its publisher rounded it; ``here`` the file's own, by the same definition.

    ``here`` is None where the two are not comparable, or the file has no such group.
    """

    level: str
    group: str
    published: float
    here: Figure | None

    @property
    def stands(self) -> str:
        """Where the published rate lies: within the file's interval, above or below it."""
        if self.here is None or self.here.low is None or self.here.high is None:
            return "not told"
        if self.published > self.here.high:
            return "the file's is lower"
        return "the file's is higher" if self.published < self.here.low else "no difference shown"

    def to_dict(self) -> dict[str, Any]:
        here = None if self.here is None else self.here.to_dict()
        return {"level": self.level, "group": self.group, "published": self.published, "here": here} | {
            "stands": self.stands
        }


@dataclass(frozen=True, kw_only=True)
class BesidePublished:
    """``not_comparable`` says why the file is not compared with this rate; empty where it is."""

    rate: PublishedRate
    not_comparable: str
    rows: tuple[PublishedRow, ...]

    def to_dict(self) -> dict[str, Any]:
        rate = self.rate
        return {
            "outcome": rate.outcome,
            "population": rate.population,
            "definition": rate.definition,
            "source": rate.source,
            "evidence": rate.evidence,
            "not_comparable": self.not_comparable,
            "rows": [row.to_dict() for row in self.rows],
        }


def beside_published(
    records: Records, outcomes: Sequence[Outcome], questions: Questions, printed: PrintedCounts
) -> Iterator[BesidePublished]:
    """Each published rate of these outcomes, compared or with the reason why not."""
    named = {outcome.name for outcome in outcomes}
    for rate in PUBLISHED_RATES:
        if rate.outcome in named:
            why_not = _not_comparable(rate, records, questions, list(printed.years))
            yield BesidePublished(rate=rate, not_comparable=why_not, rows=tuple(_rows(rate, why_not, printed)))


def _not_comparable(rate: PublishedRate, records: Records, questions: Questions, years: Sequence[str]) -> str:
    if records.is_simulated:
        return "not the same population: these births were simulated"
    if not rate.any_of:
        return f"not the same definition: {rate.differs}"
    if rate not in questions.published:
        lacking = next(name for name in rate.needs if not records.has(name))
        return f"not the same definition: {records.why_lacking(lacking)}"
    if records.source != rate.record_source:
        return f"not the same population: published of {rate.population}"
    if outside := [year for year in years if year not in map(str, rate.years)]:
        return f"not the same years: published of {rate.population}, and the file holds births of {', '.join(outside)}"
    return ""


def _rows(rate: PublishedRate, why_not: str, printed: PrintedCounts) -> Iterator[PublishedRow]:
    told = [] if rate.everyone is None else [(EVERYONE_LEVEL, EVERYONE, rate.everyone)]
    told += [(level, group, share) for level, groups in rate.by_group.items() for group, share in groups.items()]
    key = published_key(rate)
    for level, group, share in told:
        is_here = not why_not and (level, group) in printed.counts
        here = printed.share("event_rate", (level, group), f"{key}:events", f"{key}:known") if is_here else None
        yield PublishedRow(level=level, group=group, published=share, here=here)
