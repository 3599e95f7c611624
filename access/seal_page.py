"""What the page about the seal shows."""

from dataclasses import dataclass
from datetime import datetime

from access import log_keys, seal
from access.log_format import Head


@dataclass(frozen=True, slots=True)
class SealPage:
    """The newest head, if there is one yet, and the key to pin; how many entries wait, and since when."""

    head: Head | None
    sealed_at: datetime | None
    key: str
    waiting: int
    waiting_since: datetime | None

    @property
    def short_root(self) -> str:
        """Enough of the root to compare two by eye."""
        return self.head.root.hex()[:16] if self.head else ""

    @property
    def command(self) -> str:
        """How the two files are checked."""
        if self.head is None:
            return ""
        return f"python -m access.verify LOG.jsonl HEADS.json \\\n  --key {self.key} \\\n  --since {self.head.text()}"


def read(client_id: int) -> SealPage:
    """What is sealed at a client, and what is not yet; five statements at most."""
    row, key = seal.newest_head(client_id), log_keys.newest()
    count, since = seal.waiting(client_id)
    return SealPage(
        seal.head_of(row) if row else None, row.at if row else None, key.public if key else "", count, since
    )
