"""A log entry in words, for a page."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access import log, scope
from access.actor import Actor
from access.log import Action
from access.log_format import ERASED, LOG, RETAINED
from access.models import AccessLogContent, StaffCard
from access.rights import Right, Side

_KINDS: dict[str, Promise] = {
    log.CUSTOMER: gettext_lazy("customer"),
    log.TICKET: gettext_lazy("ticket"),
    log.FILE: gettext_lazy("file"),
    log.ARTICLE: gettext_lazy("article"),
    LOG: gettext_lazy("access log"),
    "user": gettext_lazy("person"),
    "token": gettext_lazy("API token"),
    "vendor": gettext_lazy("vendor"),
    "contract": gettext_lazy("contract"),
    "nda": gettext_lazy("NDA"),
    "certification": gettext_lazy("certificate"),
    "rules": gettext_lazy("rules"),
    log.EMERGENCY: gettext_lazy("emergency access"),
    "system": gettext_lazy("system"),
    "flag": gettext_lazy("flag"),
}
# What is changed, by the word in the entry; the higher apps add theirs.
_CHANGES: dict[str, Promise] = {
    "client_created": gettext_lazy("client created"),
    "contract_signed": gettext_lazy("contract in force"),
    "hired": gettext_lazy("put on the account"),
    "member_added": gettext_lazy("made a member"),
    "assignment_ended": gettext_lazy("assignment ended"),
    "role_changed": gettext_lazy("role changed"),
    "suspended": gettext_lazy("suspended"),
    "restored": gettext_lazy("let in again"),
    "nda_published": gettext_lazy("NDA published"),
    "nda_accepted": gettext_lazy("NDA accepted"),
    "networks_set": gettext_lazy("networks changed"),
    "rules_set": gettext_lazy("rules of clearance changed"),
    "certification_required": gettext_lazy("certificate asked for"),
    "certification_retired": gettext_lazy("certificate asked for no longer"),
    "certificate_recorded": gettext_lazy("certificate recorded"),
    "certificate_extended": gettext_lazy("certificate extended"),
    "certificate_undone": gettext_lazy("record of a certificate taken back"),
    "role_rights_set": gettext_lazy("role adjusted"),
    "contract_drafted": gettext_lazy("contract drafted"),
    "contract_onboarding": gettext_lazy("onboarding begun"),
    "contract_in_force": gettext_lazy("contract in force"),
    "contract_notice": gettext_lazy("notice given"),
    "contract_ended": gettext_lazy("contract ended"),
    "terms_written": gettext_lazy("terms written"),
    "terms_signed": gettext_lazy("terms signed"),
    "onboarding_line_done": gettext_lazy("onboarding: a line done"),
    "onboarding_line_waived": gettext_lazy("onboarding: a line waived"),
    "onboarding_line_assigned": gettext_lazy("onboarding: a line given to somebody"),
    "place_changed": gettext_lazy("assignment changed"),
    "shifts_set": gettext_lazy("shifts changed"),
    "alias_set": gettext_lazy("alias set"),
    "location_set": gettext_lazy("location set"),
    "core_removal_planned": gettext_lazy("leaving the core team planned"),
    "core_removal_called_off": gettext_lazy("leaving the core team called off"),
    "core_removal_put_off": gettext_lazy("leaving the core team put off: who follows is not trained yet"),
    "changeover_planned": gettext_lazy("handing over to another vendor planned"),
    "changeover_called_off": gettext_lazy("handing over to another vendor called off"),
    "changeover_begun": gettext_lazy("handing over to another vendor begun"),
    "changeover_done": gettext_lazy("work handed over to another vendor"),
    "token_made": gettext_lazy("API token made"),
    "token_revoked": gettext_lazy("API token taken back"),
    "token_ended_by_reset": gettext_lazy("API token ended by a new password"),
    "emergency_asked": gettext_lazy("asked for emergency access"),
    "emergency_granted": gettext_lazy("allowed emergency access"),
    "emergency_unanswered": gettext_lazy("granted emergency access, as nobody had answered"),
    "emergency_refused": gettext_lazy("refused emergency access"),
    "emergency_expired": gettext_lazy("let a request for emergency access lapse"),
    "emergency_withdrawn": gettext_lazy("took a request for emergency access back"),
    "emergency_stopped": gettext_lazy("ended emergency access"),
    "emergency_reviewed": gettext_lazy("reviewed emergency access"),
    "shift_code_made": gettext_lazy("made a code for one shift"),
    "shift_code_used": gettext_lazy("used a code for one shift"),
    "sign_in_changed": gettext_lazy("company sign-in changed"),
    "flag_rules_set": gettext_lazy("thresholds of flags changed"),
    "flag_explained": gettext_lazy("flag explained"),
    "system_added": gettext_lazy("system written down"),
    "system_retired": gettext_lazy("system used no longer"),
    "account_registered": gettext_lazy("account in a system written down"),
    "account_removal_asked": gettext_lazy("removal of an account asked for"),
    "account_removed": gettext_lazy("removal of an account confirmed"),
    RETAINED: gettext_lazy("took away values whose time had ended"),
    ERASED: gettext_lazy("erased values"),
}
_WITH_WORDS = (Action.CHANGE, Action.CLEARANCE)
_SHOWN = 3
# How somebody signed in, by the words of the entry, in the order of the steps.
_WAYS: dict[str, Promise] = {
    "password": gettext_lazy("password"),
    "passkey": gettext_lazy("passkey"),
    "webauthn": gettext_lazy("key"),
    "totp": gettext_lazy("code from a device"),
    "recovery_codes": gettext_lazy("recovery code"),
    "shift_code": gettext_lazy("a lead’s code"),
    "company": gettext_lazy("the company’s sign-in"),
}
# What a number names, where a record has a name that people know it by.
Names = Callable[[int, Collection[int]], Mapping[int, str]]


def _people(client_id: int, user_ids: Collection[int]) -> dict[int, str]:
    """The names that the client knows people by; a vendor's reader has none of another vendor's."""
    cards = StaffCard.objects.filter(client_id=client_id, user_id__in=user_ids)
    if (reader := scope.require().vendor_id) is not None:
        cards = cards.filter(Q(vendor_id=None) | Q(vendor_id=reader))
    return dict(cards.values_list("user_id", "name"))


_NAMES: dict[str, Names] = {"user": _people}
_REASONS: dict[str, Promise] = {}
_FIELDS: dict[str, str | Promise] = {}
_RESULTS: dict[str, Promise] = {
    "match": gettext_lazy("match"),
    "no match": gettext_lazy("no match"),
    "taken": gettext_lazy("another customer has it"),
}
# What the product does by itself, by the name of the task or command that does it.
_DEEDS: dict[str, Callable[[], str]] = {}


def tell_deed(task: str, words: Callable[[], str]) -> None:
    """Declare in words what a task or command does to records, for lists of who saw or changed them."""
    _DEEDS[task] = words


def tell_kinds(words: Mapping[str, Promise]) -> None:
    """Declare in words the kinds of records of an app."""
    _KINDS.update(words)


def tell_names(kind: str, names: Names) -> None:
    """Declare what people call records of a kind: a function of a client and record ids that names those it can."""
    _NAMES[kind] = names


def tell_reasons(words: Mapping[str, Promise]) -> None:
    """Declare in words the reasons that an app itself gives for opening a record."""
    _REASONS.update(words)


def tell_changes(words: Mapping[str, Promise]) -> None:
    """Declare in words what an app changes, by the `what` or `did` of its entries' detail."""
    _CHANGES.update(words)


def tell_fields(words: Mapping[str, str | Promise]) -> None:
    """Declare in words the fields of a record that entries name."""
    _FIELDS.update(words)


def who(actor_name: str, side: str, *, is_known: bool) -> str:
    """Who did it, in words: a person's name, or what they are; `is_known` tells a customer from a visitor."""
    if side == Side.SYSTEM:
        return _("The help desk itself")
    if actor_name:
        return actor_name
    if side == Side.CUSTOMER:
        return _("The customer") if is_known else _("A visitor")
    return _("A contact with a link") if side == Side.CLIENT else _("Somebody")


def deed(actor_name: str, side: str, action: Action, change: str = "", *, on_ticket: bool = True) -> str:
    """What was done, in words: a task's own, else a change by its word in the entry, else those of the action.

    That a hidden field was shown without a ticket is said first.
    """
    if side == Side.SYSTEM and actor_name in _DEEDS:
        return _DEEDS[actor_name]()
    if action == Action.REVEAL and not on_ticket:
        return _("without a ticket: %(deed)s") % {"deed": action.label}
    return str((_CHANGES.get(change) if action in _WITH_WORDS else None) or action.label)


def why(reason: str) -> str:
    """The reason of an entry in words: a person's own, or those of an app."""
    return str(_REASONS.get(reason, reason))


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
    without_ticket: bool
    # Done under emergency access.
    emergency: bool
    # The records one by one: in words, and of a customer's the number.
    parts: tuple[tuple[str, int | None], ...] = ()


def all_lines(actor: Actor, client_id: int, rows: Sequence[AccessLogContent]) -> list[LogLine]:
    """A client's entries in the reader's language; one statement for each kind of record that has names.

    A vendor's people read a customer's name where names are public today, the client's own what the log holds.
    """
    hides = actor.side is Side.VENDOR and actor.standing(client_id).client.name_class != "public"
    ids: dict[str, set[int]] = {}
    for row in rows:
        for kind, number in row.records[:_SHOWN]:
            ids.setdefault(kind, set()).add(number)
    named = {kind: names(client_id, ids[kind]) for kind, names in _NAMES.items() if kind in ids}
    return [line(row, named, names_customers=not hides) for row in rows]


def line(
    row: AccessLogContent, named: Mapping[str, Mapping[int, str]] | None = None, *, names_customers: bool = True
) -> LogLine:
    """An entry in the reader's language; `named` has the names of records by kind and id."""
    name = row.actor_name if names_customers or row.side != Side.CUSTOMER else ""
    parts = _parts(row.records, named or {})
    return LogLine(
        who(name, row.side, is_known=row.customer_id is not None),
        row.at,
        deed(
            row.actor_name,
            row.side,
            Action(row.action),
            _word(row.detail),
            on_ticket=row.ticket_number is not None,
        ),
        row.action == Action.REFUSED,
        ", ".join(text for text, _number in parts),
        row.ticket_number,
        why(row.reason) or _searched(row),
        _what(row.detail),
        row.origin,
        is_without_ticket(row),
        log.EMERGENCY in row.detail and not _word(row.detail).startswith(log.EMERGENCY),
        parts,
    )


def is_without_ticket(row: AccessLogContent) -> bool:
    """Whether staff saw a customer's record with no ticket that would be the reason."""
    return (
        row.ticket_id is None
        and row.side in (Side.VENDOR, Side.CLIENT)
        and row.action in (Action.VIEW, Action.REVEAL, Action.VERIFY)
        and any(kind == log.CUSTOMER for kind, _number in row.records)
    )


def _word(detail: dict[str, object]) -> str:
    return str(detail.get("what", detail.get("did", "")))


def _searched(row: AccessLogContent) -> str:
    """The words of a search, where they may stand at this client; else nothing."""
    terms = str(row.detail.get("terms", "")) if row.action == Action.SEARCH else ""
    return _("looked for “%(words)s”") % {"words": terms} if terms else ""


def _parts(records: list[list[Any]], named: Mapping[str, Mapping[int, str]]) -> tuple[tuple[str, int | None], ...]:
    """The records of an entry in words, the first few; beside a customer's, their number."""
    told: list[tuple[str, int | None]] = []
    for kind, number in records[:_SHOWN]:
        text = f"{_KINDS.get(kind, kind)} {named.get(kind, {}).get(number, number)}"
        told.append((text, number if kind == log.CUSTOMER else None))
    if (more := len(records) - _SHOWN) > 0:
        told.append((ngettext("%(count)d more", "%(count)d more", more) % {"count": more}, None))
    return tuple(told)


def _what(detail: dict[str, object]) -> str:
    if ways := detail.get("by"):
        return ", ".join(str(_WAYS.get(way, way)) for way in ways) if isinstance(ways, list) else ""
    if field := str(detail.get("field", "")):
        told = [str(_FIELDS.get(field, field)), str(_RESULTS.get(str(detail.get("result", "")), ""))]
        return ", ".join(part for part in told if part)
    right = str(detail.get("right", ""))
    return _("needs the right to %(right)s") % {"right": Right(right).label} if right in set(Right) else ""
