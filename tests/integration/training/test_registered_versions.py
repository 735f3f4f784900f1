"""What a retrain leaves in a real registry (MLflow on SQLite), and what may be done with it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from equipartum.audited import audit_of_run, show_audited
from equipartum.terminal import Terminal
from fairness_audits.policy import DEFAULT_POLICY, Acceptance, AuditPolicy, Tolerance
from fairness_audits.restricted_counts import is_restricted, read_restricted_counts
from fairness_audits.review_list import REVIEW_LIST_FILE
from models.home import Settings
from models.model_files import load_risk_model
from models.release import CHALLENGER, CHAMPION
from training.batch_scoring import score_records
from training.kept_predictions import KeptPredictions
from training.reaudit import HoldoutGone, audit_run
from training.registry import Registry, RestrictedArtifact, UnknownVersion
from training.version import BlockedRelease

OWNER_ALONE = 0o600
AS_EVER: dict[str, Any] = {"out": None, "with_previous": True, "with_review_list": True}


def quiet(_: str) -> None:
    """Progress nobody reads."""


def blocking_simulated_births(acceptances: tuple[Acceptance, ...] = ()) -> AuditPolicy:
    """A policy under which simulated births, and nothing else, block: a finding these births always have."""
    tolerances: dict[str, Tolerance] = {
        code: replace(tolerance, severity="blocking" if code == "FA013" else "advisory")
        for code, tolerance in DEFAULT_POLICY.tolerances.items()
    }
    return replace(DEFAULT_POLICY, tolerances=tolerances, acceptances=acceptances)


def test_each_retrain_is_a_new_version_and_the_challenger_alias_moves(twice: Any) -> None:
    assert [retrained.version.version for retrained in (twice.first, twice.second)] == [1, 2]
    newest, oldest = twice.registry.versions("preterm_birth", "booking")
    assert (newest.version, newest.aliases) == (2, (CHALLENGER,))
    assert (oldest.version, oldest.aliases) == (1, ())


def test_the_tags_say_what_it_is_without_opening_it(twice: Any) -> None:
    tags = twice.registry.version("preterm_birth", "booking", 2).tags
    model = twice.second.model
    assert (tags.model_digest, tags.design_digest) == (model.digest, model.design.digest)
    assert tags.data_digest == twice.records.data_digest
    assert tags.is_simulated
    assert tags.blocking_findings == tuple(twice.second.report.blocking)
    assert twice.home.audit_folder("preterm_birth", "booking", tags.audit_id).is_dir()


def test_the_artefact_is_the_model_to_the_last_digest(twice: Any, tmp_path: Path) -> None:
    version = twice.registry.version("preterm_birth", "booking", 1)
    folder = twice.registry.download(version, "risk_model", tmp_path)
    assert load_risk_model(folder / "data").digest == twice.first.model.digest


def test_no_artefact_holds_a_woman(twice: Any) -> None:
    """Neither the ids of the source nor the pseudonyms of the holdout are in any file of the registry or an audit,
    but for the list that a reviewer finds the notes by."""
    pseudonyms: list[str] = []
    for retrained in (twice.first, twice.second):
        kept = KeptPredictions.of(twice.home, retrained.version.run_id)
        for file in (kept.predictions, kept.context, kept.record_ids, retrained.audit_folder / REVIEW_LIST_FILE):
            assert file.stat().st_mode & 0o777 == OWNER_ALONE
        pseudonyms += pl.read_parquet(kept.predictions)["pregnancy_id"].to_list()
    women = twice.records.pregnancies.select("pregnancy_id", "woman_id").collect()
    stems = {identifier[:-8] for column in women.get_columns() for identifier in column.drop_nulls().to_list()}
    artefacts = [f for f in twice.home.artifacts.rglob("*") if f.is_file()]
    assert REVIEW_LIST_FILE not in {file.name for file in artefacts}
    audits = [f for f in twice.home.audits.rglob("*") if f.is_file() and f.name != REVIEW_LIST_FILE]
    files = artefacts + audits
    assert len(files) > 10
    for file in files:
        content = file.read_bytes()
        assert not any(stem.encode() in content for stem in stems), file.name
        found = {content[place : place + 24].decode("latin-1") for place in _hexadecimal_runs(content)}
        assert found.isdisjoint(pseudonyms), file.name


def _hexadecimal_runs(content: bytes) -> list[int]:
    """Every place at which 24 hexadecimal digits, as a pseudonym has, begin."""
    digits = frozenset(b"0123456789abcdef")
    places, run = [], 0
    for place, byte in enumerate(content):
        run = run + 1 if byte in digits else 0
        if run >= 24:
            places.append(place - 23)
    return places


def test_a_blocked_version_is_not_promoted_until_a_person_answers_for_it(twice: Any) -> None:
    registry, version = twice.registry, twice.first.version
    blocked = audit_run(registry, twice.home, version.run_id, policy=blocking_simulated_births()).version
    assert blocked.tags.blocking_findings == ("FA013",)
    with pytest.raises(BlockedRelease, match="blocked by FA013"):
        registry.promote(blocked)
    assert registry.champion("preterm_birth", "booking") is None

    today = date.today()
    acceptance = Acceptance(
        check="FA013",
        outcome="preterm_birth",
        model_version=twice.first.report.models[0].model_version,
        name="A. Person",
        role="equity lead",
        date=today - timedelta(days=1),
        reason="practice",
        expires=today + timedelta(days=1),
    )
    done = audit_run(registry, twice.home, version.run_id, policy=blocking_simulated_births((acceptance,)))
    assert done.version.tags.blocking_findings == ()
    promoted = registry.promote(done.version)
    assert CHAMPION in promoted.aliases
    assert registry.champion("preterm_birth", "booking") == promoted

    # The audit that the registry keeps with the run, which the service reads, is the one that counts now.
    local = registry.download(promoted, "audit/audit.json", done.folder.parent)
    assert json.loads(local.read_text(encoding="utf-8"))["blocking"] == []

    # The day after the acceptance ends nobody answers for the finding, though no audit has said so yet.
    ended = replace(done.version.tags, accepted_until=(f"FA013 {today - timedelta(days=2)}",))
    with pytest.raises(BlockedRelease, match=r"acceptance of FA013 ended on .* audit again"):
        registry.promote(replace(done.version, tags=ended))

    expired = replace(acceptance, expires=today - timedelta(days=1))
    again = audit_run(registry, twice.home, version.run_id, policy=blocking_simulated_births((expired,)))
    assert again.version.tags.blocking_findings == ("FA013",)


def test_a_version_for_development_only_is_not_promoted(twice: Any) -> None:
    version = twice.second.version
    tags = replace(version.tags, status="development only", blocking_findings=())
    with pytest.raises(BlockedRelease, match="is for development only"):
        twice.registry.promote(replace(version, tags=tags))


def test_a_run_whose_holdout_is_gone_is_refused(twice: Any, tmp_path: Path) -> None:
    elsewhere = replace(twice.home, root=tmp_path)
    with pytest.raises(HoldoutGone, match="never an artefact"):
        audit_run(twice.registry, elsewhere, twice.second.version.run_id)


def test_runs_end_as_what_happened_to_them(twice: Any) -> None:
    registry: Registry = twice.registry
    ended = {}
    for reason in (ValueError, KeyboardInterrupt):
        with pytest.raises(reason), registry.run("ends badly") as run:
            raise reason
        ended[reason] = run.run_id
    statuses = {
        reason: registry._client.get_run(run_id).info.status  # the registry itself has no use for a status
        for reason, run_id in ended.items()
    }
    assert statuses == {ValueError: "FAILED", KeyboardInterrupt: "KILLED"}
    assert len(registry.versions()) == 2


def test_versions_that_others_register_are_left_alone(twice: Any) -> None:
    registry: Registry = twice.registry
    registry._client.create_registered_model("somebody.elses")
    registry._client.create_model_version("somebody.elses", source="nowhere", run_id=twice.first.version.run_id)
    assert {version.name for version in registry.versions()} == {"preterm_birth.booking"}


def test_scoring_the_same_births_again_gives_the_evaluated_risks(twice: Any) -> None:
    version = twice.second.version
    scored = score_records(twice.registry, twice.records, run_ids=[version.run_id[:8]], say=quiet)
    kept = pl.read_parquet(KeptPredictions.of(twice.home, version.run_id).predictions)
    both = kept.join(scored, on=["pregnancy_id", "scored_by", "outcome"], suffix="_again")
    assert both.height == kept.height
    assert both["risk"].equals(both["risk_again"].alias("risk"))
    assert both["alert"].equals(both["alert_again"].alias("alert"))


def test_scoring_without_a_champion_says_what_to_do(twice: Any, tmp_path: Path) -> None:
    empty = Registry(replace(twice.home, root=tmp_path), Settings())
    with pytest.raises(UnknownVersion, match="equipartum promote"):
        score_records(empty, twice.records, run_ids=[], say=quiet)


def test_a_champion_that_is_now_blocked_is_warned_of(twice: Any, capsys: pytest.CaptureFixture[str]) -> None:
    version = twice.first.version
    advisory = {code: replace(limit, severity="advisory") for code, limit in DEFAULT_POLICY.tolerances.items()}
    unblocked = replace(DEFAULT_POLICY, tolerances=advisory)
    audited = audit_of_run(twice.home, version.run_id, unblocked, None, **AS_EVER)
    twice.registry.promote(twice.registry.by_run(version.run_id))
    assert audited.blocked_champion is None
    blocked = audit_of_run(twice.home, version.run_id, blocking_simulated_births(), None, **AS_EVER)
    assert blocked.blocked_champion == "preterm_birth.booking version 1"
    show_audited(Terminal(as_json=True), blocked)
    told = capsys.readouterr()
    assert json.loads(told.out.splitlines()[-1])["blocked_champion"] == "preterm_birth.booking version 1"
    assert "preterm_birth.booking version 1 is champion, is being served, and is now blocked by FA013" in told.err


def test_restricted_counts_are_never_an_artefact(twice: Any, tmp_path: Path) -> None:
    """Written of the holdout on request; the registry takes no folder that holds them, whatever they are called."""
    target = tmp_path / "counts.parquet"
    run_id = twice.first.version.run_id
    audit_run(twice.registry, twice.home, run_id, policy=DEFAULT_POLICY, with_previous=False, restricted_counts=target)
    assert target.stat().st_mode & 0o777 == OWNER_ALONE
    assert read_restricted_counts(target).rows > 0
    kept = [f for place in (twice.home.artifacts, twice.home.audits) for f in place.rglob("*") if f.is_file()]
    assert not [file for file in kept if is_restricted(file)]
    with (
        twice.registry.run("carries restricted counts") as run,
        pytest.raises(RestrictedArtifact, match=r"counts\.parquet .* never kept with a run"),
    ):
        run.log_files(tmp_path, "audit")
    assert not [file for file in twice.home.artifacts.rglob("*") if file.is_file() and is_restricted(file)]
