"""What the letter and the console share: the seven things that can be said to a question."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Invalid
from escalation import actions
from escalation.models import Escalation
from escalation.parts import ESCALATION
from escalation.queries import Asked

_Ending = Callable[[Actor, int, int, str], Escalation]
_ENDINGS: dict[str, _Ending] = {
    "as-suggested": lambda a, c, e, text: actions.return_as_suggested(a, client_id=c, escalation_id=e, more=text),
    "return": lambda a, c, e, text: actions.return_to_support(a, client_id=c, escalation_id=e, answer=text),
    "not-needed": lambda a, c, e, text: actions.not_needed(a, client_id=c, escalation_id=e, answer=text),
    "incomplete": lambda a, c, e, text: actions.incomplete(a, client_id=c, escalation_id=e, missing=text),
    "decline": lambda a, c, e, text: actions.decline(a, client_id=c, escalation_id=e, reason=text),
    "take": lambda a, c, e, text: actions.take_over(a, client_id=c, escalation_id=e, answer=text),
}


def say(actor: Actor, client_id: int, escalation_id: int, what: str, text: str) -> Escalation:
    """Do what the pressed button says; raises `Invalid` for one that does not exist."""
    if what == "acknowledge":
        return actions.acknowledge(actor, client_id=client_id, escalation_id=escalation_id)
    if what not in _ENDINGS:
        raise Invalid(_("Choose one of the answers."), "do")
    return _ENDINGS[what](actor, client_id, escalation_id, text)


def log_view(actor: Actor, found: Asked, reason: str) -> None:
    """The access-log entry of reading a question, and with it the ticket and its customer."""
    ticket = found.ticket
    log.record(
        actor,
        ticket.client_id,
        log.Action.VIEW,
        (log.TICKET, ticket.pk),
        (log.CUSTOMER, ticket.customer_id),
        (ESCALATION, found.escalation.pk),
        ticket_id=ticket.pk,
        ticket_number=ticket.number,
        reason=reason,
    )
