"""A saved model is as large for many births as for few, and no woman's row is in it or beside it."""

from __future__ import annotations

import re
import sqlite3
import warnings
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from fairness_audits.review_list import REVIEW_LIST_FILE
from models.encoding import Encoding
from models.home import Home, Settings
from records.records import Records
from records.sources.simulated import simulate
from training.cohort import OBSERVED
from training.design_choice import RetrainRequest
from training.retrain import Retrained, retrain
from training.tuning.asked import Tuning

FEW, MANY = 8_000, 32_000
# Trees that few births fill as well as many do, so that only the births differ.
SHALLOW: Mapping[str, float | int] = {
    "n_estimators": 50,
    "learning_rate": 0.1,
    "max_depth": 2,
    "num_leaves": 4,
    "min_child_samples": 100,
    "reg_lambda": 1.0,
}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A home, and the one retrain in it."""

    home: Home
    records: Records
    retrained: Retrained

    @property
    def files(self) -> list[Path]:
        """All that is not readable by the owner alone: artefacts, audits and the registry's database."""
        found = [*self.home.artifacts.rglob("*"), *self.home.audits.rglob("*"), self.home.registry_file]
        return [file for file in found if file.is_file() and file.name != REVIEW_LIST_FILE]

    @property
    def model_folder(self) -> Path:
        (folder,) = {file.parent for file in self.home.artifacts.rglob("risk_model.json")}
        return folder


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Kept]:
    """The same design fitted on births and on four times as many; the few with a search before it."""
    made = {}
    for births in (FEW, MANY):
        home = Home(root=tmp_path_factory.mktemp("size") / "home")
        records = simulate(births, seed=21, scenario="england").records
        tuning = Tuning(trials=2) if births == FEW else None
        with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
            warnings.simplefilter("ignore", DeprecationWarning)
            patch.setattr("models.design.DEFAULT_BOOSTER", SHALLOW)
            patch.setattr("models.design.CAUTIOUS_BOOSTER", SHALLOW)
            request = RetrainRequest(outcome="preterm_birth", seed=6, constraint="none")
            retrained = retrain(request, records, home, Settings(), tuning=tuning)
        made[births] = Kept(home=home, records=records, retrained=retrained)
    return made


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _leaves(folder: Path) -> int:
    booster = (folder / "model.lgb").read_text(encoding="utf-8")
    return sum(int(found) for found in re.findall(r"^num_leaves=(\d+)$", booster, re.MULTILINE))


def test_an_artefact_does_not_grow_with_the_births_it_was_fitted_on(kept: dict[int, Kept]) -> None:
    """Four times the births make the same trees' numbers longer by a digit here and there, and nothing else."""
    few, many = (kept[births].model_folder for births in (FEW, MANY))
    most = int(SHALLOW["n_estimators"] * SHALLOW["num_leaves"])
    assert 0.9 * most <= _leaves(few) <= _leaves(many) <= most
    assert _bytes(few) > 30_000
    # Three in a hundred are 1,300 bytes: less than half a bit for each of 24,000 births more.
    assert _bytes(many) / _bytes(few) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("births", [FEW, MANY])
def test_no_identifier_of_a_training_birth_is_anywhere(kept: dict[int, Kept], births: int) -> None:
    women = kept[births].records.pregnancies.select("pregnancy_id", "woman_id").collect()
    identifiers = {one for column in women.get_columns() for one in column.drop_nulls().to_list()}
    assert len(identifiers) > births
    shortest, longest = (end(map(len, identifiers)) for end in (min, max))
    words = re.compile(rb"[0-9A-Za-z_-]{%d,}" % shortest)
    for file in (*kept[births].files, *_studies(kept[births])):
        for run in words.findall(file.read_bytes()):
            text = run.decode()
            assert text not in identifiers, file.name
            if len(text) <= 4 * longest:
                continue
            ends = (text[start : start + longest] for start in range(len(text) - longest + 1))
            assert identifiers.isdisjoint(ends), file.name


def _studies(kept: Kept) -> list[Path]:
    return sorted(kept.home.cache.glob("*/tuning-*.db"))


@pytest.mark.parametrize("births", [FEW, MANY])
def test_no_row_of_a_training_birth_is_anywhere(kept: dict[int, Kept], births: int) -> None:
    """As a row would be written: her numbers one after the other, with any one separator."""
    retrained = kept[births].retrained
    training = retrained.split.training(retrained.cohort.frame).drop_nulls(OBSERVED)
    predictors = list(retrained.model.design.predictors)
    encoded = Encoding.of(predictors).encode(training)
    rows = {" ".join(f"{number:g}" for number in row) for row in encoded}
    told = training.select(pl.col(predictors).cast(pl.String).fill_null(""))
    rows |= {" ".join(row) for row in told.iter_rows()}
    assert len(rows) > births / 2
    files = (*kept[births].files, *_studies(kept[births]))
    assert len(files) > 10
    for file in files:
        text = file.read_bytes().decode("latin-1")
        for line in re.split(r"[\n\r\x00\]\[]", text):
            numbers = " ".join(re.split(r"[,;\t |]+", line.strip()))
            assert numbers not in rows, file.name


def test_the_study_of_a_search_holds_aggregates_alone(kept: dict[int, Kept]) -> None:
    """A few numbers a trial, whatever the births: no table with as many rows as a fold has births, no blob."""
    (study,) = _studies(kept[FEW])
    assert study.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(study)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
        values = [
            value for name in tables for row in database.execute(f"SELECT * FROM {name}") for value in row if value
        ]
    assert counts["trials"] == 2
    assert max(counts.values()) < 50
    assert not any(isinstance(value, bytes) or len(str(value)) > 300 for value in values)


def test_what_the_search_tells_is_kept_with_the_run(kept: dict[int, Kept]) -> None:
    (table,) = kept[FEW].home.artifacts.rglob("tuning.csv")
    assert len(table.read_text(encoding="utf-8").splitlines()) == 1 + 2
    assert not list(kept[MANY].home.artifacts.rglob("tuning.csv"))
    with closing(sqlite3.connect(kept[FEW].home.registry_file)) as database:
        told = dict(database.execute("SELECT key, value FROM params WHERE key LIKE 'tuning.%'"))
    assert told["tuning.trials"] == "2"
    assert told["tuning.chosen"] in ("default settings", "trial 1")
    notes = kept[FEW].retrained.report
    assert notes.contexts
    assert any(note.startswith("tuning: 2 settings") for note in notes.contexts[0].notes)
