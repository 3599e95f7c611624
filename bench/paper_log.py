"""An access log made without a database: what the console would give of one, in two files.

For the verifier's tests and figures; the entries are invented, hashes and signatures are real.
"""

import json
import random
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from access import merkle
from access.log_format import LOG, SALTED_BYTES, Head, commitments, leaf, moment, signed_key

BEGAN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
_NAMES = ("Vera Ahlm", "Viggo Brandt", "Sanna Öhrn", "Lea Dahl")
_REASONS = ("", "", "", "answers a question", "calls back")


def new_key() -> Ed25519PrivateKey:
    """A key of nobody's."""
    return Ed25519PrivateKey.generate()


def public_of(key: Ed25519PrivateKey) -> str:
    """As heads name it."""
    return key.public_key().public_bytes_raw().hex()


def entry(number: int, rng: random.Random, at: datetime) -> dict[str, Any]:
    """The values of one invented entry."""
    customer, agent = rng.randrange(1, 5000), rng.randrange(len(_NAMES))
    return {
        "at": at.isoformat(),
        "side": "vendor",
        "user_id": agent + 1,
        "card_id": agent + 101,
        "vendor_id": 1,
        "customer_id": None,
        "actor_name": _NAMES[agent],
        "action": rng.choice(("view", "view", "list", "search")),
        "records": [["customer", customer], ["ticket", number]],
        "ticket_id": number,
        "ticket_number": number % 100_000,
        "assignment_id": agent + 11,
        "reason": rng.choice(_REASONS),
        "origin": "203.0.113.7",
        "detail": {},
    }


@dataclass
class PaperLog:
    """Lines, heads and keys; `seal` signs a head over the lines so far."""

    client_id: int = 7
    key: Ed25519PrivateKey = field(default_factory=new_key)
    seed: int = 1
    lines: list[dict[str, Any]] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.tree = merkle.Range()
        self.now = BEGAN
        self.keys = [{"public": public_of(self.key), "since": moment(self.now), "by": None, "signature": None}]

    def add(self, **values: Any) -> dict[str, Any]:
        """One more entry; `values` replace those invented."""
        number = len(self.lines)
        self.now += timedelta(microseconds=self.rng.randrange(1, 900_000))
        line = sealed_line(self.client_id, number, 1000 + number, entry(number, self.rng, self.now) | values)
        self.tree.append(bytes.fromhex(line["leaf"]))
        self.lines.append(line)
        return line

    def seal(self) -> Head:
        """Sign a head over every entry so far."""
        self.now += timedelta(seconds=2)
        head = signed(self.key, self.client_id, self.tree.size, self.tree.root(), moment(self.now))
        self.heads.append(head)
        return head

    def rotate(self) -> None:
        """Hand over to a new key."""
        self.now += timedelta(seconds=2)
        new, by, since = new_key(), public_of(self.key), moment(self.now)
        signature = self.key.sign(signed_key(public_of(new), since, by)).hex()
        self.keys.append({"public": public_of(new), "since": since, "by": by, "signature": signature})
        self.key = new

    def retain(self, through: int) -> None:
        """Note that values up to a place are gone, seal that, and take them."""
        self._note({"what": "retained", "through": through})
        for line in self.lines[: through + 1]:
            line["content"] = line["salts"] = None

    def erase(self, *indexes: int) -> None:
        """Note that the values at these places are gone, seal that, and take them."""
        self._note({"what": "erased", "indexes": list(indexes)})
        for index in indexes:
            self.lines[index]["content"] = self.lines[index]["salts"] = None

    def _note(self, detail: dict[str, Any]) -> None:
        self.add(action="change", side="system", records=[[LOG, self.client_id]], detail=detail)
        self.seal()

    def write(self, folder: Path) -> tuple[Path, Path]:
        """LOG.jsonl and HEADS.json."""
        log, heads = folder / "LOG.jsonl", folder / "HEADS.json"
        log.write_text("".join(as_line(line) for line in self.lines), encoding="utf-8")
        heads.write_text(json.dumps(self.heads_body(), ensure_ascii=False), encoding="utf-8")
        return log, heads

    def heads_body(self) -> dict[str, Any]:
        """What HEADS.json holds."""
        heads = [
            {"size": h.size, "root": h.root.hex(), "at": h.at, "key": h.key, "signature": h.signature.hex()}
            for h in self.heads
        ]
        return {"format": 1, "client": self.client_id, "name": "Voltarra", "keys": self.keys, "heads": heads}


def sealed_line(client_id: int, index: int, entry_id: int, values: dict[str, Any]) -> dict[str, Any]:
    """An entry as the log would hold it, with fresh salts."""
    salts = secrets.token_bytes(SALTED_BYTES)
    committed = commitments(values, salts)
    return {
        "index": index,
        "entry": entry_id,
        "leaf": leaf(client_id, entry_id, committed).hex(),
        "commitments": committed.hex(),
        "content": values,
        "salts": salts.hex(),
    }


def signed(key: Ed25519PrivateKey, client_id: int, size: int, root: bytes, at: str) -> Head:
    """A head, signed."""
    bare = Head(client_id, size, root, at, public_of(key))
    return Head(client_id, size, root, at, bare.key, key.sign(bare.signed()))


def as_line(line: dict[str, Any]) -> str:
    """One line of LOG.jsonl."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
