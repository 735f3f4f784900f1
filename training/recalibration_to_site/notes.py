"""What the card, the audit and the terminal say of how a version came about: from which, by what, and how it did."""

from __future__ import annotations

from fairness_audits.disclosure import RULES
from fairness_audits.policy import AuditPolicy
from models.risk_model import RiskModel
from training.recalibration_to_site.comparison import Comparison
from training.recalibration_to_site.versions_made import Made
from training.validation.filed import FiledValidation
from training.validation.judging import JudgedScorer

__all__ = ["notes_on", "of_the_cut"]


def notes_on(
    compared: Comparison,
    made: Made,
    filed: FiledValidation,
    both: tuple[JudgedScorer, ...],
    policy: AuditPolicy,
    looks: str,
) -> tuple[str, ...]:
    """Each count as the policy's disclosure rule prints it."""
    local, version = compared.local, compared.version
    cohort, printed = local.births.cohort, RULES[policy.disclosure].count
    return (
        f"Comes from {version}, run {version.run_id[:8]}, model digest {version.tags.model_digest[:12]}, by the update "
        f"'{compared.sufficient.update}'. {compared.sufficient.sentence} What was done: {made.told}.",
        of_the_cut(local.births.model, made.model),
        f"Rests on validation {filed.validation_id} of that version, SHA-256 {filed.digest}.",
        *compared.harm,
        *compared.doubts,
        _observed_to_expected(both),
        cohort.denominator.told(printed),
        local.split.description,
        looks,
        *local.split.absences(local.births.frame),
        *local.births.remarks,
        *cohort.records.notes,
        *cohort.records.doubts_told(printed),
        *made.diagnosis.remarks,
    )


def of_the_cut(before: RiskModel, now: RiskModel) -> str:
    was, cut, rate = before.offer_policy.threshold, now.offer_policy.threshold, now.design.alert_rate
    if was == cut:
        return f"Offer threshold: a risk of {cut:.4f}, as it was."
    places = f"places for {100 * rate:g} % of these women"
    return f"Offer threshold: a risk of {cut:.4f}, set anew for {places} ({was:.4f} before)."


def _observed_to_expected(both: tuple[JudgedScorer, ...]) -> str:
    told = "; ".join(f"{one.name} {one.everyone['observed_to_expected'].text}" for one in both)
    return f"Observed over expected on births held out: {told}."
