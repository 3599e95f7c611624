"""A request for emergency access climbs the client's own escalation steps, until somebody answers or time does.

What a request is, and what becomes of it, stands in `access.actions.emergency`; here is who is told, and when.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from access import emergency as requests
from access import signals
from access.actions.emergency import settle
from access.actor import Actor
from access.commit import after_commit
from access.models import EmergencyAccess
from escalation import emergency_letters, rows
from escalation.engine import due
from escalation.matrix import climbing
from escalation.matrix.document import Document, Subject, Target
from escalation.models import Contact, EmergencyStep
from escalation.recipients import Reach
from escalation.subjects import subjects_of
from helpdesk.lib import clock
from tickets.models import Ticket

LEAST_URGENT = 4
State = EmergencyAccess.State


def listen() -> None:
    """Subscribe to what happens to requests."""
    signals.emergency_asked.connect(_asked, dispatch_uid="escalation.emergencies.asked")
    signals.emergency_settled.connect(_settled, dispatch_uid="escalation.emergencies.settled")


def look(actor: Actor, *, emergency_id: int) -> datetime | None:
    """Do what is due on a request: tell the next contact, grant it, let it lapse.  A second time changes nothing.

    Gives the moment at which to look again, None where it waits no longer.

    For the sweep: the actor is the system inside one client.
    """
    (client_id,) = actor.standings
    request = settle(actor, client_id=client_id, emergency_id=emergency_id)
    if request is None or request.state != State.ASKED:
        due.drop(due.Kind.EMERGENCY, [emergency_id])
        return None
    now, steps = clock.now(), _steps(request)
    if not steps:
        steps = _begin(request)
        emergency_letters.tell_deciders(actor, request, at=now)
    for step in steps:
        if step.told_at is None and step.due_at <= now:
            step.told_at = now
            step.save(update_fields=["told_at"])
            # The address may have become the asker's since the steps were written.
            if not requests.is_askers(request, step.contact.email):
                emergency_letters.ask_contact(actor, request, step.contact)
    return _next(request, steps, now)


def _asked(*, emergency: EmergencyAccess, **more: Any) -> None:
    """The steps are told in the background, so that asking takes as long whether there is such a ticket or not."""
    _look_again(emergency, emergency.asked_at)
    client_id, emergency_id = emergency.client_id, emergency.pk
    after_commit(lambda: _nudge(client_id, emergency_id))


def _look_again(request: EmergencyAccess, at: datetime) -> None:
    due.put(request.client_id, due.Kind.EMERGENCY, {request.pk: at})


def _nudge(client_id: int, emergency_id: int) -> None:
    from escalation.tasks import look_at_emergency

    look_at_emergency.delay(client_id, emergency_id)


def _settled(*, emergency: EmergencyAccess, **more: Any) -> None:
    due.drop(due.Kind.EMERGENCY, [emergency.pk])
    emergency_letters.tell_asker(emergency)
    if emergency.state == State.UNANSWERED:
        emergency_letters.tell_unanswered(emergency, _askable(emergency))


def _steps(request: EmergencyAccess) -> list[EmergencyStep]:
    found = EmergencyStep.objects.filter(client_id=request.client_id, emergency=request)
    return list(found.select_related("contact").order_by("position"))


def _begin(request: EmergencyAccess) -> list[EmergencyStep]:
    """Write the steps: the contacts of the row that the ticket would match, else every active contact at once.

    The vendor's own steps are left out, and the first contact is asked at once: the others keep their
    distance to them.
    """
    contacts = {contact.pk: contact for contact in _askable(request)}
    path = [(at, pk) for at, pk in _path(request) if pk in contacts]
    if not path:
        path = [(request.asked_at, pk) for pk in contacts]
    late = path[0][0] - request.asked_at if path else timedelta()
    return EmergencyStep.objects.bulk_create(
        EmergencyStep(
            client_id=request.client_id,
            emergency=request,
            position=position,
            contact=contacts[contact_id],
            due_at=at - late,
        )
        for position, (at, contact_id) in enumerate(path, start=1)
    )


def _askable(request: EmergencyAccess) -> list[Contact]:
    """The client's contacts that a request is sent to: all that are active and have an address but the asker's own."""
    active = Contact.objects.filter(client_id=request.client_id, is_active=True).exclude(email="").order_by("pk")
    return [contact for contact in active if not requests.is_askers(request, contact.email)]


def _path(request: EmergencyAccess) -> list[tuple[datetime, int]]:
    """Whom the row that fits the ticket tells of the client's contacts, each once, and when.

    A ticket that the client does not have is one of which nothing is said.
    """
    at, client_id = request.asked_at, request.client_id
    version = rows.current(client_id, at)
    if version is None:
        return []
    tickets = list(Ticket.objects.filter(client_id=client_id, pk=request.ticket_id or 0).select_related("customer"))
    subject = subjects_of(client_id, tickets, at).get(request.ticket_id or 0) or Subject(priority=LEAST_URGENT)
    place = version.matcher.match(subject)
    path = version.document.path(version.document.rows[place].path) if place is not None else None
    if path is None:
        return []
    reach = Reach(client_id, at)
    found: dict[int, datetime] = {}
    for told in climbing.simulate(Document(), path, at):
        for who in path.steps[told.step].to:
            asked = [reach.by_key[who.key]] if who.kind is Target.CONTACT and who.key in reach.by_key else []
            asked += reach.groups.get(who.key, []) if who.kind is Target.GROUP else []
            for contact in asked:
                found.setdefault(contact.pk, told.at)
    return [(moment, pk) for pk, moment in found.items()]


def _next(request: EmergencyAccess, steps: Sequence[EmergencyStep], now: datetime) -> datetime:
    """When there is something to do next."""
    moments = [
        request.asked_at + requests.UNANSWERED_AFTER,
        requests.lapses_at(request),
        *(step.due_at for step in steps if step.told_at is None),
    ]
    return min(moment for moment in moments if moment > now)
