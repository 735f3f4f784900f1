"""What one fitted model does to each group of held-out women at the operating threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.metrics import roc_auc_score

from training.fair_boost.births import Births
from training.fair_boost.constraints import Measure
from training.fair_boost.measured import MeasuredByGroup, log_loss_of_scores
from training.offer_policy import level_up
from training.shrinkage import shrunken_sensitivity

__all__ = ["GroupFigures", "RowFigures", "figures_of"]


@dataclass(frozen=True, kw_only=True)
class GroupFigures:
    """One group. Counts are of rows, shares by weight, log-loss in nats; None where there is nothing to divide by.

    ``net_benefit`` is a woman's: (found - unfounded x threshold / (1 - threshold)) / births (Vickers and Elkin, Med
    Decis Making 2006;26:565-574), at the odds of row 0's threshold in every row of a frontier.
    """

    group: str
    constrained: bool
    births: int
    events: int
    found: int
    false_alarms: int
    sensitivity: float | None
    shrunken_sensitivity: float
    false_positive_rate: float | None
    shrunken_false_positive_rate: float
    log_loss: float | None
    shrunken_log_loss: float
    observed_over_expected: float | None
    net_benefit: float | None
    shrunken_net_benefit: float
    flags_per_1000: float | None


@dataclass(frozen=True, kw_only=True)
class RowFigures:
    """All women and each group. ``worst_sensitivity`` is the lowest shrunken one among constrained groups.

    ``level_up_flags_per_1000``: further flags in 1,000 women that level-up cuts would need to bring every constrained
    group to within the asked tolerance of the overall sensitivity.
    """

    threshold: float
    sensitivity: float
    false_positive_rate: float
    log_loss: float
    worst_group: str | None
    worst_sensitivity: float
    positive_predictive_value: float | None
    net_benefit: float
    auroc: float
    brier: float
    level_up_flags_per_1000: float
    groups: tuple[GroupFigures, ...]


def figures_of(
    births: Births,
    risk: NDArray[np.float64],
    *,
    threshold: float,
    benefit_threshold: float,
    tolerance: float,
    pseudo_events: float,
) -> RowFigures:
    """Figures at ``threshold``; harm is weighed at the odds of ``benefit_threshold``."""
    weight, event, women = births.weight, births.event, births.women
    flag = risk >= threshold
    odds = min(benefit_threshold, 1 - 1e-9) / (1 - min(benefit_threshold, 1 - 1e-9))
    total = women.total(weight)
    with_event = women.total(weight * event)
    found = women.total(weight * event * flag)
    flagged = women.total(weight * flag)
    expected = women.total(weight * risk)
    overall = float(found.sum() / with_event.sum())
    benefit = found - (flagged - found) * odds
    overall_benefit = float(benefit.sum() / total.sum())
    shrunken = shrunken_sensitivity(found, with_event, overall, pseudo_events)
    # as many births as hold the pseudo-events, so that both figures are drawn alike
    pseudo_births = pseudo_events * float(total.sum() / with_event.sum())
    shrunken_benefit = shrunken_sensitivity(benefit, total, overall_benefit, pseudo_births)
    alarms = MeasuredByGroup(births, Measure.FALSE_POSITIVE_RATE, pseudo_events=pseudo_events)
    false_alarm = flag[alarms.positions]
    false_positive_rate, shrunken_alarms = alarms.shrunken(false_alarm)
    losses = MeasuredByGroup(births, Measure.LOG_LOSS, pseudo_events=pseudo_events)
    loss = log_loss_of_scores(logit(np.clip(risk, 1e-15, 1 - 1e-15)), event)
    log_loss, shrunken_loss = losses.shrunken(loss)
    own_alarms, own_loss = alarms.means(false_alarm), losses.means(loss)

    rows = np.bincount(women.codes, minlength=len(women.names))
    events = women.total(event)
    found_rows, alarm_rows = women.total(event * flag), women.total((1 - event) * flag)
    groups = tuple(
        GroupFigures(
            group=name,
            constrained=bool(women.constrained[code]),
            births=int(rows[code]),
            events=int(events[code]),
            found=int(found_rows[code]),
            false_alarms=int(alarm_rows[code]),
            sensitivity=_ratio(found[code], with_event[code]),
            shrunken_sensitivity=float(shrunken[code]),
            false_positive_rate=own_alarms[code],
            shrunken_false_positive_rate=float(shrunken_alarms[code]),
            log_loss=own_loss[code],
            shrunken_log_loss=float(shrunken_loss[code]),
            observed_over_expected=_ratio(with_event[code], expected[code]),
            net_benefit=_ratio(benefit[code], total[code]),
            shrunken_net_benefit=float(shrunken_benefit[code]),
            flags_per_1000=_ratio(1000 * flagged[code], total[code]),
        )
        for code, name in enumerate(women.names)
    )
    judged = [group for group in groups if group.constrained]
    worst = min(judged, key=lambda group: group.shrunken_sensitivity, default=None)
    raised = level_up(
        risk,
        event,
        women.codes,
        max(0.0, overall - tolerance),
        threshold=threshold,
        pseudo_events=pseudo_events,
        sample_weight=weight,
        exempt=[str(code) for code in np.flatnonzero(~women.constrained)],
    )
    return RowFigures(
        threshold=threshold,
        sensitivity=overall,
        false_positive_rate=false_positive_rate,
        log_loss=log_loss,
        worst_group=None if worst is None else worst.group,
        worst_sensitivity=overall if worst is None else worst.shrunken_sensitivity,
        positive_predictive_value=_ratio(float(found.sum()), float(flagged.sum())),
        net_benefit=overall_benefit,
        auroc=float(roc_auc_score(event, risk, sample_weight=weight)),
        brier=float(np.average((risk - event) ** 2, weights=weight)),
        level_up_flags_per_1000=raised.extra_flags_per_1000,
        groups=groups,
    )


def _ratio(numerator: float, denominator: float) -> float | None:
    return float(numerator) / float(denominator) if denominator > 0 else None
