"""Champions from the registry: polled, loaded beside the running ones, proved, and swapped in at one stroke.

MLflow's one doorway in the service. It is imported by the polling thread alone, never on the way of a request.
"""

from __future__ import annotations

import gc
import json
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from models.explanation import Explainer
from models.home import Home, Settings
from models.model_files import load_risk_model
from models.outcomes import OUTCOMES
from models.release import AUDIT_ARTIFACT, CARD_ARTIFACT, CHAMPION, ReleaseTags, registered_name
from records.errors import EquipartumError
from serving.champion import Champion
from serving.contract import served_points

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.tracking import MlflowClient

__all__ = ["MisnamedChampion", "RegistryChampions"]

_log = structlog.get_logger("equipartum.champions")


class MisnamedChampion(EquipartumError):
    """A registered version that holds the model of another outcome or point."""


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One consistent state: what is served, and why what should be is not."""

    champions: Mapping[str, Champion] = field(default_factory=dict)
    trouble: Mapping[str, str] = field(default_factory=dict)
    is_loaded: bool = False


class RegistryChampions:
    """``poll`` reads the registry once; `start` does so in a thread until `close`.

    A registry that is away, a version that is damaged: the last good champion stays.
    """

    def __init__(self, home: Home, settings: Settings) -> None:
        self._url = home.registry_url(settings)
        self._seconds = settings.champion_poll_seconds
        self._reading = _Reading()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="champions", daemon=True)

    def current(self) -> Mapping[str, Champion]:
        return self._reading.champions

    def trouble(self) -> Mapping[str, str]:
        return self._reading.trouble

    def is_loaded(self) -> bool:
        return self._reading.is_loaded

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def poll(self) -> None:
        """One look at the registry; whatever fails is kept as `trouble` and logged, never raised."""
        before = self._reading
        if before.champions and _is_absent_file(self._url):
            _log.warning("registry is away", kind="its file is gone")
            return
        try:
            named = _champion_versions(self._url)
        # MLflow raises its own, SQLAlchemy's and the network's errors: with any of them the registry is away.
        except Exception as error:
            _log.warning("registry is away", kind=type(error).__name__)
            return
        champions: dict[str, Champion] = {}
        trouble: dict[str, str] = {}
        for name, version in named.items():
            running = before.champions.get(name)
            if running is not None and (running.version, running.tags) == (str(version.version), _tags(version)):
                champions[name] = running
                continue
            try:
                champions[name] = _loaded(self._url, name, version)
                _log.info("champion loaded", model=name, version=str(version.version))
            except Exception as error:
                trouble[name] = str(error) if isinstance(error, EquipartumError) else type(error).__name__
                _log.error("champion not loaded", model=name, version=str(version.version), reason=trouble[name])
                if running is not None:
                    champions[name] = running
        self._reading = _Reading(champions=champions, trouble=trouble, is_loaded=True)
        if champions != before.champions:
            _settle_memory()

    def _run(self) -> None:
        self.poll()
        while not self._stopping.wait(self._seconds):
            self.poll()


def _settle_memory() -> None:
    """Models live long: the collector need not walk them again. Walks of all objects stall a request by 0.1 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def _client(url: str) -> MlflowClient:
    from mlflow.tracking import MlflowClient

    return MlflowClient(tracking_uri=url, registry_uri=url)


def _champion_versions(url: str) -> dict[str, ModelVersion]:
    """The version that each served name's alias points to; names without the alias are left out."""
    if _is_absent_file(url):
        return {}
    client = _client(url)
    served = {registered_name(outcome, point) for outcome in OUTCOMES for point in served_points(outcome)}
    registered = [model.name for model in client.search_registered_models(max_results=1000) if model.name in served]
    # A search leaves aliases out; only the model itself carries them.
    aliased = {name: client.get_registered_model(name).aliases.get(CHAMPION) for name in registered}
    return {name: client.get_model_version(name, number) for name, number in aliased.items() if number is not None}


def _is_absent_file(url: str) -> bool:
    """MLflow would create a whole registry where none is; before the first training there is nothing to serve."""
    path = url.removeprefix("sqlite:///")
    return path != url and not Path(path).exists()


def _loaded(url: str, name: str, version: ModelVersion) -> Champion:
    """Raises `StaleModel`, `UnexplainableModel`, `MisnamedChampion`, and what MLflow and the disk raise."""
    import mlflow.artifacts

    with tempfile.TemporaryDirectory(prefix="equipartum-champion-") as scratch:
        source = mlflow.artifacts.download_artifacts(
            artifact_uri=version.source, dst_path=f"{scratch}/model", tracking_uri=url
        )
        model = load_risk_model(Path(source) / "data")
        if model.design.registered_name != name:
            raise MisnamedChampion(f"{name} holds a model of {model.design.registered_name}: register it anew")
        documents = {
            artifact: _run_document(url, version.run_id, artifact, scratch)
            for artifact in (f"{AUDIT_ARTIFACT}/audit.json", CARD_ARTIFACT)
        }
    audit, card = documents.values()
    return Champion(
        version=str(version.version),
        model=model,
        explainer=Explainer.of(model),
        tags=_tags(version),
        audit=json.loads(audit) if audit is not None else None,
        card=card,
    )


def _run_document(url: str, run_id: str | None, artifact: str, scratch: str) -> str | None:
    """A text artefact of the run that made the version, None where it has none."""
    if not run_id:
        return None
    folder = artifact.rpartition("/")[0]
    client = _client(url)
    if artifact not in {found.path for found in client.list_artifacts(run_id, folder or None)}:
        return None
    return Path(client.download_artifacts(run_id, artifact, scratch)).read_text(encoding="utf-8")


def _tags(version: ModelVersion) -> ReleaseTags | None:
    tags: dict[str, Any] = dict(version.tags)
    try:
        return ReleaseTags.from_tags(tags)
    except KeyError:
        return None
