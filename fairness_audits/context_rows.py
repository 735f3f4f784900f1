"""The rows of an `AuditContext`: aggregates of one kind each, with exact counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "CapacityGroup",
    "CapacityPoint",
    "CauseOfEvents",
    "CertificateRow",
    "CrossFittedGroup",
    "EthnicityOption",
    "FrontierPoint",
    "GroupAgainstRowZero",
    "GroupAgainstVersion",
    "GroupHeld",
    "GroupNotScored",
    "GroupProxy",
    "GroupReach",
    "GroupSensitivity",
    "GroupStep",
    "MissingFacts",
    "OptionGroup",
    "PredictorMissingness",
]


@dataclass(frozen=True, kw_only=True)
class GroupReach:
    """Of the women of ``group`` who gave birth in the period, how many had been scored in time to act.

    ``not_known`` counts further women, of whom the records do not say when they booked.
    """

    group: str
    gave_birth: int
    scored_in_time: int
    not_known: int = 0


@dataclass(frozen=True, kw_only=True)
class GroupNotScored:
    """Pregnancies of ``group`` in the records: ``scored`` are those a risk could be asked of at the point, ``reasons``
    count the others by why none could."""

    group: str
    scored: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class GroupStep:
    """One step from an offer to what it is for: 'offered', 'accepted' or 'received'.

    Of the ``women`` of ``group`` who had come so far it is ``recorded`` of so many whether they took the step, and
    ``yes`` took it. What is not recorded is not 'no'.
    """

    group: str
    step: str
    women: int
    recorded: int
    yes: int


@dataclass(frozen=True, kw_only=True)
class PredictorMissingness:
    """Pregnancies of ``group`` for which a predictor was not recorded by the prediction point."""

    group: str
    predictor: str
    pregnancies: int
    missing: int


@dataclass(frozen=True, kw_only=True)
class GroupProxy:
    """How well the predictors tell ``group`` from everyone else: AUROC out of fold, 0.5 is not at all.

    ``women`` of the group and ``others`` were told apart; without them the AUROC has no interval.
    """

    group: str
    auroc: float
    women: int | None = None
    others: int | None = None


@dataclass(frozen=True, kw_only=True)
class GroupAgainstRowZero:
    """Women of ``group`` with the outcome found by the unconstrained fit (row 0) and by the chosen model, same women.

    ``gained`` and ``lost`` are the discordant women: found by the chosen model only, by row 0 only. Net benefit is per
    pregnancy at the operating threshold.
    """

    group: str
    events: int
    found_by_row_zero: int
    found_by_chosen: int
    gained: int | None = None
    lost: int | None = None
    net_benefit_row_zero: float | None = None
    net_benefit_chosen: float | None = None


@dataclass(frozen=True, kw_only=True)
class GroupAgainstVersion:
    """Whether the risks told to women of ``group`` became worse than those of the version it was made from.

    ``state`` is that of a finding: 'finding' where they surely did, on the same women and allowing for how many groups
    there are. ``moved`` is the change of the mean risk told, as a share of it; ``is_of_ratio`` whether O:E is further
    from 1, or else the log loss is higher.
    """

    group: str
    events: int
    state: str
    moved: float
    is_of_ratio: bool


@dataclass(frozen=True, kw_only=True)
class GroupSensitivity:
    """Events of ``group`` and how many a frontier point found."""

    group: str
    events: int
    found: int


@dataclass(frozen=True, kw_only=True)
class GroupHeld:
    """What a constraint holds of ``group`` beside sensitivity, at a frontier point.

    ``estimand`` 'false_positive_rate': ``births`` without the outcome, ``flagged`` of them. 'log_loss': ``mean`` in
    nats over ``births``, None where there are none.
    """

    group: str
    estimand: str
    births: int
    flagged: int | None = None
    mean: float | None = None


@dataclass(frozen=True, kw_only=True)
class FrontierPoint:
    """One fit along the list of tolerances; row 0 (``tolerance`` None) is the unconstrained fit and always first.

    ``held`` is empty where the constraint holds sensitivity alone. A ``tolerance`` of log-loss is in nats, any other a
    share of women.
    """

    label: str
    tolerance: float | None
    sensitivity: tuple[GroupSensitivity, ...] = ()
    held: tuple[GroupHeld, ...] = ()
    worst_group: str | None = None
    largest_loss: float | None = None
    level_up_flags_per_1000: float | None = None
    positive_predictive_value: float | None = None
    net_benefit: float | None = None
    auroc: float | None = None
    brier: float | None = None
    worst_observed_to_expected: float | None = None
    feasible: bool = True
    chosen: bool = False
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class CertificateRow:
    """What the untouched third part says of ``group``; ``status`` is met, violated or undetermined."""

    group: str
    events: int
    found: int
    probability_below_floor: float | None
    probability_below_row_zero: float | None
    status: str
    events_needed: int | None = None


@dataclass(frozen=True, kw_only=True)
class CauseOfEvents:
    """Held-out women of ``group`` in whom the outcome came about by ``cause``, and how many of them were flagged."""

    cause: str
    group: str
    events: int
    found: int


@dataclass(frozen=True, kw_only=True)
class CrossFittedGroup:
    """Training births of ``group`` (`Everyone` first), each judged by a model of the other folds; cut by fold.

    ``expected`` is the sum of the risks of women whose outcome is known. ``auroc`` is taken within folds;
    ``event_spread`` and ``other_spread`` are the variances of placement values of women with the outcome and without,
    None where no fold has two of each. The designs say by what limits' variances grow because folds differ.
    """

    group: str
    folds: int
    women: int
    ascertained: int
    events: int
    found: int
    expected: float
    sensitivity_design: float = 1.0
    ratio_design: float = 1.0
    auroc: float | None = None
    event_spread: float | None = None
    other_spread: float | None = None
    auroc_design: float = 1.0


@dataclass(frozen=True, kw_only=True)
class MissingFacts:
    """Held-out women of ``group`` for whom so many of the model's facts were not recorded (``pattern``).

    ``found`` are events flagged at the offer threshold; ``expected`` the sum of risks of women whose outcome is known.
    """

    pattern: str
    group: str
    women: int
    ascertained: int
    events: int
    found: int
    expected: float


@dataclass(frozen=True, kw_only=True)
class OptionGroup:
    """Women of ``group`` under one way of treating ethnicity, on the births held out.

    ``gained`` and ``lost`` are events found by this option only, and by row 0 only; ``mean_risk`` is of women whose
    outcome is known, None for a rule. Figures ``with_level_up`` and ``with_band`` are those of such cuts on the same
    risks; None for a rule, in an older context, or where a band would have harmed a group.
    """

    group: str
    women: int
    flagged: int
    ascertained: int
    events: int
    found: int
    found_by_row_zero: int
    gained: int
    lost: int
    found_with_level_up: int | None = None
    mean_risk: float | None = None
    flagged_with_level_up: int | None = None
    gained_with_level_up: int | None = None
    lost_with_level_up: int | None = None
    found_with_band: int | None = None
    flagged_with_band: int | None = None
    gained_with_band: int | None = None
    lost_with_band: int | None = None


@dataclass(frozen=True, kw_only=True)
class CapacityGroup:
    """Women of ``group`` flagged, and events found, at one capacity."""

    group: str
    women: int
    flagged: int
    events: int
    found: int


@dataclass(frozen=True, kw_only=True)
class CapacityPoint:
    """What one option does at another capacity: ``alert_rate`` is the share of women there would be places for."""

    alert_rate: float
    groups: tuple[CapacityGroup, ...]


@dataclass(frozen=True, kw_only=True)
class EthnicityOption:
    """One way of treating ethnicity: an option of `models.ethnicity_decision`, or today's rule by its name.

    ``level_up_flags_per_1000`` is what level-up cuts on top of it would add. A rule whose facts are not held is not
    evaluated. ``band_refused`` is why no band was cut. ``curve`` is there where capacities were asked for, least first.
    """

    name: str
    uses_ethnicity: bool
    groups: tuple[OptionGroup, ...] = ()
    level_up_flags_per_1000: float | None = None
    auroc: float | None = None
    is_evaluated: bool = True
    band_refused: str = ""
    curve: tuple[CapacityPoint, ...] = ()
