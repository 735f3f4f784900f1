"""Risks for every pregnancy of a source, as a predictions table, by the champions or by named runs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from models.home import Home
from models.model_files import load_risk_model
from models.nesting import around
from models.release import CHAMPION, MODEL_ARTIFACT
from models.risk_model import RiskModel, label_of
from models.site_rules import NO_SITE_RULES, SiteRules
from records.records import Records
from training.cohort import Cohort, UnavailableOutcome, assemble
from training.holdout import predict_holdout
from training.registry import Registry, UnknownVersion
from training.validation.openings import holdout_of
from training.validation.standing import open_holdout
from training.version import Version

__all__ = ["lies_within", "load_version", "note_look", "score_records"]


def score_records(
    registry: Registry,
    records: Records,
    *,
    run_ids: Sequence[str],
    say: Callable[[str], None],
    site_rules: SiteRules = NO_SITE_RULES,
) -> pl.DataFrame:
    """One row a pregnancy and scorer, by the definition of the outcome that each model is of.

    Where the records cannot answer it nothing is observed, and that is said; where they cannot say either whom it is
    asked of, the model is left out. Raises `UnknownVersion` where there is no champion and no run is named.
    """
    versions = [registry.by_run(run_id) for run_id in run_ids] or [
        v for v in registry.versions() if CHAMPION in v.aliases
    ]
    if not versions:
        raise UnknownVersion("no version is champion: name a run with --run, or run 'equipartum promote' first")
    scored = []
    for version in versions:
        try:
            outer = [one for one in versions if lies_within(version, one)]
            scored.append(_score(registry, version, records, site_rules, outer, say))
            say(f"{version}: {scored[-1].height:,} rows")
            if records.data_digest in version.made_from:
                say(f"warning: {version.name} was fitted on births of these files, so an audit of them flatters it")
        except UnavailableOutcome as refusal:
            say(f"left out: {refusal}")
    if not scored:
        raise UnavailableOutcome("these files do not say of whom any of the chosen models can be asked")
    return pl.concat(scored)


def note_look(home: Home, registry: Registry, records: Records, scored: pl.DataFrame) -> None:
    """A table with outcomes is a look at them, in the home's ledger, whoever audits it."""
    for version in registry.versions():
        model = scored.filter(model_version=label_of(version.tags.model_digest), outcome=version.outcome)
        if model["observed"].null_count() < model.height:
            design = load_version(registry, version).design
            name = holdout_of(data_digest=records.data_digest, design=design, is_split=False)
            what = f"score of {version.name}"
            open_holdout(home, None, by="", what=what, holdout=name, design_digest=design.digest)


def lies_within(version: Version, outer: Version) -> bool:
    """Whether the outcome of ``version`` lies within that of ``outer``, at the same point."""
    return outer.outcome in around(version.outcome) and outer.prediction_point == version.prediction_point


def _score(
    registry: Registry,
    version: Version,
    records: Records,
    site_rules: SiteRules,
    outer: Sequence[Version],
    say: Callable[[str], None],
) -> pl.DataFrame:
    """``outer`` bound the risk, as they do where the service tells it."""
    model = load_version(registry, version)
    cohort = assemble(
        version.outcome,
        version.prediction_point,
        records,
        by_definition=model.design.definition,
        must_be_observed=False,
        site_rules=site_rules,
    )
    if not cohort.can_be_observed:
        say(f"{version}: these files do not hold '{cohort.definition}', so no outcome is observed, of anyone")
    around_it = [load_version(registry, one) for one in outer]
    bounds = [one.predict(_with_all_inputs(one, cohort)) for one in around_it]
    women = _with_all_inputs(model, cohort)
    return predict_holdout(model, cohort, women, model_version=model.label, bounds=bounds)


def _with_all_inputs(model: RiskModel, cohort: Cohort) -> pl.DataFrame:
    """Facts that this file lacks and the model would use are unknown of everyone."""
    absent = [name for name in model.encoding.concepts if name not in cohort.frame.columns]
    return cohort.frame.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in absent)


def load_version(registry: Registry, version: Version) -> RiskModel:
    """The registered model, checked by its digest and self-test."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = registry.download(version, MODEL_ARTIFACT, Path(scratch))
        return load_risk_model(folder / "data")
