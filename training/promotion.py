"""Making a version champion: not of an installation whose women it was not made for, nor without its validation."""

from __future__ import annotations

import json

from fairness_audits.levels import EVERYONE
from fairness_audits.wording import these_women
from models.home import Home, Settings
from models.lineage import Lineage
from models.risk_model import RiskModel
from training.batch_scoring import load_version
from training.registry import Registry
from training.validation.filed import digest_of_file
from training.validation.files import VALIDATION_FILE
from training.version import BlockedRelease, Version

__all__ = ["not_judged_in_words", "promote"]


def promote(registry: Registry, version: Version, home: Home, settings: Settings) -> Version:
    """`BlockedRelease` says what stands against it: its audit, the site of this installation, or its validation."""
    population = load_version(registry, version).intended_population
    if (elsewhere := population.why_not_for(settings.site)) is not None:
        raise BlockedRelease(f"{version}: {elsewhere}")
    if version.lineage is not None:
        _refuse_without_validation(version, version.lineage, home)
    return registry.promote(version)


def not_judged_in_words(model: RiskModel) -> tuple[str, ...]:
    """For whoever promotes a version: of whom its audit could judge nothing, why, and what the service then does."""
    told = model.not_judged
    if EVERYONE in told:
        return (
            f"Nothing could be judged of anyone: {told[EVERYONE]}. All women are placed in a list, without a "
            "percentage.",
        )
    return tuple(
        f"Nothing could be judged of {these_women(group)}: {why}. They are placed in a list, without a percentage."
        for group, why in told.items()
    )


def _refuse_without_validation(version: Version, lineage: Lineage, home: Home) -> None:
    file = home.validation_folder(version.outcome, version.prediction_point, lineage.validation) / VALIDATION_FILE
    if not file.is_file():
        raise BlockedRelease(
            f"{version} rests on validation {lineage.validation}, which is not in this home: recalibrate here, on "
            "births of this site"
        )
    validated = json.loads(file.read_bytes()).get("model_digest")
    if digest_of_file(file) != lineage.validation_digest or validated != lineage.parent_digest:
        raise BlockedRelease(
            f"{version}: validation {lineage.validation} was altered since, or is of another version: recalibrate again"
        )
