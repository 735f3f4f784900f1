"""How `equipartum serve` starts BentoML: by replacing itself with it, so that signals and exit codes are BentoML's."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import serving
from models.home import Home, Settings
from records.errors import EquipartumError

__all__ = [
    "OpenAddress",
    "PortIsTaken",
    "refuse_open_address",
    "refuse_taken_port",
    "serve_command",
    "serve_environment",
]


class OpenAddress(EquipartumError):
    """An address that other machines reach, while the service asks nobody who they are."""


class PortIsTaken(EquipartumError):
    """Another program listens where the service should."""


def serve_command(settings: Settings) -> list[str]:
    """For `os.execve(command[0], command, serve_environment(home, settings))`.

    The working folder is that of our packages: BentoML puts it before everything else, and started in a folder that
    has its own `serving/` it would serve that one.
    """
    return [
        sys.executable,
        "-m",
        "bentoml",
        "serve",
        "serving.service:Equipartum",
        "--working-dir",
        str(Path(serving.__file__).resolve().parent.parent),
        "--host",
        settings.host,
        "--port",
        str(settings.port),
        "--api-workers",
        str(settings.workers),
    ]


def serve_environment(home: Home, settings: Settings, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment with every setting in it, so that each worker reads what this command was told."""
    named = {f"EQUIPARTUM_{name.upper()}": str(value) for name, value in vars(settings).items()}
    return {
        **(os.environ if environment is None else environment),
        **named,
        "EQUIPARTUM_HOME": str(home.root),
        "BENTOML_DO_NOT_TRACK": "True",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        # `python -m` puts the current folder first on the path, and with it any `serving/` that lies there.
        "PYTHONSAFEPATH": "1",
    }


def refuse_taken_port(settings: Settings) -> None:
    """Raises `PortIsTaken`. Port 0 is any free one."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a port that a stopped service left waiting is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise PortIsTaken(
                f"{settings.host}:{settings.port} cannot be listened on ({error.strerror}): stop the program "
                "that does, or name another port with --port"
            ) from None


def refuse_open_address(settings: Settings) -> None:
    """Raises `OpenAddress` unless the host is this machine's own: the service checks no credentials itself."""
    if settings.host == "localhost":
        return
    try:
        is_loopback = ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise OpenAddress(
            f"{settings.host} can be reached from other machines and this service checks no credentials: listen on "
            "127.0.0.1 and put a proxy before it that does"
        )
