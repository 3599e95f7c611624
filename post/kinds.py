"""Every kind of letter that is written: who may see that one was given up, and how it is brought up to date.

A letter of a kind that is not declared here is not posted, so that none can be given up unseen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Conflict
from access.models import Assignment, Membership, User
from helpdesk.lib import clock
from post.models import OutboxMail

# Changes the row in memory: its address, its words, its link.  Refuses where the letter makes no sense any more.
Renewer = Callable[[Actor, OutboxMail], None]


class Whose(Enum):
    """Who sees a letter that was given up, of those who answer the client's customers."""

    # What went to a customer; their address is a field of their record.
    CUSTOMER = auto()
    # What is about a ticket: whoever reads it.
    TICKET = auto()
    # What is about a ticket, and its vendor's alone: their people's addresses are nobody else's to read.
    VENDOR = auto()
    # What is between the client's people: no vendor.
    CLIENT = auto()
    # What goes to people of either side: the vendor of whoever it is for (`OutboxMail.vendor_id`), else the client.
    SIDE = auto()
    # What only says that a door is shut, and stands behind it: who was told is in nobody's list.
    NOBODY = auto()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter; `label` is what it is called where no ticket says what it is about."""

    name: str
    whose: Whose
    label: str | Promise
    renew: Renewer | None


_kinds: dict[str, Kind] = {}


def declare(name: str, whose: Whose, label: str | Promise, renew: Renewer | None) -> None:
    """Make a kind of letter known.  Without a renewer it is never sent again: whoever needs it asks for a new one."""
    _kinds[name] = Kind(name, whose, label, renew)


def known(name: str) -> Kind:
    """The kind of this name; raises `LookupError` where nobody has declared it."""
    return _kinds[name]


def every() -> list[Kind]:
    """All that are declared, by name."""
    return sorted(_kinds.values(), key=lambda kind: kind.name)


def of(*whose: Whose) -> frozenset[str]:
    """The names of the kinds that are theirs."""
    return frozenset(kind.name for kind in _kinds.values() if kind.whose in whose)


def can_send_again(name: str) -> bool:
    """Whether a letter of this kind can be sent again."""
    return name in _kinds and _kinds[name].renew is not None


def last_number(mail: OutboxMail) -> int:
    """The number at the end of a letter's cause: mostly whom it is for."""
    return int(mail.unique.rpartition("/")[2])


def to_person(actor: Actor, mail: OutboxMail, user_id: int | None = None) -> None:
    """The letter as it was written, to the address that its person has now.

    Only where its link asks for a sign-in.  Whom it is for stands at the end of its cause, unless told.
    Raises `Conflict` where they are no longer at this client, or the letter's words were erased.
    """
    user_id = last_number(mail) if user_id is None else user_id
    if not _has_place(mail.client_id, user_id):
        raise nobody()
    to_account(mail, user_id)


def to_account(mail: OutboxMail, user_id: int) -> None:
    """The same to somebody who needs no place at the client to read it."""
    to = User.objects.filter(pk=user_id, is_active=True).first()
    if to is None:
        raise nobody()
    if not mail.text:
        raise Conflict(_("What stood in this letter was erased."))
    mail.to_address = to.email


def nobody() -> Conflict:
    """Nobody is there any more to read it."""
    return Conflict(_("There is nobody with an address any more to whom this letter could go."))


def is_over() -> Conflict:
    """What it asks, or tells, is answered or over."""
    return Conflict(_("What this letter is about is over: nobody needs it any more."))


def _has_place(client_id: int, user_id: int) -> bool:
    now = clock.now()
    dates = Q(starts_at__lte=now) & (Q(ends_at=None) | Q(ends_at__gt=now))
    places = (Membership, Assignment)
    return any(place.objects.filter(dates, client_id=client_id, user_id=user_id).exists() for place in places)
