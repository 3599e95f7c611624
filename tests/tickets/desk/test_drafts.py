"""What a person has begun to write is kept, for them alone."""

import pytest
from django.urls import reverse

from tests import factories
from tests.cast import World
from tests.tickets.desk.acting import ACTS, address, mark_of
from tickets.models import Draft, Message


def test_a_draft_is_kept_while_writing(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    url = reverse("desk:draft", kwargs={"mark": mark_of(world, ticket)})

    answer = world.browser(world.v1).post(url, {"body": "Half", "audience": "shared"})

    assert answer.status_code == 204
    with world.enter(world.v1):
        assert (Draft.objects.get().body, Draft.objects.get().audience) == ("Half", "shared")


def test_nobody_keeps_a_draft_in_anothers_name(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    for mark in (mark_of(world, ticket), "forged", mark_of(world, ticket) + "x"):
        url = reverse("desk:draft", kwargs={"mark": mark})
        assert world.browser(world.v12).post(url, {"body": "Half"}).status_code == 404


def test_sending_forgets_the_draft(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)
    browser.post(reverse("desk:draft", kwargs={"mark": mark_of(world, ticket)}), {"body": "Half", "audience": "public"})

    browser.post(address(ticket, "reply"), ACTS["reply"])

    with world.enter(world.v1):
        assert not Draft.objects.exists()


@pytest.mark.parametrize("name", ["reply", "note"])
def test_a_gate_that_closed_meanwhile_keeps_the_text(world: World, name: str) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)
    sent = {**ACTS[name], "body": "A kept answer", "draft": mark_of(world, ticket)}
    factories.suspend(world, world.o1, world.havnvik)

    answer = browser.post(address(ticket, name), sent)

    shown = answer.content.decode()
    assert answer.status_code == 403
    assert "A kept answer</textarea>" in shown
    assert "Voltarra has suspended access for now." in shown
    factories.restore(world, world.o1)
    with world.enter(world.v1):
        assert Draft.objects.get().body == "A kept answer"
    with world.enter(world.c1):
        assert not Message.objects.filter(author="staff").exists()


def test_a_draft_is_kept_behind_a_closed_gate(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)
    factories.suspend(world, world.o1, world.havnvik)

    answer = browser.post(
        reverse("desk:draft", kwargs={"mark": mark_of(world, ticket)}), {"body": "Late", "audience": "public"}
    )

    assert answer.status_code == 204


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("sent", [{"draft": "forged"}, {"audience": "nobody"}, {"draft": ""}])
def test_a_form_that_nobody_made_keeps_nothing_and_breaks_nothing(world: World, sent: dict, closed: bool) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)
    if closed:
        factories.suspend(world, world.o1, world.havnvik)

    answer = browser.post(address(ticket, "reply"), {"body": "", "draft": mark_of(world, ticket), **sent})

    assert answer.status_code == (403 if closed else 400)
