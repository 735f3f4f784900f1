"""A woman is on one side of the split, whatever the cohort."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.split import HOLDOUT, SET_ASIDE, TRAINING, folds_of, hold_out


def cohort(births: int, seed: int, *, dated: bool, women: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "pregnancy_id": [f"p{i}" for i in range(births)],
            "woman_id": [f"w{w}" for w in rng.integers(0, women, births)],
            "ethnic_group": rng.choice(["White", "Black", "Asian", "Not known"], births, p=[0.6, 0.2, 0.15, 0.05]),
            "observed": rng.random(births) < 0.1,
            "delivered_year": (rng.integers(0, 3, births) + 2020) if dated else np.full(births, 2020),
            "delivered_month": rng.integers(1, 13, births) if dated else [None] * births,
        },
        schema_overrides={"delivered_month": pl.Int8},
    )


@given(
    births=st.integers(20, 400), seed=st.integers(0, 9), dated=st.booleans(), fraction=st.sampled_from([0.2, 0.3, 0.5])
)
def test_no_woman_is_on_both_sides(births: int, seed: int, dated: bool, fraction: float) -> None:
    frame = cohort(births, seed, dated=dated, women=max(2, births // 2))
    split = hold_out(frame, fraction=fraction, seed=seed)
    fitted_on, held = split.training(frame), split.holdout(frame)
    assert not set(fitted_on["woman_id"]) & set(held["woman_id"])
    assert fitted_on.height + held.height + int((split.part == SET_ASIDE).sum()) == frame.height


@given(seed=st.integers(0, 9))
def test_the_same_seed_holds_out_the_same_women(seed: int) -> None:
    frame = cohort(200, seed, dated=False, women=150)
    once, again = (hold_out(frame, fraction=0.3, seed=seed) for _ in range(2))
    np.testing.assert_array_equal(once.part, again.part)


def test_row_order_does_not_decide_who_is_held_out() -> None:
    frame = cohort(300, 1, dated=False, women=300)
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=5)
    held = set(hold_out(frame, fraction=0.3, seed=2).holdout(frame)["pregnancy_id"])
    assert held == set(hold_out(shuffled, fraction=0.3, seed=2).holdout(shuffled)["pregnancy_id"])


def test_where_months_are_known_the_latest_births_are_held_out() -> None:
    frame = cohort(2000, 3, dated=True, women=2000)
    split = hold_out(frame, fraction=0.3, seed=0)
    month = (frame["delivered_year"].cast(pl.Int32) * 12 + frame["delivered_month"]).to_numpy()
    assert split.kind == "temporal"
    assert month[split.part == TRAINING].max() < month[split.part == HOLDOUT].min()
    assert 0.2 < (split.part == HOLDOUT).mean() < 0.4


def test_without_months_each_group_and_outcome_is_split_alike() -> None:
    frame = cohort(4000, 4, dated=False, women=4000).with_columns(woman_id=None)
    split = hold_out(frame, fraction=0.3, seed=0)
    assert split.kind == "by woman"
    shares = (
        frame.with_columns(held=pl.Series(split.part == HOLDOUT))
        .group_by("ethnic_group", "observed")
        .agg(pl.col("held").mean(), births=pl.len())
        .filter(pl.col("births") >= 20)
    )
    assert shares["held"].to_list() == pytest.approx([0.3] * shares.height, abs=0.03)


@given(births=st.integers(20, 300), seed=st.integers(0, 9), dated=st.booleans())
def test_parts_laid_together_are_the_same_births_in_the_same_order(births: int, seed: int, dated: bool) -> None:
    frame = cohort(births, seed, dated=dated, women=max(2, births // 2))
    split = hold_out(frame, fraction=0.3, seed=seed)
    laid, together = split.together(frame)
    assert laid.training(together).equals(split.training(frame))
    assert laid.holdout(together).equals(split.holdout(frame))
    assert together.sort("pregnancy_id").equals(frame.sort("pregnancy_id"))
    assert laid.absences(together) == split.absences(frame)


def test_where_years_alone_are_known_whole_years_are_held_out() -> None:
    frame = cohort(3000, 4, dated=True, women=3000).with_columns(delivered_month=pl.lit(None, dtype=pl.Int8))
    split = hold_out(frame, fraction=0.3, seed=0)
    assert split.kind == "temporal"
    assert split.description.startswith("births from 2022 on are held out")
    assert set(split.holdout(frame)["delivered_year"]) == {2022}
    assert set(split.training(frame)["delivered_year"]) == {2020, 2021}


@given(births=st.integers(20, 400), seed=st.integers(0, 9), folds=st.integers(2, 6))
def test_every_birth_is_in_one_fold_and_a_woman_in_no_other(births: int, seed: int, folds: int) -> None:
    frame = cohort(births, seed, dated=False, women=max(2, births // 2)).with_columns(pl.Series("x", range(births)))
    fold = folds_of(frame, folds, seed=seed)
    assert fold.min() >= 0
    assert fold.max() < folds
    by_woman = frame.with_columns(fold=pl.Series(fold)).group_by("woman_id").agg(pl.col("fold").n_unique())
    assert by_woman["fold"].max() == 1


def test_folds_have_alike_shares_of_each_group_and_of_events() -> None:
    frame = cohort(2000, 5, dated=False, women=2000).unique("woman_id", keep="any", maintain_order=True)
    counted = (
        frame.with_columns(fold=pl.Series(folds_of(frame, 5, seed=1)))
        .group_by("ethnic_group", "observed", "fold")
        .agg(births=pl.len())
        .group_by("ethnic_group", "observed")
        .agg(most=pl.col("births").max(), least=pl.col("births").min(), folds=pl.col("fold").n_unique())
    )
    assert counted.filter(pl.col("folds") == 5).select((pl.col("most") - pl.col("least")).max()).item() <= 1


def test_row_order_does_not_decide_the_fold() -> None:
    frame = cohort(300, 1, dated=False, women=300)
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=5)
    once = dict(zip(frame["pregnancy_id"], folds_of(frame, 5, seed=2).tolist(), strict=True))
    assert once == dict(zip(shuffled["pregnancy_id"], folds_of(shuffled, 5, seed=2).tolist(), strict=True))
