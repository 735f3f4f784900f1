"""Whether one observation could be read by both of two readings."""

from __future__ import annotations

import pytest

from records.reading import Reading

IN_PREGNANCY = Reading(of="epds_total", how="last", before_birth=True)
EVER = Reading(of="epds_total", how="maximum")


def after(first: int, last: int, of: str = "epds_total") -> Reading:
    return Reading(of=of, how="maximum", days_after_birth=(first, last))


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (IN_PREGNANCY, after(14, 365), False),
        (IN_PREGNANCY, after(-1, 14), True),
        (IN_PREGNANCY, after(0, 14), False),
        (IN_PREGNANCY, IN_PREGNANCY, True),
        (EVER, after(14, 365), True),
        (EVER, IN_PREGNANCY, True),
        (after(0, 13), after(14, 365), False),
        (after(0, 14), after(14, 365), True),
        (EVER, after(14, 365, of="depression"), False),
    ],
)
def test_windows_that_meet(one: Reading, other: Reading, both: bool) -> None:
    assert one.overlaps(other) is both
    assert other.overlaps(one) is both
