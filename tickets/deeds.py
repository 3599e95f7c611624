"""What tickets do by themselves, in words for those who read who saw or changed a record."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.lines import tell_deed
from tickets.tasks import SOLVED_STAYS, close_solved

CLOSE_SOLVED: str = close_solved.name
RECEIVE_MAIL = "tickets.receive_mail"


def closed_by_itself() -> str:
    """That nobody closed it but time."""
    days = SOLVED_STAYS.days
    words = ngettext("closed by itself after %(days)s day", "closed by itself after %(days)s days", days)
    return words % {"days": days}


def tell() -> None:
    """Declare the words."""
    tell_deed(CLOSE_SOLVED, closed_by_itself)
    tell_deed(RECEIVE_MAIL, lambda: _("took in a mail"))
    tell_deed("import_conversations", lambda: _("imported the conversation"))
