"""Redis refused, frozen, cut off or full: what is asked is kept, people work on, and mail leaves afterwards."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache

from access import throttle
from access.errors import TooMany
from access.models import User
from helpdesk.lib import away
from post.models import OutboxMail
from tests.cast import Browser, World
from tests.faults.conftest import Broker
from tests.journeys.site import run_due
from tickets.models import Ticket

PASSWORD = "a-lantern-in-the-harbour"
NEW = {"subject": "Charger dead", "body": "It blinks red.", "customer_email": "nora@mail.example"}
ASKED = {
    "subject": "Charger dead", "body": "It blinks red.", "impact": "2", "name": "Nora", "email": "nora@mail.example",
}  # fmt: skip
BREAKS: dict[str, Callable[[Broker], None]] = {
    "refused": lambda broker: broker.wire.refuse(),
    "frozen": lambda broker: broker.wire.freeze(),
    "cut": lambda broker: broker.wire.cut(),
    "full": lambda broker: broker.fill(),
}


@pytest.fixture(params=BREAKS)
def broken(request: pytest.FixtureRequest, world: World, broker: Broker) -> Broker:
    """A Redis that worked a moment ago."""
    assert world.browser(world.v1).get("/desk/").status_code == 200
    assert ask(Browser(), "before") == 302
    run_due()
    BREAKS[request.param](broker)
    return broker


def ask(browser: Browser, once: str) -> int:
    """Open a ticket in the portal."""
    return browser.post("/voltarra/new/", {**ASKED, "once": once}).status_code


def mend(broker: Broker) -> None:
    broker.make_room()
    broker.wire.mend()
    away.redis.forget()


def letters(world: World, state: str) -> int:
    with world.enter(world.c1):
        return OutboxMail.objects.filter(state=state).count()


def test_a_question_is_kept_and_its_mail_leaves_afterwards(world: World, broken: Broker) -> None:
    assert ask(Browser(), "meanwhile") == 302
    assert letters(world, "due") == 1

    mend(broken)
    run_due()

    assert letters(world, "due") == 0
    assert letters(world, "accepted") == 2


def test_a_program_is_answered_and_its_key_holds(world: World, broken: Broker) -> None:
    program = world.program(world.v1, world.c1)

    def send() -> Any:
        headers = {"idempotency-key": "k-1"}
        return program.post("/api/v1/tickets/", NEW, content_type="application/json", headers=headers)

    first, again = send(), send()

    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    with world.enter(world.c1):
        assert Ticket.objects.count() == 2


def test_the_staff_read_answer_and_sign_in(world: World, broken: Broker) -> None:
    person = User.objects.get(pk=world.v1.pk)
    person.set_password(PASSWORD)
    person.save()
    browser = Browser()

    assert browser.post("/accounts/login/", {"login": person.email, "password": "not it"}).status_code == 200
    assert browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD}).status_code == 302
    assert browser.get("/desk/").status_code == 200
    assert browser.get("/desk/voltarra/1/").status_code == 200
    assert browser.post("/accounts/password/reset/", {"email": person.email}).status_code == 302


def test_who_guesses_is_counted_still(world: World, broken: Broker) -> None:
    tries = [
        Browser().post("/accounts/login/", {"login": "v1@havnvik.example", "password": f"guess {n}"}).status_code
        for n in range(8)
    ]

    assert tries[0] == 200
    assert tries[-1] == 429


def test_nobody_waits_for_it_in_turn(world: World, broken: Broker) -> None:
    ask(Browser(), "first")
    started = time.monotonic()

    assert [ask(Browser(), f"later {n}") for n in range(3)] == [302] * 3

    assert time.monotonic() - started < 2


def test_the_health_page_says_so(world: World, broker: Broker) -> None:
    assert Browser().get("/health/ready").json()["broker"] is True
    broker.wire.refuse()

    answer = Browser().get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["broker"] is False
    assert Browser().get("/health/live").status_code == 200


def test_a_redis_that_comes_back_empty_loses_nothing(world: World, broker: Broker) -> None:
    assert ask(Browser(), "before") == 302
    assert broker.direct.dbsize() > 0
    broker.direct.flushall()

    run_due()

    assert letters(world, "accepted") == 1


def test_it_is_asked_again_when_it_may_be_back(world: World, broker: Broker) -> None:
    broker.wire.refuse()
    assert ask(Browser(), "meanwhile") == 302
    assert away.redis

    mend(broker)
    assert ask(Browser(), "afterwards") == 302

    assert not away.redis
    assert broker.direct.llen(f"{settings.REDIS_PREFIX}:celery") == 1


def test_limits_hold_without_it(world: World, broken: Broker) -> None:
    limit = throttle.Limit("trial", 3, timedelta(hours=1))

    for _each in range(3):
        throttle.take(limit, "a stranger")
    with pytest.raises(TooMany):
        throttle.take(limit, "a stranger")
    throttle.take(limit, "another")


def test_who_fails_under_many_names_gets_no_more_tries(world: World, broken: Broker) -> None:
    def tries(name: str) -> int:
        return Browser().post("/accounts/login/", {"login": name, "password": "wrong"}).status_code

    def allowed() -> int:
        return sum(throttled != 429 for throttled in (tries("v1@havnvik.example") for _each in range(12)))

    first = allowed()
    for number in range(400):
        cache.add(f"somebody-{number}", 1)

    assert 0 < first < 12
    assert allowed() == 0


def test_health_does_not_hold_everybody_who_asks(world: World, broker: Broker) -> None:
    broker.wire.freeze()
    Browser().get("/health/ready")
    begin = time.monotonic()

    codes = {Browser().get("/health/ready").status_code for _each in range(5)}

    assert codes == {503}
    assert time.monotonic() - begin < 1
