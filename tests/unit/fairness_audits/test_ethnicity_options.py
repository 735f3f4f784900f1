"""The options as printed: against row 0 on the same women, by the disclosure rule, a rule that cannot be evaluated."""

from __future__ import annotations

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import EthnicityOption, OptionGroup
from fairness_audits.disclosure import RULES
from fairness_audits.ethnicity_options import printed_options
from fairness_audits.intervals import wilson


def group(name: str, *, events: int, found: int, before: int, gained: int, lost: int) -> OptionGroup:
    return OptionGroup(
        group=name,
        women=events * 10,
        flagged=events,
        ascertained=events * 10,
        events=events,
        found=found,
        found_by_row_zero=before,
        gained=gained,
        lost=lost,
        found_with_level_up=found,
        mean_risk=0.1,
    )


def context(*options: EthnicityOption) -> AuditContext:
    return AuditContext(outcome="preterm_birth", prediction_point="booking", ethnicity_options=options)


LEVELS_DOWN = EthnicityOption(
    name="ethnicity_as_input",
    uses_ethnicity=True,
    groups=(
        group("White", events=400, found=60, before=100, gained=10, lost=50),
        group("Black", events=100, found=40, before=20, gained=22, lost=2),
        group("Asian", events=4, found=1, before=2, gained=0, lost=1),
    ),
    level_up_flags_per_1000=17.26,
    auroc=0.6123,
)


def test_an_option_that_takes_chances_from_a_group_says_whom_it_makes_worse() -> None:
    (option,) = printed_options(context(LEVELS_DOWN), RULES["none"], 0.01)
    assert option.made_worse == ("White",)
    status = {row.group: row.status for row in option.rows}
    # Paired: of 504 women 32 are gained and 53 lost, -21 +- 18. One of four events lost: nobody can tell from that.
    assert status == {"Everyone": "worse", "White": "worse", "Black": "no worse", "Asian": "cannot tell"}


def test_everyone_is_the_sum_of_the_groups_and_figures_are_wilsons() -> None:
    (option,) = printed_options(context(LEVELS_DOWN), RULES["none"], 0.01)
    everyone = option.rows[0]
    expected = wilson(101, 504)
    assert everyone.events == 504
    assert everyone.sensitivity.value == round(101 / 504, 3)
    assert (everyone.sensitivity.low, everyone.sensitivity.high) == (round(expected.low, 3), round(expected.high, 3))
    assert everyone.observed_to_expected.value == 1.0


def test_small_counts_are_printed_by_the_rule() -> None:
    (option,) = printed_options(context(LEVELS_DOWN), RULES["msds"], 0.01)
    asian = option.rows[-1]
    assert asian.events == 5
    assert asian.sensitivity.is_hidden
    assert option.level_up_flags_per_1000 == 17.0
    assert printed_options(context(LEVELS_DOWN), RULES["none"], 0.01)[0].level_up_flags_per_1000 == 17.3


def test_a_rule_that_cannot_be_evaluated_has_no_rows() -> None:
    rule = EthnicityOption(name="guideline:bmi_30_or_more@2020", uses_ethnicity=False, is_evaluated=False)
    (option,) = printed_options(context(rule), RULES["msds"], 0.01)
    assert (option.rows, option.is_evaluated, option.made_worse) == ((), False, ())
    assert "body mass index" in option.title


def test_options_survive_being_written_and_read() -> None:
    written = context(LEVELS_DOWN)
    assert AuditContext.from_json(written.to_json()) == written
