"""What agents must have read: asked of them as a duty, told to them, and counted for the client.  Reads only."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap

from django.db import connection
from django.db.models import Q
from django.urls import reverse

from access.actor import Actor
from access.evidence import Asked
from access.models import Assignment
from access.own_duties import OwnDuty
from access.rights import Right
from access.soft_gates import Soft
from helpdesk.lib import clock
from knowledgebase.models import MustRead, Reading, Revision

_UNREAD_SQL = """
SELECT m.client_id, u.id, %s, m.title, m.due_at, m.role, m.id
FROM knowledgebase_mustread m CROSS JOIN unnest(%s::bigint[]) AS u (id)
WHERE m.client_id = ANY (%s) AND m.ended_at IS NULL AND NOT EXISTS
  (SELECT 1 FROM knowledgebase_reading r
   WHERE r.client_id = m.client_id AND r.must_read_id = m.id AND r.user_id = u.id)
ORDER BY m.due_at, m.id
"""


def asked(client_ids: Collection[int], user_ids: Collection[int]) -> Iterator[Asked]:
    """What these people have not read yet at these clients, due or not; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD_SQL, [Soft.MUST_READ.value, list(user_ids), list(client_ids)])
        rows = cursor.fetchall()
    return starmap(_asked, rows)


def _asked(client_id: int, user_id: int, kind: str, name: str, due_at: datetime, role: str, key: int) -> Asked:
    return Asked(client_id, user_id, Soft(kind), name, due_at, role, key)


def unread_by(actor: Actor, client_ids: Collection[int]) -> list[MustRead]:
    """What the actor, of a vendor, is to read at these clients, due or not; what is due first."""
    roles = {i: actor.standings[i].role for i in client_ids}
    mine = Reading.objects.filter(client_id__in=client_ids, user_id=actor.user_id or 0)
    rows = MustRead.objects.select_related("article").filter(client_id__in=client_ids, ended_at=None)
    rows = rows.exclude(pk__in=mine.values("must_read_id")).order_by("due_at", "pk")
    return [row for row in rows if row.role in ("", roles[row.client_id])]


def of_article(actor: Actor, client_id: int, article_id: int) -> MustRead | None:
    """What the actor is to read of an article, None where nothing is asked of them."""
    if actor.vendor_id is None:
        return None
    return next((row for row in unread_by(actor, [client_id]) if row.article_id == article_id), None)


def own(actor: Actor) -> Iterator[OwnDuty]:
    """What the actor is to read, for the page about their own access."""
    if actor.vendor_id is None:
        return
    readable = actor.clients_with(Right.ARTICLE_READ)
    for row in unread_by(actor, readable):
        slug = actor.standings[row.client_id].client.slug
        url = reverse("desk:playbook", kwargs={"client": slug, "slug": row.article.slug})
        yield OwnDuty(row.client_id, Soft.MUST_READ, row.pk, row.title, row.said, row.due_at, url)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one must-read has come: how many of those asked have read it, and who has not."""

    row: MustRead
    read: int
    asked: int
    unread: tuple[str, ...]
    is_due: bool


def progress(client_id: int) -> list[Progress]:
    """Everything that is asked for now, what is due first, counted among those on the account today."""
    now = clock.now()
    live = Assignment.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), client_id=client_id, starts_at__lte=now)
    people = sorted(set(live.values_list("user_id", "card__name", "role")), key=lambda person: person[1].casefold())
    rows = MustRead.objects.filter(client_id=client_id, ended_at=None)
    done = set(Reading.objects.filter(client_id=client_id).values_list("must_read_id", "user_id"))
    found = rows.select_related("article").order_by("due_at", "pk")
    return [_progress(row, people, done, now) for row in found]


def _progress(
    row: MustRead, people: Sequence[tuple[int, str, str]], done: set[tuple[int, int]], now: datetime
) -> Progress:
    asked_ones = [(user_id, name) for user_id, name, role in people if row.role in ("", role)]
    unread = tuple(name for user_id, name in asked_ones if (row.pk, user_id) not in done)
    return Progress(row, len(asked_ones) - len(unread), len(asked_ones), unread, row.due_at <= now)


def digest_of(revision: Revision) -> str:
    """SHA-256 of title, empty line and text, in hex."""
    return hashlib.sha256(f"{revision.title}\n\n{revision.body}".encode()).hexdigest()
