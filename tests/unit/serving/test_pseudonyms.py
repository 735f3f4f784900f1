from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.home import Home
from serving.pseudonyms import ExposedKey, Pseudonyms


def test_one_home_has_one_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    with ThreadPoolExecutor(8) as threads:
        keys = {made.key for made in threads.map(lambda _: Pseudonyms.at(home), range(32))}
    assert len(keys) == 1
    assert (tmp_path / "pseudonym.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["pseudonym.key"]


def test_a_pseudonym_is_stable_keyed_and_of_its_purpose(tmp_path: Path) -> None:
    one, other = Pseudonyms.at(Home(root=tmp_path / "a")), Pseudonyms.at(Home(root=tmp_path / "b"))
    assert one.of("9434765919") == Pseudonyms.at(Home(root=tmp_path / "a")).of("9434765919")
    assert one.of("9434765919") != other.of("9434765919")
    assert one.of("9434765919") != one.of("9434765919", "request")
    assert "9434765919" not in one.of("9434765919")
    assert one.key.hex() not in repr(one)


def test_a_key_that_others_read_or_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    Pseudonyms.at(home)
    key = tmp_path / "pseudonym.key"
    key.chmod(0o644)
    with pytest.raises(ExposedKey, match="0600"):
        Pseudonyms.at(home)
    key.chmod(0o600)
    key.write_bytes(b"short")
    with pytest.raises(ExposedKey, match="5 bytes"):
        Pseudonyms.at(home)
