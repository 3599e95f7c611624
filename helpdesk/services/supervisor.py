"""Keeps a few processes running: shows their output, restarts what dies, stops all in time.

One thread and one loop. It knows nothing about the processes but their command lines.
"""

import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import IO

from helpdesk.services.environment import ROOT
from helpdesk.services.processes import start_child
from helpdesk.services.progress import say

STOP_SECONDS = 20.0
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 60.0
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(kw_only=True)
class Service:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    # What it gets when this process is killed: there may be nobody left to wait for a polite end.
    dies_by: signal.Signals = signal.SIGTERM
    child: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started_at: float = 0.0
    # On the monotonic clock; None while it runs.
    start_at: float | None = 0.0
    pending: bytes = b""


class Supervisor:
    """Runs services until a stop signal; ``tick`` is called a few times a second meanwhile."""

    def __init__(self, services: Sequence[Service], *, tick: Callable[["Supervisor"], None]) -> None:
        self.services = services
        self.stopping = False
        self._tick = tick
        self._signals = 0
        self._selector = selectors.DefaultSelector()
        self._width = max(len(service.name) for service in services)

    def run(self) -> None:
        """Start all services and return once a stop signal has ended them; also an error of ``tick`` ends them."""
        wake_read, wake_write = socket.socketpair()
        wake_read.setblocking(False)
        wake_write.setblocking(False)
        self._selector.register(wake_read, selectors.EVENT_READ)
        earlier = {number: signal.signal(number, self._note) for number in (*_STOP_SIGNALS, signal.SIGCHLD)}
        earlier_wake = signal.set_wakeup_fd(wake_write.fileno())
        try:
            while not self._signals:
                self._start_due()
                self._listen(wake_read, seconds=0.2)
                self._bury_dead()
                self._tick(self)
        finally:
            self.stopping = True
            self._stop_all(wake_read)
            signal.set_wakeup_fd(earlier_wake)
            for number, handler in earlier.items():
                signal.signal(number, handler)
            self._selector.close()
            wake_read.close()
            wake_write.close()

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._signals += 1

    def _start_due(self) -> None:
        now = time.monotonic()
        for service in self.services:
            if service.child is not None or service.start_at is None or now < service.start_at:
                continue
            child = start_child(
                service.command,
                dies_by=service.dies_by,
                environment=service.environment,
                output=subprocess.PIPE,
                folder=ROOT,
            )
            os.set_blocking(_output(child).fileno(), False)
            self._selector.register(_output(child), selectors.EVENT_READ, service)
            service.child, service.started_at = child, now

    def _listen(self, wake: socket.socket, *, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, Service):
                self._show(key.data)
            else:
                try:
                    wake.recv(4096)
                except BlockingIOError:
                    continue

    def _show(self, service: Service) -> bool:
        """Print the whole lines that a service has written, under its name; False when there was nothing to read."""
        output = _output(service.child)
        try:
            piece = os.read(output.fileno(), 65536)
        except BlockingIOError:
            return False
        if not piece:
            self._selector.unregister(output)
        lines = (service.pending + piece).split(b"\n")
        service.pending = lines.pop() if piece else b""
        for line in lines:
            if line.strip():
                say(f"{service.name:<{self._width}} | {line.decode(errors='replace').rstrip()}")
        return bool(piece)

    def _bury_dead(self) -> None:
        """Take leave of services that ended by themselves, with all they left, and plan their next start."""
        now = time.monotonic()
        for service in self.services:
            if service.child is None or not _has_ended(service.child):
                continue
            code = self._finish(service)
            if self.stopping:
                continue
            if now - service.started_at > _STEADY_SECONDS:
                service.deaths = 0
            pause = min(_FIRST_PAUSE * 2**service.deaths, _LONGEST_PAUSE)
            service.deaths += 1
            service.start_at = now + pause
            say(f"{service.name} ended unexpectedly ({_meaning(code)}); it starts again in {pause:.0f} s.")

    def _finish(self, service: Service) -> int:
        """Collect an ended service and kill what it started; returns its exit code."""
        child, output = service.child, _output(service.child)
        assert child is not None
        _kill_group(child)
        code = child.wait()
        while output in self._selector.get_map() and self._show(service):
            pass
        if output in self._selector.get_map():
            self._selector.unregister(output)
        output.close()
        service.child, service.pending, service.start_at = None, b"", None
        return code

    def _stop_all(self, wake: socket.socket) -> None:
        """Ask every service to end; kill those that take too long, or all at a second stop signal."""
        signals = self._signals
        deadline = time.monotonic() + STOP_SECONDS
        for service in self.services:
            if service.child is not None:
                service.child.terminate()
        while any(service.child is not None for service in self.services):
            self._listen(wake, seconds=0.1)
            if time.monotonic() > deadline or self._signals > signals:
                for service in self.services:
                    if service.child is not None:
                        _kill_group(service.child)
            self._bury_dead()


def _output(child: subprocess.Popen[bytes] | None) -> IO[bytes]:
    """The pipe with a running child's output."""
    assert child is not None
    assert child.stdout is not None
    return child.stdout


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether the process ended; it stays unreaped, so that its number still names its group."""
    try:
        return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _meaning(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
