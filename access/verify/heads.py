"""HEADS.json: the keys as they followed each other, and the heads that they signed."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from access.log_format import BadText, Head, read_head, signed_key
from access.verify.findings import Findings, Kind
from access.verify.reading import CannotCheck, document, head_is_signed, is_signed, number, octets, short

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, from when it signs, and the key before it, which signed the handing over."""

    public: str
    since: str
    by: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Heads:
    """What the file says: one client's heads by size, and the keys."""

    client_id: int
    name: str
    keys: tuple[Key, ...]
    heads: tuple[Head, ...]


def read(path: Path) -> Heads:
    """The file's heads and keys, their form checked and nothing else.

    Raises `CannotCheck`.
    """
    content = document(path)
    if content.get("format") != FORMAT:
        raise CannotCheck(f"{path} is of another format than {FORMAT}, which this verifier knows.")
    try:
        client_id = number(content.get("client"), least=1)
        keys = keys_from(content.get("keys"))
        heads = tuple(head_from(each, client_id) for each in list_of(content.get("heads")))
        # Whatever controls the reader's terminal stays out of it.
        name = "".join(c if c.isprintable() else "?" for c in short(content.get("name"), 200))
    except ValueError as error:
        raise CannotCheck(f"{path} can't be read: {error}. Download it again.") from None
    if not heads:
        raise CannotCheck(f"{path} holds no head: nothing was sealed yet.")
    return Heads(client_id, name, keys, heads)


def keys_from(value: Any) -> tuple[Key, ...]:
    """The keys of a list; raises `ValueError`."""
    return tuple(_key(each) for each in list_of(value))


def list_of(value: Any) -> list[Any]:
    """The list; raises `ValueError` where it is none."""
    if type(value) is not list:
        raise ValueError("a list in it is none")
    return value


def _part(value: Any, name: str) -> Any:
    if type(value) is not dict:
        raise ValueError("an object in it is none")
    return value.get(name)


def moment(value: Any) -> str:
    """A moment as heads write it; raises `ValueError`."""
    if type(value) is not str or not _MOMENT.fullmatch(value):
        raise ValueError("a time in it is none")
    return value


def _key(value: Any) -> Key:
    public, by = octets(_part(value, "public"), 32).hex(), value.get("by")
    if by is None:
        return Key(public, moment(value.get("since")), "", b"")
    return Key(public, moment(value.get("since")), octets(by, 32).hex(), octets(value.get("signature"), 64))


def head_from(value: Any, client_id: int) -> Head:
    """The head that an object describes; raises `ValueError`."""
    return Head(
        client_id,
        number(_part(value, "size"), least=1),
        octets(value.get("root"), 32),
        moment(value.get("at")),
        octets(value.get("key"), 32).hex(),
        octets(value.get("signature"), 64),
    )


def kept_head(given: str) -> Head:
    """A head that the client kept: its one word, or a file that holds it.

    Raises `CannotCheck`.
    """
    text = given
    try:
        path = Path(given)
        if len(given) < 255 and path.is_file():
            text = path.read_bytes()[:65536].decode("utf-8", "replace")
        head = read_head(text)
    except (OSError, ValueError) as error:
        why = str(error) if isinstance(error, BadText) else "it can't be read"
        raise CannotCheck(f"The head given with --since can't be used: {why}.") from None
    if not head_is_signed(head):
        raise CannotCheck("The head given with --since is damaged: its signature doesn't fit. Copy it again.")
    return head


@dataclass(frozen=True, slots=True)
class Trust:
    """Which keys the pinned one vouches for, with the moment each was handed over ("" for the last one)."""

    until: dict[str, str]
    older: frozenset[str]


def trust(pinned: str, keys: tuple[Key, ...], findings: Findings) -> Trust:
    """Follow the keys from the pinned one: each vouches for the next by its signature.

    The keys before the pinned one are known, but vouched for by nobody.
    """
    after = {key.by: key for key in keys if key.by}
    before = {key.public: key.by for key in keys}
    until: dict[str, str] = {}
    key = pinned
    while key not in until:
        until[key] = ""
        follower = after.get(key)
        if follower is None:
            break
        if not is_signed(key, follower.signature, signed_key(follower.public, follower.since, key)):
            findings.add(Kind.KEY, f"The key {follower.public[:16]}… was not signed by the key before it.")
            break
        until[key] = follower.since
        key = follower.public
    older: set[str] = set()
    key = before.get(pinned, "")
    while key and key not in older and key not in until:
        older.add(key)
        key = before.get(key, "")
    return Trust(until, frozenset(older))


def check(heads: Heads, trusted: Trust, findings: Findings) -> list[Head]:
    """The heads that the pinned key vouches for, by size; every fault of the others is noted."""
    good: list[Head] = []
    last_size, last_at = 0, ""
    for head in heads.heads:
        if head.size <= last_size or head.at < last_at:
            findings.add(Kind.HEAD, f"The head of {head.at} over {head.size} entries is out of order.")
        last_size, last_at = max(last_size, head.size), max(last_at, head.at)
        until = trusted.until.get(head.key)
        if until is None:
            if head.key not in trusted.older or good:
                findings.add(
                    Kind.KEY,
                    f"The head of {head.at} over {head.size} entries is signed by {head.key[:16]}…,"
                    " for which your key does not vouch.",
                )
        elif until and head.at > until:
            findings.add(Kind.KEY, f"The head of {head.at} is signed by a key that was handed over at {until}.")
        elif not head_is_signed(head):
            findings.add(Kind.HEAD, f"The signature of the head of {head.at} over {head.size} entries doesn't fit.")
        else:
            good.append(head)
    if not good:
        findings.add(Kind.KEY, "No head is signed by your key, or by one that it vouches for.")
    return good
