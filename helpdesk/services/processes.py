"""Child processes that end with their parent, whichever way the parent ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_GUARD = Path(__file__).with_name("guard.py")


@dataclass(frozen=True, kw_only=True)
class SystemUser:
    """A user of this machine."""

    name: str
    uid: int
    gid: int


def start_child(
    command: Sequence[str | Path],
    *,
    dies_by: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
    output: int | IO[bytes] | None = None,
    user: SystemUser | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command``, whose first word is a path; it receives ``dies_by`` when this process dies.

    It gets a session of its own, which keeps Ctrl-C away from it, so that its parent decides the order of
    stopping. ``user`` is for root only. Call it from the main thread: the kernel sends the signal when the
    *thread* that started the child ends.
    """
    identity = ("-", "-") if user is None else (str(user.uid), str(user.gid))
    guard = [sys.executable, "-I", "-S", str(_GUARD), str(os.getpid()), str(int(dies_by)), *identity]
    return subprocess.Popen(
        [*guard, *(str(part) for part in command)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        env=None if environment is None else dict(environment),
        cwd=folder,
        start_new_session=True,
    )


def stop_child(child: subprocess.Popen[bytes], *, by: signal.Signals, seconds: float) -> bool:
    """Send ``by``, wait up to ``seconds``, then kill; True when the child ended by itself."""
    if child.poll() is not None:
        return True
    child.send_signal(by)
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return False
    return True
