"""A contract's life: draft, onboarding, in force, notice, ended; and the terms that both sides sign.

Either side acts for itself: the client's people with `CONTRACT_SIGN`, the vendor's office with `STAFF`.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from access import log, onboarding, throttle
from access.actions.terms import Terms, checked
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.models import Contract, ContractTerms, NamesShown, OnboardingLine, StaffCard, User, Vendor
from access.models.people import Assignment
from access.rights import Right, Side
from access.signals import contract_begun
from access.tasks import in_client
from access.wording import needed_line, one_line, own_name
from helpdesk.lib import clock

CONTRACT = "contract"
State = Contract.State
GUESSES = throttle.Limit("vendor-names", 10, timedelta(hours=1))
_UNSIGNED = {
    f"{side}_signed_{name}": empty
    for side in ("vendor", "client")
    for name, empty in (("at", None), ("by", ""), ("digest", ""))
}


def draft(actor: Actor, *, client_id: int, vendor: Vendor, reference: str) -> Contract:
    """Begin a contract with a vendor; nothing is open to anybody by it.

    Raises `RightMissing`, `Invalid` without a reference, `Conflict` for one that is taken.
    """
    actor.require(Right.CONTRACT_SIGN, client_id)
    reference = needed_line(reference, "reference", 60, _("Give the contract a name or a number."))
    if Contract.objects.filter(client_id=client_id, vendor=vendor, reference=reference).exists():
        raise Conflict(_("There is a contract %(name)s with this vendor already.") % {"name": reference})
    contract = Contract.objects.create(
        client_id=client_id, vendor=vendor, reference=reference, state=State.DRAFT, valid_from=clock.now()
    )
    _checklist(contract)
    contract_begun.send(Contract, actor=actor, client=contract.client, contract=contract)
    _note(actor, contract, "contract_drafted")
    return contract


def vendor_named(actor: Actor, *, client_id: int, name: str) -> Vendor:
    """The vendor that works at this help desk under a name, for a draft with it.

    Which vendors there are is nobody's to find out, so wrong names are counted.  Raises `Invalid` for one,
    `TooMany` after some, `RightMissing`.
    """
    actor.require(Right.CONTRACT_SIGN, client_id)
    throttle.refuse_used_up(GUESSES, f"client {client_id}")
    vendor = Vendor.objects.filter(name__iexact=" ".join(name.split())).first()
    if vendor is None:
        throttle.take(GUESSES, f"client {client_id}")
        raise Invalid(
            _("No vendor works with this help desk under this name. Ask them how they are called here."), "vendor"
        )
    return vendor


def write_terms(actor: Actor, *, client_id: int, contract_id: int, terms: Terms) -> ContractTerms:
    """Write the next version of the terms.  It replaces one that is not signed by both yet: signatures begin anew.

    Raises `Invalid` naming the field that can't be taken, `Conflict` for a contract that has ended.
    """
    contract = _going(actor, client_id, contract_id)
    values = checked(terms)
    newest = ContractTerms.objects.filter(contract=contract).order_by("-number").first()
    number = newest.number + 1 if newest else 1
    if newest is not None and not newest.is_signed:
        row = newest
        # Another number: whoever has read what was there before sees that this is new.
        for name, value in {**values, **_UNSIGNED, "number": number}.items():
            setattr(row, name, value)
        row.save()
    else:
        row = ContractTerms.objects.create(
            client_id=client_id, vendor_id=contract.vendor_id, contract=contract, number=number, **values
        )
    _note(actor, contract, "terms_written", number=row.number)
    return row


def sign_terms(
    actor: Actor, *, client_id: int, contract_id: int, number: int, read: str, typed_name: str
) -> ContractTerms:
    """Sign a version for one's own side; in force from its date once both have.  Twice changes nothing.

    `read` is the digest of what the actor has read.  Raises `NotFound`, `Conflict` for terms that were
    written anew since and for a contract that has ended, `Invalid` where the name typed is not the actor's own.
    """
    contract = _going(actor, client_id, contract_id)
    rows = ContractTerms.objects.select_for_update().filter(contract=contract, number__gte=number)
    row = rows.order_by("number").first()
    if row is None:
        raise NotFound
    if row.digest != read:
        raise Conflict(_("The terms were written anew since you read them. Nothing was signed: read them again."))
    own_name(actor, typed_name)
    side = "vendor" if actor.side is Side.OFFICE else "client"
    if getattr(row, f"{side}_signed_at") is None:
        signature = {"at": clock.now(), "by": actor.name, "digest": read}
        for name, value in signature.items():
            setattr(row, f"{side}_signed_{name}", value)
        row.save(update_fields=[f"{side}_signed_{name}" for name in signature])
        _note(actor, contract, "terms_signed", number=row.number, digest=read)
        if row.is_signed and row.valid_from <= clock.now():
            show_names(contract, NamesShown(row.names_shown))
    return row


def begin_onboarding(actor: Actor, *, client_id: int, contract_id: int) -> Contract:
    """From the draft to the checklist; raises `Conflict` from any other state."""
    contract = _locked(actor, client_id, contract_id)
    _move(actor, contract, {State.DRAFT}, State.ONBOARDING)
    return contract


def close_line(actor: Actor, *, client_id: int, contract_id: int, line_id: int) -> OnboardingLine:
    """Tick a line that is not a hard one; raises `Invalid` for a hard one, which only its own page closes."""
    contract, row = _soft_line(actor, client_id, contract_id, line_id)
    if row.done_at is None:
        row.done_at, row.done_by = clock.now(), actor.name
        row.save(update_fields=["done_at", "done_by"])
        _note(actor, contract, "onboarding_line_done", line=row.position)
    return row


def waive_line(
    actor: Actor, *, client_id: int, contract_id: int, line_id: int, owner: str, until: date
) -> OnboardingLine:
    """The client goes without a line for now: somebody owns it, until a day.

    Raises `RightMissing` for the vendor, `Invalid` for a hard line, without an owner or with a day that is over.
    """
    contract, row = _soft_line(actor, client_id, contract_id, line_id)
    actor.require(Right.CONTRACT_SIGN, client_id)
    owner = needed_line(owner, "owner", 120, _("Say who sees to it."))
    if until <= clock.now().date():
        raise Invalid(_("Choose a day in the future."), "until")
    row.waived_at, row.waived_by, row.waived_owner, row.waived_until = clock.now(), actor.name, owner, until
    row.save(update_fields=["waived_at", "waived_by", "waived_owner", "waived_until"])
    _note(actor, contract, "onboarding_line_waived", line=row.position)
    return row


def assign_line(
    actor: Actor,
    *,
    client_id: int,
    contract_id: int,
    line_id: int,
    client_owner: str,
    vendor_owner: str,
    due_on: date | None,
) -> OnboardingLine:
    """Say who sees to a line on each side, and until when; raises `Conflict` for a contract that has ended."""
    contract = _going(actor, client_id, contract_id)
    row = _line_row(contract, line_id)
    row.client_owner, row.vendor_owner = (
        one_line(client_owner, "client_owner", 120),
        one_line(vendor_owner, "vendor_owner", 120),
    )
    row.due_on = due_on
    row.save(update_fields=["client_owner", "vendor_owner", "due_on"])
    _note(actor, contract, "onboarding_line_assigned", line=row.position)
    return row


def put_in_force(actor: Actor, *, client_id: int, contract_id: int, at: datetime | None = None) -> Contract:
    """Open the contract, at once or `at` a moment to come: every line must be closed or waived.

    Raises `Conflict` naming the open lines, and from any other state than onboarding.
    """
    contract = _locked(actor, client_id, contract_id)
    actor.require(Right.CONTRACT_SIGN, client_id)
    if still_open := [line.name for line in onboarding.lines_of(contract) if line.blocks]:
        names = ", ".join(still_open)
        raise Conflict(_("These lines are still open: %(lines)s.") % {"lines": names})
    now = clock.now()
    contract.valid_from = max(at or now, now)
    _move(actor, contract, {State.ONBOARDING}, State.IN_FORCE, "valid_from")
    return contract


def give_notice(actor: Actor, *, client_id: int, contract_id: int, ends_on: datetime) -> Contract:
    """Say that the contract ends, no sooner than its terms allow; everybody works on until then.

    Raises `Invalid` for a day sooner than the notice, `Conflict` for a contract that is not in force.
    """
    contract = _locked(actor, client_id, contract_id)
    now = clock.now()
    terms = terms_in_force(contract, now)
    days = terms.notice_days if terms else 0
    if ends_on < now + timedelta(days=days):
        raise Invalid(_("The terms say %(days)s days of notice.") % {"days": days}, "ends_on")
    contract.valid_until, contract.notice_at, contract.notice_by = ends_on, now, actor.name
    _move(actor, contract, {State.IN_FORCE}, State.NOTICE, "valid_until", "notice_at", "notice_by")
    return contract


def end(actor: Actor, *, client_id: int, contract_id: int) -> Contract:
    """The client ends the contract at once: every right under it is gone with the next request.

    Hand-over notes come later; revocation never waits for them.  A second time changes nothing.
    """
    contract = _locked(actor, client_id, contract_id)
    actor.require(Right.CONTRACT_SIGN, client_id)
    if contract.state != State.ENDED:
        now = clock.now()
        contract.valid_until = max(now, contract.valid_from + timedelta(microseconds=1))
        _move(actor, contract, set(State) - {State.ENDED}, State.ENDED, "valid_until")
    return contract


def settle(actor: Actor, *, client_id: int) -> int:
    """End the contracts whose last day is over, and show names as the terms of today have it; returns how many ended.

    The gates close by the date itself; this is what the row says of it.  Idempotent.
    """
    now = clock.now()
    rows = Contract.objects.select_for_update().filter(client_id=client_id, state__in=Contract.IN_FORCE)
    over = 0
    for contract in rows.order_by("pk"):
        if contract.valid_until is not None and contract.valid_until <= now:
            _move(actor, contract, set(Contract.IN_FORCE), State.ENDED)
            over += 1
        elif (terms := terms_in_force(contract, now)) is not None:
            show_names(contract, NamesShown(terms.names_shown))
    return over


def show_names(contract: Contract, shown: NamesShown) -> None:
    """Write on the cards of the contract's people what the client may see of their names."""
    with in_client(contract.client_id, "access.show_names"):
        people = Assignment.objects.filter(contract=contract).values_list("card_id", flat=True)
        names = dict(User.objects.filter(vendor_id=contract.vendor_id).values_list("pk", "name"))
        for card in StaffCard.objects.filter(pk__in=list(people)):
            name = shown_name(names[card.user_id], card.alias, shown)
            if name != card.name:
                card.name = name
                card.save(update_fields=["name"])


def show_names_in_force(contract: Contract) -> None:
    """Write them as the terms in force have it; without terms, in full."""
    with in_client(contract.client_id, "access.show_names"):
        terms = terms_in_force(contract, clock.now())
    show_names(contract, NamesShown(terms.names_shown) if terms is not None else NamesShown.FULL)


def shown_name(name: str, alias: str, shown: NamesShown) -> str:
    """What the client sees of a person; without an alias, the first name."""
    first = name.split(" ", 1)[0]
    return {NamesShown.FULL: name, NamesShown.FIRST: first, NamesShown.ALIAS: alias or first}[shown]


def terms_in_force(contract: Contract, now: datetime) -> ContractTerms | None:
    """The newest version that both have signed and whose date has come."""
    signed = ContractTerms.objects.filter(
        contract=contract, vendor_signed_at__isnull=False, client_signed_at__isnull=False, valid_from__lte=now
    )
    return signed.order_by("-valid_from", "-number").first()


def _locked(actor: Actor, client_id: int, contract_id: int) -> Contract:
    """The contract, with its row locked, for whoever may act for one of its sides."""
    if not actor.may(Right.STAFF, client_id):
        actor.require(Right.CONTRACT_SIGN, client_id)
    contract = Contract.objects.select_for_update().filter(client_id=client_id, pk=contract_id).first()
    if contract is None:
        raise NotFound
    return contract


def _going(actor: Actor, client_id: int, contract_id: int) -> Contract:
    """As `_locked`, for what an ended contract no longer takes; raises `Conflict` for one."""
    contract = _locked(actor, client_id, contract_id)
    if contract.state == State.ENDED:
        raise Conflict(_("The contract has ended; nothing of it is changed any more."))
    return contract


def _move(actor: Actor, contract: Contract, from_states: set[Any], to: Any, *fields: str) -> None:
    if contract.state not in from_states:
        raise Conflict(_("The contract is %(state)s; this can't be done now.") % {"state": State(contract.state).label})
    contract.state = to
    contract.save(update_fields=["state", *fields])
    _note(actor, contract, f"contract_{to.value}")


def _checklist(contract: Contract) -> None:
    keys = [line.key for line in onboarding.hard_lines()] + [str(n) for n in range(len(onboarding.SOFT_LINES))]
    OnboardingLine.objects.bulk_create(
        OnboardingLine(
            client_id=contract.client_id, vendor_id=contract.vendor_id, contract=contract, position=n, key=key
        )
        for n, key in enumerate(keys, 1)
    )


def _soft_line(actor: Actor, client_id: int, contract_id: int, line_id: int) -> tuple[Contract, OnboardingLine]:
    contract = _going(actor, client_id, contract_id)
    row = _line_row(contract, line_id)
    if row.key in {line.key for line in onboarding.hard_lines()}:
        raise Invalid(_("This line can't be ticked or waived: it closes by itself once it is true."))
    return contract, row


def _line_row(contract: Contract, line_id: int) -> OnboardingLine:
    row = OnboardingLine.objects.select_for_update().filter(contract=contract, pk=line_id).first()
    if row is None:
        raise NotFound
    return row


def _note(actor: Actor, contract: Contract, what: str, **more: Any) -> None:
    detail = {"what": what, "vendor": contract.vendor_id, **more}
    # The entry is that vendor's to read too, and no other's.
    theirs = replace(actor, vendor_id=contract.vendor_id)
    log.record(theirs, contract.client_id, log.Action.CLEARANCE, (CONTRACT, contract.pk), detail=detail)
