"""Texts, phone calls and webhooks: carried by what comes with the product, or by a provider of the company's own."""

import json
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.urls import reverse

from escalation.matrix.document import Begins, Channel, Step, When
from escalation.models import Contact, Notice
from post import tasks
from post.models import Endpoint, OutboxMail
from post.providers import Message, Outcome
from tests import factories
from tests.cast import World
from tests.escalation.engine.test_receipts import give_up
from tests.escalation.engine.things import LEAD, MONDAY, contacts, kinds, one_path, put_in_force, sweep, told
from tests.faults.hooks import HookServer
from tests.post.calling import endpoint
from tickets.models import Ticket

NUMBER = "+46701112233"
BOTH = pytest.mark.parametrize("channel", [Channel.PHONE, Channel.SMS])


class OwnProvider:
    """A provider as a company writes one: it takes every number but those that end in 99."""

    asked: list[Message] = []

    def deliver(self, message: Message) -> Outcome:
        self.asked.append(message)
        if message.body["number"].endswith("99"):
            return Outcome(reason="number not in use", final=True)
        return Outcome(answered=True)


@pytest.fixture
def server(settings: Any) -> Iterator[HookServer]:
    settings.OUTSIDE_ALLOW = [ip_network("127.0.0.0/8")]
    with HookServer() as server:
        yield server


@pytest.fixture
def own(settings: Any) -> list[Message]:
    settings.CALL_PROVIDERS = {**settings.CALL_PROVIDERS, "own": f"{__name__}.OwnProvider"}
    OwnProvider.asked.clear()
    return OwnProvider.asked


def told_by(world: World, channel: Channel, number: str = NUMBER) -> Ticket:
    """A ticket whose first step tells the client's contact so, and whose second tells the lead an hour later."""
    with world.enter(world.c1):
        Contact.objects.update(email="on-call@voltarra.example", phone=number, language="sv")
    steps = (Step(When(), contacts(world), channels=(channel,)), Step(When(minutes=60), LEAD))
    put_in_force(world, one_path(*steps, begins=Begins.OPENED))
    ticket = factories.ticket(world, world.r1)
    sweep()
    return ticket


def deliver(place: Endpoint) -> None:
    tasks.deliver_call(place.client_id, place.pk)


def notice(world: World, channel: Channel) -> Notice:
    with world.enter(world.c1):
        return Notice.objects.get(channel=channel)


@BOTH
def test_the_webhook_carries_the_number_and_the_words(
    world: World, clock: Any, server: HookServer, channel: Channel
) -> None:
    place = endpoint(world, server.url(), carries=channel.value)
    ticket = told_by(world, channel)
    assert notice(world, channel).accepted_at is None

    deliver(place)

    (heard,) = server.heard
    data = json.loads(heard.body)["data"]
    assert (data["number"], data["language"]) == (NUMBER, "sv")
    assert f"#{ticket.number}" in data["text"]
    assert "Rita" not in data["text"]
    assert notice(world, channel).accepted_at is not None
    assert told(world, ticket) == [(1, 1), (2, 0)]
    with world.enter(world.c1):
        assert not OutboxMail.objects.filter(kind="escalation_ask").exists()


@BOTH
def test_a_provider_of_ones_own_carries_it_instead(
    world: World, clock: Any, own: list[Message], channel: Channel
) -> None:
    place = endpoint(world, "https://calls.voltarra.example/", carries=channel.value, provider="own")
    ticket = told_by(world, channel)

    deliver(place)

    (message,) = own
    assert (message.carries, message.body["number"]) == (channel.value, NUMBER)
    assert f"#{ticket.number}" in message.body["text"]
    assert notice(world, channel).accepted_at is not None


@BOTH
def test_a_number_that_is_refused_tells_the_next_at_once_and_shows_it(
    world: World, clock: Any, own: list[Message], channel: Channel
) -> None:
    place = endpoint(world, "https://calls.voltarra.example/", carries=channel.value, provider="own")
    ticket = told_by(world, channel, "+46701112299")

    deliver(place)
    sweep()

    assert notice(world, channel).failure == "number not in use"
    assert kinds(world, ticket, "unheard") == ["unheard"]
    assert told(world, ticket) == [(1, 1), (2, 1)]


@pytest.mark.parametrize("how", ["never", "moved"])
def test_a_webhook_that_refuses_or_leads_elsewhere_is_shown_and_the_letter_beside_it_counts(
    world: World, clock: Any, server: HookServer, how: str
) -> None:
    place = endpoint(world, server.url(), carries="webhook")
    server.behaviours["/hook"].append(how)
    ticket = told_by(world, Channel.WEBHOOK)

    deliver(place)
    sweep()

    assert [heard.path for heard in server.heard] == ["/hook"]
    assert notice(world, Channel.WEBHOOK).failure
    assert told(world, ticket) == [(1, 1), (2, 0)]

    give_up(world, notice(world, Channel.MAIL))
    sweep()

    assert kinds(world, ticket, "unheard") == ["unheard"]
    assert told(world, ticket) == [(1, 1), (2, 1)]


def test_a_webhook_that_answers_500_for_a_day_holds_back_no_step_and_is_given_up_in_sight(
    world: World, clock: Any, server: HookServer
) -> None:
    place = endpoint(world, server.url(), carries="webhook")
    server.always["/hook"] = "broken"
    ticket = told_by(world, Channel.WEBHOOK)

    for minutes in range(20, 37 * 60, 20):
        clock.move_to(MONDAY + timedelta(minutes=minutes))
        deliver(place)
        sweep()
        assert told(world, ticket) == [(1, 1), (2, int(minutes >= 60))]

    assert notice(world, Channel.WEBHOOK).failure == "500 Internal Server Error"
    page = world.browser(world.o1).get(reverse("console:endpoint", args=["voltarra", place.pk])).content.decode()
    assert "It answered with an error of its own." in page
