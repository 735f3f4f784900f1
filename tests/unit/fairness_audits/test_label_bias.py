"""The label-bias bench: hand-worked counts, where each verdict turns, and what it may not give away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fairness_audits.findings import CANNOT_TELL, FINDING, PASSED
from fairness_audits.intervals import newcombe_difference, observed_to_expected_interval
from fairness_audits.label_bias import label_bias, with_label_bias
from fairness_audits.page import report_page
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.under_recording import (
    InvalidUnderRecording,
    UnderRecording,
    everyone_with,
    group_with,
    parse_under_recording,
)

SLIDE = UnderRecording(group="Black", lowest=0.0, highest=0.5)
# 10,000 White women as their risks say. Of 4,000 Black women the risks expect 4,000 x 0.1 = 400 events.
WHITE = {
    "found": 400, "missed": 600, "cleared": 8400, "false_alarms": 600, "flagged_risk": 0.1, "other_risk": 0.1,
}  # fmt: skip
SEVEN_TENTHS = {
    "found": 112, "missed": 168, "cleared": 3480, "false_alarms": 240, "flagged_risk": 0.1, "other_risk": 0.1,
}  # fmt: skip


@pytest.fixture
def biased(audited):
    """Of 400 events that Black women's risks lead one to expect, 280 are recorded: O:E 0.70."""
    return audited({"White": WHITE, "Black": SEVEN_TENTHS})


def _verdict(bias, code):
    return next(verdict for verdict in bias.verdicts if verdict.code == code)


def test_counts_are_moved_as_the_assumption_says(biased):
    own = biased.group(biased.models[0], "Black")
    after = group_with(own, 0.3, biased.policy, biased.rule)
    # 280 / 0.7 = 400 events, 160 of them found; the 120 put back leave the 'no': 48 of the flagged, 72 of the others.
    assert {name: after.counts[name] for name in ("events", "found", "missed", "false_alarms", "cleared")} == {
        "events": 400, "found": 160, "missed": 240, "false_alarms": 192, "cleared": 3408,
    }  # fmt: skip
    assert after.counts["n"] == after.counts["ascertained"] == own.counts["n"]
    assert after["sensitivity"].value == own["sensitivity"].value == 0.4
    assert after["observed_to_expected"].value == 1.0
    expected = observed_to_expected_interval(400, 4000, 0.1)
    assert after["observed_to_expected"].low == round(expected.low, 2)
    # Of 352 flagged, 160 would have had the outcome.
    assert after["positive_predictive_value"].value == round(160 / 352, 3)


def test_everyone_has_what_was_put_back_of_the_group_and_no_more(biased):
    section = biased.models[0]
    total, own = biased.group(section), biased.group(section, "Black")
    after = everyone_with(total, own, group_with(own, 0.3, biased.policy, biased.rule), biased.policy, biased.rule)
    assert after.counts["events"] == total.counts["events"] + 120
    assert after["sensitivity"].value == round((400 + 160) / (1000 + 400), 3)


def test_nothing_moves_where_nothing_was_lost(biased):
    own = biased.group(biased.models[0], "Black")
    assert group_with(own, 0.0, biased.policy, biased.rule) == own


def test_an_overstated_risk_is_right_at_the_share_that_was_lost(biased):
    """O:E 0.70 comes back into the band of 0.8 to 1.25 where 0.7 / (1 - u) prints as 0.80: at u = 0.12 (0.795)."""
    (bias,) = label_bias(biased, SLIDE)
    assert bias.level_at == 0.3
    verdict = _verdict(bias, "FA002")
    assert verdict.states[0] == "risk overstated"
    assert (verdict.turns[0].share, verdict.turns[0].after) == (0.12, CANNOT_TELL)
    passing = [share for share, state in zip(bias.shares, verdict.states, strict=True) if state == PASSED]
    # It passes where the whole interval is inside the band, which takes O:E of about 0.89 to 1.13.
    assert passing[0] <= 0.3 <= passing[-1]
    inside = [u for u in bias.shares if _is_inside(280 / (1 - u))]
    assert passing == inside
    assert verdict.states[-1] == "risk understated"


def _is_inside(events):
    ratio = observed_to_expected_interval(round(events), 4000, 0.1)
    return round(ratio.low, 2) >= 0.8 and round(ratio.high, 2) <= 1.25


def test_sensitivity_stays_so_a_missed_group_stays_missed(audited):
    """Lost at random, events found and missed are lost alike: no share makes 20 of 100 found into 40 of 100."""
    missed = SEVEN_TENTHS | {"found": 56, "missed": 224}
    (bias,) = label_bias(audited({"White": WHITE, "Black": missed}), SLIDE)
    verdict = _verdict(bias, "FA003")
    assert set(verdict.states) == {FINDING}
    assert verdict.turns == ()
    assert verdict.sentence == (
        "The finding that they are missed more often than everyone would stand, up to 50 of 100 events lost (FA003)."
    )


def test_a_flag_worth_less_is_worth_as_much_once_enough_events_are_put_back(audited):
    """White: 400 of 1,000 flags right. Black: 112 of 352 right, which 1 - u divides."""
    (bias,) = label_bias(audited({"White": WHITE, "Black": SEVEN_TENTHS}), SLIDE)
    verdict = _verdict(bias, "FA006")
    for share, state in zip(bias.shares, verdict.states, strict=True):
        gap = newcombe_difference(112 / (1 - share), 352, 400, 1000)
        assert state == (PASSED if gap.low >= -0.05 else CANNOT_TELL if gap.high >= -0.05 else FINDING), share
    assert verdict.turns[-1].after == PASSED


def test_it_is_said_in_words(biased):
    (bias,) = label_bias(biased, SLIDE)
    assert bias.level_sentence == (
        "The risks told to Black women would be right if 30 of 100 Black women who went on to give birth preterm had "
        "been recorded as not having done so."
    )
    assert _verdict(bias, "FA002").sentence.startswith(
        "If 12 of 100 Black women who went on to give birth preterm had been recorded as not having done so, the "
        "finding that the risk they are told is overstated would no longer stand: it could not be told; from "
    )
    assert _verdict(bias, "FA002").sentence.endswith(
        "it would be found that the risk they are told is understated (FA002)."
    )


def test_the_page_and_the_json_hold_it(biased):
    report = with_label_bias(biased, SLIDE)
    page = report_page(report)
    assert "If events of Black women had been recorded as" in page
    assert "12 of 100 Black women who went on to give birth preterm" in page
    assert '<svg role="img" aria-label=' in page
    written = report.to_dict()["label_bias"]
    assert [one["group"] for one in written] == ["Black"]
    assert len(written[0]["verdicts"][0]["states"]) == 51
    assert biased.to_dict()["label_bias"] == "not asked"
    assert "had been recorded as" not in report_page(biased)
    # What was found is found with or without the bench.
    assert report.audit_id == biased.audit_id


def test_a_disguised_count_is_not_moved(audited):
    """Under the rounding rule 1 to 7 events are printed as 5: nothing is told of them at any share."""
    few = SEVEN_TENTHS | {"found": 2, "missed": 4}
    (bias,) = label_bias(audited({"White": WHITE, "Black": few}, DEFAULT_POLICY), SLIDE)
    assert all(set(verdict.states) == {CANNOT_TELL} for verdict in bias.verdicts)


def test_it_depends_on_printed_counts_alone(audited):
    """Two tables that print alike turn at the same shares, so no exact count comes back through them."""
    other = SEVEN_TENTHS | {"found": 111, "missed": 169, "cleared": 3481, "false_alarms": 239}
    one, two = (
        label_bias(audited({"White": WHITE, "Black": counts}, DEFAULT_POLICY), SLIDE)[0]
        for counts in (SEVEN_TENTHS, other)
    )
    assert one.to_dict() == two.to_dict()


def test_beside_a_reference_group_that_the_policy_names(audited):
    policy = replace(DEFAULT_POLICY, disclosure="none", reference="White")
    (bias,) = label_bias(audited({"White": WHITE, "Black": SEVEN_TENTHS, "Asian": WHITE}, policy), SLIDE)
    assert _verdict(bias, "FA002").states[0] == "risk overstated"
    # As many found of 100, but too few events to be sure to within the limit.
    assert FINDING not in _verdict(bias, "FA003").states


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Black", "write GROUP=FROM..TO"),
        ("Black=0.5", "write GROUP=FROM..TO"),
        ("Black=0.5..0.1", "run upwards from 0"),
        ("Black=0.0..1.0", "at most 0.9"),
        ("=0.0..0.5", "write GROUP=FROM..TO"),
    ],
)
def test_what_is_not_a_slide_is_refused(text, reason):
    with pytest.raises(InvalidUnderRecording, match=reason):
        parse_under_recording(text)


def test_a_slide_is_read_with_both_ends():
    slide = parse_under_recording("More than one race=.1..0.25")
    assert (slide.group, slide.shares[0], slide.shares[-1], len(slide.shares)) == ("More than one race", 0.1, 0.25, 16)


def test_a_group_nobody_has_is_refused_with_those_there_are(biased):
    with pytest.raises(InvalidUnderRecording, match="no ethnic group 'Martian' is compared in this audit; there are:"):
        label_bias(biased, replace(SLIDE, group="Martian"))
