"""The real service: BentoML in its own process on loopback, started from a folder that has its own `serving/`."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.home import Home, Settings
from serving.launch import serve_command, serve_environment

# MLflow asks SQLAlchemy 2.1 for a loading strategy that is to be removed; only MLflow can change that.


SECRET = "9434765919"
LONGEST_START_SECONDS = 120
LONGEST_LOAD_SECONDS = 30


class Service:
    def __init__(self, process: subprocess.Popen[bytes], address: str, journal: Path) -> None:
        self.process, self.address, self.journal = process, address, journal

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + LONGEST_START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"{self.address}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        pytest.fail(f"the service is not ready:\n{self.journal.read_text()}")

    def kill(self) -> None:
        """Kill -9 of BentoML and of its workers, which are in sessions of their own and would outlive it."""
        mine = [self.process.pid, *descendants(self.process.pid)]
        for number in mine:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait()


def descendants(process: int) -> list[int]:
    try:
        children = [int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except FileNotFoundError:
        return []
    return [*children, *(below for child in children for below in descendants(child))]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def service(home: Home, register: Any, fitted: Any, tmp_path: Path) -> Iterator[Service]:
    register(fitted())
    other = tmp_path / "elsewhere"
    (other / "serving").mkdir(parents=True)
    (other / "serving" / "__init__.py").write_text("raise SystemExit('the wrong serving was imported')\n")
    settings = Settings(mode="demo", port=free_port(), champion_poll_seconds=0.5)
    journal = tmp_path / "journal"
    with journal.open("wb") as output:
        process = subprocess.Popen(
            serve_command(settings),
            env=serve_environment(home, settings),
            cwd=other,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        started = Service(process, f"http://127.0.0.1:{settings.port}", journal)
        try:
            started.wait_until_ready()
            yield started
        finally:
            if process.poll() is None:
                started.kill()


def test_a_served_risk_its_traces_and_an_end_by_request(service: Service, asked: Any, champion: Any) -> None:
    with httpx.Client(base_url=service.address) as client:
        answer = client.post("/v1/risks", json=asked(pregnancy_id=SECRET))
        client.get(f"/v1/models/{SECRET}/card")
        client.get(f"/{SECRET}")
        metrics = client.get("/metrics").text
        large = client.post("/v1/risks", content=b" " * 10_000_000, headers={"Content-Type": "application/json"})
    judged = answer.json()["outcomes"]["preterm_birth"]
    assert judged["model"]["digest"] == champion.model.digest
    assert judged["model"]["version"] == "1"
    assert answer.headers["equipartum-notice"] == "SIMULATED: NOT FOR CARE"
    assert large.status_code == 413
    assert 'equipartum_requests_total{route="/v1/risks",status="200"} 1.0' in metrics
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(30) == 0
    assert SECRET not in metrics + service.journal.read_text()


def test_killed_under_load_no_answered_risk_is_missing_from_the_log(service: Service, asked: Any, home: Home) -> None:
    answered: list[str] = []
    deadline = time.monotonic() + LONGEST_LOAD_SECONDS

    def ask_on() -> None:
        with httpx.Client(base_url=service.address) as client:
            while time.monotonic() < deadline:
                try:
                    response = client.post("/v1/risks", json=asked())
                except httpx.TransportError:
                    return
                answered.append(response.json()["request_id"])

    clients = [threading.Thread(target=ask_on) for _ in range(4)]
    for client in clients:
        client.start()
    while len(answered) < 50 and any(client.is_alive() for client in clients):
        time.sleep(0.01)
    service.kill()
    for client in clients:
        client.join()
    with closing(sqlite3.connect(home.root / "service.db")) as connection:
        logged = {row[0] for row in connection.execute("SELECT request_id FROM prediction_log")}
    assert len(answered) >= 50
    assert set(answered) <= logged
