"""What is refused before anything is fitted, and by which name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fairness_audits.figures import Figure
from models.outcomes import OUTCOMES
from records.records import Records
from training.cohort import Cohort, assemble
from training.diagnosis import (
    Diagnosis,
    ImplausibleRate,
    OneClassOutcome,
    SuspectedLeak,
    TooFewEvents,
    after_evaluation,
    diagnose,
)

MakeRecords = Callable[..., Records]
WOMEN = 2_000


def births(made_records: MakeRecords, *, rate: float = 0.1, women: int = WOMEN, **facts: Any) -> Cohort:
    """Preterm birth at ``rate``; age says nothing of it. ``facts`` are further columns, given the events."""
    random = np.random.default_rng(3)
    events = np.arange(women) < round(rate * women)
    columns = {
        "gestation_at_birth": np.where(events, 240, 280).tolist(),
        "live_birth": [True] * women,
        "fetuses": [1.0] * women,
        "maternal_age": random.normal(30, 5, women).tolist(),
    } | {name: values(events, random) for name, values in facts.items()}
    return assemble("preterm_birth", "booking", made_records(columns))


def judged(cohort: Cohort) -> Diagnosis:
    return diagnose(cohort, cohort.frame)


def test_honest_births_pass_with_their_rate(made_records: MakeRecords) -> None:
    found = judged(births(made_records))
    assert (found.rate, found.events) == (0.1, 200)


@pytest.mark.parametrize(("rate", "who"), [(0.0, "nobody"), (1.0, "everyone")])
def test_one_class(made_records: MakeRecords, rate: float, who: str) -> None:
    with pytest.raises(OneClassOutcome, match=f"{who} of 2,000 women had it"):
        judged(births(made_records, rate=rate))


def test_nobody_ascertained(made_records: MakeRecords) -> None:
    cohort = births(made_records)
    unknown = cohort.frame.with_columns(observed=None)
    with pytest.raises(OneClassOutcome, match="not ascertained for anyone"):
        diagnose(cohort, unknown)


@pytest.mark.parametrize("rate", [0.001, 0.6])
def test_a_rate_no_maternity_population_has(made_records: MakeRecords, rate: float) -> None:
    with pytest.raises(ImplausibleRate, match=r"a maternity population has 2\.00% to 30\.00%"):
        judged(births(made_records, rate=rate))


@pytest.mark.parametrize(("women", "enough"), [(490, False), (500, True)])
def test_fifty_events_are_the_fewest(made_records: MakeRecords, women: int, enough: bool) -> None:
    cohort = births(made_records, women=women)
    if enough:
        assert judged(cohort).events == 50
    else:
        with pytest.raises(TooFewEvents, match="fewer than 50 events"):
            judged(cohort)


def test_too_few_births_by_the_published_criteria_are_for_development_only(made_records: MakeRecords) -> None:
    found = judged(births(made_records, women=500, parity=lambda e, r: r.integers(0, 4, e.size).astype(float).tolist()))
    if not found.sample_size.is_enough:
        assert found.status == "development only"
        assert any("Riley" in remark for remark in found.remarks)
    many = judged(births(made_records, women=20_000))
    assert many.sample_size.is_enough
    assert many.status == "adequate"


@pytest.mark.parametrize("sign", [1, -1])
def test_a_fact_that_all_but_tells_the_outcome_is_named(made_records: MakeRecords, sign: int) -> None:
    """In either direction: a leak that lowers the risk is a leak."""
    with pytest.raises(SuspectedLeak, match="body_mass_index alone discriminates the outcome with AUROC"):
        judged(births(made_records, body_mass_index=lambda e, r: (28 + sign * 4 * e + r.normal(0, 1, e.size)).tolist()))


def test_being_recorded_can_be_the_leak(made_records: MakeRecords) -> None:
    """A scan that only women who gave birth early lack says when it was made, whatever it shows."""
    with pytest.raises(SuspectedLeak, match="body_mass_index being recorded alone"):
        judged(
            births(
                made_records,
                body_mass_index=lambda e, r: [
                    None if early else value for early, value in zip(e, r.normal(28, 4, e.size).tolist(), strict=True)
                ],
            )
        )


def test_an_honest_predictor_of_that_strength_is_not_refused(made_records: MakeRecords) -> None:
    """Half a standard deviation apart is an AUROC of 0.64, the most that booking facts show of preterm birth."""
    judged(births(made_records, body_mass_index=lambda e, r: (28 + 0.5 * e + r.normal(0, 1, e.size)).tolist()))


def test_a_fact_that_nobody_has_recorded_is_no_leak(made_records: MakeRecords) -> None:
    judged(births(made_records, body_mass_index=lambda e, _: [None] * e.size))


def test_a_cohort_without_ethnicity_is_remarked_on(made_records: MakeRecords) -> None:
    random = np.random.default_rng(3)
    columns = {
        "gestation_at_birth": np.where(np.arange(WOMEN) < 200, 240, 280).tolist(),
        "live_birth": [True] * WOMEN,
        "fetuses": [1.0] * WOMEN,
        "maternal_age": random.normal(30, 5, WOMEN).tolist(),
    }
    found = judged(assemble("preterm_birth", "booking", made_records(columns, groups=["Not known"] * WOMEN)))
    assert "Ethnicity is not recorded in these files: no disparity can be shown from them." in found.remarks


@pytest.mark.parametrize(("low", "status"), [(0.69, "development only"), (0.66, "adequate"), (None, "adequate")])
def test_a_result_that_is_too_good_speaks_up(made_records: MakeRecords, low: float | None, status: str) -> None:
    """The most that is published for preterm birth at booking is below 0.68, so a lower limit above it is a leak."""
    found = judged(births(made_records, women=20_000))
    auroc = Figure(estimand="auroc", value=0.71, low=low, high=None if low is None else 0.73)
    after = after_evaluation(found, OUTCOMES["preterm_birth"], auroc)
    assert after.status == status
    assert any("Look for a fact that was recorded after it" in remark for remark in after.remarks) == (
        status != "adequate"
    )
