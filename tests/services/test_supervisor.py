"""The supervisor: restarts what dies, stops all in time, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.services.test_servers import is_running, wait_until_gone

ROOT = Path(__file__).resolve().parents[2]
# Runs the shell commands of its arguments as services named a, b, ...; stops when 0.5 s of it have a bad end.
PROGRAM = """
import os, sys
from helpdesk.services import supervisor
from helpdesk.services.supervisor import Service, Supervisor
supervisor.STOP_SECONDS = 1.0
supervisor._FIRST_PAUSE = 0.1
def tick(running):
    if os.path.exists(sys.argv[1] + "/fail"):
        raise RuntimeError("the tick failed")
names = iter("abc")
services = [
    Service(name=next(names), command=["/bin/sh", "-c", line], environment=dict(os.environ)) for line in sys.argv[2:]
]
Supervisor(services, tick=tick).run()
print("all stopped", flush=True)
"""


def start(folder: Path, *lines: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, str(folder), *lines]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def read_until(process: subprocess.Popen[str], words: str) -> list[str]:
    """The lines up to the first one that holds ``words``."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if words in line:
            return lines
    raise AssertionError(f"{words!r} was never said: {lines}")


def pid_in(line: str) -> int:
    return int(line.split()[-1])


def test_output_comes_line_by_line_under_its_name(tmp_path: Path) -> None:
    process = start(tmp_path, "printf 'half '; sleep 0.3; echo whole; exec sleep 60", "echo other; exec sleep 60")

    lines = read_until(process, "whole")
    process.terminate()
    process.communicate()

    assert "a | half whole" in lines
    assert "b | other" in lines


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_signal_stops_all(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path, "echo at $$; exec sleep 60", "echo at $$; exec sleep 60")
    pids = [pid_in(read_until(process, "at")[-1]), pid_in(read_until(process, "at")[-1])]

    process.send_signal(number)
    output, errors = process.communicate(timeout=10)

    assert (process.returncode, errors) == (0, "")
    assert output.endswith("all stopped\n")
    assert not any(map(is_running, pids))


def test_a_service_that_dies_starts_again_with_growing_pauses(tmp_path: Path) -> None:
    process = start(tmp_path, "echo hello; exit 3", "exec sleep 60")

    lines = [read_until(process, "starts again")[-1] for _ in range(3)]
    process.terminate()
    process.communicate()

    assert all("a ended unexpectedly (exit code 3)" in line for line in lines)


def test_a_killed_service_takes_its_own_children_along(tmp_path: Path) -> None:
    process = start(tmp_path, "sleep 60 & echo child $!; echo parent $$; wait", "exec sleep 60")
    child, parent = pid_in(read_until(process, "child")[-1]), pid_in(read_until(process, "parent")[-1])

    os.kill(parent, signal.SIGKILL)
    read_until(process, "signal SIGKILL")

    wait_until_gone([child])
    assert not is_running(child)
    process.terminate()
    process.communicate()


def test_a_service_that_will_not_stop_is_killed_in_time(tmp_path: Path) -> None:
    process = start(tmp_path, "trap '' TERM; echo at $$; while true; do sleep 0.2; done")
    pid = pid_in(read_until(process, "at")[-1])
    started = time.monotonic()

    process.terminate()
    process.communicate(timeout=10)

    assert 0.9 < time.monotonic() - started < 5
    assert not is_running(pid)


def test_a_second_stop_signal_does_not_wait(tmp_path: Path) -> None:
    process = start(tmp_path, "trap 'echo asked' TERM; echo at $$; while true; do sleep 0.1; done")
    pid = pid_in(read_until(process, "at")[-1])
    process.terminate()
    read_until(process, "asked")
    started = time.monotonic()

    process.terminate()
    process.communicate(timeout=10)

    assert time.monotonic() - started < 0.9
    assert not is_running(pid)


def test_when_the_supervisor_is_killed_nothing_is_left(tmp_path: Path) -> None:
    process = start(tmp_path, "echo at $$; exec sleep 60", "echo at $$; exec sleep 60")
    pids = [pid_in(read_until(process, "at")[-1]), pid_in(read_until(process, "at")[-1])]

    process.kill()
    process.communicate()

    wait_until_gone(pids)
    assert not any(map(is_running, pids))


def test_an_error_of_the_watcher_stops_all(tmp_path: Path) -> None:
    process = start(tmp_path, "echo at $$; exec sleep 60")
    pid = pid_in(read_until(process, "at")[-1])

    (tmp_path / "fail").touch()
    _, errors = process.communicate(timeout=10)

    assert "the tick failed" in errors
    assert not is_running(pid)
