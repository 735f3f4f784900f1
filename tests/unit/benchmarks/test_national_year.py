"""The national year that is measured is a file of as many simulated births as asked, read like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import national_year
from records.sources.cdc_natality import CDC_NATALITY


def test_the_file_holds_the_live_births_of_every_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(national_year, "BIRTHS_A_PART", 400)
    path = national_year.births_file(1_000, tmp_path)
    records = CDC_NATALITY.scan([path])
    births = records.pregnancies.select("pregnancy_id", "maternal_age", "weight").collect()
    assert records.is_simulated
    # some of a thousand pregnancies end in a stillbirth, which the certificate of a live birth does not have
    assert 980 <= births.height < 1_000
    first, second = births[:390], births[400:790]
    assert not first.select("maternal_age", "weight").equals(second.select("maternal_age", "weight"))
    assert national_year.births_file(1_000, tmp_path) == path
