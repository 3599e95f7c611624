"""Numbers for PostgreSQL's advisory locks."""

import hashlib


def lock_number(*parts: object) -> int:
    """The signed 64 bit number that stands for these parts, joined by slashes; the same in every process."""
    mark = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(mark[:8], "big", signed=True)
