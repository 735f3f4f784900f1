"""What each option does to each group, as printed: found, flagged, told right, and who gains or loses against row 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairness_audits.context_rows import CapacityGroup, CapacityPoint, EthnicityOption, OptionGroup
from fairness_audits.disclosure import DisclosureRule, PublishedCounts, one_family, publish
from fairness_audits.ethnicity_options import everyone_of, option_title
from fairness_audits.figures import Figure, figure, rounded
from fairness_audits.intervals import Interval
from fairness_audits.levels import EVERYONE
from fairness_audits.printed_rates import mean_of_risks, ratio, same_womens_difference, share
from fairness_audits.row_zero import paired_limits
from models.guideline_rule import GUIDELINE

__all__ = ["CurvePoint", "OptionFigures", "OptionRow", "Way", "curve_of", "option_figures"]

# By the suffix of their counts.
KINDS_OF_CUTS: Mapping[str, str] = {"": "one cut", "_with_level_up": "level-up cuts", "_with_band": "band"}
ONE_CUT, LEVEL_UP, BAND = KINDS_OF_CUTS.values()
GAINS, LOSES, CANNOT_TELL, UNCHANGED, OTHER_CAPACITY = (
    "gains",
    "loses",
    "cannot tell",
    "unchanged",
    "other number of flags",
)
# What the printed O:E may be before a percentage is withheld from the group (the design's rule, a project default).
RIGHT_FROM, RIGHT_TO = 0.8, 1.25


@dataclass(frozen=True, kw_only=True)
class Way:
    """One group under one option by ``cuts``. ``change`` is of sensitivity against row 0, on the same women."""

    cuts: str
    flag_rate: Figure
    sensitivity: Figure
    change: Figure
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        figures = ("flag_rate", "sensitivity", "change")
        return {**vars(self), **{name: getattr(self, name).to_dict() for name in figures}}


@dataclass(frozen=True, kw_only=True)
class OptionRow:
    group: str
    women: int | None
    events: int | None
    observed_to_expected: Figure
    ways: tuple[Way, ...]

    @property
    def is_told_right(self) -> bool | None:
        """False where O:E lies outside 0.8 to 1.25 and its whole interval on one side of 1, as the audit's FA002 finds;
        None where that cannot be told."""
        told = self.observed_to_expected
        if told.value is None or told.low is None or told.high is None:
            return None
        if (told.value < RIGHT_FROM and told.high < 1) or (told.value > RIGHT_TO and told.low > 1):
            return False
        return True if told.low >= RIGHT_FROM and told.high <= RIGHT_TO else None

    def to_dict(self) -> dict[str, Any]:
        plain = {"observed_to_expected": self.observed_to_expected.to_dict(), "ways": [w.to_dict() for w in self.ways]}
        return {**vars(self), **plain}


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """Of women who had the outcome, the share found by group, with places for ``alert_rate`` of all women."""

    alert_rate: float
    found: Mapping[str, Figure]

    def to_dict(self) -> dict[str, Any]:
        return {"alert_rate": self.alert_rate, "found": {name: told.to_dict() for name, told in self.found.items()}}


@dataclass(frozen=True, kw_only=True)
class OptionFigures:
    """One option. Everyone first, then each group; ``rows`` is empty where a rule could not be evaluated."""

    name: str
    title: str
    uses_ethnicity: bool
    is_evaluated: bool
    level_up_flags_per_1000: float | None
    band_refused: str
    auroc: Figure
    rows: tuple[OptionRow, ...]
    curve: tuple[CurvePoint, ...]

    def who(self, verdict: str, cuts: str) -> tuple[str, ...]:
        """Groups of which ``verdict`` is said under ``cuts``; everyone together is not a group."""
        return tuple(r.group for r in self.rows[1:] for w in r.ways if (w.cuts, w.verdict) == (cuts, verdict))

    @property
    def kinds_of_cuts(self) -> tuple[str, ...]:
        return tuple(way.cuts for way in self.rows[0].ways) if self.rows else ()

    @property
    def flags_another_share(self) -> bool:
        """A rule flags as many as it flags, so that nobody is found more or less often for its sake."""
        return bool(self.rows) and self.rows[0].ways[0].verdict == OTHER_CAPACITY

    @property
    def told_wrong(self) -> tuple[str, ...]:
        return tuple(row.group for row in self.rows[1:] if row.is_told_right is False)

    def to_dict(self) -> dict[str, Any]:
        return {
            **vars(self),
            "auroc": self.auroc.to_dict(),
            "rows": [row.to_dict() for row in self.rows],
            "curve": [point.to_dict() for point in self.curve],
        }


def option_figures(option: EthnicityOption, rule: DisclosureRule, rule_title: str | None = None) -> OptionFigures:
    """Counts of all groups, under both kinds of cuts, pass the disclosure rule together."""
    nan = float("nan")
    area = nan if option.auroc is None else option.auroc
    return OptionFigures(
        name=option.name,
        title=option_title(option.name, rule_title),
        uses_ethnicity=option.uses_ethnicity,
        is_evaluated=option.is_evaluated,
        level_up_flags_per_1000=rounded(option.level_up_flags_per_1000, 1 if rule.rounded_to == 1 else 0),
        band_refused=option.band_refused,
        auroc=figure("auroc", Interval(area, nan, nan)),
        rows=_rows(option, rule),
        curve=tuple(curve_of(point, rule) for point in option.curve),
    )


def _rows(option: EthnicityOption, rule: DisclosureRule) -> tuple[OptionRow, ...]:
    if not option.groups:
        return ()
    groups = {EVERYONE: everyone_of(option.groups), **{row.group: row for row in option.groups}}
    exact = {name: _exact(row) for name, row in groups.items()}
    printed = publish(rule, exact, one_family(exact, EVERYONE))
    is_rule = option.name.startswith(GUIDELINE)
    return tuple(_row(row, printed[name], rule, is_rule=is_rule) for name, row in groups.items())


def _exact(row: OptionGroup) -> dict[str, float]:
    counts: dict[str, float] = {
        name: getattr(row, name) for name in ("women", "ascertained", "events", "found_by_row_zero")
    }
    for suffix in _suffixes(row):
        found = getattr(row, f"found{suffix}")
        counts[f"flagged{suffix}"] = getattr(row, f"flagged{suffix}") or 0
        counts[f"found{suffix}"] = found
        counts[f"found_by_both{suffix}"] = found - (getattr(row, f"gained{suffix}") or 0)
    return counts


def _suffixes(row: OptionGroup) -> tuple[str, ...]:
    """Of the cuts that were counted."""
    return tuple(suffix for suffix in KINDS_OF_CUTS if getattr(row, f"found{suffix}") is not None)


def _row(row: OptionGroup, counts: PublishedCounts, rule: DisclosureRule, *, is_rule: bool) -> OptionRow:
    mean = mean_of_risks(row.mean_risk, counts["ascertained"], rule)
    return OptionRow(
        group=row.group,
        women=counts["women"],
        events=counts["events"],
        observed_to_expected=ratio(counts["events"], counts["ascertained"], mean, rule),
        ways=tuple(_way(row, suffix, counts, rule, is_rule=is_rule) for suffix in _suffixes(row)),
    )


def _way(row: OptionGroup, suffix: str, counts: PublishedCounts, rule: DisclosureRule, *, is_rule: bool) -> Way:
    gained, lost = (getattr(row, f"{name}{suffix}") or 0 for name in ("gained", "lost"))
    found, before = counts[f"found{suffix}"], counts["found_by_row_zero"]
    change = same_womens_difference(counts[f"found_by_both{suffix}"], found, before, counts["events"], rule)
    printed = (
        Figure(estimand="difference_from_others", value=None, is_hidden=True)
        if change is None
        else figure("difference_from_others", change)
    )
    return Way(
        cuts=KINDS_OF_CUTS[suffix],
        flag_rate=share("flag_rate", counts[f"flagged{suffix}"], counts["women"], rule),
        sensitivity=share("sensitivity", found, counts["events"], rule),
        change=printed,
        verdict=OTHER_CAPACITY if is_rule else _verdict(row, gained, lost, is_told=printed.value is not None),
    )


def _verdict(row: OptionGroup, gained: int, lost: int, *, is_told: bool) -> str:
    """On exact counts, by the paired 95 % interval of `row_zero`: rounding would make one woman a gain, and hide seven.

    Nothing is said of a group whose change may not be printed.
    """
    if not is_told:
        return CANNOT_TELL
    if gained == lost == 0:
        return UNCHANGED
    low, high = paired_limits(gained, lost, row.events)
    if low > 0:
        return GAINS
    return LOSES if high < 0 else CANNOT_TELL


def curve_of(point: CapacityPoint, rule: DisclosureRule) -> CurvePoint:
    groups = {EVERYONE: _all(point.groups), **{row.group: row for row in point.groups}}
    exact = {name: {"events": float(row.events), "found": float(row.found)} for name, row in groups.items()}
    printed = publish(rule, exact, one_family(exact, EVERYONE))
    return CurvePoint(
        alert_rate=point.alert_rate,
        found={name: share("sensitivity", counts["found"], counts["events"], rule) for name, counts in printed.items()},
    )


def _all(groups: Sequence[CapacityGroup]) -> CapacityGroup:
    totals = {name: sum(getattr(row, name) for row in groups) for name in ("women", "flagged", "events", "found")}
    return CapacityGroup(group=EVERYONE, **totals)
