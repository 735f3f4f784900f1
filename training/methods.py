"""`methods`: the ways a model may treat ethnicity, fitted and counted on one split, as a dossier to decide from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fairness_audits.context import AuditContext
from fairness_audits.disclosure import RULES
from fairness_audits.ethnicity_dossier import Dossier, dossier, write_dossier
from fairness_audits.ethnicity_dossier.dossier import Capacity
from fairness_audits.ethnicity_dossier.figures import OptionFigures
from fairness_audits.levels import EVERYONE
from fairness_audits.policy import DEFAULT_POLICY, AuditPolicy
from models.design import ImpossibleDesign
from models.home import Home, Settings
from models.site_rules import NO_SITE_RULES, SiteRules
from records.records import Records
from training.cohort import Cohort
from training.design_choice import RetrainRequest
from training.ethnicity_options import ethnicity_options
from training.fitting import fit
from training.judged import notes_on
from training.prepared import prepare
from training.registry import Registry, Run
from training.split import Split

__all__ = ["DOSSIERS", "Compared", "compare_methods"]

Say = Callable[[str], None]

#: The folder of the home that dossiers are kept in.
DOSSIERS = "dossiers"
DOSSIER_ARTIFACT = "dossier"
# Multiples of the site's capacity at which every option is counted too.
CAPACITY_MULTIPLES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
WIDEST_CAPACITY = 0.95


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The dossier, its folder, and the run whose child runs are the options."""

    dossier: Dossier
    folder: Path
    run_id: str


def compare_methods(
    request: RetrainRequest,
    records: Records,
    home: Home,
    settings: Settings,
    *,
    births_per_week: float,
    more_places: float,
    policy: AuditPolicy = DEFAULT_POLICY,
    site_rules: SiteRules = NO_SITE_RULES,
    say: Say = lambda _: None,
) -> Compared:
    """Registers no version: a dossier is decided from, by a person, and a retrain follows the decision.

    Raises `ImpossibleDesign` where nobody's ethnicity is recorded, and what a retrain raises before it fits.
    """
    ready = prepare(request, records, site_rules=site_rules, say=say)
    cohort, design = ready.cohort, ready.design
    if not cohort.has_ethnicity:
        raise ImpossibleDesign(
            f"these records hold no woman's ethnic group: there is nothing to compare for {request.outcome}"
        )
    capacity = Capacity(alert_rate=design.alert_rate, births_per_week=births_per_week, more_places=more_places)
    registry = Registry(home, settings)
    with registry.run(f"methods {design.registered_name}") as run:
        fitted = fit(design, cohort, ready.training)
        say(f"fitted {fitted.classifier.constraint}; chosen: {fitted.classifier.chosen_}")
        looks = ready.opened(home, f"methods of {design.registered_name}", design)
        say(looks)
        rates = _capacities(capacity)
        options = ethnicity_options(design, cohort, fitted, ready.training, ready.holdout, capacities=rates, say=say)
        context = AuditContext(
            outcome=design.outcome,
            prediction_point=design.prediction_point,
            source=design.source,
            data_description=records.description,
            outcome_definition=str(cohort.definition),
            group_scheme=fitted.model.intended_population.group_scheme,
            is_simulated=records.is_simulated,
            notes=notes_on(ready, policy, looks, ()),
            ethnicity_options=options,
            rules=tuple(one.description for one in cohort.rules),
        )
        now = datetime.now(UTC)
        made = dossier(
            context,
            dossier_id=f"{now:%Y%m%dT%H%M%S%f}-{run.run_id[:8]}",
            made_on=now.date().isoformat(),
            data_digest=records.data_digest,
            design=design.to_dict(),
            design_digest=design.digest,
            split=ready.split.description,
            disclosure=RULES[policy.disclosure],
            capacity=capacity,
        )
        folder = write_dossier(made, _folder(home, cohort, made))
        _log(registry, run, made, ready.split)
        run.log_files(folder, DOSSIER_ARTIFACT)
    return Compared(dossier=made, folder=folder, run_id=run.run_id)


def _folder(home: Home, cohort: Cohort, made: Dossier) -> Path:
    return home.root / DOSSIERS / cohort.outcome.name / cohort.prediction_point.name / made.dossier_id


def _capacities(capacity: Capacity) -> tuple[float, ...]:
    """Least first; today's and the raised one are always among them."""
    rates = {capacity.alert_rate * multiple for multiple in CAPACITY_MULTIPLES}
    kept = {rate for rate in rates if rate < WIDEST_CAPACITY} | {capacity.alert_rate, capacity.raised_rate}
    return tuple(sorted(kept))


def _log(registry: Registry, run: Run, made: Dossier, split: Split) -> None:
    """One child run an option: printed figures alone."""
    run.log_parameters(
        {
            "outcome": made.outcome,
            "prediction_point": made.prediction_point,
            "design_digest": made.design_digest,
            "data_digest": made.data_digest,
            "dossier_id": made.dossier_id,
            "dossier_digest": made.digest,
            "split": split.kind,
        }
    )
    for option in made.options:
        with registry.run(option.name, parent=run) as child:
            child.log_parameters({"option": option.name, "uses_ethnicity": option.uses_ethnicity})
            child.log_metrics(_metrics(option))


def _metrics(option: OptionFigures) -> dict[str, float]:
    """Named as an audit's metrics are, ``sensitivity.Black``; figures that may not be printed are left out."""
    told = {"auroc": option.auroc.value, "level_up_flags_per_1000": option.level_up_flags_per_1000}
    for row in option.rows:
        group = "" if row.group == EVERYONE else f".{row.group}"
        told[f"observed_to_expected{group}"] = row.observed_to_expected.value
        for way, suffix in zip(row.ways, ("", "_with_level_up"), strict=False):
            told[f"sensitivity{suffix}{group}"] = way.sensitivity.value
            told[f"flag_rate{suffix}{group}"] = way.flag_rate.value
    return {name: value for name, value in told.items() if value is not None}
