"""`equipartum serve`: the HTTP service, in place of this process."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from equipartum.options import HomeFolder
from equipartum.terminal import Terminal
from models.home import Home
from serving.launch import refuse_open_address, refuse_taken_port, serve_command, serve_environment

EXAMPLES = "Example: **equipartum serve --port 3000 --workers 2**; stop it with Ctrl-C."


def command(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Default: 3000.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes. Default: 1.")] = None,
    home_folder: HomeFolder = None,
) -> None:
    """Serve the champions over HTTP."""
    terminal = Terminal()
    home = Home.at(home_folder).prepare()
    settings = home.settings(host=host, port=port, workers=workers)
    refuse_open_address(settings)
    refuse_taken_port(settings)
    terminal.say(f"serving on http://{settings.host}:{settings.port}, home {home.root}")
    arguments = serve_command(settings)
    os.execve(arguments[0], arguments, serve_environment(home, settings))
