"""The log and its heads as streamed bodies: each piece is read in a transaction of its own, its right asked anew."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from access import log_export, queries, scope, standing
from access.actor import Actor
from access.errors import RightMissing
from access.lines import all_lines
from access.models import Client, User
from access.queries import LogFilter
from access.rights import Right, Side


def may_export(actor: Actor, client_id: int) -> None:
    """Raise `RightMissing` for whoever does not see all of this client's log.

    A vendor's people never see what another vendor's did, so a log of theirs would not verify.
    """
    actor.require(Right.LOG_READ, client_id)
    if actor.side is not Side.CLIENT:
        error = RightMissing()
        error.client_id, error.right = client_id, Right.LOG_READ
        raise error


def log_lines(user_id: int, client_id: int, size: int, origin: str) -> Iterator[str]:
    """LOG.jsonl of the first `size` entries.

    Breaks off with `RightMissing` once the reader may no more: the file then ends before its head.
    """
    for first in range(0, size, log_export.LINES_AT_ONCE):
        last = min(first + log_export.LINES_AT_ONCE, size)
        with _reading(user_id, client_id, origin):
            text = "".join(log_export.lines(client_id, first, last))
        yield text


def heads(user_id: int, client_id: int, size: int, origin: str) -> Iterator[str]:
    """HEADS.json up to the head over `size` entries; breaks off as `log_lines` does."""
    with _reading(user_id, client_id, origin):
        opening = log_export.opening(Client.objects.get(pk=client_id))
    yield opening
    after, comma = 0, ""
    while after < size:
        with _reading(user_id, client_id, origin):
            found = log_export.heads(client_id, after, size)
            text = comma + ",\n".join(map(log_export.head_text, found))
        if not found:
            break
        yield text
        after, comma = found[-1].size, ",\n"
    yield log_export.CLOSING


CSV_COLUMNS = ("at", "who", "side", "action", "what", "without_ticket", "records", "ticket", "reason", "origin")
CSV_AT_ONCE = 1000


def csv_rows(user_id: int, client_id: int, wanted: LogFilter, origin: str) -> Iterator[tuple[object, ...]]:
    """The entries that a filter lets through, the newest first, under the names of their columns; times are UTC.

    A vendor's people get what they see on the page.  Breaks off as `log_lines` does.
    """
    yield CSV_COLUMNS
    cursor: str | None = None
    while True:
        with _reading(user_id, client_id, origin, whole=False) as actor:
            page = queries.access_log(client_id, wanted, cursor, size=CSV_AT_ONCE)
            told = all_lines(actor, client_id, page.items)
        for row, line in zip(page.items, told, strict=True):
            yield (
                *(line.at, line.name, row.side, line.action, line.what, "yes" if line.without_ticket else ""),
                *(line.records, line.ticket_number, line.reason, line.origin),
            )
        cursor = page.next_cursor
        if not cursor:
            return


@contextmanager
def _reading(user_id: int, client_id: int, origin: str, *, whole: bool = True) -> Iterator[Actor]:
    """A transaction as this person is now, at one client; raises `RightMissing` or the gate that closed."""
    with transaction.atomic():
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None:
            raise RightMissing
        # Whether this session had a code was asked at its door; the stream has no session any more.
        with standing.acting(user, origin=origin, by_code=True) as actor:
            if whole:
                may_export(actor, client_id)
            else:
                actor.require(Right.LOG_READ, client_id)
            with scope.enter(actor.only(client_id).scope()):
                yield actor
