"""The certificate as printed: other births than the holdout, and nothing certified on a handful of events."""

from __future__ import annotations

import re

import pytest

from fairness_audits.certificate import printed_certificate
from fairness_audits.context import AuditContext
from fairness_audits.context_rows import CertificateRow
from fairness_audits.disclosure import RULES
from fairness_audits.page import report_page


def _context(events: int, status: str = "met") -> AuditContext:
    row = CertificateRow(
        group="Black",
        events=events,
        found=min(events, 4),
        probability_below_floor=0.01,
        probability_below_row_zero=0.01,
        status=status,
        events_needed=700,
    )
    return AuditContext(outcome="preterm_birth", prediction_point="booking", certificate=(row,))


@pytest.mark.parametrize(
    ("events", "rule", "status"),
    [(5, "msds", "undetermined"), (9, "none", "undetermined"), (10, "none", "met"), (40, "msds", "met")],
)
def test_a_handful_of_events_certifies_nothing(events, rule, status):
    assert [row.status for row in printed_certificate(_context(events), RULES[rule])] == [status]


def test_a_hidden_count_certifies_nothing():
    assert [row.status for row in printed_certificate(_context(3), RULES["mhsds"])] == ["undetermined"]


def test_the_caption_says_that_these_are_other_births(audited):
    report = audited({"White": {"found": 60, "missed": 140, "cleared": 1700}}, context=_context(40))
    caption = re.search(r"<caption>(Births of the certificate.*?)</caption>", report_page(report))
    assert caption is not None
    assert "other births than the holdout" in caption[1]
