"""A service of our own, started for a demonstration, and one real request to it."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from models.home import Home, Settings
from models.outcomes import OUTCOMES
from records.errors import EquipartumError
from serving.launch import serve_command, serve_environment

__all__ = ["Answer", "RunningService", "ServiceNotReady", "ask_one_risk", "running_service"]

READY_WITHIN_SECONDS = 90
STDERR = 2
# A made-up woman, within plausible ranges and like nobody in particular.
MADE_UP_FACTS: Mapping[str, Mapping[str, object]] = {
    "maternal_age": {"value": 34, "unit": "a"},
    "body_mass_index": {"value": 31.2, "unit": "kg/m2"},
    "smoking_status": {"value": "never"},
    "parity": {"value": 1},
    "previous_preterm_birth": {"value": True},
    "previous_gestational_diabetes": {"value": None},
}


class ServiceNotReady(EquipartumError):
    """The service did not come up, or did not answer."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer: the whole body, and the part of it a person reads first."""

    body: Mapping[str, Any]
    shown: str


@dataclass(frozen=True, kw_only=True)
class RunningService:
    address: str
    process: subprocess.Popen[bytes]

    def wait(self) -> None:
        self.process.wait()


@contextmanager
def running_service(home: Home, settings: Settings, *, say: Callable[[str], None]) -> Iterator[RunningService]:
    """The service as a process of its own, ready; it is told to stop when the block ends."""
    # Its log is a remark: stdout ends with the command's own result.
    process = subprocess.Popen(serve_command(settings), env=serve_environment(home, settings), stdout=STDERR)
    service = RunningService(address=f"http://{settings.host}:{settings.port}", process=process)
    try:
        _wait_until_ready(service)
        say(f"serving on {service.address}")
        yield service
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(service: RunningService) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if service.process.poll() is not None:
            raise ServiceNotReady(f"the service stopped with exit code {service.process.returncode}; its log is above")
        try:
            with urllib.request.urlopen(f"{service.address}/readyz", timeout=2) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise ServiceNotReady(f"the service was not ready within {READY_WITHIN_SECONDS} s; its log is above")


def ask_one_risk(address: str) -> Answer:
    """Every outcome's risk at booking for a made-up woman."""
    outcomes = [o.name for o in OUTCOMES.values() if o.trained_by_default]
    question = {"prediction_point": "booking", "outcomes": outcomes, "facts": MADE_UP_FACTS}
    request = urllib.request.Request(
        f"{address}/v1/risks", data=json.dumps(question).encode(), headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            body: Mapping[str, Any] = json.loads(response.read())
    except urllib.error.HTTPError as refusal:
        body = json.loads(refusal.read())
    except (urllib.error.URLError, TimeoutError) as error:
        raise ServiceNotReady(f"the service did not answer: {error}") from error
    return Answer(body=body, shown="\n".join(_first_read(body)))


def _first_read(body: Mapping[str, Any]) -> list[str]:
    """Each outcome's sentence and what moved the number, or why there is none."""
    lines = [f"  {body.get('notice', '')}"]
    for name, answered in body.get("outcomes", {}).items():
        if answered["status"] != "scored":
            lines.append(f"  {name}: {answered['status']}: {answered['reason']}")
            continue
        moved = ", ".join(f"{reason['wording']} ({reason['direction']})" for reason in answered["reasons"])
        lines.append(f"  {name}: {answered['natural_frequency']['sentence']}")
        lines.append(f"    {answered['reasons_heading']}: {moved or 'nothing that is shown'}")
    return lines
