"""The calendar at a secret address: whose it is, what it tells, and when it is gone."""

from datetime import UTC, timedelta
from typing import Any

import pytest
from django.urls import reverse
from icalendar import Calendar

from access.models import Assignment
from escalation.models import OnCallFeed, OnCallSchedule
from escalation.oncall import feeds, keeping
from tests import factories
from tests.cast import Browser, World
from tests.escalation.oncall.conftest import NOW
from tests.escalation.oncall.test_schedules import HOUR, override


@pytest.fixture
def token(world: World, vendors: OnCallSchedule) -> str:
    with world.enter(world.v1, only=world.c1) as actor:
        return feeds.make_feed(actor, client_id=world.c1.pk)


def get(token: str) -> Any:
    return Browser().get(reverse("on_call_feed", kwargs={"token": token}))


def events(token: str) -> list[Any]:
    return list(Calendar.from_ical(get(token).content).walk("VEVENT"))


def test_it_tells_my_shifts_and_a_parser_reads_them_back(world: World, token: str) -> None:
    answer = get(token)
    found = events(token)

    assert answer["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer["Cache-Control"]
    # This week's since it was planned, and every second week's from Monday 09:00 in Stockholm on.
    starts = [event["dtstart"].dt.astimezone(UTC) for event in found]
    first = NOW.replace(day=26, hour=8)
    assert starts[0] == NOW
    assert starts[1:4] == [first, first + timedelta(days=14), first + timedelta(days=28)]
    # After the clocks have changed, on 29 March, 09:00 is an hour earlier.
    assert found[0]["dtend"].dt.astimezone(UTC) == NOW.replace(day=19, hour=8)
    assert len({str(event["uid"]) for event in found}) == len(found)
    assert "Voltarra" in str(found[0]["summary"])


def test_it_is_the_same_whenever_it_is_fetched(world: World, token: str, travel: Any) -> None:
    before = [(str(event["uid"]), event["dtstart"].dt, event["dtend"].dt) for event in events(token)]
    for hours in (1, 5):
        travel.move_to(NOW + hours * HOUR)
        with world.enter(world.c1) as actor:
            keeping.keep(actor, client_id=world.c1.pk)

    after = [(str(event["uid"]), event["dtstart"].dt, event["dtend"].dt) for event in events(token)]
    assert after[: len(before)] == before


def test_an_override_takes_its_hours_out(world: World, vendors: OnCallSchedule, token: str) -> None:
    override(world, vendors)

    first, second = events(token)[:2]

    assert first["dtend"].dt.astimezone(UTC) == NOW + HOUR
    assert second["dtstart"].dt.astimezone(UTC) == NOW + 3 * HOUR


def test_a_new_address_kills_the_old_one_and_it_can_be_taken_back(world: World, token: str) -> None:
    with world.enter(world.v1, only=world.c1) as actor:
        newer = feeds.make_feed(actor, client_id=world.c1.pk)
    assert (get(token).status_code, get(newer).status_code) == (404, 200)

    with world.enter(world.v1, only=world.c1) as actor:
        feeds.revoke_feed(actor, client_id=world.c1.pk)
        feeds.revoke_feed(actor, client_id=world.c1.pk)
    assert get(newer).status_code == 404


def test_the_address_itself_is_nowhere_kept(token: str) -> None:
    assert token not in str(OnCallFeed.objects.values().get())


def test_it_is_gone_at_once_with_its_persons_place(world: World, token: str) -> None:
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)
    assert get(token).status_code == 404
    factories.restore(world, world.o1)
    assert get(token).status_code == 200

    world.v1.is_active = False
    world.v1.save()
    assert get(token).status_code == 404
    world.v1.is_active = True
    world.v1.save()

    with world.enter(world.c1):
        Assignment.objects.filter(user=world.v1).update(ends_at=NOW)
    assert get(token).status_code == 404


def test_nobody_elses_token_is_as_one_that_was_never_made(token: str) -> None:
    unknown = get("x" * len(token))

    assert unknown.status_code == 404
    assert get("x").content == unknown.content
