"""Internal-external validation: each site left out in turn, judged by a model fitted on the others, and pooled.

Steyerberg and Harrell, J Clin Epidemiol 2016;69:245-247; Debray et al., Stat Med 2013;32:3158-3180.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from fairness_audits.disclosure import RULES, DisclosureRule
from fairness_audits.figures import TITLES, Figure, figure
from fairness_audits.intervals import Interval
from fairness_audits.policy import AuditPolicy
from models.design import ModelDesign
from models.home import Home
from records.errors import EquipartumError
from training.cohort import OBSERVED, Cohort
from training.validation.cross_fitting import model_fitted_on
from training.validation.effects import SCALES, Effects, back, effects_of
from training.validation.judging import JudgedScorer, Scored, judge, scored_at, table_of
from training.validation.new_births import are_also_in
from training.validation.openings import holdout_of
from training.validation.plan import Plan, analysis
from training.validation.printed import Part, PrintedTable, of_groups, of_one_figure, said_of_disclosure
from training.validation.random_effects import FEWEST_TO_POOL, PooledEffect, pool
from training.validation.standing import Standing, open_holdout

__all__ = ["INTERNAL_EXTERNAL", "OneSite", "SitesValidation", "planned_over_sites", "validate_over_sites"]

INTERNAL_EXTERNAL = "internal-external"
BY_SITE = ("auroc", "observed_to_expected", "calibration_slope", "sensitivity", "flag_rate")
# Sites with fewer events say nothing alone: they are left out together, as one. Project default.
FEWEST_EVENTS = 50
SMALLER_SITES = "smaller sites together"
ALL_SITES = "all sites, each left out"
DECISION = (
    "each site left out in turn (Steyerberg and Harrell, J Clin Epidemiol 2016;69:245-247); AUROC, O:E and slope "
    "pooled over sites with random effects, with a prediction interval"
)


class OneSite(EquipartumError):
    """Births of fewer sites than can be left out in turn."""


@dataclass(frozen=True, kw_only=True)
class SitesValidation:
    """``judged`` are the sites; ``together`` all women, each scored by the model that had not seen her site."""

    title: str
    births: str
    denominator: str
    remarks: tuple[str, ...]
    warnings: tuple[str, ...]
    standing: Standing
    judged: tuple[JudgedScorer, ...]
    together: JudgedScorer
    pooled: Mapping[str, PooledEffect | None]
    is_simulated: bool
    rule: DisclosureRule
    kind: str = INTERNAL_EXTERNAL

    def parts(self) -> tuple[Part, ...]:
        by_group = tuple(
            of_groups(title, name, [self.together])
            for title, name in (("Observed over expected", "observed_to_expected"), ("Sensitivity", "sensitivity"))
            if self.together.groups
        )
        return (
            Part(
                heading="Each site, by a model that had not seen it",
                sentences=(
                    "Each site was left out in turn, a model fitted by the same design on women of the others, and "
                    "judged on it.",
                ),
                tables=(of_one_figure("Sites", "Site left out", self.judged, BY_SITE),),
            ),
            Part(
                heading="Over sites",
                sentences=(
                    "The mean over sites, and where a site not yet seen would lie in 95 of 100 cases (prediction "
                    "interval). A wide prediction interval asks for validation at every new site.",
                ),
                tables=(_of_pooled(self.pooled),),
            ),
            Part(heading="By ethnic group, over all sites", sentences=said_of_disclosure(self.rule), tables=by_group),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "births": self.births,
            "denominator": self.denominator,
            "sites": [one.to_dict() for one in self.judged],
            "together": self.together.to_dict(),
            "pooled": {name: _as_data(name, one) for name, one in self.pooled.items()},
        }


def planned_over_sites(design: ModelDesign, cohort: Cohort, policy: AuditPolicy) -> Plan:
    return analysis(
        kind=INTERNAL_EXTERNAL, design=design, records=cohort.records, policy=policy, decision_rule=DECISION
    )


def validate_over_sites(
    design: ModelDesign,
    cohort: Cohort,
    home: Home,
    policy: AuditPolicy,
    *,
    plan: Plan | None = None,
    by: str = "",
    say: Callable[[str], None] = lambda _: None,
) -> SitesValidation:
    """Raises `OneSite`, or what a fit without one of the sites raises. Registers nothing.

    A woman who gave birth at two sites is fitted on for neither while the other is left out.
    """
    if plan is not None:
        plan.refuse_other(planned_over_sites(design, cohort, policy))
    frame = cohort.frame.filter(pl.col("site").is_not_null())
    site = _sites(frame)
    names = site.unique().sort().to_list()
    if len(names) < 2:
        raise OneSite(
            f"these births tell {len(names)} site apart with {FEWEST_EVENTS} events or more: at least two are needed"
        )
    standing = open_holdout(
        home,
        plan,
        by=by,
        what=f"internal-external validation of {design.registered_name}",
        holdout=holdout_of(data_digest=cohort.records.data_digest, design=design, is_split=False),
        design_digest=design.digest,
    )
    risk, alert = np.empty(frame.height), np.empty(frame.height, dtype=bool)
    judged: list[JudgedScorer] = []
    effects: list[Effects] = []
    for name in names:
        left_out = (site == name).to_numpy()
        part = frame.filter(left_out)
        model = model_fitted_on(design, cohort, frame.filter(~are_also_in(frame, part)))
        scored = scored_at(model.predict(part), model.offer_policy, part)
        risk[left_out], alert[left_out] = scored.risk, scored.alert
        table = table_of(model, cohort, part)
        judged += judge(table, {name: scored}, policy)
        effects.append(_effects(scored, part))
        say(f"left out {name}: {part.height:,} births")
    everyone = Scored(risk=risk, alert=alert)
    (together,) = judge(table_of(model, cohort, frame), {ALL_SITES: everyone}, policy)
    rule = RULES[policy.disclosure]
    return SitesValidation(
        title=design.registered_name,
        births=cohort.records.description,
        denominator=cohort.denominator.told(rule.count),
        remarks=(*_without_site(cohort, frame), *cohort.records.notes, *cohort.records.doubts_told(rule.count)),
        warnings=(),
        standing=standing,
        judged=tuple(judged),
        together=together,
        pooled={name: _pooled(name, effects) for name in SCALES},
        is_simulated=cohort.records.is_simulated,
        rule=rule,
    )


def _sites(frame: pl.DataFrame) -> pl.Series:
    events = pl.col(OBSERVED).fill_null(value=False).sum().over("site")
    return frame.select(
        pl.when(events >= FEWEST_EVENTS).then(pl.col("site")).otherwise(pl.lit(SMALLER_SITES)).alias("site")
    ).to_series()


def _effects(scored: Scored, part: pl.DataFrame) -> Effects:
    known = part[OBSERVED].is_not_null().to_numpy()
    return effects_of(scored.risk[known], part.filter(known)[OBSERVED].cast(pl.Float64).to_numpy())


def _pooled(name: str, effects: Sequence[Effects]) -> PooledEffect | None:
    found: list[tuple[float, float]] = [one.estimates[name] for one in effects if name in one.estimates]
    table: npt.NDArray[np.float64] = np.array(found, dtype=float).reshape(-1, 2)
    return pool(table[:, 0], table[:, 1])


def _without_site(cohort: Cohort, frame: pl.DataFrame) -> tuple[str, ...]:
    if frame.height == cohort.frame.height:
        return ()
    return ("Births whose site is not recorded are in none of these figures.",)


def _told(name: str, interval: Interval) -> Figure:
    return figure(name, Interval(*(back(name, one) for one in (interval.value, interval.low, interval.high))))


def _of_pooled(pooled: Mapping[str, PooledEffect | None]) -> PrintedTable:
    columns = ("Figure", "Sites", "Mean (95 % interval)", "A further site", "Between sites (I²)")
    rows = []
    for name, one in pooled.items():
        if one is None:
            rows.append((TITLES[name], *(f"fewer than {FEWEST_TO_POOL} sites" for _ in columns[1:])))
            continue
        further = _told(name, one.predicted)
        shared = one.heterogeneity.i_squared
        rows.append(
            (
                TITLES[name],
                str(one.sites),
                _told(name, one.mean).text,
                further.text.partition("(")[2].rstrip(")"),
                "–" if shared is None else f"{shared * 100:.0f} %",
            )
        )
    return PrintedTable(caption="Pooled over sites", columns=columns, rows=tuple(rows))


def _as_data(name: str, one: PooledEffect | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "sites": one.sites,
        "mean": _told(name, one.mean).to_dict(),
        "prediction_interval": _told(name, one.predicted).to_dict(),
        "scale": SCALES[name],
        "between_sites_sd": round(one.between, 3),
        "heterogeneity": one.heterogeneity.to_dict(),
    }
