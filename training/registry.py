"""The MLflow registry: runs, versions, aliases. The only module of training that knows MLflow.

Every retrain registers its version as challenger, whatever its audit found; a person promotes, and is refused while
a blocking finding stands. Tracking address and artefact location are always explicit.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

from fairness_audits.restricted_counts import is_restricted
from models.home import Home, Settings
from models.lineage import Lineage
from models.release import CARD_ARTIFACT, CHALLENGER, CHAMPION, MODEL_ARTIFACT, ReleaseTags, registered_name
from records.errors import EquipartumError
from training.run_marks import is_left_behind, marks_of, process_mark
from training.version import Version

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
# It would print the statement that failed, with its values; `RegistryAway` says what a person needs.
logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
logging.getLogger("alembic").setLevel(logging.WARNING)

from mlflow.entities.model_registry import ModelVersion  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402
from mlflow.models import Model  # noqa: E402
from mlflow.tracking import MlflowClient  # noqa: E402
from sqlalchemy.exc import SQLAlchemyError  # noqa: E402

__all__ = ["Registry", "RegistryAway", "RestrictedArtifact", "Run", "UnknownVersion"]

EXPERIMENT = "equipartum"
LOADER_MODULE = "models.pyfunc_loader"


class UnknownVersion(EquipartumError):
    """A version or run that the registry does not hold."""


class RegistryAway(EquipartumError):
    """The registry does not answer."""


class RestrictedArtifact(EquipartumError):
    """Restricted counts in a folder that was to become an artefact."""


# What a database says when it cannot be used, and what that means for the person who asked.
_CAUSES = {
    "database is locked": "another program holds its lock; wait for it to end, or stop it",
    "disk is full": "the disk is full",
    "disk i/o error": "the disk is full or fails",
    "readonly database": "its file is read-only",
    "unable to open database": "its file cannot be opened",
    "not a database": "its file is damaged, or is no database: restore it from a backup, or name another home",
    "malformed": "its file is damaged: restore it from a backup, or name another home",
}


@contextmanager
def _answering() -> Iterator[None]:
    """Whatever MLflow, its database or SQLite raise becomes `RegistryAway`, in words that quote no statement."""
    try:
        yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error) as error:
        said = str(error).lower()
        cause = next((words for found, words in _CAUSES.items() if found in said), type(error).__name__)
        raise RegistryAway(f"the registry does not answer: {cause}") from error


@_answering()
def _probe(address: str) -> None:
    """Asks an SQLite file one question: MLflow would try for minutes to open one that is locked or damaged.

    Opened for writing, so that SQLite undoes what a process was killed in the middle of.
    """
    path = Path(address.removeprefix("sqlite:///"))
    if address.startswith("sqlite:///") and path.exists():
        connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=5)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            connection.close()


def _make_whole(file: Path) -> None:
    """A new registry under a name of its own until every table is there: its making takes seconds, and MLflow cannot
    go on with one that was stopped in the middle."""
    for left in file.parent.glob(f".{file.name}.*"):
        number = left.name.split(".")[3].partition("-")[0]
        if number.isdigit() and process_mark(int(number)) is None:
            left.unlink(missing_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with _answering():
            MlflowClient(
                tracking_uri=f"sqlite:///{draft}", registry_uri=f"sqlite:///{draft}"
            ).search_registered_models()
        # Another process may have made one since: its registry stays.
        with suppress(FileExistsError):
            file.hardlink_to(draft)
    finally:
        for left in file.parent.glob(f"{draft.name}*"):
            left.unlink(missing_ok=True)


class Run:
    """One MLflow run under way: parameters, metrics and artefacts go to it; it never holds a patient row."""

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        self._client = client
        self.run_id = run_id

    @_answering()
    def log_parameters(self, parameters: Mapping[str, object]) -> None:
        for name, value in parameters.items():
            self._client.log_param(self.run_id, name, str(value)[:500])

    @_answering()
    def log_metrics(self, metrics: Mapping[str, float]) -> None:
        for name, value in metrics.items():
            self._client.log_metric(self.run_id, name, value)

    @_answering()
    def log_files(self, folder: Path, artifact_path: str | None = None) -> None:
        """Raises `RestrictedArtifact` where the folder holds restricted counts: an artefact is read by many."""
        restricted = [file.name for file in sorted(folder.rglob("*")) if file.is_file() and is_restricted(file)]
        if restricted:
            raise RestrictedArtifact(
                f"{', '.join(restricted)} in {folder.name}: restricted counts stay with the holder of the records and "
                "are never kept with a run; move them out of the folder"
            )
        self._client.log_artifacts(self.run_id, str(folder), artifact_path)

    @_answering()
    def log_text(self, text: str, artifact_file: str) -> None:
        self._client.log_text(self.run_id, text, artifact_file)

    def log_model_folder(self, saved: Path) -> None:
        """The files of ``saved`` as an MLflow model that loads without code of its own."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / MODEL_ARTIFACT
            shutil.copytree(saved, folder / "data")
            description = Model()
            description.add_flavor("python_function", loader_module=LOADER_MODULE, data="data")
            description.save(str(folder / "MLmodel"))
            self.log_files(folder, MODEL_ARTIFACT)


class Registry:
    """One home's registry: SQLite in the home by default, or the server that the settings name."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self._home, self._is_shared = home, bool(settings.registry_url)
        address = home.prepare().registry_url(settings)
        _probe(address)
        if not self._is_shared and not home.registry_file.exists():
            _make_whole(home.registry_file)
        with _answering():
            self._client = MlflowClient(tracking_uri=address, registry_uri=address)

    @contextmanager
    def run(self, name: str, *, parent: Run | None = None) -> Iterator[Run]:
        """A run that ends FINISHED, FAILED on an error, or KILLED when the process is told to stop."""
        tags = marks_of(self._home) | ({"mlflow.parentRunId": parent.run_id} if parent else {})
        with _answering():
            created = self._client.create_run(self._experiment(), run_name=name, tags=tags)
        run = Run(self._client, created.info.run_id)
        try:
            yield run
        except BaseException as error:
            # Where the registry is what failed, its absence must not hide why.
            with suppress(RegistryAway):
                self._end(run, "FAILED" if isinstance(error, Exception) else "KILLED")
            raise
        self._end(run, "FINISHED")

    @_answering()
    def _end(self, run: Run, status: str) -> None:
        self._client.set_terminated(run.run_id, status=status)

    @_answering()
    def end_runs_left_behind(self) -> list[str]:
        """Marks this home's runs KILLED that are under way by a process that is gone; their ids."""
        experiment = self._client.get_experiment_by_name(EXPERIMENT)
        if experiment is None:
            return []
        under_way = self._client.search_runs(
            [experiment.experiment_id], "attributes.status = 'RUNNING'", max_results=1000
        )
        left = [
            run.info.run_id
            for run in under_way
            if is_left_behind(run.data.tags, self._home, is_registry_shared=self._is_shared)
        ]
        for run_id in left:
            self._client.set_terminated(run_id, status="KILLED")
        return left

    def _experiment(self) -> str:
        found = self._client.get_experiment_by_name(EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        return str(self._client.create_experiment(EXPERIMENT, artifact_location=self._home.artifacts.as_uri()))

    @_answering()
    def register(
        self, run: Run, outcome: str, prediction_point: str, tags: ReleaseTags, lineage: Lineage | None = None
    ) -> Version:
        """A new version of the run's model folder, as challenger; with where it comes from if it was recalibrated."""
        name = registered_name(outcome, prediction_point)
        try:
            self._client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        told = tags.to_tags() | (lineage.to_tags() if lineage is not None else {})
        created = self._client.create_model_version(
            name, source=f"runs:/{run.run_id}/{MODEL_ARTIFACT}", run_id=run.run_id, tags=told
        )
        self._client.set_registered_model_alias(name, CHALLENGER, created.version)
        return self.version(outcome, prediction_point, int(created.version))

    def version(self, outcome: str, prediction_point: str, number: int) -> Version:
        """That version; `UnknownVersion` lists those there are."""
        found = {v.version: v for v in self.versions(outcome, prediction_point)}
        if number not in found:
            there = ", ".join(str(n) for n in sorted(found)) or "none: run 'equipartum retrain' first"
            raise UnknownVersion(f"{outcome} at {prediction_point} has no version {number}; versions: {there}")
        return found[number]

    @_answering()
    def versions(self, outcome: str | None = None, prediction_point: str | None = None) -> list[Version]:
        """Every version, or those of one outcome, newest first; versions that others registered here are left out."""
        found = []
        for model in self._client.search_registered_models(max_results=1000):
            of, _, at = model.name.rpartition(".")
            if outcome in (None, of) and prediction_point in (None, at):
                aliases = self._client.get_registered_model(model.name).aliases
                listed = self._client.search_model_versions(f"name = '{model.name}'", max_results=1000)
                found += [_version(v, aliases) for v in listed if v.tags.keys() >= _TAGS]
        return sorted(found, key=lambda v: (v.name, -v.version))

    def champion(self, outcome: str, prediction_point: str) -> Version | None:
        versions = self.versions(outcome, prediction_point)
        return next((v for v in versions if CHAMPION in v.aliases), None)

    def by_run(self, run_id: str) -> Version:
        """The version that a run registered; the first characters of its id are enough."""
        found = [v for v in self.versions() if v.run_id.startswith(run_id)]
        if len(found) != 1:
            raise UnknownVersion(
                f"{len(found)} registered versions come from a run that starts with {run_id!r}; "
                "'equipartum models' lists the runs"
            )
        return found[0]

    def promote(self, version: Version) -> Version:
        """Points the champion alias at ``version``; `BlockedRelease` says what stands against it."""
        version.require_releasable(datetime.now(UTC).date())
        with _answering():
            self._client.set_registered_model_alias(version.name, CHAMPION, str(version.version))
        return self.version(version.outcome, version.prediction_point, version.version)

    @_answering()
    def retag(self, version: Version, tags: ReleaseTags) -> Version:
        """Replaces what the registry says of a version, after a new audit of it.

        Tag by tag, and a process may be killed between two: until all else is said, the version is held back by what
        blocked it before and by what blocks it now.
        """
        blocking = tuple(dict.fromkeys((*version.tags.blocking_findings, *tags.blocking_findings)))
        for step in (replace(tags, blocking_findings=blocking), tags):
            for key, value in step.to_tags().items():
                self._client.set_model_version_tag(version.name, str(version.version), key, value)
        return self.version(version.outcome, version.prediction_point, version.version)

    def run_of(self, version: Version) -> Run:
        """The run that made the version, to add to it."""
        return Run(self._client, version.run_id)

    @_answering()
    def download(self, version: Version, artifact_path: str, destination: Path) -> Path:
        """A local copy of one artefact of the version's run."""
        return Path(self._client.download_artifacts(version.run_id, artifact_path, str(destination)))

    def card(self, version: Version) -> str:
        """The model card among the artefacts of the version's run."""
        with tempfile.TemporaryDirectory() as scratch:
            return self.download(version, CARD_ARTIFACT, Path(scratch)).read_text(encoding="utf-8")

    @_answering()
    def metrics(self, version: Version) -> Mapping[str, float]:
        """The metrics of the version's run."""
        return dict(self._client.get_run(version.run_id).data.metrics)


_TAGS = {field.name for field in fields(ReleaseTags)}


def _version(found: ModelVersion, aliases: Mapping[str, str]) -> Version:
    return Version(
        name=found.name,
        version=int(found.version),
        run_id=str(found.run_id),
        created_at=int(found.creation_timestamp),
        aliases=tuple(alias for alias, number in aliases.items() if str(number) == str(found.version)),
        tags=ReleaseTags.from_tags(dict(found.tags)),
        lineage=Lineage.from_tags(found.tags),
    )
