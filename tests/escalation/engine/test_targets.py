"""Each kind of target through the engine: exactly whom a step tells, and whom it never does."""

from collections.abc import Callable
from typing import Any

import pytest

from access import standing
from access.actions import clearing
from access.errors import Conflict
from access.models import Assignment, Contract, ContractTerms, StaffCard, User
from escalation.actions import save_contact, save_group
from escalation.matrix.document import Begins, Step, Target, When, Who
from escalation.models import Contact, Notice
from escalation.oncall import actions as on_call
from escalation.oncall.plans import LayerPlan
from post import outbox
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import LEAD, MONDAY, one_path, put_in_force, sweep, told

# With the first client's contact, which has no address of its own: whoever of the client's may answer.
ANSWERING = {"Alma Voltarra", "Olle Voltarra", "Petra Lund"}


def own_team(world: World) -> Who:
    """A team of two, one of whom has left; the other client has one of the same name with somebody else in it."""
    for client, people in ((world.c1, [world.v1, world.x]), (world.c2, [world.v12])):
        with world.enter(client):
            Assignment.objects.filter(user__in=people).update(team="Nights")
    return Who(Target.TEAM, "Nights")


def contact(world: World, name: str = "Ida", email: str = "ida@voltarra.example") -> Contact:
    with world.enter(world.o1) as actor:
        return save_contact(actor, client_id=world.c1.pk, name=name, email=email)


def group(world: World) -> Who:
    ids = [contact(world).pk, contact(world, "Kim", "kim@voltarra.example").pk]
    with world.enter(world.o1) as actor:
        return Who(Target.GROUP, save_group(actor, client_id=world.c1.pk, name="Money", contact_ids=ids).key)


def weeks(world: World, planner: Any, *people: tuple[str, int], vendor_id: int | None = None) -> str:
    """The key of a schedule in which these have a week each, the first of them this one."""
    layer = LayerPlan("Weeks", people, turn=1, unit="week", hand_over=0, first=MONDAY.date())
    with world.enter(planner, only=world.c1) as actor:
        about = {"client_id": world.c1.pk, "vendor_id": vendor_id, "name": "Nights", "zone": "UTC"}
        return on_call.save_schedule(actor, **about, layers=[layer]).key


def card(world: World, person: Any) -> tuple[str, int]:
    with world.enter(world.c1):
        return "card", StaffCard.objects.get(user=person, client=world.c1).pk


def vendors_call(world: World) -> Who:
    key = weeks(world, world.lead, card(world, world.v12), card(world, world.v1), vendor_id=world.havnvik.pk)
    return Who(Target.VENDOR_CALL, key)


def clients_call(world: World) -> Who:
    return Who(Target.CLIENT_CALL, weeks(world, world.o1, card(world, world.a1), card(world, world.o1)))


def at_first(world: World) -> set[str]:
    """Whom the first step told, by name."""
    with world.enter(world.c1):
        return set(Notice.objects.filter(step__position=1).values_list("name", flat=True))


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda world: Who(Target.ROLE, "agent"), {"Vera Ahlm", "Viggo Brandt"}),
        (lambda world: Who(Target.ROLE, "team_lead"), {"Lea Dahl"}),
        (own_team, {"Vera Ahlm"}),
        (vendors_call, {"Viggo Brandt"}),
        (clients_call, {"Alma Voltarra"}),
        (group, {"Ida", "Kim"}),
        (lambda world: Who(Target.CONTACT, contact(world).key), {"Ida"}),
    ],
    ids=["role", "lead", "team", "vendor on call", "client on call", "group", "contact"],
)
def test_a_step_tells_whom_it_names_and_nobody_else(
    world: World, clock: Any, make: Callable[[World], Who], names: set[str]
) -> None:
    put_in_force(world, one_path(Step(When(), (make(world),)), begins=Begins.OPENED))
    ticket = factories.ticket(world, world.r1)
    sweep()

    assert told(world, ticket) == [(1, 1)]
    assert at_first(world) == names
    with world.enter(world.c2):
        assert not Notice.objects.exists()


@pytest.mark.parametrize(
    "who",
    [Who(Target.ROLE, "client_agent"), Who(Target.TEAM, "Nobody"), Who(Target.VENDOR_CALL, "none")]
    + [Who(Target.CLIENT_CALL, "none"), Who(Target.GROUP, "none"), Who(Target.CONTACT, "none")],
    ids=str,
)
def test_where_nobody_is_reached_those_instead_are_told_at_once(world: World, clock: Any, who: Who) -> None:
    put_in_force(world, one_path(Step(When(), (who,), LEAD), begins=Begins.OPENED))
    ticket = factories.ticket(world, world.r1)
    sweep()

    assert at_first(world) == {"Lea Dahl"}
    with world.enter(world.c1):
        assert all(Notice.objects.values_list("is_instead", flat=True))
    assert told(world, ticket) == [(1, 1)]


def test_with_nobody_instead_the_clients_first_contact_is_told(world: World, clock: Any) -> None:
    put_in_force(world, one_path(Step(When(), (Who(Target.TEAM, "Nobody"),)), begins=Begins.OPENED))
    factories.ticket(world, world.r1)
    sweep()

    assert at_first(world) == ANSWERING


def suspend(world: World) -> None:
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)


def ask_for_an_nda(world: World) -> None:
    """Viggo alone accepts it."""
    with world.enter(world.o1) as actor:
        clearing.publish_nda(actor, client_id=world.c1.pk, text="Keep quiet.", at_once=True)
    with standing.acting(world.v12) as actor:
        clearing.accept_nda(actor, client_id=world.c1.pk, number=1, typed_name="Viggo Brandt")


def move_away(world: World) -> None:
    """The contract allows one country, which is not Vera's."""
    with world.enter(world.c1):
        contract = Contract.objects.get(client=world.c1)
        signed = {"vendor_signed_at": MONDAY, "client_signed_at": MONDAY, "valid_from": MONDAY}
        about = {"client": world.c1, "vendor": world.havnvik, "contract": contract, "number": 1}
        ContractTerms.objects.create(**about, **signed, locations=["SE"])
    User.objects.filter(pk=world.v12.pk).update(location="SE")
    User.objects.filter(pk=world.v1.pk).update(location="NO")


@pytest.mark.parametrize("close", [suspend, ask_for_an_nda, move_away])
def test_whoever_may_not_hear_of_a_ticket_is_told_nothing(
    world: World, clock: Any, close: Callable[[World], None]
) -> None:
    close(world)
    put_in_force(world, one_path(Step(When(), (Who(Target.ROLE, "agent"),)), begins=Begins.OPENED))
    factories.ticket(world, world.r1)
    sweep()

    assert at_first(world) == {"Viggo Brandt"}


def test_whoever_is_on_call_but_suspended_is_passed_over(world: World, clock: Any) -> None:
    key = weeks(world, world.lead, card(world, world.v1), vendor_id=world.havnvik.pk)
    suspend(world)
    put_in_force(world, one_path(Step(When(), (Who(Target.VENDOR_CALL, key),), LEAD), begins=Begins.OPENED))
    factories.ticket(world, world.r1)
    sweep()

    assert at_first(world) == {"Lea Dahl"}


def test_a_step_for_a_whole_suspended_vendor_goes_to_the_client_at_once(world: World, clock: Any) -> None:
    factories.suspend(world, world.o1, world.havnvik)
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))
    factories.ticket(world, world.r1)
    sweep()

    assert at_first(world) == ANSWERING


def test_a_letter_is_not_sent_again_to_whoever_was_suspended_meanwhile(world: World, clock: Any) -> None:
    put_in_force(world, one_path(Step(When(), LEAD), begins=Begins.OPENED))
    factories.ticket(world, world.r1)
    sweep()
    with world.enter(world.c1):
        (letter,) = OutboxMail.objects.filter(kind="escalation_vendor")
        OutboxMail.objects.update(state=OutboxMail.State.DEAD)
    factories.suspend(world, world.o1, world.havnvik)

    with world.enter(world.c1) as actor, pytest.raises(Conflict, match="nobody with an address"):
        outbox.send_again(actor, OutboxMail.objects.get(pk=letter.pk))
