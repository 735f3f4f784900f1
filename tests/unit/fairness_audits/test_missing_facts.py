"""Women by how much of them was recorded: sums over groups, by the disclosure rule."""

from __future__ import annotations

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import MissingFacts
from fairness_audits.disclosure import RULES
from fairness_audits.missing_facts import printed_missing_facts


def facts(pattern: str, group: str, *, events: int, found: int, expected: float) -> MissingFacts:
    return MissingFacts(
        pattern=pattern,
        group=group,
        women=1000,
        ascertained=1000,
        events=events,
        found=found,
        expected=expected,
    )


CONTEXT = AuditContext(
    outcome="preterm_birth",
    prediction_point="booking",
    missing_facts=(
        facts("all recorded", "White", events=80, found=40, expected=80.0),
        facts("all recorded", "Black", events=20, found=10, expected=20.0),
        facts("three or more not recorded", "Black", events=3, found=0, expected=1.5),
    ),
)


def test_groups_are_summed_and_everyone_comes_first():
    everyone, recorded, thin = printed_missing_facts(CONTEXT, RULES["none"])
    assert (everyone.pattern, everyone.women, everyone.events, everyone.found) == ("Everyone", 3000, 103, 50)
    assert (recorded.sensitivity.value, recorded.observed_to_expected.value) == (0.5, 1.0)
    assert (thin.pattern, thin.sensitivity.value) == ("three or more not recorded", 0.0)
    assert thin.observed_to_expected.value == 2.0


def test_few_events_are_disguised():
    thin = printed_missing_facts(CONTEXT, RULES["msds"])[-1]
    assert thin.events == 5
    assert thin.sensitivity.is_hidden
    assert thin.observed_to_expected.is_hidden


def test_nothing_is_said_where_nothing_was_given():
    assert printed_missing_facts(AuditContext(outcome="x", prediction_point="booking"), RULES["msds"]) == ()
