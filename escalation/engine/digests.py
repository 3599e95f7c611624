"""No storm to one person: past a few letters, texts or calls, what is told to somebody is gathered into one.

Of each kind the first of two minutes go out by themselves.  What comes beyond is held, and told in one letter (one
text, one phone call) half a minute later, and once a minute at most from then on: in the order in which it was due.

Two channels gather nothing.  On the pages each notice is a line of its own, which disturbs nobody.  A webhook is
read by a program, which needs every step with its ticket to open, count and close what it keeps of each; its calls
are paced for the endpoint by the caller instead (`post.claims`).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q

from access.actor import Actor
from escalation import letters
from escalation.engine import calls, due
from escalation.matrix.document import Channel
from escalation.models import Notice
from escalation.recipients import Reach
from post import signals
from post.calls import post_calls
from post.models import OutboxCall
from post.outbox import post_mails

# What disturbs a person, and so is gathered.
GATHERED = (Channel.MAIL, Channel.SMS, Channel.PHONE)
# So many of a kind go to one person by themselves within this time.
ALONE_MOST, WITHIN = 5, timedelta(minutes=2)
GATHERED_FOR, APART = timedelta(seconds=30), timedelta(minutes=1)
# Whom a notice is for, a contact and the person of the staff who stands behind it; and by what it goes there.
Person = tuple[int | None, int | None, str]
# What is noted of a notice for which there is no way left.
NO_WAY = "nobody is there any more to be told by this"


def hold(client_id: int, notices: Sequence[Notice], at: datetime) -> None:
    """Mark those of these new notices as held that would be too many for their person; two statements at most."""
    of: dict[Person, list[Notice]] = {}
    for notice in notices:
        if notice.channel in GATHERED:
            of.setdefault(person(notice), []).append(notice)
    if not of:
        return
    sent = _sent(client_id, of, at - WITHIN)
    for who, theirs in of.items():
        for notice in theirs[max(0, ALONE_MOST - sent.get(who, 0)) :]:
            notice.is_held, notice.attempted_at = True, None


def gather_later(client_id: int, held: Sequence[Notice], at: datetime) -> None:
    """Have what is held told at once to each person; whose letter is on its way already gets no second one.

    Told to the engine each time: the letter that is on its way may be written this moment, without what is new.
    A text and a phone call are no letters: each is gathered by itself.
    """
    if not held:
        return
    rows = Notice.objects.filter(_of({person(notice) for notice in held}), client_id=client_id)
    first = rows.filter(is_held=True).values_list(*_PERSON).annotate(first=Min("pk")).order_by()
    sent = rows.exclude(digest=None).values_list(*_PERSON).annotate(last=Max("attempted_at")).order_by()
    last = {(contact_id, user_id, channel): moment for contact_id, user_id, channel, moment in sent}
    moments = {
        pk: max(at + GATHERED_FOR, last.get((contact_id, user_id, channel), at - APART) + APART)
        for contact_id, user_id, channel, pk in first
    }
    due.put_no_later(client_id, due.Kind.DIGEST, moments)


def send(actor: Actor, client_id: int, notice_ids: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """Tell each of the persons of these notices at once of all that is held for them by now.

    Where no way is left to a person, what was held for them has failed: others are told of it at once.
    """
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
    reach, face = Reach(client_id, at), actor.standing(client_id).client
    by_mail, by_call = [], []
    for notices in held.values():
        number = min(notice.pk for notice in notices)
        same = Notice.objects.filter(client_id=client_id, pk__in=[notice.pk for notice in notices])
        same.update(is_held=False, attempted_at=at, digest=number)
        if notices[0].channel == Channel.MAIL:
            by_mail.append((number, letters.digest_of(actor, number, notices)))
        else:
            by_call.append((number, calls.of_many(face, reach, number, notices)))
    post_mails(actor, client_id, [letter for _number, letter in by_mail if letter])
    post_calls(actor, client_id, [call for _number, call in by_call if call])
    for number in (number for number, told in (*by_mail, *by_call) if told is None):
        about = {"client_id": client_id, "unique": f"digest/{number}", "kind": calls.KIND, "ticket_id": None}
        # As if it had been tried and given up.
        signals.call_failed.send(OutboxCall, actor=actor, reason=NO_WAY, at=at, **about)
    return following


def person(notice: Notice) -> Person:
    """Whom a notice is for, and by what."""
    return notice.contact_id, notice.user_id, str(notice.channel)


_PERSON = ("contact_id", "user_id", "channel")


def _of(people: Iterable[Person]) -> Q:
    found = Q(pk__in=[])
    for contact_id, user_id, channel in people:
        found |= Q(contact_id=contact_id, user_id=user_id, channel=channel)
    return found


def _sent(client_id: int, people: Iterable[Person], since: datetime) -> dict[Person, int]:
    """How much each person got since then by each channel; what waits to be gathered fills the measure."""
    rows = Notice.objects.filter(_of(people), client_id=client_id)
    counted = rows.filter(Q(attempted_at__gte=since) | Q(is_held=True)).values_list(*_PERSON)
    single, held = Count("pk", filter=Q(digest=None, is_held=False)), Count("pk", filter=Q(is_held=True))
    gathered = Count("digest", distinct=True)
    return {
        (contact_id, user_id, channel): ALONE_MOST if waits else alone + together
        for contact_id, user_id, channel, alone, together, waits in counted.annotate(
            a=single, b=gathered, c=held
        ).order_by()
    }
