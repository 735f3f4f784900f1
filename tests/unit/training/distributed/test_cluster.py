"""What is said where there is no cluster to fit on."""

from __future__ import annotations

import sys

import pytest

from training.distributed import DaskMissing, require_dask


@pytest.mark.parametrize("absent", ["dask", "distributed"])
def test_without_dask_the_error_says_how_to_install_it(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(DaskMissing, match="pip install"):
        require_dask()


def test_with_dask_nothing_is_said() -> None:
    require_dask()
