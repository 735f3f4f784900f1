"""Who a split leaves out of a part is said; which women are on which side is a law of its own (property tests)."""

from __future__ import annotations

import numpy as np
import polars as pl

from training.split import Split


def test_a_group_that_one_part_has_nobody_of_is_named_with_what_follows() -> None:
    frame = pl.DataFrame({"ethnic_group": ["White", "White", "Asian", "Black", "Other"]})
    split = Split(part=np.array([0, 1, 0, 1, 2], dtype=np.int8), kind="by woman", description="made by hand")
    assert split.absences(frame) == (
        "not in the births fitted on: Black, Other; the model has seen none of these women",
        "not in the held-out births: Asian, Other; no figure can be given of them",
    )


def test_where_nobody_is_absent_nothing_is_said() -> None:
    frame = pl.DataFrame({"ethnic_group": ["White", "White"]})
    assert Split(part=np.array([0, 1], dtype=np.int8), kind="temporal", description="").absences(frame) == ()
