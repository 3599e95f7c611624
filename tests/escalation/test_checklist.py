"""What a path asks of whoever escalates, and the steps that wait for a button."""

from typing import Any

import pytest
from django.urls import reverse

from access.errors import Conflict, Invalid, NotFound
from escalation import actions
from escalation.errors import TakenOn
from escalation.matrix.document import Step, Trigger, When
from escalation.models import Escalation, EscalationStep
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import LEAD, contacts, kinds, one_path, put_in_force, told
from tests.escalation.test_life import clock, escalate
from tickets.models import Holder, Ticket

__all__ = ["clock"]
ASKS = ("Invoice number", "Amount")


@pytest.fixture
def asking(world: World, clock: Any) -> None:
    by_hand = Step(When(Trigger.MANUAL), LEAD)
    put_in_force(world, one_path(Step(When(), contacts(world), hands_over=True), by_hand, asks=ASKS))


def urgent(world: World, priority: int) -> Ticket:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        Ticket.objects.filter(pk=ticket.pk).update(priority=priority)
    return ticket


def now(world: World, row: Any) -> Any:
    with world.enter(world.c1):
        row.refresh_from_db()
    return row


def test_what_is_asked_has_to_be_given(world: World, asking: None) -> None:
    ticket = urgent(world, 2)

    with pytest.raises(Invalid, match="Amount"):
        escalate(world, ticket, given={"Invoice number": "A-1", "Amount": "  "})
    asked = escalate(world, ticket, given={"Invoice number": "A-1", "Amount": "2 490 kr", "Unasked": "x"})

    assert [(item.what, item.given) for item in asked.items] == [("Invoice number", "A-1"), ("Amount", "2 490 kr")]
    assert asked.missing == ()


def test_priority_1_climbs_at_once_and_what_is_missing_is_given_later(world: World, asking: None) -> None:
    ticket = urgent(world, 1)
    asked = escalate(world, ticket, given={"Invoice number": "A-1"})
    assert asked.missing == ("Amount",)
    browser = world.browser(world.v1)
    strip = reverse("desk:escalation_strip", args=["voltarra", ticket.number])
    assert "Give it" in browser.get(strip).content.decode()

    browser.post(reverse("desk:give", args=["voltarra", ticket.number]), {"place": "1", "given": "2 490 kr"})

    assert now(world, asked).missing == ()
    assert kinds(world, ticket, "given") == ["given"]
    question = reverse("console:escalation", args=["voltarra", asked.pk])
    assert "2 490 kr" in world.browser(world.e1).get(question).content.decode()


def test_nothing_is_given_to_an_answered_question_or_where_nothing_is_asked(world: World, asking: None) -> None:
    asked = escalate(world, urgent(world, 1))
    about = {"client_id": world.c1.pk, "escalation_id": asked.pk}
    with world.enter(world.v1) as actor, pytest.raises(NotFound):
        actions.give(actor, place=7, text="x", **about)
    with world.enter(world.v1) as actor, pytest.raises(Invalid):
        actions.give(actor, place=0, text=" ", **about)
    with world.enter(world.e1) as actor:
        actions.not_needed(actor, **about)

    with world.enter(world.v1) as actor, pytest.raises(Conflict):
        actions.give(actor, place=0, text="x", **about)


def test_the_form_keeps_what_was_given(world: World, asking: None) -> None:
    ticket = urgent(world, 3)
    path = reverse("desk:escalate", args=["voltarra", ticket.number])
    browser = world.browser(world.v1)
    assert "Invoice number" in browser.get(path).content.decode()
    form = {"reason": "decision", "question": "Refund?", "facts": "", "suggestion": "", "asked": list(ASKS)}

    refused = browser.post(path, {**form, "given": ["A-17", ""]})

    assert refused.status_code == 400
    assert "A-17" in refused.content.decode()
    assert browser.post(path, {**form, "given": ["A-17", "10 kr"]}).status_code == 302


def by_hand(world: World, asked: Escalation) -> EscalationStep:
    with world.enter(world.c1):
        return EscalationStep.objects.get(escalation=asked, definition__trigger="manual")


@pytest.mark.parametrize("person", ["v1", "e1"])
def test_either_side_presses_the_button_once(world: World, asking: None, person: str) -> None:
    ticket = urgent(world, 1)
    asked = escalate(world, ticket)
    step, browser = by_hand(world, asked), world.browser(getattr(world, person))
    page, button = {
        "v1": (
            reverse("desk:escalation_strip", args=["voltarra", ticket.number]),
            reverse("desk:press_step", args=["voltarra", ticket.number, step.pk]),
        ),
        "e1": (
            reverse("console:escalation", args=["voltarra", asked.pk]),
            reverse("console:press_step", args=["voltarra", asked.pk, step.pk]),
        ),
    }[person]
    assert button in browser.get(page).content.decode()

    for _click in range(2):
        browser.post(button)

    assert told(world, ticket) == [(1, 1), (2, 1)]
    assert kinds(world, ticket, "pressed") == ["pressed"]
    assert button not in browser.get(page).content.decode()
    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert ticket.holder == Holder.CLIENT


def test_no_other_step_has_a_button_and_none_once_somebody_is_on_it(world: World, asking: None) -> None:
    asked = escalate(world, urgent(world, 1))
    step, about = by_hand(world, asked), {"client_id": world.c1.pk, "escalation_id": asked.pk}
    with world.enter(world.v1) as actor, pytest.raises(NotFound):
        actions.press(actor, step_id=step.pk - 1, **about)
    with world.enter(world.e1) as actor:
        actions.acknowledge(actor, **about)

    with world.enter(world.v1) as actor, pytest.raises(TakenOn):
        actions.press(actor, step_id=step.pk, **about)
