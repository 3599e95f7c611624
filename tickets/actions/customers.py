"""Customer records that staff make and change."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import log, throttle
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.rights import Right
from access.taken import told_when_taken
from access.wording import one_line
from helpdesk.lib import clock
from tickets import signals
from tickets.actions.people import address_of, create_customer, hold_address
from tickets.models import Customer, CustomerField
from tickets.models.customers import Sensitivity
from tickets.queries.records import Keeping, keeping
from tickets.record_values import checked, phone_of

LONGEST = {
    "name": 160,
    "phone": 40,
    "postal_address": 300,
    "postcode": 16,
    "language": 8,
    "tier": 40,
    "external_id": 120,
}
# That another has a sensitive value is told as seldom as whether a caller is right about one.
_GUESSES = (
    throttle.Limit("taken", 5, timedelta(minutes=15)),
    throttle.Limit("taken-day", 20, timedelta(days=1)),
)
_TAKEN = {
    "one_customer_per_address": gettext_lazy("Another customer has this address already."),
    "customer_external_id": gettext_lazy("Another customer has this number already."),
}


def add_customer(
    actor: Actor, *, client_id: int, email: str = "", own_fields: Mapping[str, str] | None = None, **given: str
) -> Customer:
    """Make a record; `given` are the fields of `LONGEST`, `own_fields` the client's own by their keys.

    Needs CUSTOMER_EDIT.  Raises `Invalid`, or `Conflict` where the address or the number is taken.
    """
    kept = keeping(actor.require(Right.CUSTOMER_EDIT, client_id).client)
    own = _own_values(kept, own_fields or {}, whole=True)
    address = address_of(email) if email else ""
    if address:
        hold_address(client_id, address)
    values = _cleaned(kept, given)
    with _told_seldom(actor, kept, client_id, {**values, "email": address}):
        customer = create_customer(client_id=client_id, customer_id=None, email=address, **values)
    _set_own(customer, own)
    _log(actor, customer, "added")
    return customer


def change_customer(
    actor: Actor, *, client_id: int, customer_id: int, own_fields: Mapping[str, str] | None = None, **given: str
) -> Customer:
    """Change what is given of email, the fields of `LONGEST`, and the client's own fields by their keys.

    A changed address is unconfirmed until its owner follows a link.  Needs CUSTOMER_EDIT.
    Raises `NotFound`, `Invalid`, or `Conflict` where the address or the number is taken.
    """
    kept = keeping(actor.require(Right.CUSTOMER_EDIT, client_id).client)
    own = _own_values(kept, own_fields or {}, whole=False)
    customer = Customer.objects.select_for_update().filter(client_id=client_id, pk=customer_id).first()
    if customer is None:
        raise NotFound
    values = _cleaned(kept, {name: text for name, text in given.items() if name != "email"})
    if "email" in given:
        values["email"] = address_of(given["email"]) if given["email"] else ""
    changed = [name for name, value in values.items() if getattr(customer, name) != value]
    for name in changed:
        setattr(customer, name, values[name])
    if "email" in changed:
        customer.email_confirmed_at = None
    if changed:
        tried = {name: values[name] for name in changed}
        with _told_seldom(actor, kept, client_id, tried, customer_id):
            customer.save(update_fields=[*changed, "email_confirmed_at"])
    if "tier" in changed:
        signals.tier_changed.send(Customer, customer=customer, actor=actor, at=clock.now())
    changed += _set_own(customer, own)
    if changed:
        _log(actor, customer, "changed", fields=sorted(changed))
    return customer


def customer_for_ticket(actor: Actor, *, client_id: int, email: str, name: str = "", language: str = "") -> Customer:
    """The customer with this address, or a new one: a ticket can be opened for somebody unknown.

    Needs TICKET_OPEN.  Raises `Invalid`.
    """
    actor.require(Right.TICKET_OPEN, client_id)
    address = address_of(email)
    hold_address(client_id, address)
    known = Customer.objects.filter(client_id=client_id, email__iexact=address).first()
    if known is not None:
        return known
    customer = create_customer(client_id=client_id, name=name, email=address, language=language)
    _log(actor, customer, "added")
    return customer


@contextmanager
def _told_seldom(
    actor: Actor, kept: Keeping, client_id: int, values: Mapping[str, str], customer_id: int | None = None
) -> Iterator[None]:
    """As `told_when_taken`; where a sensitive value is taken, that stands in the log, and a few tries are all.

    Tries that hit are counted, and who has had theirs is refused before the next: by then nothing
    is told.  Values that are new, as a program brings them, are not counted.  Raises `TooMany`.
    """
    hidden = [
        key
        for key in ("email", "external_id")
        if values.get(key) and kept.specs[key].sensitivity is Sensitivity.SENSITIVE
    ]
    whose = f"user {actor.user_id} at {client_id}"
    if hidden:
        for limit in _GUESSES:
            throttle.refuse_used_up(limit, whose)
    try:
        with told_when_taken(_TAKEN):
            yield
    except Conflict as error:
        key = "external_id" if error.sentence is _TAKEN["customer_external_id"] else "email"
        if key in hidden:
            for limit in _GUESSES:
                throttle.take(limit, whose)
            about = [(log.CUSTOMER, customer_id)] if customer_id else []
            detail = {"field": key, "result": "taken"}
            error.entry = log.Entry(client_id, log.Action.VERIFY, about, detail=detail)
        raise


def _cleaned(kept: Keeping, given: dict[str, str]) -> dict[str, str]:
    cleaned = {name: one_line(text, name, LONGEST[name]) for name, text in given.items()}
    if cleaned.get("phone"):
        cleaned["phone"] = phone_of(cleaned["phone"], kept.country)
    return cleaned


def _own_values(kept: Keeping, given: Mapping[str, str], *, whole: bool) -> dict[int, tuple[str, str]]:
    """The values by the id of their field, with its key; `whole` where what must be filled in may not be missing.

    Raises `Invalid`.
    """
    known = {spec.key: spec for spec in kept.own}
    if unknown := [key for key in given if key not in known]:
        raise Invalid(_("This client’s records have no field “%(name)s”.") % {"name": unknown[0][:40]}, "own_fields")
    wanted = {**{key: "" for key, spec in known.items() if whole and spec.required}, **given}
    return {known[key].id or 0: (key, checked(known[key], text, kept.country)) for key, text in wanted.items()}


def _set_own(customer: Customer, values: Mapping[int, tuple[str, str]]) -> list[str]:
    """Keep these values of the client's own fields; returns the keys of those that changed."""
    rows = CustomerField.objects.filter(client_id=customer.client_id, customer=customer, field_id__in=list(values))
    before = dict(rows.values_list("field_id", "value"))
    changed = []
    for field_id, (key, value) in values.items():
        if before.get(field_id, "") == value:
            continue
        changed.append(key)
        if value:
            CustomerField.objects.update_or_create(
                client_id=customer.client_id, customer=customer, field_id=field_id, defaults={"value": value}
            )
        else:
            rows.filter(field_id=field_id).delete()
    return changed


def _log(actor: Actor, customer: Customer, what: str, **detail: object) -> None:
    log.record(
        actor, customer.client_id, log.Action.CHANGE, (log.CUSTOMER, customer.pk), detail={"what": what, **detail}
    )
