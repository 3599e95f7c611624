"""Where packages and exports lie on the disk while they are built, and until they expire."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.core.files.storage import default_storage

from helpdesk.leaving.work import Work
from helpdesk.lib import clock

_PIECE = 1024 * 1024
# A file is served this long; what is asked for again is made anew.
FILE_LASTS = timedelta(days=14)


def building(client_id: int, job_id: int) -> Path:
    """The folder in which a job builds its file."""
    return Path(default_storage.path(f"exports/{client_id}/{job_id}.building"))


def finished(client_id: int, job_id: int) -> Path:
    """The file that a job has built."""
    return Path(default_storage.path(f"exports/{client_id}/{job_id}"))


def archive(client_id: int) -> Path:
    """The folder of the logs that came with an import, each in a folder of its number."""
    return Path(default_storage.path(f"archives/{client_id}"))


def archived_logs(client_id: int) -> Iterator[tuple[int, Path]]:
    """The logs of earlier installations, the oldest first."""
    folder = archive(client_id)
    if folder.is_dir():
        numbers = sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit())
        yield from ((number, folder / str(number)) for number in numbers)


def make_private(folder: Path) -> Path:
    """Make a folder, and those above it that are missing, for this user of the machine alone."""
    for missing in reversed([folder, *folder.parents]):
        if not missing.exists():
            missing.mkdir(mode=0o700, exist_ok=True)
    return folder


def private_opener(path: str, flags: int) -> int:
    """For `open`: a file that this user of the machine alone reads."""
    return os.open(path, flags, 0o600)


def publish(work: Work) -> None:
    """Note in the job how large its finished file is and until when it is served."""
    target, mark = finished(work.client_id, work.job_id), hashlib.sha256()
    with target.open("rb") as file:
        for piece in iter(lambda: file.read(_PIECE), b""):
            mark.update(piece)
    with work.step() as (_actor, job):
        job.size, job.sha256 = target.stat().st_size, mark.hexdigest()
        job.expires_at = clock.now() + FILE_LASTS
        job.save(update_fields=["size", "sha256", "expires_at"])
    shutil.rmtree(building(work.client_id, work.job_id), ignore_errors=True)


def discard(client_id: int, job_id: int) -> bool:
    """Delete what a job has built or is building; whether there was anything."""
    target, folder = finished(client_id, job_id), building(client_id, job_id)
    found = target.exists() or folder.exists()
    target.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    return found
