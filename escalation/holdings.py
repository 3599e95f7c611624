"""What the tables of `escalation` hold, for `access.registries`."""

from django.db.models import Q

from access.models import EmergencyAccess
from access.registries import Holding, Keep, Subject, Words, erase_also, hold, rebuild_with
from escalation import dispatch
from escalation.models import (
    Calendar,
    Clock,
    Contact,
    DueStep,
    EmergencyStep,
    Escalation,
    EscalationStep,
    Matrix,
    MatrixRow,
    PathStep,
    SlaPolicy,
    SlaTarget,
)
from helpdesk.lib import clock
from post.holdings import blank
from post.models import OutboxMail

_SETTING = "the client's hours, promises and contacts, not about a customer"


def tell() -> None:
    """Declare them: what refers stands before what is referred to."""
    hold(
        Holding(
            model=DueStep, keep=Keep.BRIEFLY, why_not="ids and times of what is due", harmless="holds ids and times"
        ),
        Holding(
            model=EmergencyStep,
            keep=Keep.CLIENT,
            part="emergency_steps",
            harmless="whom of the client's people it was told, and when",
        ),
        Holding(
            model=EscalationStep,
            keep=Keep.CLIENT,
            part="escalation_steps",
            harmless="whom of the client's people it was told, and when",
        ),
        Holding(
            model=Escalation,
            keep=Keep.TICKETS,
            part="escalations",
            ticket="ticket_id",
            erasing={
                "question": Words.ERASED,
                "facts": "",
                "suggestion": "",
                "answer": "",
                "asked_by_name": "",
                "answered_by_name": "",
            },
        ),
        Holding(model=PathStep, keep=Keep.CLIENT, part="path_steps", harmless=_SETTING),
        Holding(model=MatrixRow, keep=Keep.CLIENT, part="matrix_rows", harmless=_SETTING),
        Holding(model=Matrix, keep=Keep.CLIENT, part="matrices", harmless=_SETTING),
        Holding(model=Contact, keep=Keep.CLIENT, part="contacts", harmless=_SETTING),
        Holding(model=Clock, keep=Keep.CLIENT, part="clocks", harmless="times and promises: statistics"),
        Holding(model=SlaTarget, keep=Keep.CLIENT, part="sla_targets", harmless=_SETTING),
        Holding(model=SlaPolicy, keep=Keep.CLIENT, part="sla_policies", harmless=_SETTING),
        Holding(model=Calendar, keep=Keep.CLIENT, part="calendars", harmless=_SETTING),
    )
    rebuild_with(_put_due)
    erase_also("letters about emergency access", _letters)


def _letters(subject: Subject) -> dict[str, int]:
    """What was mailed about requests for emergency access to these tickets: why, in the words of whoever asked."""
    requests = EmergencyAccess.objects.filter(client_id=subject.client_id, ticket_id__in=subject.ticket_ids)
    sent = Q()
    for number in requests.values_list("pk", flat=True):
        sent |= Q(unique__startswith=f"emergency/{number}/")
    letters = OutboxMail.objects.filter(sent, client_id=subject.client_id)
    return {"letters": blank(letters, subject) if sent else 0}


def _put_due(client_id: int) -> None:
    """Have the next step told of every escalation that still climbs, and look at requests that wait."""
    waiting = EscalationStep.objects.filter(
        client_id=client_id, escalation__ended_at=None, attempted_at=None, cancelled_at=None
    )
    first = waiting.order_by("escalation_id", "position").distinct("escalation_id")
    dispatch.put(first)
    for request in EmergencyAccess.objects.filter(client_id=client_id, state=EmergencyAccess.State.ASKED):
        dispatch.look_at(request, at=clock.now())
