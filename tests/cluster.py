"""A migrated database cluster, kept between test runs and copied for each.

The key covers all that shapes it; a change of any migration, role or pinned package makes a new one.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "test-clusters"
_SHAPED_BY = (
    "*/migrations/*.py",
    "helpdesk/*/migrations/*.py",
    "access/walls.py",
    "access/rights.py",
    "helpdesk/services/*.sql",
    "helpdesk/services/postgres.py",
    "requirements*.lock",
)


def key() -> str:
    """What the cluster was made from, as a short digest."""
    whole = hashlib.sha256()
    for pattern in _SHAPED_BY:
        for path in sorted(ROOT.glob(pattern)):
            whole.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def restore(folder: Path) -> bool:
    """Copy the kept cluster into `folder`; False where none fits."""
    kept = KEPT / key()
    if not (kept / "postgres").is_dir():
        return False
    for part in kept.iterdir():
        copy(part, folder / part.name)
    return True


def keep(folder: Path, *, stop: Callable[[], None]) -> None:
    """Keep the cluster of `folder` for later runs; `stop` ends its server first, so that the files are whole."""
    stop()
    kept = KEPT / key()
    fresh = KEPT / f"{kept.name}.{os.getpid()}"
    fresh.mkdir(parents=True)
    copy(folder / "postgres", fresh / "postgres")
    copy(folder / "secrets.json", fresh / "secrets.json")
    if kept.exists():
        shutil.rmtree(fresh, ignore_errors=True)
    else:
        fresh.rename(kept)
    for old in KEPT.iterdir():
        if old.name != kept.name:
            shutil.rmtree(old, ignore_errors=True)


def copy(source: Path, target: Path) -> None:
    """Copy with owners and modes: the server's files belong to its system user."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
