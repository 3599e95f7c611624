"""The vendor asks for work outside the contract, takes the question back, and says how it went.

What the client has allowed beforehand decides at once (`escalation.scope.rules`); the rest waits for a person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, RightMissing
from access.models import Contract
from access.rate_card import Work
from access.rights import Right, Side
from access.wording import needed_line, one_line
from escalation import calendars
from escalation.engine import due
from escalation.models import Contact, ScopeRequest, ScopeRules, ScopeStep, ScopeWords, WorkEntry
from escalation.scope import cards, rules
from escalation.scope.parts import AlreadyDecided, lock_request, settle, tell
from escalation.scope.rules import Purpose
from escalation.scope.said import outcome
from helpdesk.lib import clock
from helpdesk.lib.business_time import NeverOpen, add_seconds
from tickets.actions.parts import entry_of_change, lock
from tickets.events import Kind, note
from tickets.models import Status, Ticket

LONGEST_WHY, LONGEST_OTHERWISE, LONGEST_NOTE = 600, 300, 200
HOUR = 3600
State, CoveredBy = ScopeRequest.State, ScopeRequest.CoveredBy


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: `quantity` in hundredths of the kind's unit."""

    work_key: str
    quantity: int
    why: str
    otherwise: str


def go_on(actor: Actor, *, client_id: int, ticket_id: int) -> Ticket:
    """Note that work on a ticket makes it stable again, which is within the contract: it waits for nobody.

    Needs TICKET_ESCALATE.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    _require_vendor(actor, client_id)
    note(actor, ticket, Kind.SCOPE, at=clock.now(), what=Purpose.STABILISE.value)
    log.write(actor, [entry_of_change(ticket, "scope stabilise")])
    return ticket


def ask(actor: Actor, *, client_id: int, ticket_id: int, wanted: Wanted) -> ScopeRequest:
    """Ask the client for work of a kind that the rate card has, at its price of today.

    Approved at once where an allowance or a budget covers all of it.  Needs TICKET_ESCALATE and to be of the
    vendor whose ticket it is.  Raises `Invalid` naming the field, `Conflict` on a closed ticket, where the
    same is asked already, and where the contract has no rate card.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    card_id = _require_vendor(actor, client_id)
    now = clock.now()
    contract, work, currency = _priced(actor, ticket, wanted.work_key, now)
    if not rules.can_be_asked(wanted.quantity):
        said = _("Ask for more than nothing, and for %(most)s at most.")
        raise Invalid(said % {"most": rules.MOST_UNITS}, "quantity")
    why = needed_line(wanted.why, "why", LONGEST_WHY, _("Say why; the client decides by it."))
    missing = _("Say what happens without it; the client weighs it.")
    otherwise = needed_line(wanted.otherwise, "otherwise", LONGEST_OTHERWISE, missing)
    _require_once(ticket, work)
    # Held until the end, so that of two requests at once the second sees what the first has taken.
    set_by_client = cards.rules_of(contract, lock=True)
    zone = actor.standing(client_id).client.time_zone
    row = ScopeRequest(
        client_id=client_id, vendor_id=contract.vendor_id, contract=contract, ticket=ticket,
        ticket_number=ticket.number, priority=ticket.priority,
        category=ticket.category.name if ticket.category else "",
        work_key=work.key, work=work.name, unit=work.unit, price=work.price, currency=currency,
        hundredths=wanted.quantity, estimate=rules.cost(work.price, wanted.quantity),
        asked_by_id=card_id, asked_at=now, month=cards.month_of(now, zone),
    )  # fmt: skip
    row.due_at = _after(client_id, now, set_by_client.answer_hours * HOUR)
    _cover(row, set_by_client, ticket)
    row.save(force_insert=True)
    about: dict[str, Any] = {"client_id": client_id, "vendor_id": row.vendor_id, "request": row}
    ScopeWords.objects.create(ticket=ticket, why=why, otherwise=otherwise, **about)
    if row.state == State.ASKED:
        _plan(row, set_by_client, about)
    tell(actor, row, ticket, "asked" if row.state == State.ASKED else row.covered_by)
    return row


def withdraw(actor: Actor, *, client_id: int, request_id: int) -> ScopeRequest:
    """Take a request back that nobody has decided.  Raises `AlreadyDecided`."""
    row = _own(actor, client_id, request_id)
    if row.state != State.ASKED:
        raise AlreadyDecided(outcome(row))
    settle(actor, row, State.WITHDRAWN)
    return row


def record(actor: Actor, *, client_id: int, request_id: int, quantity: int, note: str = "") -> WorkEntry:
    """Write down work that was done under a request, in hundredths of its unit.

    Nothing is before it is approved, nor beyond what was asked for: raises `Conflict`; `Invalid` for no quantity.
    """
    card_id = _require_vendor(actor, client_id)
    row = _own(actor, client_id, request_id)
    if row.state != State.APPROVED:
        raise Conflict(_("Work is recorded under an approved request alone. This one: %(outcome)s") % _said(row))
    if not rules.can_be_asked(quantity):
        raise Invalid(_("Say how much it was."), "quantity")
    if row.used_hundredths + quantity > row.hundredths:
        raise Conflict(_("That is more than was approved. Ask for the rest with a further request, then record it."))
    amount = rules.cost_of_next(row.price, row.used_hundredths, quantity)
    row.used_hundredths, row.used = row.used_hundredths + quantity, row.used + amount
    row.save(update_fields=["used_hundredths", "used"])
    entry = WorkEntry.objects.create(
        client_id=client_id, vendor_id=row.vendor_id, request=row, ticket=row.ticket, hundredths=quantity,
        amount=amount, card_id=card_id, note=one_line(note, "note", LONGEST_NOTE), at=clock.now(),
    )  # fmt: skip
    tell(actor, row, row.ticket, "work")
    return entry


def finish(actor: Actor, *, client_id: int, request_id: int) -> ScopeRequest:
    """Say that the work of an approved request is done: what was not used of its estimate is free again.

    A second time changes nothing.  Raises `Conflict` for one that was never approved.
    """
    row = _own(actor, client_id, request_id)
    if row.state == State.DONE:
        return row
    if row.state != State.APPROVED:
        raise Conflict(outcome(row))
    row.state, row.done_at = State.DONE, clock.now()
    row.save(update_fields=["state", "done_at"])
    tell(actor, row, row.ticket, "done")
    return row


def _require_vendor(actor: Actor, client_id: int) -> int:
    """The card under which the actor works there for a vendor."""
    card_id = actor.require(Right.TICKET_ESCALATE, client_id).card_id
    if actor.side is not Side.VENDOR or actor.vendor_id is None or card_id is None:
        raise RightMissing(_("Only those who work under a contract ask for more than it holds."))
    return card_id


def _own(actor: Actor, client_id: int, request_id: int) -> ScopeRequest:
    """A request of the actor's vendor on a ticket that they see, locked; raises `NotFound`."""
    _require_vendor(actor, client_id)
    row = lock_request(client_id, request_id, vendor_id=actor.vendor_id)
    row.ticket = lock(actor, row.ticket_id, client_id=client_id)
    return row


def _priced(actor: Actor, ticket: Ticket, work_key: str, now: datetime) -> tuple[Contract, Work, str]:
    if ticket.status == Status.CLOSED:
        raise Conflict(_("The ticket is closed: nothing more is done on it."))
    contract = Contract.in_force_at(now).filter(client_id=ticket.client_id, pk=ticket.contract_id or 0).first()
    if contract is None or contract.vendor_id != actor.vendor_id:
        raise Conflict(_("The ticket is not under a contract of yours that is in force."))
    card = cards.card_in_force(contract, now)
    if card is None or not card.work:
        raise Conflict(_("The terms name no work beyond the contract, so there is nothing to ask for."))
    work = card.kind(work_key)
    if work is None:
        raise Invalid(_("Choose one of the kinds of work that the rate card has."), "work")
    return contract, work, card.currency


def _require_once(ticket: Ticket, work: Work) -> None:
    same = ScopeRequest.objects.filter(client_id=ticket.client_id, ticket=ticket, work_key=work.key, state=State.ASKED)
    if same.exists():
        raise Conflict(_("The same is asked for this ticket already. Wait for the answer, or take it back."))


def _cover(row: ScopeRequest, set_by_client: ScopeRules, ticket: Ticket) -> None:
    """Approve the request at once where what the client has allowed covers it."""
    if set_by_client.pk is None:
        return
    pots = cards.pots(set_by_client, ticket, row.work_key, row.month, row.currency)
    covering = rules.covered_by(row.estimate, ticket.priority, pots.left)
    if covering is not None:
        row.state, row.decided_at, row.covered_by = State.APPROVED, row.asked_at, covering
        row.budget_of = pots.budget_of if covering == CoveredBy.BUDGET else ""


def _plan(row: ScopeRequest, set_by_client: ScopeRules, about: dict[str, Any]) -> None:
    """Write who is asked when: the client's approvers in their order, and last everybody who may decide."""
    contacts = Contact.objects.filter(client_id=row.client_id, is_active=True, key__in=set_by_client.approvers)
    known = {contact.key: contact for contact in contacts.exclude(email="")}
    asked = [*(known[key] for key in set_by_client.approvers if key in known), None]
    plan = rules.tellings(len(asked), (set_by_client.answer_hours) * HOUR)
    ScopeStep.objects.bulk_create(
        ScopeStep(
            position=position, contact=asked[telling.place], is_reminder=telling.is_reminder,
            due_at=_after(row.client_id, row.asked_at, telling.after), **about,
        )
        for position, telling in enumerate(plan, start=1)
    )  # fmt: skip
    due.put(row.client_id, due.Kind.SCOPE, {row.pk: row.asked_at})


def _after(client_id: int, at: datetime, seconds: int) -> datetime:
    """So many seconds of the client's support hours later; of the clock, where it has none that ever open."""
    hours = calendars.in_force(client_id, at).get(calendars.main_name(client_id))
    try:
        return add_seconds(calendars.week_of(hours), at, seconds) if hours else at + timedelta(seconds=seconds)
    except NeverOpen:
        return at + timedelta(seconds=seconds)


def _said(row: ScopeRequest) -> dict[str, str]:
    return {"outcome": outcome(row)}
