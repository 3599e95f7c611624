"""Going over from one vendor to another on a day: planned by the client, and done once who takes over is ready.

Until then both work as before, and a client is never left without a desk: where the one that takes over is
not ready on the day, nothing moves, and the client is told.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access import changeovers, log, signals
from access.actions.contracts import terms_in_force
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.models import Changeover, Contract
from access.rights import Right
from helpdesk.lib import clock
from tickets.events import Kind, note
from tickets.models import Status, Ticket, TicketCategory
from tickets.queries.categories import ids_with_parts

CONTRACT = "contract"
AT_ONCE = 200
# The client is warned so long before the day, where who takes over is not ready yet.
WARNED = (timedelta(days=7), timedelta(days=1))


def plan(
    actor: Actor, *, client_id: int, from_id: int, to_id: int, category_ids: Sequence[int], on_at: datetime
) -> Changeover:
    """Plan that the work of one contract goes over to another at a moment: some categories, or all without any.

    Raises `RightMissing`, `NotFound`, `Invalid` for a moment that is over, contracts of one vendor or ones that
    have ended, and `Conflict` where one is planned from this contract already.
    """
    actor.require(Right.CONTRACT_SIGN, client_id)
    rows = Contract.objects.select_for_update(of=("self",)).select_related("vendor")
    found = {row.pk: row for row in rows.filter(client_id=client_id, pk__in=(from_id, to_id)).order_by("pk")}
    if len(found) != len({from_id, to_id}):
        raise NotFound
    before, after = found[from_id], found[to_id]
    now = clock.now()
    if before.vendor_id == after.vendor_id:
        raise Invalid(_("Choose a contract with another vendor."), "to_contract")
    if before.state not in Contract.IN_FORCE or after.state == Contract.State.ENDED:
        raise Invalid(_("Hand over from a contract in force to one that has not ended."), "to_contract")
    if on_at <= now:
        raise Invalid(_("Choose a day in the future."), "on_day")
    if Changeover.objects.filter(contract=before, done_at=None, called_off_at=None).exists():
        raise Conflict(_("Handing over from this contract is planned already. Call it off first."))
    categories = dict(TicketCategory.objects.filter(pk__in=list(category_ids)).values_list("pk", "name"))
    row = Changeover.objects.create(
        client_id=client_id,
        vendor=before.vendor,
        contract=before,
        to_vendor=after.vendor,
        to_contract=after,
        category_ids=sorted(categories),
        category_names=[categories[pk] for pk in sorted(categories)],
        on_at=on_at,
        planned_at=now,
        planned_by=actor.name,
    )
    _note(actor, row, "changeover_planned")
    return row


def call_off(actor: Actor, *, client_id: int, changeover_id: int) -> Changeover:
    """All stays as it is; a second time changes nothing.

    Raises `Conflict` once it has begun, `NotFound`, `RightMissing`.
    """
    actor.require(Right.CONTRACT_SIGN, client_id)
    row = Changeover.objects.select_for_update().filter(client_id=client_id, pk=changeover_id).first()
    if row is None:
        raise NotFound
    if row.called_off_at is not None:
        return row
    if row.begun_at is not None:
        raise Conflict(_("It has begun: tickets have been handed over. Plan the other way round to take them back."))
    row.called_off_at, row.called_off_by = clock.now(), actor.name
    row.save(update_fields=["called_off_at", "called_off_by"])
    _note(actor, row, "changeover_called_off")
    return row


def settle(actor: Actor, *, client_id: int) -> int:
    """Bring planned changeovers where they belong now; returns how many tickets moved, 200 of each at most.

    Idempotent: what has gone over stays.
    """
    now, moved = clock.now(), 0
    rows = Changeover.objects.select_for_update(of=("self",)).select_related("contract", "vendor", "to_vendor")
    soon = rows.filter(client_id=client_id, done_at=None, called_off_at=None, on_at__lte=now + max(WARNED))
    for row in soon.order_by("pk"):
        if row.begun_at is None and not _begin(actor, row, now):
            continue
        moved += _move(actor, row, now)
    return moved


def _begin(actor: Actor, row: Changeover, now: datetime) -> bool:
    """Whether the work goes over from now on; the client is warned where it can't."""
    missing = changeovers.lacks(row)
    is_day = row.on_at <= now
    if missing:
        _warn(actor, row, now, is_day=is_day)
        if is_day and row.held_since is None:
            row.held_since = now
            row.save(update_fields=["held_since"])
        return False
    if not is_day:
        return False
    row.begun_at = now
    row.save(update_fields=["begun_at"])
    _note(actor, row, "changeover_begun")
    return True


def _move(actor: Actor, row: Changeover, now: datetime) -> int:
    """Hand over what is not closed, without its agent: it is in the queue of whoever takes over."""
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("customer")
    theirs = rows.filter(client_id=row.client_id, contract_id=row.contract_id).exclude(status=Status.CLOSED)
    if row.category_ids:
        theirs = theirs.filter(category_id__in=ids_with_parts(row.client_id, row.category_ids))
    batch = list(theirs.order_by("pk")[:AT_ONCE])
    for ticket in batch:
        _hand_over(actor, ticket, row, now)
    row.moved += len(batch)
    if len(batch) < AT_ONCE:
        row.done_at = now
        if not row.category_ids:
            _give_notice(actor, row, now)
        _note(actor, row, "changeover_done", moved=row.moved)
    row.save(update_fields=["moved", "done_at"])
    return len(batch)


def _hand_over(actor: Actor, ticket: Ticket, row: Changeover, now: datetime) -> None:
    ticket.contract_id, ticket.vendor_id = row.to_contract_id, row.to_vendor_id
    fields = ["contract", "vendor", "updated_at"]
    assignee = ticket.assignee
    if assignee is not None and assignee.vendor_id == row.vendor_id:
        ticket.assignee = None
        fields.append("assignee")
    ticket.updated_at = now
    ticket.save(update_fields=fields)
    note(actor, ticket, Kind.HANDED_OVER, at=now, before=row.vendor.name, after=row.to_vendor.name)


def _give_notice(actor: Actor, row: Changeover, now: datetime) -> None:
    """Whoever has handed over everything is under notice, as long as their terms say."""
    contract = Contract.objects.select_for_update().get(pk=row.contract_id)
    if contract.state != Contract.State.IN_FORCE:
        return
    terms = terms_in_force(contract, now)
    contract.state = Contract.State.NOTICE
    contract.notice_at, contract.notice_by = now, row.planned_by
    contract.valid_until = now + timedelta(days=max(terms.notice_days if terms else 0, 1))
    contract.save(update_fields=["state", "notice_at", "notice_by", "valid_until"])
    _note(actor, row, "contract_notice")


def _warn(actor: Actor, row: Changeover, now: datetime, *, is_day: bool) -> None:
    """Tell the client by mail, once for each time that it is warned."""
    stage = "day" if is_day else min(WARNED).days if row.on_at - now <= min(WARNED) else max(WARNED).days

    def words() -> tuple[str, str]:
        said = {
            "before": row.vendor.name,
            "after": row.to_vendor.name,
            "day": date_format(row.on_at, "j F"),
            "missing": ", ".join(changeovers.lacks(row)),
        }
        subject = _("%(after)s is not ready to take over on %(day)s") % said
        if is_day:
            text = _(
                "The day has come and nothing has moved: %(after)s lacks: %(missing)s. %(before)s works on as before,"
                " and the work is handed over once this is closed."
            )
        else:
            text = _("%(after)s lacks: %(missing)s. If it stays so, nothing moves and %(before)s works on as before.")
        return subject, text % said

    signals.arrangement_changed.send(
        Changeover,
        actor=actor,
        client_id=row.client_id,
        unique=f"changeover/{row.pk}/{stage}",
        words=words,
        view="console:changeovers",
        arguments={},
    )


def _note(actor: Actor, row: Changeover, what: str, **more: int) -> None:
    detail = {"what": what, "to": row.to_contract_id, **more}
    log.record(actor, row.client_id, log.Action.CLEARANCE, (CONTRACT, row.contract_id), detail=detail)
