"""FA018: is a woman missed more often where less was recorded of her."""

from __future__ import annotations

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import MissingFacts

GROUPS = {"White": {"found": 40, "missed": 60, "cleared": 900}}


def _context(*rows: tuple[str, int, int]) -> AuditContext:
    facts = tuple(
        MissingFacts(pattern=pattern, group="White", women=10 * events, ascertained=10 * events, events=events,
                     found=found, expected=float(events))
        for pattern, events, found in rows
    )  # fmt: skip
    return AuditContext(outcome="preterm_birth", prediction_point="booking", missing_facts=facts)


def test_fires_where_women_with_thin_records_are_missed(answers):
    found = answers(
        "FA018", GROUPS, context=_context(("all recorded", 1000, 400), ("three or more not recorded", 500, 100))
    )
    assert [(f.state, f.severity) for f in found] == [("finding", "major")]
    assert "20 (17 to 24) had been flagged" in found[0].sentence
    assert "all recorded: 40 (37 to 43)" in found[0].sentence


def test_does_not_fire_where_they_are_found_as_often(answers):
    context = _context(("all recorded", 2000, 800), ("one or two not recorded", 2000, 800))
    assert [f.state for f in answers("FA018", GROUPS, context=context)] == ["passed"]


def test_cannot_tell_on_few_events(answers):
    context = _context(("all recorded", 1000, 400), ("one or two not recorded", 20, 6))
    assert [f.state for f in answers("FA018", GROUPS, context=context)] == ["cannot tell"]


def test_is_not_applicable_where_it_was_not_given_or_nothing_is_missing(answers):
    assert [f.state for f in answers("FA018", GROUPS)] == ["not applicable"]
    assert [f.state for f in answers("FA018", GROUPS, context=_context(("all recorded", 90, 30)))] == ["not applicable"]
