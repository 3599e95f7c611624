"""Installing: a second time it does nothing, and what is missing is one sentence."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpdesk.services import install
from helpdesk.services.errors import CannotStart

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A project with lock files whose commands are noted instead of run; each of them succeeds."""
    done: list[list[str]] = []
    python = tmp_path / ".venv" / "bin" / "python"

    def note(command: list[object], **_: object) -> SimpleNamespace:
        if command[0] == str(python) and not python.exists():
            raise FileNotFoundError
        done.append([str(word) for word in command])
        if "venv" in done[-1]:
            python.parent.mkdir(parents=True)
            python.touch()
        return SimpleNamespace(returncode=0, stdout=install.platform.python_version(), stderr="")

    for name in ("requirements.lock", "requirements-dev.lock", "requirements-install.lock"):
        (tmp_path / name).write_text(f"{name}\n", encoding="utf-8")
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "PYTHON", python)
    monkeypatch.setattr(install, "INSTALLER_LOCK", tmp_path / "requirements-install.lock")
    monkeypatch.setattr(
        install,
        "LOCKS",
        {"runtime": tmp_path / "requirements.lock", "dev": tmp_path / "requirements-dev.lock"},
    )
    monkeypatch.setattr(install.subprocess, "run", note)
    return done


def test_hashes_are_required_and_no_other_python_is_fetched(project: list[list[str]]) -> None:
    install.install("runtime")

    packages = [command for command in project if "install" in command or "sync" in command]
    assert len(packages) == 2
    assert all("--require-hashes" in command for command in packages)


def test_the_second_time_nothing_is_run(project: list[list[str]]) -> None:
    install.install("runtime")
    project.clear()

    install.install("runtime")

    assert project == []


def test_a_changed_lock_file_is_installed(project: list[list[str]], tmp_path: Path) -> None:
    install.install("runtime")
    project.clear()
    (tmp_path / "requirements.lock").write_text("other\n", encoding="utf-8")

    install.install("runtime")

    assert any(str(tmp_path / "requirements.lock") in command for command in project)


def test_whoever_has_the_developers_packages_keeps_them(project: list[list[str]], tmp_path: Path) -> None:
    install.install("dev")
    project.clear()

    install.install("runtime")
    assert project == []

    (tmp_path / "requirements-dev.lock").write_text("other\n", encoding="utf-8")
    install.install("runtime")
    assert any(str(tmp_path / "requirements-dev.lock") in command for command in project)


def test_an_interrupted_installation_is_done_again(project: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_lock: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(install, "_install_packages", stop)
        assert install.main(["runtime"]) == 130
    project.clear()

    install.install("runtime")

    assert any("sync" in command for command in project)


def test_a_missing_venv_module_is_one_sentence_for_who_is_not_root(
    project: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "find_spec", lambda _: None)
    monkeypatch.setattr(install.os, "geteuid", lambda: 1000)

    code = install.main(["runtime"])

    assert code == 1
    assert capsys.readouterr().err == (
        "Python's venv module is incomplete here: run `apt-get install python3-venv`, then again.\n"
    )


def test_packages_that_cannot_be_had_are_one_sentence(
    project: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "_succeeds", lambda *_, **__: False)

    with pytest.raises(CannotStart, match="check the network"):
        install.install("runtime")


def test_a_machine_without_python_gets_one_sentence() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "python", "PYTHON=no-such-python"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("no-such-python is missing: install Python 3.11 or newer")


def test_the_installer_needs_nothing_but_the_standard_library() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-m", "helpdesk.services.install", "nothing"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == "There is nothing called nothing to install: use runtime, dev or browser.\n"
