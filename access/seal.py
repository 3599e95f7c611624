"""Seals a client's access log: gives its entries their places in the tree, and signs the tree's head.

One sealer works for a client at a time.  The order is that of sealing; the time of an entry is data.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection

from access import log_keys
from access.actor import Actor
from access.log_format import HASH_BYTES, Head, moment
from access.models import LogHead, LogNode, LogSealing
from access.tiles import Tiles
from helpdesk.lib import clock, locks

BATCH = 50_000
# What one run takes at most, so that it ends long before a task's time does; the rest is the next run's.
MOST_AT_ONCE = 200_000

# Entries without a leaf, the lowest id first; the hash is `access.log_format.leaf`.
_GROW_SQL = """
WITH grown AS (
  INSERT INTO access_logleaf (client_id, index, entry_id, hash)
  SELECT e.client_id, %(size)s + row_number() OVER (ORDER BY e.id) - 1, e.id,
    sha256('\\x0001'::bytea || int8send(e.client_id) || int8send(e.id) || e.commitments)
  FROM (
    SELECT client_id, id, commitments FROM access_accesslogentry n
    WHERE client_id = %(client)s AND id > %(after)s AND NOT EXISTS (
      SELECT 1 FROM access_logleaf l
      WHERE l.client_id = %(client)s AND l.entry_id > %(after)s AND l.entry_id = n.id)
    ORDER BY id LIMIT %(most)s
  ) AS e
  RETURNING index, entry_id, hash
)
SELECT count(*), max(entry_id), string_agg(hash, ''::bytea ORDER BY index) FROM grown
"""
_WAITING = """
FROM access_accesslogentry n
WHERE client_id = %(client)s AND id > %(after)s AND NOT EXISTS (
  SELECT 1 FROM access_logleaf l
  WHERE l.client_id = %(client)s AND l.entry_id > %(after)s AND l.entry_id = n.id)
"""
_WAITING_SQL = "SELECT count(*), min(at)" + _WAITING
_IS_WAITING_SQL = "SELECT EXISTS (SELECT 1" + _WAITING + ")"
_SIZE_SQL = "SELECT coalesce(max(index) + 1, 0) FROM access_logleaf WHERE client_id = %s"
_LEAVES_SQL = """
SELECT string_agg(hash, ''::bytea ORDER BY index) FROM access_logleaf
WHERE client_id = %s AND index >= %s AND index < %s
"""
_NODES_SQL = """
SELECT string_agg(hash, ''::bytea ORDER BY index) FROM access_lognode
WHERE client_id = %s AND level = %s AND index >= %s AND index < %s
"""
# Whether nothing was written yet in this transaction, the newest entry, and the transactions that run.
_LOOK_SQL = """
SELECT pg_current_xact_id_if_assigned() IS NULL,
  coalesce((SELECT max(id) FROM access_accesslogentry WHERE client_id = %s), 0),
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""
_XID_SQL = "SELECT pg_current_xact_id()::text::bigint"


def seal(actor: Actor, client_id: int, *, most: int = MOST_AT_ONCE) -> LogHead | None:
    """Seal up to `most` entries of a client and sign the head; None where nothing is new, or a twin is at it.

    For the system alone.  Raises `KeyMissing` before anything is written.
    """
    if not locks.hold_at_once("seal", client_id):
        return None
    log_keys.load()
    window = _Window(client_id)
    size = size_of(client_id)
    tree = Tiles(size, partial(kept, client_id))
    after = window.row.through_id
    while size + most > tree.size:
        count, last, hashes = _grow(client_id, tree.size, after, min(BATCH, size + most - tree.size))
        if not count:
            window.close()
            break
        tree.extend([hashes[i : i + HASH_BYTES] for i in range(0, len(hashes), HASH_BYTES)])
        after = last
    before = newest_head(client_id)
    if tree.size == (before.size if before is not None else 0):
        return None
    LogNode.objects.bulk_create(
        [LogNode(client_id=client_id, level=level, index=index, hash=node) for level, index, node in tree.fresh],
        batch_size=1000,
    )
    return _sign(client_id, tree, before)


def _grow(client_id: int, size: int, after: int, most: int) -> tuple[int, int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(_GROW_SQL, {"client": client_id, "size": size, "after": after, "most": most})
        count, last, hashes = cursor.fetchone()
    return count, last or after, bytes(hashes or b"")


def _sign(client_id: int, tree: Tiles, before: LogHead | None) -> LogHead:
    locks.hold(log_keys.LOCK)
    private = log_keys.load()
    at = clock.now().replace(microsecond=0)
    if before is not None:
        # The clocks of two machines differ; heads never go back.
        at = max(at, before.at)
    root, key = tree.root(), log_keys.public_of(private)
    signature = private.sign(Head(client_id, tree.size, root, moment(at), key).signed())
    return LogHead.objects.create(client_id=client_id, size=tree.size, root=root, at=at, key=key, signature=signature)


class _Window:
    """From which id on entries may be without a leaf.

    An entry that commits late has a lower id than some that are sealed.  So the window moves up to an
    id only when no transaction is left that had begun to write before this id was seen.
    """

    def __init__(self, client_id: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_LOOK_SQL, [client_id])
            is_first, self.newest_id, oldest, upcoming = cursor.fetchone()
        self.row, _made = LogSealing.objects.get_or_create(client_id=client_id)
        row = self.row
        # A transaction of the future is one of another server, whose dump this database was made of.
        self._moves = bool(row.next_xid) and (oldest >= row.next_xid or row.next_xid >= upcoming)
        self._marks = is_first and (self._moves or not row.next_xid)

    def close(self) -> None:
        """Note that every entry of the window that can be seen has its leaf."""
        row = self.row
        if self._moves:
            row.through_id, row.next_id, row.next_xid = row.next_id, 0, 0
        if self._marks:
            with connection.cursor() as cursor:
                cursor.execute(_XID_SQL)
                (xid,) = cursor.fetchone()
            row.next_id, row.next_xid = self.newest_id, xid
        if self._moves or self._marks:
            row.save(update_fields=["through_id", "next_id", "next_xid"])


def is_waiting(client_id: int) -> bool:
    """Whether an entry has no place in the tree yet."""
    return bool(_ask(_IS_WAITING_SQL, client_id)[0])


def waiting(client_id: int) -> tuple[int, datetime | None]:
    """How many entries have no place in the tree yet, and when the oldest of them was written."""
    count, since = _ask(_WAITING_SQL, client_id)
    return count, since


def _ask(sql: str, client_id: int) -> tuple[Any, ...]:
    through = LogSealing.objects.filter(client_id=client_id).values_list("through_id", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute(sql, {"client": client_id, "after": through})
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def newest_head(client_id: int) -> LogHead | None:
    """The last signed state of a client's log."""
    return LogHead.objects.filter(client_id=client_id).order_by("-size").first()


def size_of(client_id: int) -> int:
    """How many entries of a client have a place in the tree."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZE_SQL, [client_id])
        return int(cursor.fetchone()[0])


def head_of(row: LogHead) -> Head:
    """The head as it was signed."""
    return Head(row.client_id, row.size, bytes(row.root), moment(row.at), row.key, bytes(row.signature))


def kept(client_id: int, level: int, first: int, count: int) -> Sequence[bytes]:
    """The hashes [first, first + count) of a level that rows are kept of, as far as there are any."""
    with connection.cursor() as cursor:
        if level:
            cursor.execute(_NODES_SQL, [client_id, level, first, first + count])
        else:
            cursor.execute(_LEAVES_SQL, [client_id, first, first + count])
        (joined,) = cursor.fetchone()
    hashes = bytes(joined or b"")
    return [hashes[i : i + HASH_BYTES] for i in range(0, len(hashes), HASH_BYTES)]
