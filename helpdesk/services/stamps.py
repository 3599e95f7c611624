"""Whether a step's inputs changed since it was last done, told by a digest in a small file."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path


def digest_of(files: Iterable[Path], *, extra: str = "") -> str:
    """A digest of names and contents; a missing file counts as its name alone."""
    total = sha256(extra.encode())
    for path in sorted(files):
        content = path.read_bytes() if path.is_file() else b""
        total.update(f"\0{path}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def digest_of_states(files: Iterable[Path], *, extra: str = "") -> str:
    """A digest of names, sizes and times of change: for many files, where reading them takes too long."""
    total = sha256(extra.encode())
    for path in sorted(files):
        status = path.stat()
        total.update(f"\0{path}\0{status.st_size}\0{status.st_mtime_ns}".encode())
    return total.hexdigest()


def is_done(stamp: Path, digest: str) -> bool:
    """Whether the step was done for exactly these inputs."""
    try:
        return stamp.read_text(encoding="utf-8") == digest
    except OSError:
        return False


def mark_done(stamp: Path, digest: str) -> None:
    """Note that the step was done; call it last, so that an interrupted step is done again."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest, encoding="utf-8")
