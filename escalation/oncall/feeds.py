"""A person's own shifts at one client as a calendar that other programs fetch, at a secret address.

The address is kept as its digest, works while its person has a place at the client, and tells when they are
on call by which schedule: nothing of tickets or customers, and of no other person.
"""

from datetime import UTC

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from access import log, scope, standing
from access.actor import Actor, ClientFace
from access.errors import NotFound
from access.gates import Gate
from access.models import Client, User
from access.rights import Side
from access.scope import Scope
from escalation.models import OnCallFeed
from escalation.oncall import queries
from escalation.oncall.rota import Shift
from escalation.oncall.swaps import own_card
from helpdesk.lib import clock, tokens

DAYS = 60
FEED = "on_call_feed"
# A calendar program comes from its maker's network, without a second factor: these keep it from nothing that it shows.
OF_THE_READER = frozenset({Gate.NETWORK, Gate.SECOND_FACTOR, Gate.LOCATION})


def make_feed(actor: Actor, *, client_id: int) -> str:
    """A new secret address of the actor's own shifts at a client: its token, told once; an earlier one is dead.

    Raises `NotFound` where the actor has no card.
    """
    own_card(actor, client_id)
    user_id = actor.user_id
    if user_id is None:
        raise NotFound
    token = tokens.random_token()
    values = {"digest": tokens.digest(token), "made_at": clock.now()}
    row, _made = OnCallFeed.objects.update_or_create(client_id=client_id, user_id=user_id, defaults=values)
    log.record(actor, client_id, log.Action.CHANGE, (FEED, row.pk), detail={"what": "on-call feed made"})
    return token


def revoke_feed(actor: Actor, *, client_id: int) -> None:
    """Kill the actor's address at a client; a second time changes nothing."""
    own_card(actor, client_id)
    row = OnCallFeed.objects.filter(Q(user_id=actor.user_id), client_id=client_id).first()
    if row is not None:
        log.record(actor, client_id, log.Action.CHANGE, (FEED, row.pk), detail={"what": "on-call feed revoked"})
        row.delete()


def written(token: str) -> bytes:
    """The calendar behind a token, as iCalendar (RFC 5545).

    Raises `NotFound` for a token that nobody has, and where its person has no place at the client any more, or
    is kept from it.
    """
    feed = OnCallFeed.objects.filter(digest=tokens.digest(token)).select_related("user", "client").first()
    if feed is None or not feed.user.is_active:
        raise NotFound
    held = standing.actor_for(feed.user, client_slug=feed.client.slug).standings.get(feed.client_id)
    if held is None or held.card_id is None or not OF_THE_READER.issuperset(held.closed):
        raise NotFound
    with scope.enter(_reading(feed.user, feed.client)), translation.override(feed.user.language or "en"):
        shifts = queries.coming_of(feed.client_id, held.card_id, feed.user.vendor_id, days=DAYS)
        return _calendar(held.client, shifts)


def _reading(user: User, client: Client) -> Scope:
    side = Side.CLIENT if user.vendor_id is None else Side.VENDOR
    return Scope(side, (client.pk,), user.vendor_id, None, user.pk)


def _calendar(face: ClientFace, shifts: list[tuple[queries.Planned, Shift]]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Helpdesk//On-call//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("On-call: %(client)s") % {"client": face.name})
    for planned, shift in shifts:
        event = Event()
        event.add("uid", _uid(planned.schedule.pk, shift))
        # In UTC, which every program shows on its reader's own clock; the same stamp whenever it is fetched.
        event.add("dtstamp", shift.start)
        event.add("dtstart", shift.start)
        event.add("dtend", shift.end)
        event.add("summary", _("On call: %(client)s, %(name)s") % {"client": face.name, "name": planned.schedule.name})
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return calendar.to_ical()


def _uid(schedule_id: int, shift: Shift) -> str:
    """The same for the same shift whenever it is fetched."""
    return f"on-call-{schedule_id}-{shift.start.astimezone(UTC):%Y%m%dT%H%M%SZ}@{settings.MAIL_DOMAIN}"
