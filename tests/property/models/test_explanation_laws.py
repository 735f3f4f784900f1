"""Shapley values by quadrature are LightGBM's own contributions, whatever the trees."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.explanation.quadrature import PathFactors, shapley_values
from models.explanation.trees import TreeTable, UnexplainableModel

Rows = npt.NDArray[np.float64]


def made_up(seed: int, columns: int, rows: int = 400) -> tuple[Rows, Rows]:
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(rows, columns))
    values[:, 0] = generator.integers(-1, 2, rows)
    values[generator.random(values.shape) < 0.2] = np.nan
    score = np.nan_to_num(values[:, 0]) + np.nan_to_num(values[:, -1] * values[:, columns // 2])
    return values, (score + generator.normal(size=rows) > 0).astype(float)


def assert_equals_contributions(booster: lgb.Booster, rows: Rows) -> None:
    """`pred_contrib` gives one column a predictor and the expected value last."""
    trees = TreeTable.of(booster)
    factors = PathFactors.of(trees)
    expected = booster.predict(rows, pred_contrib=True, num_threads=1)
    ours = np.array([shapley_values(row, trees, factors) for row in rows])
    np.testing.assert_allclose(ours, expected[:, :-1], rtol=0, atol=1e-11)
    np.testing.assert_allclose(trees.expected_value, expected[0, -1], rtol=0, atol=1e-11)
    raw = booster.predict(rows, raw_score=True, num_threads=1)
    np.testing.assert_allclose(ours.sum(axis=1) + trees.expected_value, raw, rtol=0, atol=1e-11)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    columns=st.integers(1, 12),
    leaves=st.integers(2, 64),
    trees=st.integers(1, 12),
    least=st.integers(1, 40),
    zero_as_missing=st.booleans(),
    use_missing=st.booleans(),
)
def test_equal_to_lightgbm_contributions(
    seed: int, columns: int, leaves: int, trees: int, least: int, zero_as_missing: bool, use_missing: bool
) -> None:
    values, happened = made_up(seed, columns)
    options = {
        "objective": "binary",
        "num_leaves": leaves,
        "min_data_in_leaf": least,
        "min_sum_hessian_in_leaf": 0,
        "zero_as_missing": zero_as_missing,
        "use_missing": use_missing,
        "verbose": -1,
        "num_threads": 1,
    }
    booster = lgb.train(options, lgb.Dataset(values, happened), trees)
    assert_equals_contributions(booster, np.vstack([values[:20], np.full(columns, np.nan), np.zeros(columns)]))


def test_paths_of_one_repeated_column() -> None:
    values, happened = made_up(3, 1)
    options = {"objective": "binary", "num_leaves": 64, "min_data_in_leaf": 1, "verbose": -1, "num_threads": 1}
    booster = lgb.train(options, lgb.Dataset(values, happened), 5)
    assert TreeTable.of(booster).most_columns_on_a_path == 1
    assert_equals_contributions(booster, values[:30])


def test_a_booster_continued_by_weighted_rounds() -> None:
    """The trees of the plain rounds and of the reweighted ones explain one risk together."""
    values, happened = made_up(5, 6)
    options = {"objective": "binary", "num_leaves": 16, "max_depth": 4, "verbose": -1, "num_threads": 1}
    plain = lgb.train(options, lgb.Dataset(values, happened), 20)
    weights = np.where(values[:, 1] > 0, 3.0, 1.0)
    both = lgb.train(options, lgb.Dataset(values, happened, weight=weights), 10, init_model=plain)
    restored = lgb.Booster(model_str=both.model_to_string())
    assert restored.num_trees() == 30
    assert_equals_contributions(restored, values[:30])


def test_a_booster_that_never_splits_moves_nothing() -> None:
    values, happened = made_up(1, 3, rows=30)
    options = {"objective": "binary", "min_data_in_leaf": 30, "verbose": -1, "num_threads": 1}
    booster = lgb.train(options, lgb.Dataset(values, happened), 3)
    assert_equals_contributions(booster, values[:5])


@pytest.mark.parametrize("changes", [{"linear_tree": True}, {"objective": "multiclass", "num_class": 3}])
def test_what_cannot_be_explained_exactly_is_refused(changes: dict[str, object]) -> None:
    values, happened = made_up(2, 4)
    classes = happened + (np.nan_to_num(values[:, 0]) > 0) if "num_class" in changes else happened
    options = {"objective": "binary", "verbose": -1, "num_threads": 1} | changes
    booster = lgb.train(options, lgb.Dataset(np.nan_to_num(values), classes), 2)
    with pytest.raises(UnexplainableModel):
        TreeTable.of(booster)


def test_a_split_on_a_category_is_refused() -> None:
    generator = np.random.default_rng(4)
    values = generator.integers(0, 5, (500, 1)).astype(float)
    happened = np.isin(values[:, 0], (1, 3)).astype(float)
    options = {"objective": "binary", "verbose": -1, "num_threads": 1, "max_cat_to_onehot": 1, "min_data_per_group": 1}
    booster = lgb.train(options, lgb.Dataset(values, happened, categorical_feature=[0]), 2)
    with pytest.raises(UnexplainableModel, match="category"):
        TreeTable.of(booster)
