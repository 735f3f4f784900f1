"""The model card: what a version is for, whom it was fitted on, how it does by group, and what moves its risks.

Follows the model card of Mitchell et al. 2019. Its figures are the audit's printed ones.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "agg")

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from fairness_audits.figures import TITLES
from fairness_audits.figures import Figure as Shown
from fairness_audits.plain_words import in_plain_words
from fairness_audits.report import AuditReport
from fairness_audits.withheld_note import withheld_note
from fairness_audits.wording import cannot_be_evaluated, these_women
from models.model_files import self_test_rows
from models.outcomes import outcome
from models.predictors import PREDICTORS
from models.risk_model import RiskModel
from training.fair_boost.constraints import CONSTRAINTS

__all__ = ["importance_chart", "importances", "model_card", "with_audit"]

CARD_FIGURES = ("event_rate", "sensitivity", "observed_to_expected", "positive_predictive_value", "auroc")
AUDIT_HEADING = "## Findings of its audit"
SIMULATED = "SIMULATED: NOT FOR CARE"


def importances(model: RiskModel) -> list[tuple[str, float]]:
    """Mean absolute Shapley value (log-odds) of each fact over made-up women, largest first.

    Made-up women from plausible ranges, so that a card can be made, and checked, wherever the model is.
    """
    rows = self_test_rows(model.encoding)
    values = np.abs(_shapley_values(model, rows)).mean(axis=0)
    total: dict[str, float] = {}
    for column, value in zip(model.encoding.columns, values, strict=True):
        total[column.concept] = total.get(column.concept, 0.0) + float(value)
    return sorted(total.items(), key=lambda item: -item[1])


def _shapley_values(model: RiskModel, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    with warnings.catch_warnings():
        # It warns of what it and matplotlib will change, which is not for those who train. Loaded here because it takes
        # two seconds, and most commands draw no card.
        warnings.simplefilter("ignore")
        import shap

        return np.asarray(shap.TreeExplainer(model.booster).shap_values(rows), dtype=np.float64)


def importance_chart(model: RiskModel, path: Path) -> None:
    """The twelve facts that move risks most, as SVG."""
    shown = importances(model)[:12][::-1]
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.barh([_wording(name) for name, _ in shown], [value for _, value in shown], color="#0b5394")
    axes.set_xlabel("mean absolute Shapley value (log-odds)")
    axes.set_title("What moves this model's risks (not causes)", loc="left", fontsize=11)
    figure.savefig(path, format="svg", metadata={"Date": None})


def model_card(model: RiskModel, notes: Sequence[str], report: AuditReport, chosen: str) -> str:
    """The card as Markdown. ``notes`` are sentences on the births: who is in, who was held out, what is lacking."""
    declared = outcome(model.design.outcome)
    action = declared.actions[model.design.prediction_point]
    population, unit = model.intended_population, CONSTRAINTS[model.design.constraint].unit
    blocks = [
        f"# {declared.title}, {model.design.registered_name}",
        f"**{SIMULATED}**" if population.is_simulated else "",
        "Research use. Not a medical device.",
        "## What it predicts",
        f"{model.design.outcome_definition} ({model.design.outcome_definition.authority}).",
        "## What for",
        f"{action.offer}; by {action.by}; window: {action.window}; harm: {action.harm} ({action.authority})."
        if action
        else "No action is named: audited, never served.",
        "## Whom it is for",
        f"{population.description}: {population.births:,} births, {population.events:,} events. Refused elsewhere "
        "until it is validated there. Ethnic group here marks exposure to different treatment and circumstances, not "
        f"biology. {_ethnicity(model)}",
        "## How it was made",
        f"Constraint: {model.design.constraint}, tolerance {model.design.tolerance:g}{unit}. Chosen: {chosen}. "
        f"Model digest `{model.digest}`; design digest `{model.design.digest}`; data digest `{model.data_digest}`.",
        "Predictors: " + ", ".join(_wording(name) for name in model.design.predictors) + ".",
        "\n".join(f"- {note}" for note in notes),
        "## On held-out women, by ethnic group",
        _group_table(report),
        _gaps(report),
        _list_only(model.list_only_groups),
        _not_judged(model.not_judged),
        "## Beside today's rules",
        _rules(report),
        "## What moves its risks",
        "\n".join(f"- {_wording(name)}: {value:.3f}" for name, value in importances(model)[:12]),
        "Mean absolute Shapley values on the log-odds scale, over made-up women. Not causes, not advice.",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _ethnicity(model: RiskModel) -> str:
    decided = model.design.ethnicity
    if decided is None:
        return "It was used to fit and to audit, and is not an input."
    return f"It was used to fit and to audit, and by a signed decision: {decided.in_words}."


def with_audit(card: str, report: AuditReport, address: str) -> str:
    """``card`` with the audit that counts now as its last section, in place of an earlier one."""
    section = (
        f"{AUDIT_HEADING}\n\nBlocking: {', '.join(report.blocking) or 'none'}. Audit {report.audit_id} of "
        f"{report.on}, under {report.policy.name}: [report]({address})."
    )
    return f"{card.partition(AUDIT_HEADING)[0].rstrip()}\n\n{section}\n"


def _group_table(report: AuditReport) -> str:
    lines = ["| group | " + " | ".join(TITLES[name] for name in CARD_FIGURES) + " |"]
    lines.append("| --- " * (len(CARD_FIGURES) + 1) + "|")
    told: list[tuple[str, Shown]] = []
    for row in report.figures_of(report.models[0]):
        if row.level not in ("everyone", "ethnic_group"):
            continue
        cells = [row[name].text for name in CARD_FIGURES]
        lines.append(f"| {row.group} | " + " | ".join(cells) + " |")
        told += [(row.group, row[name]) for name in CARD_FIGURES]
    note = withheld_note(told)
    return "\n".join(lines) + (f"\n\n{note}" if note else "")


def _gaps(report: AuditReport) -> str:
    """As a posterior, never the largest less the smallest figure of the table."""
    found = [gap for gap in report.gaps if gap.section == report.models[0] and gap.level == "ethnic_group"]
    return "\n".join(
        f"- Gap between ethnic groups, {TITLES[gap.estimand].lower()}: {gap.text}; chance that it exceeds "
        f"{gap.tolerance:g}: {gap.probability_text}."
        for gap in found
    )


def _rules(report: AuditReport) -> str:
    words = in_plain_words(report, report.models[0])
    rules = [c for c in report.comparisons if c.model == report.models[0] and c.is_guideline]
    lacking = [cannot_be_evaluated(c.name, c.why_not) for c in rules if c.why_not]
    return "\n".join(f"- {line}" for line in (*words.beside_rules, *lacking)) or "No rule of today is known."


def _list_only(groups: Sequence[str]) -> str:
    if not groups:
        return ""
    return (
        f"For {', '.join(groups)} women no percentage is shown: held-out calibration was outside 0.8 to 1.25. "
        "The model may order a list."
    )


def _not_judged(groups: Mapping[str, str]) -> str:
    told = "; ".join(f"{these_women(group)} ({why})" for group, why in groups.items())
    return (
        f"Nothing could be judged, and no percentage is shown, of: {told}. The model may order a list." if told else ""
    )


def _wording(concept: str) -> str:
    shown = PREDICTORS[concept].wording if concept in PREDICTORS else None
    return shown or concept.replace("_", " ")
