"""The dossier: printed by the disclosure rule, hashed, signed once, and refused when it was touched."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fairness_audits.comment_text import IncompleteSignature
from fairness_audits.context import AuditContext
from fairness_audits.context_rows import CapacityGroup, CapacityPoint, EthnicityOption, OptionGroup
from fairness_audits.disclosure import RULES
from fairness_audits.ethnicity_dossier import (
    DECISION_FILE,
    DOSSIER_FILE,
    PAGE_FILE,
    AlteredDossier,
    Dossier,
    UnknownDossier,
    decide,
    dossier,
    find_dossier,
    read_decision,
    write_dossier,
)
from fairness_audits.ethnicity_dossier.dossier import Capacity
from fairness_audits.ethnicity_dossier.figures import option_figures
from fairness_audits.ethnicity_dossier.words import more_places_in_words, option_words
from models.ethnicity_decision import UnusableDecision

TODAY = date(2026, 1, 31)
SIGNING: dict[str, Any] = {
    "option": "group_intercept",
    "cuts": "level_up",
    "not_stated": "common",
    "why": "The blind model tells Black women too low a risk",
    "name": "A. Person",
    "role": "equity lead",
    "on": TODAY,
}


def group(name: str, *, events: int, found: int, gained: int = 0, lost: int = 0, mean: float = 0.1) -> OptionGroup:
    """A tenth of the women flagged; level-up cuts find ten more."""
    women = events * 10
    return OptionGroup(
        group=name,
        women=women,
        flagged=women // 10,
        ascertained=women,
        events=events,
        found=found,
        found_by_row_zero=found - gained + lost,
        gained=gained,
        lost=lost,
        mean_risk=mean,
        found_with_level_up=found + 10,
        flagged_with_level_up=women // 10 + 30,
        gained_with_level_up=gained + 10,
        lost_with_level_up=lost,
    )


def option(name: str, *groups: OptionGroup, curve: tuple[CapacityPoint, ...] = ()) -> EthnicityOption:
    return EthnicityOption(
        name=name,
        uses_ethnicity=name != "blind",
        groups=groups,
        level_up_flags_per_1000=7.4,
        auroc=0.7,
        curve=curve,
    )


def at(rate: float, found: int) -> CapacityPoint:
    groups = (
        CapacityGroup(group="White", women=10_000, flagged=round(10_000 * rate), events=1_000, found=found),
        CapacityGroup(group="Asian", women=500, flagged=round(500 * rate), events=50, found=found // 40),
    )
    return CapacityPoint(alert_rate=rate, groups=groups)


BLIND = option(
    "blind",
    group("White", events=1_000, found=300),
    group("Black", events=600, found=200, mean=0.06),
    group("Asian", events=50, found=8),
    curve=(at(0.05, 160), at(0.1, 300), at(0.1 + 20 / 100, 640)),
)
STEPS = option(
    "group_intercept",
    group("White", events=1_000, found=240, gained=5, lost=65),
    group("Black", events=600, found=290, gained=95, lost=5),
    group("Asian", events=50, found=9, gained=1),
)
UNREAD = EthnicityOption(name="guideline:previous_preterm_birth", uses_ethnicity=False, is_evaluated=False)


def made(rule: str = "msds", *, simulated: bool = False) -> Dossier:
    context = AuditContext(
        outcome="preterm_birth",
        prediction_point="booking",
        data_description="made-up births",
        outcome_definition="live birth before 37 weeks",
        group_scheme="us_omb",
        is_simulated=simulated,
        ethnicity_options=(BLIND, STEPS, UNREAD),
        notes=("who was held out",),
    )
    return dossier(
        context,
        dossier_id="20260131T101500000000-abcdef01",
        made_on="2026-01-31",
        data_digest="d" * 64,
        design={"outcome": "preterm_birth"},
        design_digest="e" * 64,
        split="births from 2025-09 on are held out",
        disclosure=RULES[rule],
        capacity=Capacity(alert_rate=0.1, births_per_week=100, more_places=20),
    )


def test_who_gains_and_who_loses_is_read_from_the_printed_interval() -> None:
    blind, steps, _ = made("none").options
    assert steps.who("gains", "one cut") == ("Black",)
    assert steps.who("loses", "one cut") == ("White",)
    assert steps.who("cannot tell", "one cut") == ("Asian",)
    assert blind.who("unchanged", "one cut") == ("White", "Black", "Asian")
    assert blind.told_wrong == ("Black",)  # 600 seen where 360 were expected
    change = steps.rows[1].ways[0].change
    assert change.value == pytest.approx(-0.06)  # 60 of 1,000 White women who had it
    assert change.high is not None
    assert change.high < 0


def test_sentences_name_them() -> None:
    words = option_words(made("none").options[1])
    assert (
        "With one cut for everyone: found more often than by row 0: Black; found less often: White;"
        in (words.sentences[0])
    )
    assert "Level-up cuts take about 7.4 more flags per 1,000 women." in words.sentences
    assert option_words(made().options[2]).sentences == (
        "Cannot be evaluated: what it asks for is not recorded in these births.",
    )


def test_more_places_are_told_by_group_from_todays_capacity_to_the_raised_one() -> None:
    told = more_places_in_words(made("none"), made("none").options[0])
    assert told[1].startswith("White: 30 (27 to 33) of 100 now, 64 (61 to 67) then")
    assert {sentence.split(":")[0] for sentence in told} == {"all women", "White", "Asian"}


def test_small_counts_are_not_in_the_figures_that_are_kept() -> None:
    plain = json.loads(made("msds").to_json())
    rows = [row for one in plain["options"] for row in one["rows"]]
    assert {row["events"] % 5 for row in rows if row["events"] is not None} == {0}
    asian = next(row for row in plain["options"][0]["rows"] if row["group"] == "Asian")
    assert asian["ways"][0]["sensitivity"]["value"] != pytest.approx(8 / 50)


def test_a_page_says_what_it_is_made_of(tmp_path: Path) -> None:
    folder = write_dossier(made(simulated=True), tmp_path / "dossiers" / "one")
    page = (folder / PAGE_FILE).read_text(encoding="utf-8")
    assert "SIMULATED: NOT FOR CARE" in page
    assert "marks exposure to different treatment and circumstances, not biology" in page
    assert "What if there were 20 more places a week?" in page
    assert "Cannot be evaluated, because what they ask for is not recorded in these births" in page
    assert (folder / DOSSIER_FILE).read_text(encoding="utf-8") == made(simulated=True).to_json()


def test_a_decision_is_signed_once_and_read_back(tmp_path: Path) -> None:
    folder = write_dossier(made(), tmp_path / "preterm_birth" / "booking" / made().dossier_id)
    assert find_dossier(tmp_path, "20260131") == folder
    signed = decide(folder, **SIGNING)
    assert signed.dossier_digest == made().digest
    assert read_decision(folder) == read_decision(folder / DECISION_FILE) == ("preterm_birth", "booking", signed)
    with pytest.raises(UnusableDecision, match="decided from already"):
        decide(folder, **SIGNING)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"option": "ethnicity_as_input"}, UnusableDecision, "it compared: blind, group_intercept"),
        ({"option": "todays_rule"}, UnusableDecision, "no option"),
        ({"not_stated": "guess"}, UnusableDecision, "missing ethnicity"),
        ({"why": "so"}, UnusableDecision, "says why"),
        ({"why": "Her NHS number is 943 476 5919, as was said"}, IncompleteSignature, "NHS or hospital number"),
        ({"name": " "}, IncompleteSignature, "a name is needed"),
        ({"role": ""}, IncompleteSignature, "a role is needed"),
    ],
)
def test_what_is_not_to_be_signed_leaves_nothing_behind(
    tmp_path: Path, change: dict[str, Any], error: type[Exception], says: str
) -> None:
    folder = write_dossier(made(), tmp_path / "one")
    with pytest.raises(error, match=says):
        decide(folder, **SIGNING | change)
    assert sorted(file.name for file in folder.iterdir()) == [PAGE_FILE, DOSSIER_FILE]


def test_a_dossier_that_was_touched_no_longer_carries_its_decision(tmp_path: Path) -> None:
    folder = write_dossier(made(), tmp_path / "one")
    decide(folder, **SIGNING)
    figures = folder / DOSSIER_FILE
    figures.write_text(figures.read_text(encoding="utf-8").replace('"White"', '"Black"', 1), encoding="utf-8")
    with pytest.raises(AlteredDossier, match="not the one that A\\. Person signed"):
        read_decision(folder)


def test_one_woman_is_no_gain_and_seven_are_a_loss_whatever_rounding_makes_of_them() -> None:
    one = option("blind", group("White", events=228, found=53, gained=1))
    seven = option("blind", group("White", events=100, found=20, gained=0, lost=7))
    (row,) = option_figures(one, RULES["msds"]).rows[1:]
    assert row.ways[0].verdict == "cannot tell"
    (row,) = option_figures(seven, RULES["msds"]).rows[1:]
    assert row.ways[0].verdict == "loses"


def test_nothing_is_said_of_a_group_whose_figures_may_not_be_printed() -> None:
    few = option("blind", group("White", events=400, found=100), group("Traveller", events=3, found=1))
    traveller = option_figures(few, RULES["msds"]).rows[2]
    assert traveller.ways[0].change.value is None
    assert traveller.ways[0].verdict == "cannot tell"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"option": "ethnicity_as_input"}, UnusableDecision),
        ({"why": "She was born 03/04/1991, as the notes of the clinic say"}, IncompleteSignature),
        ({"why": "NHS number 943 476 591 9 was the first of them"}, IncompleteSignature),
    ],
)
def test_a_decision_that_was_written_by_hand_is_held_to_the_same(
    tmp_path: Path, change: dict[str, Any], error: type[Exception]
) -> None:
    folder = write_dossier(made(), tmp_path / "one")
    decide(folder, **SIGNING)
    document = json.loads((folder / DECISION_FILE).read_text(encoding="utf-8"))
    document["decision"] |= change
    (folder / DECISION_FILE).write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(error):
        read_decision(folder)


def test_a_decision_is_of_its_dossiers_outcome(tmp_path: Path) -> None:
    folder = write_dossier(made(), tmp_path / "one")
    decide(folder, **SIGNING)
    document = json.loads((folder / DECISION_FILE).read_text(encoding="utf-8"))
    (folder / DECISION_FILE).write_text(json.dumps(document | {"outcome": "haemorrhage"}), encoding="utf-8")
    with pytest.raises(AlteredDossier):
        read_decision(folder)


@pytest.mark.parametrize(
    "content", ["[" * 200_000, "", "{}", "[1]", '{"schema": 2, "outcome": "", "prediction_point": "", "decision": {}}']
)
def test_a_file_that_holds_no_decision_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / DECISION_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(UnknownDossier):
        read_decision(tmp_path)


def test_a_dossier_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownDossier, match="0 dossiers of this home begin with '2031'"):
        find_dossier(tmp_path, "2031")
