"""Plans that are hashed before, and the ledger of every look at held-out outcomes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from fairness_audits.comment_text import IncompleteSignature
from fairness_audits.policy import DEFAULT_POLICY
from models.design import ModelDesign
from models.home import Home
from training.validation.openings import OPENED, AlteredLedger, add, holdout_of, read_ledger
from training.validation.plan import NotAsPlanned, UnregisteredPlan, analysis, read_plan, register_plan
from training.validation.standing import open_holdout

HOLDOUT = "a" * 64
DESIGN = ModelDesign(
    outcome="preterm_birth",
    definition="live singleton birth before 37+0 weeks by agreed due date",
    prediction_point="booking",
    source="simulated",
    predictors=("maternal_age", "parity"),
)


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(root=tmp_path / "home").prepare()


@pytest.fixture
def planned(made_records):
    records = made_records({"maternal_age": [30.0]})
    return analysis(kind="external", design=DESIGN, records=records, policy=DEFAULT_POLICY, decision_rule="a rule")


def _register(home, planned):
    return register_plan(home, planned, holdout=HOLDOUT, name="A. Person", role="statistician")


def _open(home, plan=None, design="d" * 64, by=""):
    return open_holdout(home, plan, by=by, what="a validation", holdout=HOLDOUT, design_digest=design)


def test_a_plan_is_read_back_as_it_was_made(home, planned):
    made, file, _ = _register(home, planned)
    assert file.name == f"{made.digest}.toml"
    assert read_plan(home, made.digest[:12]) == made
    assert read_plan(home, str(file)) == made
    assert made.planned_by == "A. Person, statistician"
    made.refuse_other(planned)


def test_a_plan_needs_somebody_who_made_it(home, planned):
    with pytest.raises(IncompleteSignature):
        register_plan(home, planned, holdout=HOLDOUT, name="", role="statistician")
    assert not home.openings.exists()


@pytest.mark.parametrize("change", [('"booking"', '"weeks_20"'), ('"auroc", ', ""), ("A. Person", "B. Person")])
def test_a_plan_that_was_changed_is_no_plan(home, planned, change):
    _, file, _ = _register(home, planned)
    file.write_text(file.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(UnregisteredPlan, match="changed after it was registered"):
        read_plan(home, str(file))


def test_a_plan_of_another_home_and_what_is_no_plan_are_refused(home, planned, tmp_path):
    _, file, _ = _register(home, planned)
    with pytest.raises(UnregisteredPlan, match="not in this home's ledger"):
        read_plan(Home(root=tmp_path / "other").prepare(), str(file))
    (tmp_path / "no.toml").write_text("schema = 9", encoding="utf-8")
    for named in (str(tmp_path / "no.toml"), "feedbeef", "../plans"):
        with pytest.raises(UnregisteredPlan):
            read_plan(home, named)


def test_each_thing_done_otherwise_is_named(home, planned):
    made, _, _ = _register(home, planned)
    for change, told in (
        ({"data_digest": "f" * 64}, "data digest (planned 000000000000, now ffffffffffff)"),
        ({"measures": ("auroc",)}, "measures"),
        ({"decision_rule": "another"}, "decision rule (planned a rule, now another)"),
    ):
        with pytest.raises(NotAsPlanned) as refusal:
            made.refuse_other(replace(planned, **change))
        assert told in str(refusal.value)


def test_what_the_policy_judges_by_is_part_of_the_plan(planned, made_records):
    for change in ({"group_by": ("ethnic_group",)}, {"minimum_events": 10}, {"operating_points": ()}):
        other = analysis(
            kind="external",
            design=DESIGN,
            records=made_records({"maternal_age": [30.0]}),
            policy=replace(DEFAULT_POLICY, **change),
            decision_rule="a rule",
        )
        assert other.policy_digest != planned.policy_digest


def test_every_look_is_counted_by_outcome_and_by_design(home):
    assert read_ledger(home).told(HOLDOUT) == "never opened"
    assert _open(home).told == "opened once"
    assert _open(home).told == "opened twice"
    third = _open(home, design="e" * 64, by="A. Person, reader")
    assert third.told == "opened 3 times, for 2 designs"
    assert read_ledger(home).told("b" * 64) == "never opened"
    assert [one.by for one in read_ledger(home).openings(HOLDOUT)] == ["not named", "not named", "A. Person, reader"]


def test_looks_before_the_plan_are_told(home, planned):
    _open(home)
    made, _, _ = _register(home, planned)
    first, second = _open(home, made), _open(home, made)
    assert (first.openings, first.before_plan) == (2, 1)
    assert (second.openings, second.before_plan) == (3, 1)
    assert "not made blind" in " ".join(second.sentences)
    assert f"Planned on {made.planned_on[:10]} by A. Person, statistician" in second.sentences[0]


def test_a_plan_made_first_is_told_as_such(home, planned):
    made, _, _ = _register(home, planned)
    standing = _open(home, made)
    assert standing.before_plan == 0
    assert len(standing.sentences) == 1
    assert "No plan of analysis" in _open(home).sentences[0]


def test_looks_at_other_parts_of_the_same_births_are_told_beside(home, planned):
    """A holdout drawn by another seed holds other women of the same file; a whole file holds them all."""

    def look(plan=None, *, is_split, design=DESIGN, data="0" * 64):
        holdout = holdout_of(data_digest=data, design=design, is_split=is_split)
        return open_holdout(home, plan, by="", what="x", holdout=holdout, design_digest=design.digest)

    assert look(is_split=True).told == "opened once"
    assert look(is_split=True, design=replace(DESIGN, seed=1)).told == (
        "opened once; other parts of these births opened once"
    )
    assert look(is_split=False, data="1" * 64).told == "opened once"
    made, _, _ = _register(home, planned)
    whole = look(made, is_split=False)
    assert (whole.openings, whole.before_plan) == (1, 2)
    assert whole.told == "opened once; other parts of these births opened twice"
    assert "opened 2 times before the plan" in whole.sentences[1]


@pytest.mark.parametrize("spoil", ["drop", "change", "swap"])
def test_a_line_changed_taken_out_or_moved_shows(home, planned, spoil):
    _open(home)
    made, _, _ = _register(home, planned)
    _open(home)
    lines = home.openings.read_text(encoding="utf-8").splitlines()
    assert read_ledger(home).is_whole
    if spoil == "drop":
        del lines[0]
    elif spoil == "change":
        lines[0] = json.dumps(json.loads(lines[0]) | {"by": "somebody else"})
    else:
        lines[0], lines[1] = lines[1], lines[0]
    home.openings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert not read_ledger(home).is_whole
    assert "altered" in _open(home).told
    with pytest.raises(AlteredLedger):
        read_plan(home, made.digest)


def test_half_a_line_of_a_stopped_process_hides_nothing(home):
    _open(home)
    with home.openings.open("a", encoding="utf-8") as opened:
        opened.write('{"kind": "opened", "at": "2026')
    assert _open(home).told == "opened twice"
    assert read_ledger(home).is_whole


def test_openings_at_the_same_moment_are_all_kept(home):
    with ThreadPoolExecutor(8) as many:
        list(many.map(lambda _: _open(home), range(40)))
    ledger = read_ledger(home)
    assert ledger.is_whole
    assert len(ledger.openings(HOLDOUT)) == 40


def test_the_same_outcomes_have_one_name_whatever_the_design_fits():
    def named(**change):
        return holdout_of(data_digest="0" * 64, design=replace(DESIGN, **change), is_split=True)

    assert named() == named(constraint="none") == named(predictors=("parity",))
    assert len({named(), named(seed=1), named(holdout_fraction=0.2), named(prediction_point="weeks_20")}) == 4
    assert named() != holdout_of(data_digest="0" * 64, design=DESIGN, is_split=False)


def test_an_entry_is_written_whole_or_not_at_all(home, monkeypatch):
    _open(home)
    before = home.openings.read_bytes()

    def full(_):
        raise OSError("no room")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no room"):
        add(home, kind=OPENED, by="", what="x", holdout=HOLDOUT, design="")
    assert home.openings.read_bytes() == before
