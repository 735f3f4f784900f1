"""How often each fact the model reads was missing, by group, as printed, and against everyone else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.disclosure import DisclosureRule, one_family, publish
from fairness_audits.figures import Figure
from fairness_audits.levels import EVERYONE
from fairness_audits.printed_rates import difference, share

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
        printed = publish(rule, exact, one_family(exact, EVERYONE))
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
    others = tuple(None if a is None or b is None else max(a - b, 0) for a, b in zip(total, own, strict=True))
    gap = difference(own, (others[0], others[1]), rule)
    return MissingnessRow(
        group=group,
        predictor=predictor,
        share=share("missing_outcomes", *own, rule),
        low=None if gap is None else gap.low,
        high=None if gap is None else gap.high,
    )
