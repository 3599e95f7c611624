"""What is done with tickets, by people and by itself, in words for those who read who saw or changed a record."""

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access import log
from access.lines import tell_changes, tell_deed, tell_fields, tell_names, tell_reasons
from tickets.models import SOLVED_STAYS, Ticket
from tickets.queries.records import DEFAULT_REASONS
from tickets.records import BUILT_IN
from tickets.tasks import close_solved

CLOSE_SOLVED: str = close_solved.name
RECEIVE_MAIL = "tickets.receive_mail"


CHANGES = {
    "opened": gettext_lazy("opened a new ticket"),
    "assigned": gettext_lazy("assigned the ticket"),
    "sorted": gettext_lazy("said what it is about"),
    "priority": gettext_lazy("set the priority"),
    "tagged": gettext_lazy("changed the tags"),
    "skipped": gettext_lazy("skipped the ticket"),
    "replied": gettext_lazy("answered"),
    "reply kept": gettext_lazy("wrote an answer that waits"),
    "sent for": gettext_lazy("sent what a colleague had written"),
    "put aside": gettext_lazy("put a colleague’s answer aside"),
    "noted": gettext_lazy("wrote a note"),
    "worked": gettext_lazy("worked on the ticket"),
    "customer wrote": gettext_lazy("wrote"),
    "mail held": gettext_lazy("sent a mail that was held back"),
    "letter sent again": gettext_lazy("sent a letter again"),
    "solved": gettext_lazy("solved the ticket"),
    "closed": gettext_lazy("closed the ticket"),
    "reopened": gettext_lazy("opened the ticket again"),
    "added": gettext_lazy("added the customer"),
    "changed": gettext_lazy("changed the record"),
    "merged": gettext_lazy("merged two tickets of one customer"),
    "category added": gettext_lazy("added a category"),
    "category changed": gettext_lazy("changed a category"),
    "category moved": gettext_lazy("moved a category under another"),
    "categories ordered": gettext_lazy("ordered the categories"),
    "service added": gettext_lazy("added a service"),
    "service changed": gettext_lazy("changed a service"),
    "priorities": gettext_lazy("changed how priorities follow"),
    "impact words": gettext_lazy("changed the words of the form"),
    "voice": gettext_lazy("changed how the client speaks"),
    "records guarded": gettext_lazy("changed who sees which field"),
    "field added": gettext_lazy("added a field to the records"),
    "field changed": gettext_lazy("changed a field of the records"),
    "field removed": gettext_lazy("removed a field from the records"),
    "source saved": gettext_lazy("connected a system"),
    "source removed": gettext_lazy("cut a system off"),
    "secret renewed": gettext_lazy("renewed the secret of a system"),
    "record pushed": gettext_lazy("pushed a record"),
    "record removed": gettext_lazy("took a record back"),
    "fields ordered": gettext_lazy("changed the order of the fields"),
}


def closed_by_itself() -> str:
    """That nobody closed it but time."""
    days = SOLVED_STAYS.days
    words = ngettext("closed by itself after %(days)s day", "closed by itself after %(days)s days", days)
    return words % {"days": days}


def _ticket_names(client_id: int, ids: Collection[int]) -> dict[int, str]:
    """The numbers that people know tickets by."""
    found = Ticket.objects.filter(client_id=client_id, pk__in=ids).values_list("pk", "number")
    return {pk: f"#{number}" for pk, number in found}


def tell() -> None:
    """Declare the words."""
    tell_changes(CHANGES)
    tell_reasons(dict(DEFAULT_REASONS))
    tell_fields({spec.key: spec.label for spec in BUILT_IN})
    tell_names(log.TICKET, _ticket_names)
    tell_deed(CLOSE_SOLVED, closed_by_itself)
    tell_deed(RECEIVE_MAIL, lambda: _("took in a mail"))
    tell_deed("import_conversations", lambda: _("imported the conversation"))
