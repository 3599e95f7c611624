"""Letters to the client whose link is used or too old: only who answered by it reads the answer again."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from access.models import SignedLink
from escalation import actions
from escalation.models import Contact, Escalation
from helpdesk.lib import clock
from tests import factories
from tests.cast import World
from tests.escalation.test_letter import links
from tests.escalation.test_life import escalate

QUESTION, ANSWER = "May we refund the secret sum?", "Yes, refund it under code 4711."


@pytest.fixture
def asked(world: World) -> Escalation:
    return escalate(world, factories.ticket(world, world.r1), question=QUESTION)


@pytest.fixture
def path(world: World, asked: Escalation) -> str:
    return links(world)[0]


def answer_as(world: World, asked: Escalation) -> None:
    """The client's own people answer in their console."""
    with world.enter(world.o1, only=world.c1) as actor:
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=asked.pk, answer=ANSWER)


def is_bare(response) -> bool:
    page = response.content.decode()
    return response.status_code == 410 and "secret sum" not in page and "4711" not in page


def pass_on(world: World, path: str) -> None:
    with world.enter(world.c1):
        other = Contact.objects.create(client=world.c1, name="Ida Norling", email="ida@voltarra.example")
    assert world.browser().post(path, {"do": "pass", "contact": str(other.pk)}).status_code == 302


def test_a_link_that_was_passed_on_shows_nothing_of_what_comes_after(world: World, asked: Escalation, path: str):
    pass_on(world, path)
    told = world.browser().get(path)
    assert (told.status_code, b"passed this question on" in told.content) == (200, True)
    assert "secret sum" not in told.content.decode()

    answer_as(world, asked)

    seen, tried = world.browser().get(path), world.browser().post(path, {"do": "return", "answer": "No."})
    assert is_bare(seen)
    assert is_bare(tried)
    assert "passed this question on" in seen.content.decode()


def test_whoever_answered_by_the_link_reads_it_until_the_link_is_too_old(world: World, path: str):
    assert world.browser().post(path, {"do": "return", "answer": ANSWER}).status_code == 302
    again = world.browser().get(path)
    assert (again.status_code, "4711" in again.content.decode()) == (200, True)

    with time_machine.travel(clock.now() + timedelta(days=30)):
        assert is_bare(world.browser().get(path))
        assert is_bare(world.browser().post(path, {"do": "return", "answer": "Once more"}))


def test_a_link_that_is_too_old_never_shows_the_answer_of_others(world: World, asked: Escalation, path: str):
    answer_as(world, asked)
    SignedLink.objects.update(expires_at=clock.now())

    assert is_bare(world.browser().get(path))
    assert "The question is still open" not in world.browser().get(path).content.decode()


def test_the_bare_page_leads_to_the_console_where_one_signs_in(world: World, asked: Escalation, path: str):
    SignedLink.objects.update(expires_at=clock.now())
    way = reverse("console:escalation", kwargs={"client": "voltarra", "escalation_id": asked.pk})

    assert way in world.browser().get(path).content.decode()
    assert world.browser().get(way).status_code == 302
