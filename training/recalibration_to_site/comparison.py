"""The first step: the version validated on the births to learn from, under each update, and which one is enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from fairness_audits.policy import AuditPolicy
from models.home import Home
from models.risk_model import RiskModel
from models.site_rules import NO_SITE_RULES, SiteRules
from records.one_site import births_of_site
from records.records import Records
from training.recalibration_to_site.local_births import (
    LocalBirths,
    refuse_groups_read,
    refuse_same_files,
    without_seen_births,
)
from training.validation.external import validate_elsewhere
from training.validation.external_report import ExternalValidation
from training.validation.new_births import births_for
from training.validation.recalibration import UnusableRecalibration
from training.validation.sufficient_update import SufficientUpdate
from training.version import Version

__all__ = ["Comparison", "compare", "compare_here"]

Say = Callable[[str], None]

ON_ONE_PART = (
    "These births are one part of those of the site. The other part is held out: the version that is registered under "
    "the sufficient update is judged and audited there."
)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """``sufficient`` is the least update that is enough by ``validation``, which is of the births to learn from."""

    version: Version
    local: LocalBirths
    validation: ExternalValidation
    sufficient: SufficientUpdate

    @property
    def harm(self) -> tuple[str, ...]:
        """Whom an update that was called for would have harmed, and of whom it cannot be told, on the births to learn
        from."""
        return self.validation.harm

    @property
    def doubts(self) -> tuple[str, ...]:
        """That the version orders these women at all may be more than so few births can show."""
        slope = self.validation.judged[0].everyone["calibration_slope"]
        if slope.low is not None and slope.low > 0:
            return ()
        return (
            f"The calibration slope of the version here, {slope.text}, is not surely above zero: whether it orders "
            "these women at all cannot be told from these births.",
        )


def compare_here(
    version: Version,
    model: RiskModel,
    records: Records,
    home: Home,
    policy: AuditPolicy,
    *,
    site: str = "",
    site_rules: SiteRules = NO_SITE_RULES,
    say: Say = lambda _: None,
) -> Comparison:
    """Looks at the outcomes of the births to learn from, and of no other; nothing is written but the look itself.

    Raises `SeenBirths`, `GroupsRead`, `TooFewEvents`, `UnknownSite`, `UnavailableOutcome`, and
    `UnusableRecalibration` where the slope is not above zero: the version does not order these women.
    """
    refuse_groups_read(model)
    here = births_of_site(records, site) if site else records
    refuse_same_files(version, records, here)
    births = without_seen_births(version, births_for(model, here, site_rules=site_rules), home, policy)
    for remark in births.remarks:
        say(remark)
    return compare(version, LocalBirths.of(births, site=site), home, policy, say=say)


def compare(
    version: Version, local: LocalBirths, home: Home, policy: AuditPolicy, *, say: Say = lambda _: None
) -> Comparison:
    say(
        f"{local.learning.frame.height:,} births to learn from, {local.held_out.frame.height:,} held out "
        f"({local.split.description})"
    )
    validated = validate_elsewhere(local.learning, home, policy, title=str(version), say=say)
    validation = replace(validated, what_follows=ON_ONE_PART)
    return Comparison(version=version, local=local, validation=validation, sufficient=_sufficient(validation))


def _sufficient(validation: ExternalValidation) -> SufficientUpdate:
    if validation.sufficient is None:
        raise UnusableRecalibration(
            f"no recalibration makes this version right here: {validation.why_not}. Retrain on these births instead"
        )
    return validation.sufficient
