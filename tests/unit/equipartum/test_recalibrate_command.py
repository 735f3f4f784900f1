"""What `equipartum recalibrate` says of the aliases that a new version moves, and of those it does not."""

from __future__ import annotations

from equipartum.commands.recalibrate import _aliases_told
from models.release import CHALLENGER, CHAMPION
from tests.fixtures.release_tags import TAGS
from training.version import Version


def _version(number: int, *aliases: str) -> Version:
    return Version(
        name="preterm_birth.booking", version=number, run_id="f" * 32, created_at=0, aliases=aliases, tags=TAGS
    )


def test_a_challenger_loses_its_alias_and_a_champion_keeps_it() -> None:
    now = _version(3, CHALLENGER)
    before = [_version(1, CHAMPION), _version(2, CHALLENGER)]
    told = _aliases_told(before, now)
    assert "version 1 stays champion" in told
    assert "version 2, challenger until now, has no alias any more" in told
    assert _aliases_told([_version(1)], now) == "Version 3 is challenger."
