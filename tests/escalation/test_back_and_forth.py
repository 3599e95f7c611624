"""A ticket that goes to the client and back more often than the client allows goes up on both sides."""

import pytest

from access.models import ClientProfile
from escalation import actions
from escalation.matrix.document import Document, Step, When
from escalation.models import Escalation, EscalationStep
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import LEAD, contacts, kinds, one_path, put_in_force
from tests.escalation.test_life import clock, escalate
from tickets.actions.voice import Voice, set_voice, voice_of
from tickets.models import Ticket

__all__ = ["clock"]


def allow(world: World, times: int) -> None:
    with world.enter(world.o1) as actor:
        set_voice(actor, client_id=world.c1.pk, voice=Voice(greeting="", back_and_forth_most=times))


def once(world: World, ticket: Ticket, ending: str = "return_to_support") -> Escalation:
    asked = escalate(world, ticket)
    more = {"return_to_support": {"answer": "Yes"}, "incomplete": {"missing": "What?"}, "decline": {"reason": "No."}}
    with world.enter(world.e1) as actor:
        getattr(actions, ending)(actor, client_id=world.c1.pk, escalation_id=asked.pk, **more.get(ending, {}))
    return asked


def steps(world: World, asked: Escalation) -> list[tuple[str, int]]:
    with world.enter(world.c1):
        found = EscalationStep.objects.filter(escalation=asked).order_by("position")
        return [(step.definition["to"][0][0], step.told) for step in found]


def ladder(world: World) -> Document:
    people = contacts(world)
    first, second = Step(When(), people, hands_over=True), Step(When(minutes=60), LEAD)
    return one_path(first, second, Step(When(minutes=120), people), Step(When(minutes=240), LEAD))


@pytest.mark.parametrize("ending", ["return_to_support", "not_needed", "incomplete", "decline"])
def test_the_time_after_the_last_allowed_one_tells_the_next_of_both(world: World, clock, ending: str) -> None:
    put_in_force(world, ladder(world))
    allow(world, 2)
    ticket = factories.ticket(world, world.r1)
    for _each in range(2):
        asked = once(world, ticket, ending)
        assert [told for _to, told in steps(world, asked)] == [1, 0, 0, 0]

    asked = escalate(world, ticket)

    assert [told for _to, told in steps(world, asked)] == [1, 1, 1, 0]
    assert kinds(world, ticket, "back_and_forth") == ["back_and_forth"]
    assert asked.came_back == 2


def test_without_a_step_of_its_own_the_vendors_leads_are_told(world: World, clock) -> None:
    put_in_force(world, one_path(Step(When(), contacts(world), hands_over=True)))
    allow(world, 1)
    ticket = factories.ticket(world, world.r1)
    once(world, ticket)

    assert steps(world, escalate(world, ticket)) == [("contact", 1), ("vendor_role", 1)]


def test_a_question_that_was_taken_back_was_no_round(world: World, clock) -> None:
    put_in_force(world, ladder(world))
    allow(world, 1)
    ticket = factories.ticket(world, world.r1)
    asked = escalate(world, ticket)
    with world.enter(world.v1) as actor:
        actions.withdraw(actor, client_id=world.c1.pk, escalation_id=asked.pk)

    assert [told for _to, told in steps(world, escalate(world, ticket))] == [1, 0, 0, 0]


def test_the_client_sets_how_often(world: World) -> None:
    with world.enter(world.c1):
        assert voice_of(world.c1.pk).back_and_forth_most == 3
    allow(world, 5)

    with world.enter(world.c1):
        assert ClientProfile.objects.get().back_and_forth_most == 5
