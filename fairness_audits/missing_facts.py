"""How the model does for women of whom little was recorded, as printed: pattern by pattern, all groups together.

Facts are not missing at random: a model can look right on average and miss the women whose records are thin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.disclosure import DisclosureRule, one_family, publish
from fairness_audits.figures import Figure
from fairness_audits.gates import OPEN, Gates
from fairness_audits.levels import EVERYONE
from fairness_audits.printed_rates import mean_of_risks, ratio, share

__all__ = ["MissingFactsRow", "printed_missing_facts"]


@dataclass(frozen=True, kw_only=True)
class MissingFactsRow:
    """``women`` and ``events`` as printed; sensitivity at the offer threshold and O:E of women with that pattern."""

    pattern: str
    women: int | None
    events: int | None
    found: int | None
    sensitivity: Figure
    observed_to_expected: Figure

    def to_dict(self) -> dict[str, Any]:
        figures = ("sensitivity", "observed_to_expected")
        return {**vars(self), **{name: getattr(self, name).to_dict() for name in figures}}


def printed_missing_facts(
    context: AuditContext, rule: DisclosureRule, gates: Gates = OPEN
) -> tuple[MissingFactsRow, ...]:
    """Everyone first, then from nothing missing to most missing; empty where it was not given. All groups together: it
    is everyone's gates that count."""
    names = ("women", "ascertained", "events", "found", "expected")
    exact: dict[str, dict[str, float]] = {}
    for row in context.missing_facts:
        for pattern in (EVERYONE, row.pattern):
            sums = exact.setdefault(pattern, dict.fromkeys(names, 0.0))
            for name in names:
                sums[name] += getattr(row, name)
    counted = {p: {name: sums[name] for name in names if name != "expected"} for p, sums in exact.items()}
    printed = publish(rule, counted, one_family(counted, EVERYONE)) if counted else {}
    rows = []
    for pattern, counts in printed.items():
        known = exact[pattern]["ascertained"]
        mean = mean_of_risks(exact[pattern]["expected"] / known if known else None, counts["ascertained"], rule)
        rows.append(
            MissingFactsRow(
                pattern=pattern,
                women=counts["women"],
                events=counts["events"],
                found=gates.counted(counts["found"], EVERYONE),
                sensitivity=gates.shown(share("sensitivity", counts["found"], counts["events"], rule), EVERYONE),
                observed_to_expected=gates.shown(ratio(counts["events"], counts["ascertained"], mean, rule), EVERYONE),
            )
        )
    return tuple(rows)
