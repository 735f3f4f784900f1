"""One model's sensitivity, observed over expected and gap are the same to the last printed digit wherever they stand.

The woman who reads the report, the registry's metrics, the model card, the service's own catalogue, and an audit of
what the service told the very same women must never be left to wonder which number is right.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.policy import read_policy
from fairness_audits.report import AuditReport
from models.home import Home
from records.sources.registry import source
from serving.database.export import logged_predictions
from tests.acceptance.asking import asked_about
from tests.acceptance.conftest import CHAMPIONS
from training.cohort import Cohort, assemble
from training.registry import Registry
from training.split import hold_out
from training.version import Version

FIGURES = ("sensitivity", "observed_to_expected")
TABLE_OF_THE_PAGE = {
    "sensitivity": "Of women who had the outcome, how many had been flagged",
    "observed_to_expected": "Women who had the outcome, for each one expected",
}


@pytest.fixture(scope="module", params=CHAMPIONS)
def outcome(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def version(champion_home: Home, outcome: str) -> Version:
    return Registry(champion_home, champion_home.settings()).version(outcome, "booking", 1)


@pytest.fixture(scope="module")
def audited(champion_home: Home, version: Version) -> dict[str, Any]:
    """`audit.json` of the retrain."""
    folder = champion_home.audit_folder(version.outcome, "booking", version.tags.audit_id)
    found: dict[str, Any] = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def printed(audited: dict[str, Any]) -> dict[tuple[str, str], str]:
    """(figure, group) -> text, as `audit.json` has them: what everything else is compared with."""
    return {
        (name, row["group"]): row["figures"][name]["text"]
        for row in audited["figures"]
        if row["primary"] and row["scored_by"] == "model" and row["level"] in ("everyone", "ethnic_group")
        for name in FIGURES
    }


@pytest.fixture(scope="module")
def gap(audited: dict[str, Any]) -> dict[str, Any]:
    (found,) = (
        gap
        for gap in audited["gaps"]
        if (gap["scored_by"], gap["level"], gap["estimand"]) == ("model", "ethnic_group", "sensitivity")
    )
    return found


@pytest.fixture(scope="module")
def cohort(english_births: Path, outcome: str) -> Cohort:
    return assemble(outcome, "booking", source("simulated").scan([english_births]))


@pytest.fixture(scope="module")
def answered(champion_home: Home, cohort: Cohort) -> tuple[dict[str, Any], pl.DataFrame]:
    """GET /v1/models, and the predictions table of the service's log after every held-out woman was asked about."""
    women = hold_out(cohort.frame, fraction=0.30, seed=0).holdout(cohort.frame)
    catalogue = asked_about(champion_home, cohort.outcome.name, women, cohort.predictors)
    observed = women.select("pregnancy_id", pl.lit(cohort.outcome.name).alias("outcome"), "observed")
    return catalogue, logged_predictions(champion_home, champion_home.settings(), observed).filter(
        pl.col("outcome") == cohort.outcome.name
    )


@pytest.fixture(scope="module")
def live(answered: tuple[dict[str, Any], pl.DataFrame], advisory_policy: Path) -> AuditReport:
    return audit(answered[1], read_policy(advisory_policy))


def test_there_are_figures_of_several_groups(
    outcome: str, printed: dict[tuple[str, str], str], gap: dict[str, Any]
) -> None:
    assert gap["expected"] is not None or outcome != "gestational_diabetes"
    assert {"Everyone", "White", "Asian", "Black"} <= {group for _, group in printed}
    assert all(re.match(r"\d", printed[name, "White"]) for name in FIGURES)


def test_the_registrys_metrics(
    champion_home: Home, version: Version, audited: dict[str, Any], gap: dict[str, Any]
) -> None:
    metrics = Registry(champion_home, champion_home.settings()).metrics(version)
    rows = [r for r in audited["figures"] if r["primary"] and r["scored_by"] == "model"]
    for name in FIGURES:
        expected = {
            name if row["level"] == "everyone" else f"{name}.{row['group']}": row["figures"][name]["value"]
            for row in rows
            if row["level"] in ("everyone", "ethnic_group") and row["figures"][name]["value"] is not None
        }
        assert {k: v for k, v in metrics.items() if k.split(".")[0] == name} == expected
    # What cannot be told is no metric, and never a zero.
    assert metrics.get("gap.sensitivity") == gap["expected"]


def test_the_report(
    champion_home: Home, version: Version, printed: dict[tuple[str, str], str], gap: dict[str, Any]
) -> None:
    folder = champion_home.audit_folder(version.outcome, "booking", version.tags.audit_id)
    page = (folder / "report.html").read_text(encoding="utf-8")
    for name in FIGURES:
        table = _table(page, TABLE_OF_THE_PAGE[name])
        assert set(table) == {group for _, group in printed}
        for group, cells in table.items():
            assert printed[name, group] in cells, (name, group)
    assert gap["expected"] is None or gap["text"] in html.unescape(page)


def _table(page: str, caption: str) -> dict[str, list[str]]:
    """Row header -> cell texts of the table whose caption begins so."""
    start = page.index(f"<caption>{caption}")
    body = page[start : page.index("</table>", start)]
    rows = {}
    for row in re.findall(r"<tr[ >].*?</tr>", body, re.DOTALL):
        head = re.search(r'<th scope="row"[^>]*>(.*?)</th>', row, re.DOTALL)
        if head:
            cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
            rows[html.unescape(head[1]).strip()] = [html.unescape(cell).strip() for cell in cells]
    return rows


def test_the_model_card(
    champion_home: Home,
    version: Version,
    printed: dict[tuple[str, str], str],
    gap: dict[str, Any],
    tmp_path: Path,
) -> None:
    registry = Registry(champion_home, champion_home.settings())
    card = registry.download(version, "model_card.md", tmp_path).read_text(encoding="utf-8")
    rows = {cells[1]: cells for line in card.splitlines() if len(cells := [c.strip() for c in line.split("|")]) > 3}
    for (name, group), text in printed.items():
        assert text in rows[group], (name, group)
    assert gap["text"] in card


def test_the_services_catalogue(
    answered: tuple[dict[str, Any], pl.DataFrame],
    version: Version,
    printed: dict[tuple[str, str], str],
    gap: dict[str, Any],
) -> None:
    (model,) = (model for model in answered[0]["models"] if model["outcome"] == version.outcome)
    assert {(name, row["group"]): row[name]["text"] for row in model["figures"] for name in FIGURES} == printed
    (shown,) = (g for g in model["gaps"] if g["estimand"] == "sensitivity")
    assert (shown["text"], shown["expected"]) == (gap["text"], gap["expected"])


def test_the_audit_of_what_the_service_answered(
    live: AuditReport, printed: dict[tuple[str, str], str], gap: dict[str, Any]
) -> None:
    (section,) = live.models
    rows = [r for level in ("everyone", "ethnic_group") for r in live.figures_of(section, level)]
    assert {(name, row.group): row[name].text for row in rows for name in FIGURES} == printed
    (seen,) = (g for g in live.gaps if g.level == "ethnic_group" and g.estimand == "sensitivity")
    assert (seen.text, seen.expected) == (gap["text"], gap["expected"])


def test_every_held_out_woman_was_told_the_risk_that_was_evaluated(
    champion_home: Home, version: Version, answered: tuple[dict[str, Any], pl.DataFrame]
) -> None:
    """To the last bit: the service's one-record path and training's whole-frame path are one computation."""
    kept = champion_home.cache / "holdouts" / version.run_id / "predictions.parquet"
    evaluated = pl.read_parquet(kept).filter(pl.col("scored_by") == "model")
    for column in ("risk", "alert", "band", "observed", "ethnic_group", "ethnic_category"):
        told, held = (
            frame.group_by(column).len().sort(column) if column != "risk" else frame.select(pl.col("risk").sort())
            for frame in (answered[1], evaluated)
        )
        assert told.equals(held), column
