"""Installs what the project needs into ``.venv``: `python3 -m helpdesk.services.install runtime|dev|browser`.

Runs on the machine's own Python before anything is installed, so it uses the standard library alone.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from helpdesk.services.errors import CannotStart
from helpdesk.services.progress import complain, say, step
from helpdesk.services.stamps import digest_of, is_done, mark_done

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
INSTALLER_LOCK = ROOT / "requirements-install.lock"
LOCKS = {"runtime": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_OLDEST_PYTHON = (3, 11)


def install(kind: str) -> None:
    """Bring ``.venv`` to the state of the lock file of ``kind``; quick when nothing changed."""
    stamps = {name: (VENV / f".complete-{name}", _digest(lock)) for name, lock in LOCKS.items()}
    # Whoever has the developer's packages has the runtime's too, at the same versions.
    enough = ("runtime", "dev") if kind == "runtime" else ("dev",)
    if PYTHON.exists() and any(is_done(*stamps[name]) for name in enough):
        return
    if kind == "runtime" and stamps["dev"][0].exists():
        kind = "dev"
    _make_environment()
    for stamp, _ in stamps.values():
        stamp.unlink(missing_ok=True)
    with step(f"Installing the Python packages of {LOCKS[kind].name}"):
        _install_packages(LOCKS[kind])
    mark_done(*stamps[kind])


def install_browser() -> None:
    """Make sure that the browser tests find a Chromium."""
    if any(shutil.which(name) for name in BROWSERS) or _has_playwright_browser():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with step("Installing Chromium for the browser tests"):
            _apt_get("update", "--quiet")
            _apt_get("install", "--yes", "--no-install-recommends", "chromium")
        return
    with step("Fetching a Chromium for the browser tests"):
        done = subprocess.run([str(PYTHON), "-m", "playwright", "install", "chromium"], check=False)
    if done.returncode != 0:
        raise CannotStart("The browser tests need Chromium: install it (Debian: `apt-get install chromium`).")


def _digest(lock: Path) -> str:
    return digest_of([lock, INSTALLER_LOCK], extra=platform.python_version())


def _make_environment() -> None:
    if _works():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if find_spec("ensurepip") is None:
        _add_venv_module()
    with step("Making the virtual environment"):
        done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stdout + done.stderr).strip().splitlines()[-1:]
        raise CannotStart(
            f"The virtual environment {VENV} couldn't be made ({' '.join(reason)}): "
            "check that the folder can be written and that Python's venv module is there."
        )


def _works() -> bool:
    """Whether the environment runs the same Python as we do, and has pip."""
    try:
        command = [str(PYTHON), "-c", "import pip, platform; print(platform.python_version())"]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return False
    return found == platform.python_version()


def _add_venv_module() -> None:
    """Debian keeps ensurepip in a package of its own."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotStart("Python's venv module is incomplete here: run `apt-get install python3-venv`, then again.")
    with step("Installing python3-venv"):
        _apt_get("update", "--quiet")
        _apt_get("install", "--yes", "--no-install-recommends", "python3-venv")
    if subprocess.run([sys.executable, "-c", "import ensurepip"], check=False, capture_output=True).returncode != 0:
        raise CannotStart(f"{sys.executable} has no ensurepip: set PYTHON to a complete Python 3.11 or newer.")


def _apt_get(*arguments: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", *arguments]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        complain(done.stdout + done.stderr)
        raise CannotStart(f"`{' '.join(command)}` failed as said above: run it yourself, then again.")


def _install_packages(lock: Path) -> None:
    """With uv, which is quick; with pip where uv can't be had or doesn't get through."""
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    uv = [str(PYTHON), "-m", "uv", "pip", "sync", "--quiet", "--require-hashes", "--python", str(PYTHON)]
    uv += [str(INSTALLER_LOCK), str(lock)]
    if _succeeds([*pip, "-r", str(INSTALLER_LOCK)]) and _succeeds(uv, environment=environment):
        return
    say("  uv didn't get through; trying pip, which takes longer")
    if not _succeeds([*pip, "-r", str(lock)]):
        raise CannotStart(
            "The Python packages couldn't be installed, as said above: "
            "check the network, the package index setting and the space on the disk, then try again."
        )


def _succeeds(command: Sequence[str], *, environment: dict[str, str] | None = None) -> bool:
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def _has_playwright_browser() -> bool:
    code = (
        "import os, sys; from playwright.sync_api import sync_playwright as start\n"
        "with start() as tool: sys.exit(0 if os.path.exists(tool.chromium.executable_path) else 1)"
    )
    return subprocess.run([str(PYTHON), "-c", code], check=False, capture_output=True).returncode == 0


def main(arguments: list[str]) -> int:
    """Do what the arguments name; returns the exit code."""
    if sys.version_info < _OLDEST_PYTHON:
        complain(f"Python 3.11 or newer is needed and this is {platform.python_version()}: set PYTHON to a newer one.")
        return 1
    try:
        for word in arguments:
            if word == "browser":
                install_browser()
            elif word in LOCKS:
                install(word)
            else:
                raise CannotStart(f"There is nothing called {word} to install: use runtime, dev or browser.")
    except CannotStart as refusal:
        complain(str(refusal))
        return 1
    except KeyboardInterrupt:
        complain("Stopped; the next start goes on from here.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
