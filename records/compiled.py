"""Compiling a function of numbers to machine code, in one way for all that do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

__all__ = ["compiled"]

Compiled = TypeVar("Compiled", bound=Callable[..., object])


def compiled(**options: Any) -> Callable[[Compiled], Compiled]:
    """Compiled at its first call; kept on disk for the next process wherever some folder can be written to.

    ``options`` are numba's, beside IEEE division and letting other threads run.
    """
    asked: dict[str, Any] = {"error_model": "numpy", "nogil": True, **options}

    def compile_it(function: Compiled) -> Compiled:
        try:
            kept: Compiled = numba.njit(function, cache=True, **asked)
        except RuntimeError:
            kept = numba.njit(function, **asked)
        return kept

    return compile_it
