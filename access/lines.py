"""A log entry in words, for a page."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access import log
from access.log import Action
from access.models import AccessLogContent
from access.rights import Right

_KINDS: dict[str, Promise] = {
    log.CUSTOMER: gettext_lazy("customer"),
    log.TICKET: gettext_lazy("ticket"),
    log.FILE: gettext_lazy("file"),
    log.ARTICLE: gettext_lazy("article"),
    "user": gettext_lazy("person"),
    "token": gettext_lazy("API token"),
}
_WHAT: dict[str, Promise] = {
    "client_created": gettext_lazy("client created"),
    "contract_signed": gettext_lazy("contract in force"),
    "hired": gettext_lazy("put on the account"),
    "member_added": gettext_lazy("made a member"),
    "assignment_ended": gettext_lazy("assignment ended"),
    "role_changed": gettext_lazy("role changed"),
    "vendor_suspended": gettext_lazy("vendor suspended"),
    "vendor_restored": gettext_lazy("vendor let in again"),
    "token_made": gettext_lazy("API token made"),
    "token_revoked": gettext_lazy("API token taken back"),
}
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log as a page shows it."""

    name: str
    at: datetime
    action: Promise
    refused: bool
    records: str
    ticket_number: int | None
    reason: str
    what: str
    origin: str


def line(row: AccessLogContent) -> LogLine:
    """An entry in the reader's language."""
    return LogLine(
        row.actor_name or _("A visitor"),
        row.at,
        Action(row.action).label,
        row.action == Action.REFUSED,
        _records(row.records),
        row.ticket_number,
        row.reason,
        _what(row.detail),
        row.origin,
    )


def _records(records: list[list[object]]) -> str:
    named = [f"{_KINDS.get(str(kind), kind)} {number}" for kind, number in records[:_SHOWN]]
    if (more := len(records) - _SHOWN) > 0:
        named.append(ngettext("%(count)d more", "%(count)d more", more) % {"count": more})
    return ", ".join(named)


def _what(detail: dict[str, object]) -> str:
    what = str(detail.get("what", detail.get("did", "")))
    words = [str(_WHAT.get(what, what.replace("_", " ")))] if what else []
    right = str(detail.get("right", ""))
    if right in set(Right):
        words.append(_("needs the right to %(right)s") % {"right": Right(right).label})
    return ", ".join(words)
