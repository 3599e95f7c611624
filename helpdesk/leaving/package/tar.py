"""A tar that is written member after member and goes on where it was cut off; sums are kept beside it."""

import hashlib
import json
import os
import tarfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from helpdesk.leaving.package.format import SUMS
from helpdesk.leaving.places import make_private

_BLOCK = 512
_PIECE = 1024 * 1024


@dataclass
class Mark:
    """How far a package is: what is in it for good."""

    tar_bytes: int = 0
    sums_bytes: int = 0
    has_rows: bool = False
    files: int = 0


class Writer:
    """Appends members to a file and notes marks; goes on from the last mark of an earlier process."""

    def __init__(self, folder: Path, *, at: int) -> None:
        """`at` is the time that every member bears, in seconds since 1970."""
        self.folder, self._at = folder, at
        make_private(folder)
        self.mark = self._read_mark()
        self._tar = self._open("package.tar", self.mark.tar_bytes)
        self._sums = self._open("sums", self.mark.sums_bytes)

    def _read_mark(self) -> Mark:
        try:
            mark = Mark(**json.loads((self.folder / "mark.json").read_text(encoding="utf-8")))
            is_there = (self.folder / "package.tar").stat().st_size >= mark.tar_bytes
        except FileNotFoundError:
            return Mark()
        return mark if is_there else Mark()

    def _open(self, name: str, size: int) -> IO[bytes]:
        descriptor = os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        file = os.fdopen(descriptor, "r+b")
        # What came after the mark may be half a member.
        file.truncate(size)
        file.seek(size)
        return file

    def add_bytes(self, name: str, data: bytes) -> None:
        """Append a small member."""
        self.add(name, len(data), [data])

    def add_file(self, name: str, path: Path) -> None:
        """Append a file."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            self.add(name, size, iter(lambda: file.read(_PIECE), b""))

    def add(self, name: str, size: int, pieces: Iterable[bytes]) -> None:
        """Append a member of `size` bytes; raises `ValueError` where the pieces are not as long."""
        head = tarfile.TarInfo(name)
        head.size, head.mtime, head.mode = size, self._at, 0o600
        self._tar.write(head.tobuf(tarfile.PAX_FORMAT))
        mark, written = hashlib.sha256(), 0
        for piece in pieces:
            self._tar.write(piece)
            mark.update(piece)
            written += len(piece)
        if written != size:
            raise ValueError(f"{name} has {written} bytes, not {size}")
        self._tar.write(b"\0" * (-size % _BLOCK))
        if name != SUMS:
            self._sums.write(f"{mark.hexdigest()}  {name}\n".encode())

    @property
    def position(self) -> int:
        """How many bytes are written."""
        return self._tar.tell()

    def keep(self) -> None:
        """Have everything so far on the disk, and note it as the place to go on from."""
        for file in (self._tar, self._sums):
            file.flush()
            os.fsync(file.fileno())
        self.mark.tar_bytes, self.mark.sums_bytes = self._tar.tell(), self._sums.tell()
        fresh = self.folder / "mark.new"
        fresh.write_text(json.dumps(asdict(self.mark)), encoding="utf-8")
        fresh.replace(self.folder / "mark.json")

    def finish(self) -> Path:
        """Append the sums of all members and the end of the tar; returns its path."""
        self._sums.flush()
        self.add_file(SUMS, self.folder / "sums")
        self._tar.write(b"\0" * (2 * _BLOCK))
        self._tar.flush()
        os.fsync(self._tar.fileno())
        self.close()
        return self.folder / "package.tar"

    def close(self) -> None:
        """Let go of the files."""
        self._tar.close()
        self._sums.close()
