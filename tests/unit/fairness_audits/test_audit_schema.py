"""`audit.json` keeps to the schema that the package ships, whatever was audited, and the schema explains itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.context import AuditContext
from fairness_audits.context_rows import (
    CauseOfEvents,
    CrossFittedGroup,
    FrontierPoint,
    GroupReach,
    GroupSensitivity,
    PredictorMissingness,
)
from fairness_audits.label_bias import with_label_bias
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.under_recording import UnderRecording

SCHEMA: dict[str, Any] = json.loads(
    (resources.files("fairness_audits") / "audit.schema.json").read_text(encoding="utf-8")
)
PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "audit-json.md"
WOMEN = {"found": 60, "missed": 140, "cleared": 1700, "false_alarms": 100}
GROUPS: dict[str, dict[str, Any]] = {
    "White": WOMEN,
    "Black": {**WOMEN, "found": 20, "missed": 180, "missing": 90},
    "Not known": {"found": 2, "missed": 5, "cleared": 90},
}


def _kept_to(plain: str) -> None:
    errors = jsonschema.Draft202012Validator(SCHEMA).iter_errors(json.loads(plain))
    assert [f"{list(error.absolute_path)}: {error.message[:200]}" for error in errors] == []


def _properties(part: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(part, dict):
        yield from part.get("properties", {}).items()
        for inner in part.values():
            yield from _properties(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _properties(inner)


def _objects(part: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, dict):
        if "properties" in part and "type" in part:
            yield part
        for inner in part.values():
            yield from _objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _objects(inner)


def test_the_schema_is_one_and_explains_every_property() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert [name for name, said in _properties(SCHEMA) if len(said.get("description", "")) < 5] == []
    assert [part for part in _objects(SCHEMA) if part["additionalProperties"] is not False] == []


def test_every_top_level_key_is_explained_in_the_reference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [key for key in SCHEMA["properties"] if f"| `{key}` |" not in page] == []


def test_what_the_schema_does_not_know_is_refused(audited) -> None:
    plain = audited(GROUPS).to_dict() | {"more": 1}
    with pytest.raises(jsonschema.ValidationError, match="more"):
        jsonschema.validate(json.loads(json.dumps(plain, default=str)), SCHEMA)


@pytest.mark.parametrize("disclosure", ["none", "msds", "mhsds"])
def test_an_audit_under_each_rule(audited, disclosure: str) -> None:
    _kept_to(audited(GROUPS, replace(DEFAULT_POLICY, disclosure=disclosure)).to_json())


def test_weighted_rows_sites_and_several_scorers(table) -> None:
    frame = table(GROUPS).with_columns(weight=pl.lit(1.5), woman_id=pl.col("pregnancy_id"), site=pl.lit("a"))
    halves = frame.with_columns(site=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("a")).otherwise(pl.lit("b")))
    other = halves.with_columns(outcome=pl.lit("haemorrhage"))
    rule = halves.with_columns(scored_by=pl.lit("guideline:nice_ng3@2020"), risk=pl.lit(None, dtype=pl.Float64))
    _kept_to(audit(pl.concat([halves, other, rule], how="diagonal"), DEFAULT_POLICY).to_json())


def test_a_rule_without_risks_and_one_small_group(table, audited) -> None:
    frame = table(GROUPS).with_columns(risk=pl.lit(None, dtype=pl.Float64), scored_by=pl.lit("guideline:own"))
    _kept_to(audit(frame, DEFAULT_POLICY).to_json())
    _kept_to(audited({"White": {"cleared": 12}}).to_json())


def test_with_a_context_an_acceptance_and_a_previous_audit(audited) -> None:
    context = AuditContext(
        outcome="preterm_birth",
        prediction_point="booking",
        reach=(GroupReach(group="White", gave_birth=2500, scored_in_time=2000),),
        causes=tuple(
            CauseOfEvents(cause=cause, group=group, events=100, found=30)
            for cause in ("spontaneous", "provider-initiated")
            for group in ("White", "Black")
        ),
        cross_fitted=(
            CrossFittedGroup(
                group="Everyone", folds=5, women=4000, ascertained=4000, events=400, found=100, expected=380.0
            ),
            CrossFittedGroup(
                group="White",
                folds=5,
                women=4000,
                ascertained=4000,
                events=400,
                found=100,
                expected=380.0,
                auroc=0.6,
                event_spread=0.08,
                other_spread=0.08,
            ),
        ),
        missingness=(PredictorMissingness(group="White", predictor="parity", pregnancies=2000, missing=40),),
        frontier=(
            FrontierPoint(
                label="row 0",
                tolerance=None,
                sensitivity=(GroupSensitivity(group="White", events=200, found=60),),
                worst_group="Black",
                feasible=True,
                chosen=True,
            ),
        ),
    )
    before = audited(GROUPS)
    _kept_to(audited(GROUPS, context=context, previous=json.loads(before.to_json())).to_json())


def test_with_the_label_bias_bench(audited) -> None:
    slide = UnderRecording(group="Black", lowest=0.0, highest=0.5)
    _kept_to(with_label_bias(audited(GROUPS), slide).to_json())
