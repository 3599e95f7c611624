"""What a contract promises changes by a proposal of one side that the other agrees to; open clocks go over to it.

Either side acts for itself: the client's people with `CONTRACT_SIGN`, the vendor's office with `STAFF`.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.commit import after_commit
from access.errors import Conflict, Invalid, NotFound
from access.models import Contract
from access.rights import Right, Side
from escalation import calendars, pledges
from escalation.errors import PromisesChanged
from escalation.models import SlaPolicy, SlaTarget
from escalation.parts import name_of
from escalation.pledges import Pledges
from helpdesk.lib import clock
from tickets.models import TicketCategory

POLICY = "sla_policy"
LATEST = timedelta(days=731)
State, Party = SlaPolicy.State, SlaPolicy.Party


def propose_promises(
    actor: Actor,
    *,
    client_id: int,
    contract_id: int,
    wanted: Pledges,
    valid_from: datetime | None = None,
    expected_version: int = 0,
) -> SlaPolicy:
    """Propose these promises to the other side, from a moment on or from its agreeing.

    A proposal that waited already gives way: the own one is taken back by it, the other side's declined.
    `expected_version` is the newest one that the writer knew: raises `PromisesChanged` where there is a newer,
    `Invalid` naming the field, `NotFound`, `RightMissing`, and `Conflict` for a contract that has ended.
    """
    contract, party = _going(actor, client_id, contract_id), _party(actor)
    now = clock.now()
    rows = SlaPolicy.objects.filter(client_id=client_id, contract=contract).order_by("-version")
    newest = rows.select_for_update(of=("self",)).first()
    if (newest.version if newest else 0) != expected_version:
        raise PromisesChanged(newest.proposed_by if newest else "")
    if valid_from is not None and not now - timedelta(minutes=1) <= valid_from <= now + LATEST:
        raise Invalid(_("Promises begin now or later, within two years: what has run stays counted."), "valid_from")
    pledges.check(wanted)
    named = {kind.category for kind in wanted.special if kind.category}
    if named - set(TicketCategory.objects.filter(client_id=client_id, slug__in=named).values_list("slug", flat=True)):
        raise Invalid(_("No such category."), "")
    hours = calendars.in_force(client_id, now).get(wanted.hours)
    if hours is None:
        raise Invalid(_("Choose support hours that are in force."), "hours")
    if (open_one := rows.filter(state=State.PROPOSED).first()) is not None:
        _decide(actor, open_one, State.TAKEN_BACK if open_one.proposed_side == party else State.DECLINED)
    row = SlaPolicy(
        client_id=client_id,
        vendor_id=contract.vendor_id,
        contract=contract,
        version=expected_version + 1,
        valid_from=max(valid_from or now, now),
        calendar=hours,
        warn_at=list(wanted.warn_at),
        state=State.PROPOSED,
        proposed_side=party,
        proposed_at=now,
        proposed_by=name_of(actor, client_id)[:160],
    )
    _store(row)
    SlaTarget.objects.bulk_create(
        SlaTarget(
            client_id=client_id,
            policy=row,
            metric=metric,
            priority=priority,
            seconds=pledge.seconds,
            round_the_clock=pledge.round_the_clock,
            promised_percent=pledge.percent,
            category=kind.category,
            tier=kind.tier,
        )
        for kind, cells in wanted.of_kinds()
        for (metric, priority), pledge in cells.items()
    )
    _log(actor, row, "promises proposed")
    return row


def agree_to_promises(actor: Actor, *, client_id: int, contract_id: int, policy_id: int) -> SlaPolicy:
    """Agree to what the other side proposes; in force from its moment, or at once where that has passed.

    Raises `NotFound`, `RightMissing`, and `Conflict` for one's own proposal, one that waits no longer, and a
    contract that has ended.
    """
    _going(actor, client_id, contract_id)
    row = _waiting(client_id, contract_id, policy_id)
    if row.proposed_side == _party(actor):
        raise Conflict(_("Your side proposed this. It counts once the other side agrees."))
    row.valid_from = max(row.valid_from, clock.now())
    _decide(actor, row, State.AGREED)
    if row.valid_from <= clock.now():
        after_commit(lambda: _recount(client_id))
    return row


def refuse_promises(actor: Actor, *, client_id: int, contract_id: int, policy_id: int) -> SlaPolicy:
    """Decline the other side's proposal, or take one's own back.  Raises as `agree_to_promises`."""
    _going(actor, client_id, contract_id)
    row = _waiting(client_id, contract_id, policy_id)
    return _decide(actor, row, State.TAKEN_BACK if row.proposed_side == _party(actor) else State.DECLINED)


def _party(actor: Actor) -> str:
    return Party.VENDOR if actor.side is Side.OFFICE else Party.CLIENT


def _going(actor: Actor, client_id: int, contract_id: int) -> Contract:
    """The contract, as long as it has not ended, to one who signs for a side of it."""
    actor.require(Right.STAFF if actor.side is Side.OFFICE else Right.CONTRACT_SIGN, client_id)
    contract = Contract.objects.filter(client_id=client_id, pk=contract_id).first()
    if contract is None or (actor.side is Side.OFFICE and contract.vendor_id != actor.vendor_id):
        raise NotFound
    if contract.state == Contract.State.ENDED:
        raise Conflict(_("This contract has ended. What it promised stays as it was."))
    return contract


def _waiting(client_id: int, contract_id: int, policy_id: int) -> SlaPolicy:
    rows = SlaPolicy.objects.filter(client_id=client_id, contract_id=contract_id, pk=policy_id)
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound
    if row.state != State.PROPOSED:
        raise Conflict(_("This proposal waits no longer: it was answered, or another has taken its place."))
    return row


def _decide(actor: Actor, row: SlaPolicy, state: SlaPolicy.State) -> SlaPolicy:
    row.state, row.decided_at = state, clock.now()
    row.decided_by = name_of(actor, row.client_id)[:160]
    row.save(update_fields=["state", "decided_at", "decided_by", "valid_from"])
    _log(actor, row, f"promises {str(state).replace('_', ' ')}")
    return row


def _store(row: SlaPolicy) -> None:
    try:
        # Two who propose at once: the unique keys let one of them through.
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "sla_policy_version" in str(error) or "one_proposed_policy" in str(error):
            raise PromisesChanged("") from error
        raise


def _log(actor: Actor, row: SlaPolicy, what: str) -> None:
    detail = {"what": what, "version": row.version, "valid_from": row.valid_from.isoformat()}
    log.record(actor, row.client_id, log.Action.CHANGE, (POLICY, row.pk), detail=detail)


def _recount(client_id: int) -> None:
    from escalation.tasks import recount_clocks

    recount_clocks.delay(client_id)
