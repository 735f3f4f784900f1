"""FA015: are these the women that the model was made for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fairness_audits.checks.answers import answer
from fairness_audits.context import AuditContext
from fairness_audits.evidence import Evidence
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.wording import point_name
from records.predictions import NOT_GIVEN

__all__ = ["IntendedPopulation"]


@dataclass(frozen=True, kw_only=True)
class IntendedPopulation:
    """Fires where coding of ethnicity, prediction point, definition, site, or what is simulated differs."""

    code: str = "FA015"
    title: str = "The women the model was made for"
    next_step: str = "Validate the model on these women before it is used for them, and say on paper that it may be."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        context = evidence.context or _of_the_same_model(evidence)
        if context is None:
            return (answer(self, evidence, NOT_APPLICABLE, "Whom the model was made for was not given."),)
        if differs := list(_differences(context, evidence)):
            return (answer(self, evidence, FINDING, f"{' '.join(differs)} {_made_for(context)}".strip()),)
        told = [NOT_GIVEN not in pair and "" not in pair for pair in _pairs(context, evidence)]
        if not all(told):
            sentence = "Some of what says whom the model was made for was not given with the model or the predictions."
            gather = "Give the coding of ethnicity and the outcome's definition with the predictions, and audit again."
            return (answer(self, evidence, CANNOT_TELL, sentence, gather=gather),)
        sentence = f"Coding of ethnicity, prediction point and definition are those of the model. {_made_for(context)}"
        return (answer(self, evidence, PASSED, sentence.strip()),)


def _of_the_same_model(evidence: Evidence) -> AuditContext | None:
    """A context of this version, about another prediction point."""
    section = evidence.section
    return next(
        (
            context
            for context in evidence.contexts
            if context.outcome == section.outcome
            and context.model_version
            and context.model_version == section.model_version
        ),
        None,
    )


def _pairs(context: AuditContext, evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """What the model was made for beside what was audited: coding of ethnicity, and definition of the outcome."""
    return (
        (context.group_scheme, evidence.group_scheme),
        (context.outcome_definition, evidence.section.outcome_definition),
    )


def _differences(context: AuditContext, evidence: Evidence) -> Iterator[str]:
    section = evidence.section
    if context.prediction_point != section.prediction_point:
        yield (
            f"The model was made to be used {point_name(context.prediction_point)}, and these women were scored "
            f"{point_name(section.prediction_point)}."
        )
    for (made_for, audited), what in zip(
        _pairs(context, evidence), ("Ethnicity is coded", "The outcome is defined"), strict=True
    ):
        if made_for != audited and NOT_GIVEN not in (made_for, audited) and "" not in (made_for, audited):
            yield f"{what} as {made_for} where the model was made, and as {audited} here."
    if context.intended_sites and (elsewhere := len(evidence.sites - set(context.intended_sites))):
        # How many, and not which: an audit names no site.
        yield (
            f"Of the {len(evidence.sites)} sites of these births, {elsewhere} are not among those the model was made "
            "for or validated at since."
            if len(evidence.sites) > 1
            else "The site of these births is not among those the model was made for or validated at since."
        )
    if context.is_simulated is not None and context.is_simulated != bool(evidence.simulated_rows):
        made_on, these = ("simulated", "real") if context.is_simulated else ("real", "simulated")
        yield f"The model was made on {made_on} births, and these are {these}."


def _made_for(context: AuditContext) -> str:
    return f"Made for: {context.intended_population}." if context.intended_population else ""
