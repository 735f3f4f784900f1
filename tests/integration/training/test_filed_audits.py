"""The audit that every retrain and re-audit files: whole, named, compared, and with a list for case-note review."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fairness_audits.kept_audits import kept_audits, kept_whole
from fairness_audits.report_files import PUBLIC_FILES
from fairness_audits.review_list import REVIEW_LIST_FILE
from training.kept_predictions import KeptPredictions
from training.reaudit import audit_run
from training.version import BlockedRelease


def test_an_audit_written_elsewhere_is_in_the_home_too(twice: Any, tmp_path: Path) -> None:
    """The service links to it there."""
    done = audit_run(twice.registry, twice.home, twice.second.version.run_id, out=tmp_path / "mine")
    assert {file.name for file in (tmp_path / "mine").iterdir()} <= {*PUBLIC_FILES}
    kept = twice.home.audit_folder("preterm_birth", "booking", done.version.tags.audit_id)
    assert kept == done.folder
    for name in ("report.html", "audit.json"):
        assert (kept / name).read_bytes() == (tmp_path / "mine" / name).read_bytes()


def test_the_list_for_case_note_review_finds_the_record_of_each_missed_woman(twice: Any) -> None:
    """Worked from the births themselves: who had the outcome, was not flagged, and is of a group below 50 events."""
    retrained = twice.second
    listed = pl.read_csv(retrained.review_list, schema_overrides={"pregnancy_id": pl.String})
    kept = pl.read_parquet(KeptPredictions.of(twice.home, retrained.version.run_id).predictions)
    model = kept.filter(pl.col("scored_by") == "model")
    missed = model.filter(pl.col("observed") & ~pl.col("alert"))
    events = dict(model.filter(pl.col("observed"))["ethnic_group"].value_counts().iter_rows())
    small = [group for group, number in events.items() if number < 45]
    assert small
    expected = missed.filter(pl.col("ethnic_group").is_in(small))["pregnancy_id"].to_list()
    names = {pseudonym(name, twice.records.data_digest): name for name in _pregnancy_ids(twice)}
    assert {names[each] for each in expected} <= set(listed["pregnancy_id"])
    assert set(listed["pregnancy_id"]) <= {names[each] for each in missed["pregnancy_id"]}
    assert listed["what_would_have_found_her"].null_count() == listed.height
    assert "is kept where this audit was made" in (retrained.audit_folder / "report.html").read_text(encoding="utf-8")


def _pregnancy_ids(twice: Any) -> list[str]:
    ids: list[str] = twice.records.pregnancies.select("pregnancy_id").collect()["pregnancy_id"].to_list()
    return ids


def pseudonym(identifier: str, data_digest: str) -> str:
    return hashlib.blake2b(f"{data_digest}:{identifier}".encode(), digest_size=12).hexdigest()


def test_no_list_is_made_where_it_is_not_wanted(twice: Any) -> None:
    done = audit_run(twice.registry, twice.home, twice.second.version.run_id, with_review_list=False)
    assert done.review_list is None
    assert not (done.folder / REVIEW_LIST_FILE).exists()
    assert "is kept where this audit was made" not in (done.folder / "report.html").read_text(encoding="utf-8")


def test_the_report_names_the_version_and_the_run(twice: Any) -> None:
    for retrained in (twice.first, twice.second):
        version = retrained.version
        told = json.loads((retrained.audit_folder / "audit.json").read_text(encoding="utf-8"))["version"]
        assert told == {"name": version.name, "number": version.version, "run_id": version.run_id}
        first_line = f"{version}, run {version.run_id[:8]}"
        assert first_line in (retrained.audit_folder / "report.html").read_text(encoding="utf-8")


def test_the_second_retrain_tells_what_changed_since_the_first(twice: Any) -> None:
    assert twice.first.report.changes.previous_id == ""
    assert twice.second.report.changes.previous_id == twice.first.report.audit_id
    alone = audit_run(twice.registry, twice.home, twice.second.version.run_id, with_previous=False)
    assert alone.report.changes.previous_id == ""


def test_the_card_links_to_the_audit_that_counts(twice: Any) -> None:
    done = audit_run(twice.registry, twice.home, twice.first.version.run_id)
    card = twice.registry.card(done.version)
    assert card.count("## Findings of its audit") == 1
    assert f"(/audits/preterm_birth/booking/{done.version.tags.audit_id}/report.html)" in card
    assert "## On held-out women, by ethnic group" in card


def test_a_version_whose_audit_was_not_filed_is_not_promoted(
    twice: Any,
) -> None:
    """Stopped between the registration and the end of the audit: nothing is listed, nothing is promoted, and an audit
    of the run makes it whole."""
    version = twice.registry.version("preterm_birth", "booking", 1)
    before = [audit.audit_id for audit in kept_audits(twice.home.audits)]
    unfiled = twice.registry.retag(version, replace(version.tags, audit_id="", blocking_findings=()))
    with pytest.raises(BlockedRelease, match="stopped before the audit was filed"):
        twice.registry.promote(unfiled)
    folder = twice.home.audit_folder("preterm_birth", "booking", "20990101T000000000000-ffffffff")

    def stopped() -> None:
        with kept_whole(folder) as unfinished:
            (unfinished / "audit.json").write_text("{}", encoding="utf-8")
            assert [audit.audit_id for audit in kept_audits(twice.home.audits)] == before
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert [audit.audit_id for audit in kept_audits(twice.home.audits)] == before
    assert not list(twice.home.audits.glob("*/*/.*"))
    again = audit_run(twice.registry, twice.home, version.run_id)
    assert again.version.tags.audit_id == again.folder.name
