"""Home: the one folder in which an installation keeps its registry, audits, charts and databases, and its settings.

Settings come from the command line, then the environment, then `equipartum.toml` in the home, then the defaults here.
One process writes at a time; the second is told who holds the lock.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import math
import os
import tomllib
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from records.errors import EquipartumError

__all__ = ["Home", "HomeIsBusy", "Settings", "UnusableHome", "UnusableSettings"]

MODES = ("demo", "research", "live")
# Seconds; oftener, the registry would be read without a pause.
SHORTEST_POLL = 0.5
# Bytes; no request of the contract fits into less.
SMALLEST_BODY_LIMIT = 1024


class UnusableHome(EquipartumError):
    """The home folder cannot be created or written to."""


class HomeIsBusy(EquipartumError):
    """Another process is writing to this home."""


class UnusableSettings(EquipartumError):
    """A setting that is unknown, of the wrong type or out of its range."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, its default, and the environment variable that overrides it: EQUIPARTUM_ and its name in capitals.

    ``mode``: 'demo' serves simulated champions, marked as such, and runs unsigned example charts; 'research' serves
    champions of real data; 'live' does neither until a deployment file says who is responsible. ``site``, as records
    name it, is whose women the champions are for: others than those of models made for it or validated there are
    refused; empty: nothing is asked. Empty URLs mean the SQLite files of the home.
    """

    mode: str = "research"
    site: str = ""
    host: str = "127.0.0.1"
    port: int = 3000
    workers: int = 1
    registry_url: str = ""
    database_url: str = ""
    champion_poll_seconds: float = 5.0
    request_body_limit: int = 262_144
    batch_body_limit: int = 67_108_864

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise UnusableSettings(f"mode is one of {', '.join(MODES)}; got {self.mode!r}")
        if not _is_whole(self.port) or not 0 <= self.port <= 65_535:
            raise UnusableSettings(f"port is a whole number from 0 to 65535; got {self.port!r}")
        if not _is_whole(self.workers) or self.workers < 1:
            raise UnusableSettings(f"workers is a whole number, at least 1; got {self.workers!r}")
        seconds = self.champion_poll_seconds
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not SHORTEST_POLL <= seconds < math.inf:
            raise UnusableSettings(f"champion_poll_seconds is a number, at least {SHORTEST_POLL}; got {seconds!r}")
        for name in ("request_body_limit", "batch_body_limit"):
            limit = getattr(self, name)
            if not _is_whole(limit) or limit < SMALLEST_BODY_LIMIT:
                raise UnusableSettings(f"{name} is a whole number, at least {SMALLEST_BODY_LIMIT}; got {limit!r}")


@dataclass(frozen=True, kw_only=True)
class Home:
    """Paths below one root folder. Nothing is created until `prepare`."""

    root: Path

    @classmethod
    def at(cls, root: Path | str | None = None) -> Home:
        """``root``, else the environment's EQUIPARTUM_HOME, else `.equipartum` in the current folder."""
        chosen = root or os.environ.get("EQUIPARTUM_HOME") or ".equipartum"
        return cls(root=Path(chosen).expanduser().resolve())

    @property
    def settings_file(self) -> Path:
        return self.root / "equipartum.toml"

    @property
    def registry_file(self) -> Path:
        """Where the registry is unless the settings name another."""
        return self.root / "registry.db"

    @property
    def artifacts(self) -> Path:
        return self.root / "artifacts"

    @property
    def audits(self) -> Path:
        return self.root / "audits"

    @property
    def data_audits(self) -> Path:
        return self.root / "data_audits"

    @property
    def plans(self) -> Path:
        return self.root / "plans"

    @property
    def openings(self) -> Path:
        """The ledger of plans, and of every look at held-out outcomes."""
        return self.root / "openings.jsonl"

    @property
    def charts(self) -> Path:
        return self.root / "charts"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def set_aside(self) -> Path:
        return self.root / "set_aside"

    @property
    def lock_file(self) -> Path:
        return self.root / "lock"

    def audit_folder(self, outcome: str, prediction_point: str, audit_id: str) -> Path:
        return self.audits / outcome / prediction_point / audit_id

    def validation_folder(self, outcome: str, prediction_point: str, name: str) -> Path:
        return self.root / "validations" / outcome / prediction_point / name

    def registry_url(self, settings: Settings) -> str:
        return settings.registry_url or f"sqlite:///{self.registry_file}"

    def database_url(self, settings: Settings) -> str:
        return settings.database_url or f"sqlite:///{self.root / 'service.db'}"

    def prepare(self) -> Home:
        """Creates the folder; `UnusableHome` says why it could not be written to."""
        try:
            for folder in (self.root, self.artifacts, self.audits, self.charts):
                folder.mkdir(parents=True, exist_ok=True)
            probe = self.root / f".writable-{uuid.uuid4().hex}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise UnusableHome(
                f"the home folder {self.root.name!r} cannot be written to ({error.strerror}); "
                "name another with --home or EQUIPARTUM_HOME"
            ) from error
        return self

    def settings(self, **flags: Any) -> Settings:
        """Flags that are not None, over the environment, over `equipartum.toml`, over the defaults."""
        fields = {f.name: type(f.default) for f in dataclasses.fields(Settings)}
        chosen: dict[str, Any] = dict(self._settings_file_content(fields))
        for name, kind in fields.items():
            text = os.environ.get(f"EQUIPARTUM_{name.upper()}")
            if text is not None:
                chosen[name] = _parsed(name, text, kind)
        chosen.update({name: value for name, value in flags.items() if value is not None})
        return Settings(**chosen)

    def _settings_file_content(self, fields: Mapping[str, type]) -> Mapping[str, Any]:
        try:
            content = tomllib.loads(self.settings_file.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError) as error:
            raise UnusableSettings(f"equipartum.toml cannot be read: {error}") from error
        for name, value in content.items():
            if name not in fields:
                raise UnusableSettings(f"equipartum.toml: unknown setting {name!r}; there are: {', '.join(fields)}")
            if not isinstance(value, fields[name]) and not (fields[name] is float and isinstance(value, int)):
                raise UnusableSettings(f"equipartum.toml: {name} is of type {fields[name].__name__}")
        return content

    @contextmanager
    def writing(self, purpose: str) -> Iterator[None]:
        """Holds the one write lock; `HomeIsBusy` says which process holds it, for what and since when.

        The lock is the operating system's, so a killed process leaves none behind.
        """
        self.prepare()
        with self.lock_file.open("a+", encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HomeIsBusy(self._holder()) from None
            handle.truncate(0)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            handle.write(json.dumps({"process": os.getpid(), "purpose": purpose, "since": now}))
            handle.flush()
            yield

    def _holder(self) -> str:
        try:
            holder = json.loads(self.lock_file.read_text(encoding="utf-8"))
            who = f"process {holder['process']} ({holder['purpose']}, since {holder['since']})"
        except (OSError, ValueError, KeyError):
            who = "another process"
        return f"{who} is writing to this home; wait for it to end, or name another home with --home"


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _parsed(name: str, text: str, kind: type) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise UnusableSettings(f"EQUIPARTUM_{name.upper()} is of type {kind.__name__}; got {text!r}") from None
