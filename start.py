"""Sets Equipartum up in a virtual environment beside this file, then runs it. Needs Python 3.11 or later with pip.

    python3 start.py                  the quick start: train, audit, register, serve, and ask one risk
    python3 start.py tests            the checks and tests
    python3 start.py run ARGUMENTS    any other command of equipartum
    python3 start.py python ARGUMENTS Python, with the project and all that its benchmarks and tests need

Further arguments are passed on: `python3 start.py quickstart --once --port 3100`, `python3 start.py tests tests/spec`.
Only the standard library is used here, because nothing else is installed yet.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
BINARIES = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BINARIES / ("python.exe" if os.name == "nt" else "python")


def prepare(requirements: str) -> None:
    """Installs the locked requirements and the project, unless exactly these are installed already."""
    lock = HERE / "requirements" / f"{requirements}.txt"
    wanted = hashlib.sha256(lock.read_bytes() + (HERE / "pyproject.toml").read_bytes()).hexdigest()
    stamp = ENVIRONMENT / f"installed-{requirements}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    began = time.monotonic()
    print(f"Installing {lock.name} into {ENVIRONMENT.name} (once) ...", flush=True)
    if not PYTHON.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    pip("install", "--require-hashes", "-r", str(lock))
    # pip takes no hash for a local folder, so the project itself is installed apart, without its dependencies.
    pip("install", "--no-deps", "--no-build-isolation", "--editable", str(HERE))
    stamp.write_text(wanted)
    print(f"Installed in {time.monotonic() - began:.0f} s.", flush=True)


def pip(*arguments: str) -> None:
    subprocess.run([str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments], check=True)


def run(*command: str) -> int:
    try:
        return subprocess.run([str(PYTHON), *command], cwd=HERE).returncode
    except KeyboardInterrupt:
        return 130


def become(command: Path, *arguments: str) -> NoReturn:
    """The command itself takes this process's place: its signals, its exit code, and the folder it was started in."""
    if os.name == "nt":
        raise SystemExit(subprocess.run([str(command), *arguments]).returncode)
    sys.stdout.flush()
    os.execv(command, [str(command), *arguments])


def checks_and_tests(arguments: list[str]) -> int:
    if not arguments:
        for check in (
            ("-m", "ruff", "check", "."),
            ("-m", "ruff", "format", "--check", "."),
            ("-m", "mypy"),
            ("-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"),
        ):
            print(" ".join(check[1:3]), flush=True)
            if code := run(*check):
                return code
        # A file's tests share what is made once for them, so they stay together.
        arguments = ["-n", str(workers()), "--dist", "loadfile"]
    return run("-m", "pytest", *arguments)


def workers() -> int:
    """One a core, but no more than four: each holds some births in memory."""
    return min(os.cpu_count() or 1, 4)


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python is started with
        print("Equipartum needs Python 3.11 or later; this is", sys.version.split()[0])
        return 2
    what, *arguments = sys.argv[1:] or ["quickstart"]
    if what not in ("quickstart", "tests", "run", "python"):
        print(__doc__)
        return 2
    try:
        prepare("dev" if what in ("tests", "python") else "runtime")
    except subprocess.CalledProcessError as failure:
        print("The installation failed; pip's message is above. Mend it and run this command again.")
        return failure.returncode
    if what == "tests":
        return checks_and_tests(arguments)
    if what == "python":
        become(PYTHON, *arguments)
    become(BINARIES / "equipartum", *(arguments if what == "run" else ["quickstart", *arguments]))


if __name__ == "__main__":
    raise SystemExit(main())
