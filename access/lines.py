"""A log entry in words, for a page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access import log
from access.log import Action
from access.models import AccessLogContent
from access.rights import Right, Side

_KINDS: dict[str, Promise] = {
    log.CUSTOMER: gettext_lazy("customer"),
    log.TICKET: gettext_lazy("ticket"),
    log.FILE: gettext_lazy("file"),
    log.ARTICLE: gettext_lazy("article"),
    "user": gettext_lazy("person"),
    "token": gettext_lazy("API token"),
}
# What is changed, by the word in the entry; the higher apps add theirs.
_CHANGES: dict[str, Promise] = {
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
# What the product does by itself, by the name of the task or command that does it.
_DEEDS: dict[str, Callable[[], str]] = {}


def tell_deed(task: str, words: Callable[[], str]) -> None:
    """Declare in words what a task or command does to records, for lists of who saw or changed them."""
    _DEEDS[task] = words


def tell_changes(words: Mapping[str, Promise]) -> None:
    """Declare in words what an app changes, by the `what` or `did` of its entries' detail."""
    _CHANGES.update(words)


def who(actor_name: str, side: str, *, is_known: bool) -> str:
    """Who did it, in words: a person's name, or what they are; `is_known` tells a customer from a visitor."""
    if side == Side.SYSTEM:
        return _("The help desk itself")
    if actor_name:
        return actor_name
    if side == Side.CUSTOMER:
        return _("The customer") if is_known else _("A visitor")
    return _("A contact with a link") if side == Side.CLIENT else _("Somebody")


def deed(actor_name: str, side: str, action: Action) -> str:
    """What was done, in words: a task's own, else those of the action."""
    words = _DEEDS.get(actor_name) if side == Side.SYSTEM else None
    return words() if words else str(action.label)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log as a page shows it."""

    name: str
    at: datetime
    action: str
    refused: bool
    records: str
    ticket_number: int | None
    reason: str
    what: str
    origin: str


def line(row: AccessLogContent) -> LogLine:
    """An entry in the reader's language."""
    return LogLine(
        who(row.actor_name, row.side, is_known=row.customer_id is not None),
        row.at,
        _done(row),
        row.action == Action.REFUSED,
        _records(row.records),
        row.ticket_number,
        row.reason,
        _what(row.detail),
        row.origin,
    )


def _done(row: AccessLogContent) -> str:
    """A change by what was changed, everything else by its action."""
    change = _CHANGES.get(_word(row.detail)) if row.action == Action.CHANGE else None
    if change and not (row.side == Side.SYSTEM and row.actor_name in _DEEDS):
        return str(change)
    return deed(row.actor_name, row.side, Action(row.action))


def _word(detail: dict[str, object]) -> str:
    return str(detail.get("what", detail.get("did", "")))


def _records(records: list[list[object]]) -> str:
    named = [f"{_KINDS.get(str(kind), kind)} {number}" for kind, number in records[:_SHOWN]]
    if (more := len(records) - _SHOWN) > 0:
        named.append(ngettext("%(count)d more", "%(count)d more", more) % {"count": more})
    return ", ".join(named)


def _what(detail: dict[str, object]) -> str:
    what = _word(detail)
    words = [what.replace("_", " ")] if what and what not in _CHANGES else []
    right = str(detail.get("right", ""))
    if right in set(Right):
        words.append(_("needs the right to %(right)s") % {"right": Right(right).label})
    return ", ".join(words)
