from __future__ import annotations

import socket
from pathlib import Path

import pytest

from models.home import Home, Settings
from serving.launch import (
    OpenAddress,
    PortIsTaken,
    refuse_open_address,
    refuse_taken_port,
    serve_command,
    serve_environment,
)


def test_a_port_that_is_taken_is_refused_by_name() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        with pytest.raises(PortIsTaken, match=f"127.0.0.1:{port}"):
            refuse_taken_port(Settings(port=port))
    refuse_taken_port(Settings(port=port))


def test_workers_read_the_settings_that_the_command_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(mode="demo", port=4321, workers=2, champion_poll_seconds=0.5)
    home = Home(root=tmp_path)
    environment = serve_environment(home, settings, {})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Home.at().settings() == settings
    assert Home.at() == home


def test_the_working_folder_is_that_of_our_own_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "serving").mkdir()
    monkeypatch.chdir(tmp_path)
    command = serve_command(Settings(port=4321, workers=2))
    folder = Path(command[command.index("--working-dir") + 1])
    assert (folder / "serving" / "service.py").is_file()
    assert folder != tmp_path
    assert command[command.index("--api-workers") + 1] == "2"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_this_machine_s_own_addresses_are_listened_on(host: str) -> None:
    refuse_open_address(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "equipartum.example", ""])
def test_an_address_that_others_reach_is_refused_while_nobody_is_asked_who_they_are(host: str) -> None:
    with pytest.raises(OpenAddress, match="credentials"):
        refuse_open_address(Settings(host=host))
