from __future__ import annotations

import math

import pytest

from serving.problems import Problem
from serving.strict_json import parse


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "expecting value"),
        (b'{"a": 1', "at line 1"),
        (b'{"a": 1, "a": 2}', "same name twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\xff\xfe", "not UTF-8"),
        (b"1" * 5000, "too many digits"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_without_being_quoted(body: bytes, says: str) -> None:
    with pytest.raises(Problem, match=says) as refused:
        parse(body)
    assert refused.value.status == 400


def test_nan_is_read_so_that_it_can_be_refused_where_it_stands() -> None:
    assert math.isnan(parse(b"[NaN]")[0])
    assert math.isinf(parse(b"[1e999]")[0])
