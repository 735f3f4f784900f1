"""What a closed gate withholds is in no part of an audit: every table of `audit.json`, the page, and the metrics.

The same women are audited twice, with the gates as shipped and with all of them switched off: what the second prints of
the women whom the first keeps back must be nowhere in the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import (
    CauseOfEvents,
    CertificateRow,
    CrossFittedGroup,
    EthnicityOption,
    FrontierPoint,
    GroupAgainstRowZero,
    GroupHeld,
    GroupSensitivity,
    MissingFacts,
    OptionGroup,
)
from fairness_audits.page import report_page
from fairness_audits.plain_words import in_plain_words
from fairness_audits.policy import DEFAULT_POLICY, Gate
from fairness_audits.report import AuditReport

# 610 of 1,000 are known, and 70 of 100 are asked for.
POORLY = {"found": 31, "missed": 72, "cleared": 459, "false_alarms": 48, "missing": 390}
WELL = {"found": 67, "missed": 140, "cleared": 1691, "false_alarms": 102}
GROUPS = ("White", "Asian")
OPEN = {
    "outcome_known": Gate(measure="outcome_known", at_least=0.0, authority="us"),
    "outcome_rate": Gate(measure="outcome_rate", at_least=0.0, at_most=1.0, authority="us"),
}
# Of women, not of who was found among them; and how many more flags a policy would take.
NO_FIGURE_OF_OUTCOMES = {"level_up_flags_per_1000", "tolerance", "seconds", "women", "events", "folds"}


def _context(**more: Any) -> AuditContext:
    """Of every table that stands beside the figures; each share is one that nothing else here has."""
    options = tuple(
        OptionGroup(
            group=g, women=1000, flagged=83, ascertained=610, events=103, found=37, found_by_row_zero=41, gained=3,
            lost=7, found_with_level_up=43, mean_risk=0.1434,
        )
        for g in GROUPS
    )  # fmt: skip
    return AuditContext(
        outcome="preterm_birth",
        prediction_point="booking",
        against_row_zero=tuple(
            GroupAgainstRowZero(group=g, events=103, found_by_row_zero=29, found_by_chosen=47, gained=20, lost=2)
            for g in GROUPS
        ),
        frontier=tuple(
            FrontierPoint(
                label=f"fit {number}",
                tolerance=tolerance,
                sensitivity=tuple(GroupSensitivity(group=g, events=103, found=53 + number) for g in GROUPS),
                held=tuple(
                    GroupHeld(group=g, estimand="false_positive_rate", births=507, flagged=59 + number) for g in GROUPS
                ),
                worst_group="Asian",
                largest_loss=0.07,
                auroc=0.643 + number / 100,
                brier=0.0912,
                positive_predictive_value=0.234,
                net_benefit=0.0123,
                chosen=number == 1,
            )
            for number, tolerance in enumerate((None, 0.02))
        ),
        certificate=tuple(
            CertificateRow(
                group=g, events=97, found=38, probability_below_floor=0.5, probability_below_row_zero=0.5,
                status="violated", events_needed=613,
            )
            for g in GROUPS
        ),
        ethnicity_options=(EthnicityOption(name="blind", uses_ethnicity=False, groups=options, auroc=0.671),),
        missing_facts=tuple(
            MissingFacts(pattern=p, group=g, women=500, ascertained=305, events=51, found=n, expected=46.3)
            for g in GROUPS
            for p, n in (("all recorded", 23), ("one not recorded", 13))
        ),
        cross_fitted=tuple(
            CrossFittedGroup(
                group=g, folds=5, women=4000, ascertained=2440, events=411, found=127, expected=389.0, auroc=0.617,
                event_spread=0.08, other_spread=0.08,
            )
            for g in ("Everyone", *GROUPS)
        ),
        causes=tuple(
            CauseOfEvents(cause=c, group=g, events=52, found=n)
            for g in GROUPS
            for c, n in (("spontaneous", 17), ("provider-initiated", 11))
        ),
        **more,
    )  # fmt: skip


def _leaves(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(part, dict):
        for name, inner in part.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from _leaves(inner, (*path, str(number)))
    else:
        yield path, part


@pytest.fixture
def twice(audited, exact):
    """The audit as shipped and the same without gates."""

    def of(groups: dict[str, dict[str, int]], context: AuditContext | None = None) -> tuple[AuditReport, AuditReport]:
        ungated = replace(exact, own_gates=OPEN)
        made = context or _context()
        return audited(groups, exact, context=made), audited(groups, ungated, context=made)

    return of


def _plain(report: AuditReport) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(report.to_json())
    return plain


def test_where_nothing_could_be_judged_no_number_of_the_models_tables_is_there(twice) -> None:
    shipped, ungated = twice(dict.fromkeys(GROUPS, POORLY))
    printed = dict(_leaves(_plain(shipped)["models"]))
    withheld = 0
    for path, value in _leaves(_plain(ungated)["models"]):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or NO_FIGURE_OF_OUTCOMES & set(path) or "flag_rate" in path:
            continue
        withheld += 1
        assert printed.get(path) is None, path
    assert withheld > 80


def test_what_was_withheld_is_on_no_page_in_no_finding_and_no_metric(twice) -> None:
    shipped, ungated = twice(dict.fromkeys(GROUPS, POORLY))
    kept_back = {
        text
        for path, text in _leaves({k: _plain(ungated)[k] for k in ("figures", "models")})
        if path[-1] == "text" and " to " in text and not {"flag_rate", "missing_outcomes", "mean_risk"} & set(path)
    }
    assert len(kept_back) > 25
    # The bounds hold whatever was not recorded, and are told on purpose.
    bounds = {t for path, t in _leaves(_plain(shipped)["untested"]) if path[-1] == "text"}
    for told in (report_page(shipped), shipped.to_json()):
        assert [text for text in kept_back - bounds if text in told] == []
    assert {name.partition(".")[0] for name in shipped.flat(shipped.models[0])} == {"flag_rate"}
    assert shipped.counts.filter(observed="yes")["count"].null_count() == shipped.counts.filter(observed="yes").height
    assert shipped.counts.filter(observed="not known")["count"].null_count() == 0


def test_a_group_is_withheld_and_the_others_are_not(twice) -> None:
    shipped, _ = twice({"White": WELL, "Asian": POORLY})
    (model,) = _plain(shipped)["models"]
    for table, figure in (
        ("nobody_made_worse", "before"),
        ("certificate", "sensitivity"),
        ("causes", "sensitivity"),
        ("cross_fitted", "auroc"),
    ):
        told = {row["group"]: row[figure]["value"] for row in model[table]}
        assert told["Asian"] is None, table
        assert told["White"] is not None, table
    # All groups together: everyone's gate is open.
    assert all(row["sensitivity"]["value"] is not None for row in model["missing_facts"])
    assert all(row["auroc"]["value"] is not None for row in model["frontier"])
    assert {row["worst_group"] for row in model["frontier"]} == {None}
    (option,) = model["ethnicity_options"]
    assert {row["group"]: row["flag_rate"]["value"] is not None for row in option["rows"]} == {
        "Everyone": True, "White": True, "Asian": True,
    }  # fmt: skip


def test_a_loss_is_told_where_its_figures_are_withheld(twice) -> None:
    """Fewer outcomes must not release what more would have kept back; 40 of 103 women were lost, and none gained."""
    worse = tuple(
        GroupAgainstRowZero(group=g, events=103, found_by_row_zero=69, found_by_chosen=29, gained=0, lost=40)
        for g in GROUPS
    )
    shipped, _ = twice({"White": WELL, "Asian": POORLY}, replace(_context(), against_row_zero=worse))
    (found,) = [f for f in shipped.findings if (f.code, f.group, f.state) == ("FA004", "Asian", "finding")]
    assert found.is_blocking
    assert "is withheld: the outcome is known for 61 of 100" in found.sentence
    assert set(found.figures.values()) == {"withheld"}


def test_nobody_passes_on_outcomes_not_fit_to_publish(twice) -> None:
    shipped, ungated = twice({"White": WELL, "Asian": POORLY})

    def passing(report: AuditReport) -> str:
        return "".join(f.sentence for f in report.findings if (f.code, f.state) == ("FA004", "passed"))

    assert "Asian" in passing(ungated)
    assert "Asian" not in passing(shipped)
    whole, _ = twice(dict.fromkeys(GROUPS, POORLY))
    (thin,) = [f for f in whole.findings if f.code == "FA018"]
    assert thin.state == "cannot tell"
    assert "withheld: the outcome is known" in thin.sentence


def test_the_page_says_withheld_in_the_cell_and_why_once_a_table(twice) -> None:
    shipped, _ = twice({"White": WELL, "Asian": POORLY})
    page = report_page(shipped)
    assert "not published" not in page
    cells = [cell.partition("</td>")[0] for cell in page.split("<td")[1:]]
    assert not any("are asked for" in cell for cell in cells if "role=" in cell and 'class="number"' in cell)
    row = page.partition("3. Who was missed")[2].partition(">Asian</th>")[2].partition("</tr>")[0]
    assert row.count("withheld") == 3
    assert "yes" not in row


def test_the_verdict_says_who_was_judged(twice, audited) -> None:
    def verdict(report: AuditReport) -> str:
        return in_plain_words(report, report.models[0]).verdict

    some, _ = twice({"White": POORLY, "Asian": WELL | {"missing": 10}, "Black": POORLY})
    assert "nothing could be judged" not in verdict(some)
    assert "Nothing could be judged of Black women and White women." in verdict(some)
    assert "the findings above stand" in verdict(some)
    nobody, _ = twice(dict.fromkeys(GROUPS, POORLY))
    assert verdict(nobody).startswith("Not to be released until a named person has answered for: FA016")
    few = audited({"White": {"found": 1, "cleared": 9}}, DEFAULT_POLICY)
    assert "blocks a release, because nothing could be judged" in verdict(few)
