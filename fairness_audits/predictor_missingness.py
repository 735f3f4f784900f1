"""How often each fact the model reads was missing, by group, as printed, and against everyone else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.disclosure import DisclosureRule, publish
from fairness_audits.figures import Figure, figure, hidden
from fairness_audits.intervals import newcombe_difference, wilson
from fairness_audits.levels import EVERYONE

__all__ = ["MissingnessRow", "printed_missingness"]


@dataclass(frozen=True, kw_only=True)
class MissingnessRow:
    """``low`` and ``high`` bound the group's share less everyone else's; None where it cannot be printed."""

    group: str
    predictor: str
    share: Figure
    low: float | None
    high: float | None

    def to_dict(self) -> dict[str, Any]:
        return {"group": self.group, "predictor": self.predictor, "share": self.share.to_dict()}


def printed_missingness(context: AuditContext, rule: DisclosureRule) -> tuple[MissingnessRow, ...]:
    rows: list[MissingnessRow] = []
    for predictor in dict.fromkeys(row.predictor for row in context.missingness):
        exact: dict[str, dict[str, float]] = {EVERYONE: {"pregnancies": 0, "missing": 0}}
        for row in context.missingness:
            if row.predictor == predictor:
                exact[row.group] = {"pregnancies": row.pregnancies, "missing": row.missing}
                exact[EVERYONE]["pregnancies"] += row.pregnancies
                exact[EVERYONE]["missing"] += row.missing
        printed = publish(rule, exact, {})
        total = printed.pop(EVERYONE)
        for group, counts in printed.items():
            own = (counts["missing"], counts["pregnancies"])
            rows.append(_row(group, predictor, own, (total["missing"], total["pregnancies"]), rule))
    return tuple(rows)


def _row(
    group: str,
    predictor: str,
    own: tuple[int | None, int | None],
    total: tuple[int | None, int | None],
    rule: DisclosureRule,
) -> MissingnessRow:
    missing, size = own
    all_missing, everyone = total
    if missing is None or size is None or not rule.can_divide_by(size):
        return MissingnessRow(group=group, predictor=predictor, share=hidden("missing_outcomes"), low=None, high=None)
    share = figure("missing_outcomes", wilson(min(missing, size), size))
    others = (everyone or 0) - size
    if all_missing is None or others <= 0:
        return MissingnessRow(group=group, predictor=predictor, share=share, low=None, high=None)
    gap = newcombe_difference(min(missing, size), size, min(max(all_missing - missing, 0), others), others)
    return MissingnessRow(group=group, predictor=predictor, share=share, low=gap.low, high=gap.high)
