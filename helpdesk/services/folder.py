"""The data folder of one running copy: writable, big enough, and held by one copy only."""

import fcntl
import os
import shutil
from pathlib import Path

from helpdesk.services.errors import CannotStart

NEEDED_BYTES = 500 * 1024 * 1024


class Hold:
    """A data folder that this process holds until ``release`` or its end, however it ends."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.folder = folder
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Let go of the folder; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def hold(folder: Path, *, needed_bytes: int = NEEDED_BYTES) -> Hold:
    """Make ``folder`` where it is missing, check it and hold it; refuses with `CannotStart`."""
    folder = folder.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotStart(
            f"The data folder {folder} can't be written ({error.strerror}): "
            "set HELPDESK_VAR to a folder that you may write to."
        ) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise CannotStart(
            f"Another copy is running with the data folder {folder}: stop it, or set HELPDESK_VAR to another folder."
        ) from None
    try:
        _check_space(folder, needed_bytes)
    except CannotStart:
        os.close(descriptor)
        raise
    return Hold(folder, descriptor)


def _check_space(folder: Path, needed_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise CannotStart(
            f"The disk of {folder} has {free // 2**20} MB left and {needed_bytes // 2**20} MB are needed: "
            "free some space, or set HELPDESK_VAR to a folder on another disk."
        )
