from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator

import pytest

from serving.problems import Problem
from serving.strict_json import HEARD_OUT, MOST_HEARD_BEYOND, parse, read_body


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


@pytest.mark.parametrize(("limit", "most"), [(1024, 1024 * HEARD_OUT), (67_108_864, 67_108_864 + MOST_HEARD_BEYOND)])
def test_a_client_that_never_ends_is_not_heard_out(limit: int, most: int) -> None:
    heard = 0
    piece = b" " * 1_048_576

    async def endless() -> AsyncIterator[bytes]:
        nonlocal heard
        while heard < 1_000_000_000:
            heard += len(piece)
            yield piece

    with pytest.raises(Problem) as refused:
        asyncio.run(read_body(endless(), limit, lambda body, is_whole: None))
    assert refused.value.status == 413
    assert heard <= most + len(piece)
