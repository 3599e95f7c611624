"""The files that a client takes away: the log line by line, its heads with their keys, and proofs.

Everything here is written as `docs/log.md` says; `access.verify` reads it.
"""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db import connection

from access import merkle, seal
from access.errors import NotFound
from access.log_format import FIELDS, moment
from access.models import Client, LogHead, LogKey
from access.tiles import nodes

FORMAT = 1
LINES_AT_ONCE = 2000
HEADS_AT_ONCE = 5000
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_JSON = [FIELDS.index("records"), FIELDS.index("detail")]


_LINES_SQL = """
SELECT l.index, l.entry_id, encode(l.hash, 'hex'), encode(e.commitments, 'hex'), encode(v.salts, 'hex'), {fields}
FROM access_logleaf l
JOIN access_accesslogentry e ON e.client_id = l.client_id AND e.id = l.entry_id
LEFT JOIN access_accesslogcontent v ON v.client_id = l.client_id AND v.entry_id = l.entry_id
WHERE l.client_id = %s AND l.index >= %s AND l.index < %s
ORDER BY l.index
""".replace("{fields}", ", ".join(f"v.{name}" for name in FIELDS))


def lines(client_id: int, first: int, last: int) -> list[str]:
    """The entries [first, last) as lines of JSON, in the order of the tree."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES_SQL, [client_id, first, last])
        return [_encode(_line(*row)) + "\n" for row in cursor]


def _line(index: int, entry_id: int, leaf: str, committed: str, salts: str | None, *values: Any) -> dict[str, Any]:
    told = list(values)
    told[0] = told[0].isoformat() if told[0] else None
    for place in _JSON:
        told[place] = json.loads(told[place]) if told[place] is not None else None
    return {
        "index": index,
        "entry": entry_id,
        "leaf": leaf,
        "commitments": committed,
        "content": dict(zip(FIELDS, told, strict=True)) if salts is not None else None,
        "salts": salts,
    }


def head_at(client_id: int, size: int | None) -> LogHead:
    """The head of this size, or the newest one.

    Raises `NotFound`.
    """
    found = LogHead.objects.filter(client_id=client_id)
    head = seal.newest_head(client_id) if size is None else found.filter(size=size).first()
    if head is None:
        raise NotFound
    return head


def opening(client: Client) -> str:
    """HEADS.json up to its list of heads."""
    body = {"format": FORMAT, "client": client.pk, "name": client.name, "keys": keys()}
    return _encode(body)[:-1] + ',"heads":[\n'


def heads(client_id: int, after: int, last: int) -> list[LogHead]:
    """The next heads over more than `after` and at most `last` entries, by size."""
    found = LogHead.objects.filter(client_id=client_id, size__gt=after, size__lte=last)
    return list(found.order_by("size")[:HEADS_AT_ONCE])


def head_text(row: LogHead) -> str:
    """One head as it stands in HEADS.json."""
    return _encode(_head(row))


CLOSING = "\n]}\n"


def keys() -> list[dict[str, Any]]:
    """Every key that ever signed, in the order in which they were handed over."""
    return [
        {
            "public": key.public,
            "since": moment(key.since),
            "by": key.by or None,
            "signature": bytes(key.signature).hex() or None,
        }
        for key in LogKey.objects.order_by("pk")
    ]


def _head(row: LogHead) -> dict[str, Any]:
    return {
        "size": row.size,
        "root": bytes(row.root).hex(),
        "at": moment(row.at),
        "key": row.key,
        "signature": bytes(row.signature).hex(),
    }


def inclusion(client_id: int, index: int, head: LogHead) -> str:
    """The proof that the entry at this place stands in the log of this head.

    Raises `NotFound` where the head doesn't cover it.
    """
    if not 0 <= index < head.size:
        raise NotFound
    path = merkle.inclusion_proof(index, head.size, nodes(partial(seal.kept, client_id)))
    (line,) = lines(client_id, index, index + 1)
    return _proof("inclusion", client_id, head, path, line=json.loads(line))


def consistency(client_id: int, size: int, head: LogHead) -> str:
    """The proof that the log of this head begins with its first `size` entries as they were then.

    Raises `NotFound` where the head covers fewer.
    """
    if not 0 < size <= head.size:
        raise NotFound
    path = merkle.consistency_proof(size, head.size, nodes(partial(seal.kept, client_id)))
    return _proof("consistency", client_id, head, path)


def _proof(kind: str, client_id: int, head: LogHead, path: list[bytes], **more: Any) -> str:
    body = {"format": FORMAT, "kind": kind, "client": client_id, "keys": keys(), "head": _head(head), **more}
    return _encode({**body, "path": [step.hex() for step in path]}) + "\n"


def whole_log(client_id: int, size: int) -> Iterator[str]:
    """Every line up to `size`; for a caller who stays in one transaction."""
    for first in range(0, size, LINES_AT_ONCE):
        yield from lines(client_id, first, min(first + LINES_AT_ONCE, size))


def whole_heads(client: Client, size: int) -> Iterator[str]:
    """HEADS.json up to the head of this size; for a caller who stays in one transaction."""
    yield opening(client)
    after, comma = 0, ""
    while after < size and (found := heads(client.pk, after, size)):
        for row in found:
            yield comma + head_text(row)
            comma = ",\n"
        after = found[-1].size
    yield CLOSING
