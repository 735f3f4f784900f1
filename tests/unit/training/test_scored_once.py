"""A frame is scored once, and no other frame gets its risks."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from training.scored_once import ScoredOnce


def test_a_frame_is_scored_once_and_an_equal_one_again() -> None:
    asked: list[int] = []

    def risk_of(women: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        asked.append(women.height)
        return women["risk"].to_numpy().copy()

    risks, women = ScoredOnce(risk_of), pl.DataFrame({"risk": [0.1, 0.2]})
    assert risks(women).tolist() == risks(women).tolist() == [0.1, 0.2]
    assert asked == [2]
    assert risks(women.clone()).tolist() == [0.1, 0.2]
    assert risks(pl.DataFrame({"risk": [0.9]})).tolist() == [0.9]
    assert asked == [2, 2, 1]


def test_what_is_handed_out_again_cannot_be_changed() -> None:
    risks, women = ScoredOnce(lambda women: women["risk"].to_numpy().copy()), pl.DataFrame({"risk": [0.1]})
    with pytest.raises(ValueError, match="read-only"):
        risks(women)[0] = 1.0
