"""The first command a newcomer runs: every simulated outcome trained, audited, registered and asked about."""

from __future__ import annotations

from pathlib import Path

from models.outcomes import OUTCOMES
from tests.acceptance.command_line import Command


def test_once_ends_with_a_real_answer_and_says_what_it_did_not_promote(
    in_a_process: Command, free_port: int, tmp_path: Path
) -> None:
    done = in_a_process(
        "quickstart", "--once", "--births", 8000, "--port", free_port, "--json", "--home", tmp_path / "home",
        cwd=tmp_path, timeout=400,
    )  # fmt: skip
    assert done.code == 0, done.err
    result = done.last
    trained = {outcome.name for outcome in OUTCOMES.values() if outcome.trained_by_default}
    promoted = {name.partition(".")[0] for name in result["promoted"]}
    refused = {name.partition(".")[0]: why for name, why in result["not_promoted"].items()}
    assert promoted | set(refused) == trained
    assert promoted.isdisjoint(refused)
    assert all("blocked by FA" in why or "development only" in why for why in refused.values())

    answer = result["answer"]
    assert set(answer["outcomes"]) == trained
    for outcome, told in answer["outcomes"].items():
        if outcome in promoted:
            assert told["status"] in ("scored", "list_only")
            assert told["model"]["version"] == "1"
        else:
            assert told["status"] == "no_champion"
            assert f"equipartum promote {outcome}" in told["reason"]
    assert answer["notice"] == "SIMULATED: NOT FOR CARE"
    assert result["address"] == f"http://127.0.0.1:{free_port}"
    assert "serving on" in done.err


def test_for_a_person_it_shows_the_answer_and_where_to_look(in_this_process: Command, tmp_path: Path) -> None:
    done = in_this_process("quickstart", "--no-serve", "--births", 5000, "--home", tmp_path / "home")
    assert done.code == 0, done.err
    assert "SIMULATED: NOT FOR CARE" in done.out
    assert done.out.count("Report: ") == len([o for o in OUTCOMES.values() if o.trained_by_default])
    assert "Promoted to champion, in demo mode." in done.out or "Not promoted: " in done.out
    assert f"models: equipartum models --home {tmp_path / 'home'}" in done.out
