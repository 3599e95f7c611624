"""No storm to one person: past a few letters, what is told to somebody is gathered into one.

The first letters of two minutes go out by themselves.  What comes beyond is held, and told in one letter
half a minute later, and once a minute at most from then on: in the order in which it was due.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q

from access.actor import Actor
from escalation import letters
from escalation.engine import due
from escalation.matrix.document import Channel
from escalation.models import Notice
from post.outbox import post_mails

# So many letters go to one person by themselves within this time.
ALONE_MOST, WITHIN = 5, timedelta(minutes=2)
GATHERED_FOR, APART = timedelta(seconds=30), timedelta(minutes=1)
# Whom a notice is for: a contact, and the person of the staff who stands behind it.
Person = tuple[int | None, int | None]


def hold(client_id: int, notices: Sequence[Notice], at: datetime) -> None:
    """Mark those of these new letters as held that would be too many for their person; two statements at most."""
    of: dict[Person, list[Notice]] = {}
    for notice in notices:
        if notice.channel == Channel.MAIL:
            of.setdefault(person(notice), []).append(notice)
    if not of:
        return
    sent = _sent(client_id, of, at - WITHIN)
    for who, theirs in of.items():
        for notice in theirs[max(0, ALONE_MOST - sent.get(who, 0)) :]:
            notice.is_held, notice.attempted_at = True, None


def gather_later(client_id: int, held: Sequence[Notice], at: datetime) -> None:
    """Have what is held told in one letter to each person; whose letter is on its way already gets no second one.

    Told to the engine each time: the letter that is on its way may be written this moment, without what is new.
    """
    if not held:
        return
    rows = Notice.objects.filter(_of({person(notice) for notice in held}), client_id=client_id)
    first = rows.filter(is_held=True).values_list(*_PERSON).annotate(first=Min("pk")).order_by()
    sent = rows.exclude(digest=None).values_list(*_PERSON).annotate(last=Max("attempted_at")).order_by()
    last = {(contact_id, user_id): moment for contact_id, user_id, moment in sent}
    moments = {
        pk: max(at + GATHERED_FOR, last.get((contact_id, user_id), at - APART) + APART)
        for contact_id, user_id, pk in first
    }
    due.put_no_later(client_id, due.Kind.DIGEST, moments)


def send(actor: Actor, client_id: int, notice_ids: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """Write one letter to each of the persons of these notices, of all that is held for them by now."""
    following: dict[int, datetime | None] = dict.fromkeys(notice_ids)
    of = {person(notice) for notice in Notice.objects.filter(client_id=client_id, pk__in=notice_ids)}
    if not of:
        return following
    rows = Notice.objects.filter(_of(of), client_id=client_id, is_held=True).select_for_update(of=("self",))
    held: dict[Person, list[Notice]] = {}
    for notice in rows.select_related("step__escalation", "ticket__vendor", "contact", "clock").order_by(
        "due_at", "pk"
    ):
        held.setdefault(person(notice), []).append(notice)
    made = []
    for notices in held.values():
        number = min(notice.pk for notice in notices)
        letter = letters.digest_of(actor, number, notices)
        if letter is not None:
            made.append(letter)
        same = Notice.objects.filter(client_id=client_id, pk__in=[notice.pk for notice in notices])
        same.update(is_held=False, attempted_at=at, digest=number)
    post_mails(actor, client_id, made)
    return following


def person(notice: Notice) -> Person:
    """Whom a notice is for."""
    return notice.contact_id, notice.user_id


_PERSON = ("contact_id", "user_id")


def _of(people: Iterable[Person]) -> Q:
    found = Q(pk__in=[])
    for contact_id, user_id in people:
        found |= Q(contact_id=contact_id, user_id=user_id)
    return found & Q(channel=Channel.MAIL)


def _sent(client_id: int, people: Iterable[Person], since: datetime) -> dict[Person, int]:
    """How many letters each person got since then; those that wait to be gathered fill the measure."""
    rows = Notice.objects.filter(_of(people), client_id=client_id)
    counted = rows.filter(Q(attempted_at__gte=since) | Q(is_held=True)).values_list(*_PERSON)
    single, held = Count("pk", filter=Q(digest=None, is_held=False)), Count("pk", filter=Q(is_held=True))
    gathered = Count("digest", distinct=True)
    return {
        (contact_id, user_id): ALONE_MOST if waits else alone + together
        for contact_id, user_id, alone, together, waits in counted.annotate(a=single, b=gathered, c=held).order_by()
    }
