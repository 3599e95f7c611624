"""Every task delivered three times in turn, and three times at the same moment: one effect."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module

import pytest
import time_machine
from django.conf import settings
from django.core import mail as sent
from django.core.files import storage
from django.core.files.base import ContentFile
from django.utils.module_loading import module_has_submodule

from access import log
from access.actions import systems
from access.models import AccessLogEntry, Assignment, Contract, CoreRemoval, LogFlag, LogHead, SystemAccount
from access.tasks import seal_log
from escalation.actions import save_hours
from escalation.hours import Hours
from escalation.models import Contact, EmergencyStep, Escalation, EscalationStep, Matrix, OnCallSchedule, OnCallShift
from helpdesk.celery import app
from helpdesk.leaving.models import Job, Kind
from helpdesk.lib import clock
from post import staff_letters
from post.models import CallHint, OutboxCall, OutboxHint, OutboxMail, StaffLetter
from tests import factories
from tests.cast import World
from tests.escalation.test_life import escalate
from tests.faults.together import together
from tests.post import calling
from tickets.actions import handling
from tickets.models import Event, Holder, Status, Ticket

LATER = timedelta(hours=4)
ORPHAN = "{}/" + "0" * 48


@dataclass(frozen=True)
class Case:
    """What is prepared (it returns the task's arguments), what one run changes, and when it runs."""

    arrange: Callable[[World], tuple[int, ...]]
    effect: dict[str, int]
    after: timedelta = timedelta()


def _nothing(world: World) -> tuple[int, ...]:
    return ()


def _letter(world: World) -> tuple[int, ...]:
    factories.ticket(world, world.r1, acknowledge=True)
    with world.enter(world.c1):
        return world.c1.pk, OutboxMail.objects.get().pk


def _letter_for_sweep(world: World) -> tuple[int, ...]:
    _letter(world)
    return ()


def _call(world: World) -> tuple[int, ...]:
    """To an address inside, which is refused: one attempt, and given up."""
    place = calling.endpoint(world, "https://127.0.0.1/")
    calling.post(world, place, "step/1")
    return world.c1.pk, place.pk


def _call_for_sweep(world: World) -> tuple[int, ...]:
    _call(world)
    return ()


def _old_call(world: World) -> tuple[int, ...]:
    _call(world)
    return (world.c1.pk,)


def _link(world: World) -> tuple[int, ...]:
    staff_letters.ask(world.v1.pk)
    return (StaffLetter.objects.get().pk,)


def _contract_over(world: World) -> tuple[int, ...]:
    """Its last day comes, and with it somebody's in the core team."""
    with world.enter(world.c1):
        contract = Contract.objects.get()
        places = {row.user_id: row for row in Assignment.objects.all()}
        leaver, follower = places[world.v1.pk], places[world.v12.pk]
        soon = clock.now() + timedelta(hours=1)
        Contract.objects.update(state=Contract.State.NOTICE, valid_until=soon)
        CoreRemoval.objects.create(
            client=world.c1, vendor=world.havnvik, contract=contract, card_id=leaver.card_id,
            follower_id=follower.card_id, is_planned=True, notice_days=0, planned_at=clock.now(), planned_by="Ove",
            leaves_at=soon,
        )  # fmt: skip
    return (world.c1.pk,)


def _contract_over_for_sweep(world: World) -> tuple[int, ...]:
    _contract_over(world)
    return ()


def _leftover(world: World) -> tuple[int, ...]:
    storage.default_storage.save(ORPHAN.format(world.c1.pk), ContentFile(b"left behind"))
    return (world.c1.pk,)


def _leftover_for_sweep(world: World) -> tuple[int, ...]:
    _leftover(world)
    return ()


def _step(world: World) -> tuple[int, ...]:
    escalate(world, factories.ticket(world, world.r1))
    return ()


def _on_call(world: World) -> tuple[int, ...]:
    with world.enter(world.c1):
        OnCallSchedule.objects.create(client=world.c1, key="nights", name="Nights", zone="UTC", kept_until=clock.now())
    return (world.c1.pk,)


def _on_call_for_sweep(world: World) -> tuple[int, ...]:
    _on_call(world)
    return ()


def _asked_in(world: World) -> tuple[int, ...]:
    with world.enter(world.c1):
        Contact.objects.create(client=world.c1, name="Ida", email="ida@voltarra.example")
    request = factories.asked_in(world, world.x, factories.ticket(world, world.r1))
    return world.c1.pk, request.pk


def _closed_by_customer(world: World) -> tuple[int, ...]:
    ticket = factories.ticket(world, world.r1)
    escalate(world, ticket)
    with world.enter(world.r1) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk)
    return world.c1.pk, ticket.pk


def _new_hours(world: World) -> tuple[int, ...]:
    factories.ticket(world, world.r1)
    wanted = Hours(zone="Europe/Oslo", week=(((0, 1440),),) * 7)
    about = {"client_id": world.c1.pk, "name": "Support hours", "expected_version": 1}
    with world.enter(world.o1) as actor:
        save_hours(actor, wanted=wanted, **about)
    return (world.c1.pk,)


def _new_hours_for_sweep(world: World) -> tuple[int, ...]:
    _new_hours(world)
    return ()


def _solved(world: World) -> tuple[int, ...]:
    for _number in range(3):
        ticket = factories.ticket(world, world.r1)
        with world.enter(world.v1) as actor:
            handling.solve(actor, client_id=world.c1.pk, ticket_id=ticket.pk)
    return (world.c1.pk,)


def _solved_for_sweep(world: World) -> tuple[int, ...]:
    _solved(world)
    return ()


def _suspended(world: World) -> tuple[int, ...]:
    factories.ticket(world, world.r1)
    factories.suspend(world, world.o1, world.havnvik)
    return (world.c1.pk,)


def _suspended_for_sweep(world: World) -> tuple[int, ...]:
    _suspended(world)
    return ()


def _left(world: World) -> tuple[int, ...]:
    with world.enter(world.o1) as actor:
        shop = systems.add_system(actor, client_id=world.c1.pk, name="Shop", removed_by="The IT desk")
        about = {"system_id": shop.pk, "user_id": world.v1.pk, "login": "vera"}
        systems.register_account(actor, client_id=world.c1.pk, **about)
    with world.enter(world.c1):
        Assignment.objects.filter(user=world.v1).update(ends_at=clock.now())
    return (world.c1.pk,)


def _left_for_sweep(world: World) -> tuple[int, ...]:
    _left(world)
    return ()


def _looked(world: World) -> tuple[int, ...]:
    with world.enter(world.v1) as actor:
        for _number in range(11):
            log.record(actor, world.c1.pk, log.Action.VIEW, (log.CUSTOMER, world.r1.pk))
    return (world.c1.pk,)


def _looked_for_sweep(world: World) -> tuple[int, ...]:
    _looked(world)
    return ()


def _own_data(world: World) -> tuple[int, ...]:
    with world.enter(world.c1):
        Job.objects.create(
            client=world.c1, kind=Kind.CUSTOMER_DATA, unique="own/1", state=Job.State.DONE, customer_id=world.r1.pk,
            by_customer=True, asked_at=clock.now(), ended_at=clock.now(), size=4,
        )  # fmt: skip
    return (world.c1.pk,)


def _own_data_for_sweep(world: World) -> tuple[int, ...]:
    _own_data(world)
    return ()


def _unsealed(world: World) -> tuple[int, ...]:
    factories.ticket(world, world.r1, acknowledge=False)
    return (world.c1.pk,)


def _unsealed_for_sweep(world: World) -> tuple[int, ...]:
    _unsealed(world)
    return ()


def _sealed(world: World) -> tuple[int, ...]:
    _unsealed(world)
    seal_log(world.c1.pk)
    return (world.c1.pk,)


def _sealed_for_sweep(world: World) -> tuple[int, ...]:
    _sealed(world)
    return ()


def _kept_out(world: World) -> tuple[int, ...]:
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    return (world.c1.pk,)


def _kept_out_for_sweep(world: World) -> tuple[int, ...]:
    _kept_out(world)
    return ()


def _contact_gone(world: World) -> tuple[int, ...]:
    """The check of the first night finds that the one whom every path asks is no contact any more."""
    with world.enter(world.c1):
        Contact.objects.update(is_active=False)
    return (world.c1.pk,)


def _contact_gone_for_sweep(world: World) -> tuple[int, ...]:
    with world.enter(world.c2):
        Matrix.objects.all().delete()
    with world.enter(world.c3):
        Matrix.objects.all().delete()
    _contact_gone(world)
    return ()


_MAILED = {"letters": 1, "accepted": 1, "sent": 1}
# The person, and their lead.
_BOTH_MAILED = {"letters": 2, "accepted": 2, "sent": 2}
_SENT = {"accepted": 1, "sent": 1, "hints": -1}
_CALLED = {"called": 1, "calls_dead": 1, "call_hints": -1}
_TOLD = {"letters": 1, "accepted": 1, "sent": 1, "events": 1, "told": 1}
_FLAGGED = {"flags": 1, "links": 1, "sent": 1}
_OVER = {"over": 1, "in_core": 1, "logged": 1}
_CLOSED = {"closed": 3, "events": 3, "logged": 3}
CASES = {
    "helpdesk.beat_heart": Case(_nothing, {}),
    "post.deliver_mail": Case(_letter, _SENT),
    "post.deliver_call": Case(_call, _CALLED),
    "post.sweep_calls": Case(_call_for_sweep, _CALLED),
    "post.give_up_calls": Case(_old_call, {"calls_dead": 1, "call_hints": -1}, timedelta(hours=37)),
    "post.mail_staff_letter": Case(_link, {"links": 1, "sent": 1}),
    "post.sweep_outbox": Case(_letter_for_sweep, _SENT),
    "post.sweep_leftovers": Case(_leftover_for_sweep, {"files": -1}, timedelta(days=2)),
    "post.clear_leftovers": Case(_leftover, {"files": -1}, timedelta(days=2)),
    "escalation.sweep_due": Case(_step, _TOLD, LATER),
    "escalation.look_at_emergency": Case(_asked_in, {"letters": 2, "accepted": 2, "sent": 2, "asked": 1}),
    "escalation.look_at_climb": Case(_closed_by_customer, {"withdrawn": 1, "events": 1, "logged": 1}),
    "escalation.sweep_hours": Case(_new_hours_for_sweep, {"events": 1}),
    "escalation.recount_clocks": Case(_new_hours, {"events": 1}),
    "escalation.sweep_on_call": Case(_on_call_for_sweep, {"on_call": 1}, LATER),
    "escalation.sweep_checks": Case(_contact_gone_for_sweep, _BOTH_MAILED),
    "escalation.check_matrix": Case(_contact_gone, _BOTH_MAILED),
    "escalation.keep_on_call": Case(_on_call, {"on_call": 1}, LATER),
    "access.sweep_removals": Case(_left_for_sweep, {"removals": 1, "logged": 1}),
    "access.ask_removals": Case(_left, {"removals": 1, "logged": 1}),
    "access.sweep_flags": Case(_looked_for_sweep, _FLAGGED),
    "access.raise_flags": Case(_looked, _FLAGGED),
    "leaving.sweep_own_data": Case(_own_data_for_sweep, _MAILED),
    "leaving.tell_own_data": Case(_own_data, _MAILED),
    "access.sweep_seals": Case(_unsealed_for_sweep, {"heads": 1}),
    "access.seal_log": Case(_unsealed, {"heads": 1}),
    "post.sweep_heads": Case(_sealed_for_sweep, _MAILED),
    "post.mail_head": Case(_sealed, _MAILED),
    "post.sweep_clearance": Case(_kept_out_for_sweep, _BOTH_MAILED),
    "post.mail_clearance": Case(_kept_out, _BOTH_MAILED),
    "access.sweep_contracts": Case(_contract_over_for_sweep, _OVER, timedelta(hours=2)),
    "access.settle_contracts": Case(_contract_over, _OVER, timedelta(hours=2)),
    "tickets.sweep_courts": Case(_suspended_for_sweep, {"with_client": 1, "events": 1}),
    "tickets.settle_courts": Case(_suspended, {"with_client": 1, "events": 1}),
    "tickets.sweep_solved": Case(_solved_for_sweep, _CLOSED, timedelta(days=8)),
    "tickets.close_solved": Case(_solved, _CLOSED, timedelta(days=8)),
}


def effects(world: World) -> Counter[str]:
    """What people would notice, counted."""
    with world.enter(world.c1):
        return Counter(
            letters=OutboxMail.objects.count(),
            accepted=OutboxMail.objects.filter(state="accepted").count(),
            sent=len(sent.outbox),
            hints=OutboxHint.objects.count(),
            called=sum(OutboxCall.objects.values_list("attempts", flat=True)),
            calls_dead=OutboxCall.objects.filter(state="dead").count(),
            call_hints=CallHint.objects.count(),
            links=StaffLetter.objects.exclude(accepted_at=None).count(),
            events=Event.objects.count(),
            logged=AccessLogEntry.objects.count(),
            asked=EmergencyStep.objects.exclude(told_at=None).count(),
            told=EscalationStep.objects.exclude(attempted_at=None).count(),
            heads=LogHead.objects.filter(client_id=world.c1.pk).count(),
            with_client=Ticket.objects.filter(holder=Holder.CLIENT).count(),
            over=Contract.objects.filter(state=Contract.State.ENDED).count(),
            in_core=Assignment.objects.filter(is_core=True).count(),
            closed=Ticket.objects.filter(status=Status.CLOSED).count(),
            withdrawn=Escalation.objects.filter(state=Escalation.State.SOLVED).count(),
            removals=SystemAccount.objects.exclude(asked_at=None).count(),
            on_call=OnCallShift.objects.count(),
            flags=LogFlag.objects.count(),
            files=int(storage.default_storage.exists(ORPHAN.format(world.c1.pk))),
        )


def changes(world: World, before: Counter[str]) -> dict[str, int]:
    after = effects(world)
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def known() -> set[str]:
    """The names of the product's tasks."""
    for place in (*settings.INSTALLED_APPS, "escalation.oncall"):
        for module in ("tasks", "arrangement_tasks"):
            if module_has_submodule(import_module(place), module):
                import_module(f"{place}.{module}")
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_every_task_is_tried_here() -> None:
    assert set(CASES) == known()


@pytest.fixture
def eager() -> Iterator[Callable[[], None]]:
    """From the call on, what a task hands out is done at once."""
    earlier = app.conf.task_always_eager

    def begin() -> None:
        app.conf.task_always_eager = True

    yield begin
    app.conf.task_always_eager = earlier


@pytest.mark.usefixtures("log_key", "own_files")
@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.parametrize("way", ["in turn", "at once"])
def test_three_deliveries_have_the_effect_of_one(world: World, eager: Callable[[], None], name: str, way: str) -> None:
    known()
    task, case = app.tasks[name], CASES[name]
    arguments = case.arrange(world)
    before = effects(world)
    eager()

    with time_machine.travel(clock.now() + case.after):
        if way == "in turn":
            for _copy in range(3):
                task(*arguments)
        else:
            results = together(*[lambda: task(*arguments)] * 3)
            assert not [result for result in results if isinstance(result, BaseException)]

    assert changes(world, before) == case.effect
