"""Showing a hidden field, calling without showing, and checking what a caller says: each on a ground, each logged.

The ground is an open ticket of the customer's that the actor has, or else a reason from the
client's list, which is remembered for 15 minutes.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import log, throttle
from access.actor import Actor
from access.errors import Invalid, NotFound, Refused, RightMissing, TooMany
from access.rights import Right
from helpdesk.lib import clock, phones
from helpdesk.lib.locks import hold
from tickets import lookups, verifying
from tickets.models import Customer, RevealReason, VerifyTry
from tickets.queries import customers
from tickets.queries.records import Held, Keeping, held_ticket, keeping, of_customer
from tickets.records import Relation, Shown, is_open, show

REASON_LASTS = timedelta(minutes=15)
OWN_TRIES, OWN_WINDOW = 5, timedelta(minutes=15)
# More than this in one go is collecting, whatever the reasons are.
REVEALS = throttle.Limit("reveal", 60, timedelta(minutes=15))
ALL_TRIES, ALL_WINDOW = 20, timedelta(days=1)


class ReasonNeeded(Refused):
    """Without a ticket a field is shown for a reason; `reasons` are those of the client, as (kept, in words)."""

    status = 409
    sentence = gettext_lazy("No open ticket of this customer is assigned to you. Take theirs, or say why you need it.")

    def __init__(self, reasons: list[tuple[str, str | Promise]]) -> None:
        super().__init__()
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a field is shown: the ticket held, or a reason."""

    held: Held | None
    reason: str = ""

    def entry(self, **detail: object) -> dict[str, object]:
        """What the log is told of it."""
        ticket = {"ticket_id": self.held.id, "ticket_number": self.held.number} if self.held else {}
        return {**ticket, "reason": self.reason, "detail": detail}


def reveal(actor: Actor, *, client_id: int, customer_id: int, key: str, reason: str = "") -> Shown:
    """One field of a record, whole; the log says which and on what ground, never the value.

    Raises `NotFound`, `RightMissing` without a ticket and CUSTOMER_REVEAL, and `ReasonNeeded`.
    """
    kept, customer = _opened(actor, client_id, customer_id)
    if key not in kept.specs:
        raise NotFound
    ground = _ground(actor, kept, customer, reason)
    value = of_customer(kept, customer).values.get(key, "")
    log.record(actor, client_id, log.Action.REVEAL, (log.CUSTOMER, customer.pk), **ground.entry(field=key))
    return show(kept.specs[key], value, Relation.SELF)


def reveal_record(actor: Actor, *, client_id: int, customer_id: int, which: str, key: str, reason: str = "") -> Shown:
    """The same for a field that the client's own systems told; `which` is as `lookups` names the record."""
    kept, customer = _opened(actor, client_id, customer_id)
    ground = _ground(actor, kept, customer, reason)
    spec, value = lookups.value_of(client_id, customer, which, key)
    detail = ground.entry(field=key, record=which)
    log.record(actor, client_id, log.Action.REVEAL, (log.CUSTOMER, customer.pk), **detail)
    return show(spec, value, Relation.SELF)


def call(actor: Actor, *, client_id: int, customer_id: int, reason: str = "") -> str:
    """The number to dial, for the phone program and no page: +46701234567.

    It leaves the house, so it takes the ground that showing it would take, and stands in the log
    as such.  Raises as `reveal`, and `Invalid` where no number can be dialled.
    """
    kept, customer = _opened(actor, client_id, customer_id)
    ground = _ground(actor, kept, customer, reason)
    number = phones.e164(customer.phone, kept.country)
    if not number:
        raise Invalid(_("There is no number on record that can be called."))
    log.record(
        actor, client_id, log.Action.REVEAL, (log.CUSTOMER, customer.pk), **ground.entry(field="phone", by="call")
    )
    return number


def verify(actor: Actor, *, client_id: int, customer_id: int, key: str, said: str) -> bool:
    """Whether what a caller says is what stands in the field; the answer tells nothing else.

    Needs TICKET_REPLY.  Raises `NotFound`, `Invalid`, and `TooMany` after 5 tries in 15 minutes of
    one person's, or 20 in a day of everybody's, for one customer.
    """
    actor.require(Right.TICKET_REPLY, client_id)
    kept, customer = _opened(actor, client_id, customer_id)
    spec = kept.specs.get(key)
    if spec is None or not verifying.can_be_asked(spec):
        raise Invalid(_("Choose what the caller was asked."), "field")
    if not said.strip():
        raise Invalid(_("Type what the caller says."), "said")
    _count_try(actor, customer)
    value = of_customer(kept, customer).values.get(key, "")
    matches = verifying.matches(spec, value, said, kept.country)
    held = held_ticket(actor, client_id, customer.pk)
    detail = Ground(held).entry(field=key, result="match" if matches else "no match")
    log.record(actor, client_id, log.Action.VERIFY, (log.CUSTOMER, customer.pk), **detail)
    return matches


def _opened(actor: Actor, client_id: int, customer_id: int) -> tuple[Keeping, Customer]:
    """How the client guards its records, and the customer, whom the actor may open."""
    face = actor.require(Right.CUSTOMER_READ, client_id).client
    return keeping(face), customers.find(actor, client_id, customer_id)


def _ground(actor: Actor, kept: Keeping, customer: Customer, reason: str) -> Ground:
    held = held_ticket(actor, customer.client_id, customer.pk)
    if held is not None:
        return Ground(held)
    actor.require(Right.CUSTOMER_REVEAL, customer.client_id)
    if actor.user_id is None:
        raise RightMissing
    if reason and reason in dict(kept.reasons):
        _remember(actor.user_id, customer, reason)
        return Ground(None, reason)
    mine = RevealReason.objects.filter(client_id=customer.client_id, user_id=actor.user_id, customer=customer)
    known = mine.filter(until__gt=clock.now()).values_list("reason", flat=True).first()
    if known is None:
        raise ReasonNeeded(list(kept.reasons))
    return Ground(None, known)


def _remember(user_id: int, customer: Customer, reason: str) -> None:
    hold("reveal reason", customer.client_id, customer.pk, user_id)
    RevealReason.objects.update_or_create(
        client_id=customer.client_id,
        user_id=user_id,
        customer=customer,
        defaults={"reason": reason, "until": clock.now() + REASON_LASTS},
    )


def _count_try(actor: Actor, customer: Customer) -> None:
    """Count a try in rows, which no restart forgets; tries at the same time wait for each other."""
    now = clock.now()
    hold("verify", customer.client_id, customer.pk)
    tries = VerifyTry.objects.filter(client_id=customer.client_id, customer=customer)
    tries.filter(at__lte=now - ALL_WINDOW).delete()
    own = tries.filter(user_id=actor.user_id or 0, at__gt=now - OWN_WINDOW)
    for rows, most, window in ((own, OWN_TRIES, OWN_WINDOW), (tries, ALL_TRIES, ALL_WINDOW)):
        moments = list(rows.order_by("-at").values_list("at", flat=True)[:most])
        if len(moments) == most:
            wait = max(1, int((moments[-1] + window - now).total_seconds()))
            raise TooMany(
                _("Nobody can be verified by more guesses. Go on in %(minutes)s minutes, or ask a colleague.")
                % {"minutes": -(-wait // 60)},
                wait,
            )
    VerifyTry.objects.create(client_id=customer.client_id, customer=customer, user_id=actor.user_id, at=now)


def may_reveal(actor: Actor, client_id: int, relation: Relation) -> bool:
    """Whether "Show" leads anywhere for this viewer."""
    return is_open("contact", relation) or actor.may(Right.CUSTOMER_REVEAL, client_id)
