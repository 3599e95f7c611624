"""What agents must read: the client asks for it and stops asking, and each agent signs for themselves."""

from datetime import datetime

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.rights import VENDOR_ROLES, Right
from access.wording import needed_line
from helpdesk.lib import clock
from knowledgebase.models import Article, MustRead, Reading, Revision
from knowledgebase.must_reads import digest_of

SAID_LIMIT = 200


def ask_to_read(
    actor: Actor, *, client_id: int, article_id: int, said: str, due_at: datetime | None = None, role: str = ""
) -> MustRead:
    """Ask whoever works for the client, or one role of theirs, to read the revision in force.

    It is due at once, or at `due_at`; `said` is one sentence about what changed.  What was asked of an
    earlier revision is asked no longer.  Raises `NotFound`, `Conflict` for an article that nobody can
    read or a revision that is asked for already, and `Invalid`.
    """
    actor.require(Right.ARTICLE_PUBLISH, client_id)
    article = Article.objects.select_for_update().filter(client_id=client_id, pk=article_id).first()
    if article is None:
        raise NotFound
    if article.published_number is None:
        raise Conflict(_("Nobody can read it yet: publish it first."))
    said = needed_line(said, "said", SAID_LIMIT, _("Say in one sentence what changed."))
    now = clock.now()
    if due_at is not None and due_at <= now:
        raise Invalid(_("Choose a day in the future, or at once."), "due_on")
    if role not in ("", *VENDOR_ROLES):
        raise Invalid(_("Choose one of the roles offered."), "role")
    earlier = MustRead.objects.filter(client_id=client_id, article=article, ended_at=None).first()
    if earlier is not None:
        if earlier.revision_number == article.published_number:
            raise Conflict(_("This revision is asked for already. Stop asking first, to ask anew."))
        _end(actor, earlier, now)
    row = MustRead.objects.create(
        client_id=client_id,
        article=article,
        revision_number=article.published_number,
        title=article.title,
        said=said,
        role=role,
        due_at=due_at or now,
        asked_at=now,
        asked_by=actor.name,
    )
    _note(actor, row, "must_read_asked", due=row.due_at.isoformat(), role=role)
    return row


def stop_asking(actor: Actor, *, client_id: int, must_read_id: int) -> MustRead:
    """Ask for it no longer; what was signed stays.  A second time changes nothing; raises `NotFound`."""
    actor.require(Right.ARTICLE_PUBLISH, client_id)
    row = MustRead.objects.select_for_update().filter(client_id=client_id, pk=must_read_id).first()
    if row is None:
        raise NotFound
    if row.ended_at is None:
        _end(actor, row, clock.now())
    return row


def end_of(actor: Actor, article: Article) -> None:
    """Stop asking for a locked article that nobody can read any more."""
    row = MustRead.objects.select_for_update().filter(client_id=article.client_id, article=article, ended_at=None)
    if (asked := row.first()) is not None:
        _end(actor, asked, clock.now())


def sign(actor: Actor, *, client_id: int, slug: str, number: int) -> Reading:
    """Say, in one's own name, that one has read the revision `number`, which lay before one.

    A second time changes nothing.  Raises `NotFound` where nothing is asked of the actor, and `Conflict`
    where another revision is in force by now.
    """
    standing = actor.require(Right.ARTICLE_READ, client_id)
    if actor.vendor_id is None or actor.user_id is None or standing.card_id is None:
        raise NotFound
    row = MustRead.objects.select_for_update().filter(client_id=client_id, article__slug=slug, ended_at=None).first()
    if row is None or row.role not in ("", standing.role):
        raise NotFound
    shown = Revision.objects.filter(client_id=client_id, article_id=row.article_id, number=number).first()
    article = Article.objects.get(client_id=client_id, pk=row.article_id)
    if shown is None or number < row.revision_number or number != article.published_number:
        raise Conflict(_("The article has changed since you opened it. Read it as it is now, then sign."))
    reading, made = Reading.objects.get_or_create(
        client_id=client_id,
        must_read=row,
        user_id=actor.user_id,
        defaults={
            "vendor_id": actor.vendor_id,
            "card_id": standing.card_id,
            "revision_number": number,
            "digest": digest_of(shown),
            "at": clock.now(),
        },
    )
    if made:
        _note(actor, row, "must_read_signed", number=number, digest=reading.digest)
    return reading


def _end(actor: Actor, row: MustRead, now: datetime) -> None:
    row.ended_at, row.ended_by = now, actor.name
    row.save(update_fields=["ended_at", "ended_by"])
    _note(actor, row, "must_read_ended")


def _note(actor: Actor, row: MustRead, what: str, **detail: object) -> None:
    told = {"what": what, "revision": row.revision_number, **detail}
    log.record(actor, row.client_id, log.Action.CLEARANCE, (log.ARTICLE, row.article_id), detail=told)
