"""Calls reach their endpoints once each, signed; they are tried again, and given up in sight."""

import json
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from access.models import Client
from helpdesk.lib import clock
from post import calling, calls, claims, outbox, providers, signals, signing, tasks
from post.calls import Call
from post.models import CallHint, Endpoint, EndpointPace, OutboxCall
from tests.cast import World
from tests.faults.hooks import HookServer
from tests.post.calling import SECRET, endpoint, hearing, post, state


@pytest.fixture
def server(settings: Any) -> Iterator[HookServer]:
    settings.OUTSIDE_ALLOW = [ip_network("127.0.0.0/8")]
    with HookServer() as server:
        yield server


def deliver(place: Endpoint) -> None:
    tasks.deliver_call(place.client_id, place.pk)


def test_a_call_arrives_signed_and_is_kept_as_accepted(world: World, server: HookServer) -> None:
    place = endpoint(world, server.url())
    (call,) = post(world, place, "step/1")

    with hearing() as told:
        deliver(place)

    (heard,) = server.heard
    timestamp = heard.headers["webhook-timestamp"]
    sent = state(world, call)
    assert heard.id == call.idempotency_key
    assert heard.headers["webhook-signature"] == signing.signature(SECRET, heard.id, timestamp, heard.body)
    assert json.loads(heard.body) == {
        "type": "ticket.escalated", "timestamp": call.created_at.isoformat(), "data": {"n": 1},
    }  # fmt: skip
    assert abs(int(timestamp) - clock.now().timestamp()) < 5
    assert (sent.state, sent.attempts) == (OutboxCall.State.ACCEPTED, 1)
    assert sent.accepted_at >= sent.attempted_at >= sent.created_at
    assert not CallHint.objects.exists()
    assert told == [("call_accepted", "step/1", "")]


def test_delivering_again_calls_nobody(world: World, server: HookServer) -> None:
    place = endpoint(world, server.url())
    post(world, place, "step/1")

    for _copy in range(3):
        deliver(place)

    assert len(server.heard) == 1


def test_one_cause_is_one_call_and_many_are_two_statements(world: World) -> None:
    place = endpoint(world, "https://hook.example/")

    def statements(*causes: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            post(world, place, *causes)
        return len([each for each in asked.captured_queries if each["sql"].startswith("INSERT")])

    assert statements("a/0") == statements(*[f"b/{n}" for n in range(300)]) == 2
    again = post(world, place, "a/0", "c/0", "c/0")
    assert [call.unique for call in again] == ["c/0"]
    assert CallHint.objects.count() == 302


def test_many_letters_are_two_statements(world: World) -> None:
    letters = [
        outbox.Letter(
            unique=f"l/{n}", kind="answer", to_address="a@b.example", from_address="c@d.example", subject="s", text="t"
        )
        for n in range(300)
    ]
    with world.enter(world.c1) as actor, CaptureQueriesContext(connection) as asked:
        first = outbox.post_mails(actor, world.c1.pk, letters[:100])
        rest = outbox.post_mails(actor, world.c1.pk, letters)

    assert (len(first), len(rest)) == (100, 200)
    assert len([each for each in asked.captured_queries if each["sql"].startswith("INSERT")]) == 4


@pytest.mark.parametrize("how", ["broken", "long"])
def test_what_failed_is_tried_again_later_under_its_id(world: World, server: HookServer, how: str) -> None:
    server.behaviours["/hook"].append(how)
    place = endpoint(world, server.url())
    (call,) = post(world, place, "step/1")

    deliver(place)
    deliver(place)
    failed = state(world, call)
    assert (failed.state, failed.attempts) == (OutboxCall.State.DUE, 1)
    assert "secret" not in failed.last_error
    assert len(server.heard) == 1, "not before its time"

    with time_machine.travel(clock.now() + timedelta(seconds=10)):
        deliver(place)
    assert state(world, call).state == OutboxCall.State.ACCEPTED
    assert server.ids() == [call.idempotency_key] * 2
    assert server.heard[0].body == server.heard[1].body


@pytest.mark.parametrize("how", ["never", "moved"])
def test_a_final_no_is_a_dead_call_at_once(world: World, server: HookServer, how: str) -> None:
    server.behaviours["/hook"].append(how)
    place = endpoint(world, server.url())
    (call,) = post(world, place, "step/1")

    with hearing() as told:
        deliver(place)

    dead = state(world, call)
    assert dead.state == OutboxCall.State.DEAD
    assert told == [("call_failed", "step/1", dead.last_error)]
    assert [each.path for each in server.heard] == ["/hook"], "no redirect is followed"
    assert not CallHint.objects.exists()


def test_an_endpoint_may_say_how_long_to_wait(world: World, server: HookServer) -> None:
    server.behaviours["/hook"].append("later")
    place = endpoint(world, server.url())
    (call,) = post(world, place, "step/1")
    deliver(place)

    with time_machine.travel(clock.now() + timedelta(minutes=9)):
        deliver(place)
        assert len(server.heard) == 1
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        deliver(place)

    assert state(world, call).state == OutboxCall.State.ACCEPTED


def test_an_endpoint_that_answers_500_for_two_days_is_given_up_in_sight(world: World, server: HookServer) -> None:
    server.always["/hook"] = "broken"
    place = endpoint(world, server.url())
    (call,) = post(world, place, "step/1")
    start = clock.now()

    with hearing() as told:
        for minutes in range(0, 2 * 24 * 60, 10):
            with time_machine.travel(start + timedelta(minutes=minutes)):
                deliver(place)

    dead = state(world, call)
    assert (dead.state, dead.last_error) == (OutboxCall.State.DEAD, "500 Internal Server Error")
    # The test looks every ten minutes.
    assert dead.attempted_at <= start + calls.GIVEN_UP_AFTER + timedelta(minutes=10)
    assert 20 < dead.attempts < 60
    assert told == [("call_failed", "step/1", "500 Internal Server Error")]


def test_an_endpoint_that_fails_is_asked_once_a_wait_whatever_waits_for_it(world: World, server: HookServer) -> None:
    server.always["/hook"] = "broken"
    place = endpoint(world, server.url())
    post(world, place, *[f"step/{n}" for n in range(50)])

    for _copy in range(10):
        deliver(place)
    assert len(server.heard) == 1
    with time_machine.travel(clock.now() + timedelta(seconds=7)):
        for _copy in range(10):
            deliver(place)
            tasks.sweep_calls()

    assert len(server.heard) == 2
    assert EndpointPace.objects.get().failures == 2


def test_what_waited_behind_a_failing_endpoint_all_the_time_is_given_up_too(world: World, server: HookServer) -> None:
    server.always["/hook"] = "broken"
    place = endpoint(world, server.url())
    made = post(world, place, "step/1", "step/2", "step/3")
    deliver(place)

    with hearing() as told, time_machine.travel(clock.now() + timedelta(hours=37)):
        tasks.give_up_calls(world.c1.pk)

    assert {state(world, call).state for call in made} == {OutboxCall.State.DEAD}
    assert sorted(cause for _name, cause, _reason in told) == ["step/1", "step/2", "step/3"]


def test_one_call_that_is_never_taken_holds_back_no_other(world: World, server: HookServer) -> None:
    server.behaviours["/hook"].append("never")
    place = endpoint(world, server.url())
    made = post(world, place, "step/1", "step/2", "step/3")

    for _copy in range(3):
        deliver(place)

    assert [state(world, call).state for call in made] == ["dead", "accepted", "accepted"]


def test_an_endpoint_that_is_switched_off_gives_up_what_is_meant_for_it(world: World, server: HookServer) -> None:
    place = endpoint(world, server.url(), is_active=False)
    made = post(world, place, "step/1", "step/2")

    with hearing() as told:
        deliver(place)

    assert {state(world, call).state for call in made} == {OutboxCall.State.DEAD}
    assert [name for name, *_rest in told] == ["call_failed", "call_failed"]
    assert server.heard == []


def test_who_slept_past_the_lease_changes_nothing(world: World, server: HookServer) -> None:
    place = endpoint(world, server.url())
    (call,) = post(world, place, "step/1")
    with world.enter(world.c1) as actor:
        slept = calling.begin(actor, world.c1.pk, place.pk)
    assert slept is not None
    with time_machine.travel(clock.now() + claims.CALL_LEASE + timedelta(seconds=1)):
        with world.enter(world.c1) as actor:
            other = calling.begin(actor, world.c1.pk, place.pk)
        assert other is not None

        with world.enter(world.c1) as actor, hearing() as told:
            late = providers.Outcome(reason="no usable answer within the time", final=True)
            assert not calling.end(actor, world.c1.pk, slept, late, timedelta())
        assert told == []
        assert state(world, call).state == OutboxCall.State.DUE
        with world.enter(world.c1) as actor:
            assert calling.end(actor, world.c1.pk, other, providers.Outcome(answered=True), timedelta())

    assert state(world, call).state == OutboxCall.State.ACCEPTED
    assert slept.message.id == other.message.id


def test_at_most_two_calls_of_an_endpoint_and_four_of_a_client_are_made_at_once(world: World) -> None:
    places = [endpoint(world, "https://hook.example/", key=f"desk-{n}") for n in range(3)]
    other = endpoint(world, "https://hook.example/", client=world.c2)
    for place in (*places, other):
        post(world, place, *[f"{place.pk}/{n}" for n in range(5)])

    def claimed(place: Endpoint) -> int:
        with world.enter(Client.objects.get(pk=place.client_id)) as actor:
            return len([1 for _n in range(5) if calling.begin(actor, place.client_id, place.pk)])

    assert [claimed(place) for place in places] == [2, 2, 0]
    assert claimed(other) == 2


def test_a_receiver_that_fails_undoes_only_its_own(world: World, server: HookServer) -> None:
    def spoil(**told: Any) -> None:
        Endpoint.objects.update(name="spoilt")
        raise IntegrityError("of a receiver")

    place = endpoint(world, server.url())
    (call,) = post(world, place, "step/1")
    signals.call_accepted.connect(spoil)
    try:
        deliver(place)
    finally:
        signals.call_accepted.disconnect(spoil)

    assert state(world, call).state == OutboxCall.State.ACCEPTED
    with world.enter(world.c1):
        assert Endpoint.objects.get().name == "Desk"


def test_an_address_that_leads_inside_by_now_is_not_asked(world: World, server: HookServer, settings: Any) -> None:
    place = endpoint(world, server.url().replace("http:", "https:"))
    (call,) = post(world, place, "step/1")
    settings.OUTSIDE_ALLOW = []

    deliver(place)

    assert state(world, call).last_error == "the address leads where no call may go"
    assert server.heard == []


def test_after_a_change_both_secrets_sign_for_a_day(world: World, server: HookServer) -> None:
    from post import endpoints

    place = endpoint(world, server.url())
    with world.enter(world.o1) as actor:
        _row, secret = endpoints.renew_secret(actor, client_id=world.c1.pk, endpoint_id=place.pk)

    def signed_by() -> list[str]:
        post(world, place, f"step/{len(server.heard)}")
        deliver(place)
        heard = server.heard[-1]
        signatures = heard.headers["webhook-signature"].split()
        by = {"new": secret, "old": SECRET}
        stamp = heard.headers["webhook-timestamp"]
        return [n for n, key in by.items() if signing.signature(key, heard.id, stamp, heard.body) in signatures]

    assert signed_by() == ["new", "old"]
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert signed_by() == ["new"]


def test_the_sweep_finds_what_no_hint_was_given_for(world: World, server: HookServer) -> None:
    place = endpoint(world, server.url())
    later = endpoint(world, server.url("/later"), key="later")
    post(world, place, "step/1")
    with world.enter(world.c1) as actor:
        call = Call(unique="step/2", kind="x", endpoint=later)
        calls.post_call(actor, world.c1.pk, call, at=clock.now() + timedelta(hours=1))

    assert tasks.sweep_calls() == 1
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert tasks.sweep_calls() == 2
