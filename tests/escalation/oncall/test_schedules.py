"""Who is on call by the rows: rotations, overrides, whoever has left, and what stays true of the past."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from access import log
from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.models import AccessLogContent, Assignment
from escalation.actions import set_contact_active
from escalation.models import Contact, OnCallOverride, OnCallSchedule
from escalation.oncall import actions, keeping, queries
from helpdesk.lib import clock
from tests import factories
from tests.cast import World
from tests.escalation.oncall.conftest import NOW, card, make, weekly
from tests.faults.together import together

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


def who(world: World, schedule: OnCallSchedule, at: Any = None) -> list[str]:
    with world.enter(world.c1):
        return [to.name for to in queries.on_call(world.c1.pk, schedule.key, at or clock.now())]


def override(world: World, schedule: OnCallSchedule, **more: Any) -> OnCallOverride:
    values = {"who": card(world, world.v12), "starts_at": NOW + HOUR, "ends_at": NOW + 3 * HOUR, "reason": "A cold"}
    with world.enter(world.lead, only=world.c1) as actor:
        return actions.override(actor, client_id=world.c1.pk, schedule_id=schedule.pk, **{**values, **more})


def end_place(world: World, at: Any = NOW) -> None:
    with world.enter(world.c1):
        Assignment.objects.filter(user=world.v1).update(ends_at=at)


def test_the_turn_is_handed_over_at_the_wall_time(world: World, vendors: OnCallSchedule) -> None:
    # Monday 09:00 in Stockholm.
    hand_over = NOW.replace(day=19, hour=8)

    assert who(world, vendors) == ["Vera Ahlm"]
    assert who(world, vendors, hand_over - timedelta(seconds=1)) == ["Vera Ahlm"]
    assert who(world, vendors, hand_over) == ["Viggo Brandt"]


def test_people_come_with_the_address_and_language_that_reach_them(world: World, clients: OnCallSchedule) -> None:
    with world.enter(world.c1):
        (ida,) = queries.on_call(world.c1.pk, clients.key, NOW)
        (petra,) = queries.on_call(world.c1.pk, clients.key, NOW + WEEK)

    assert (ida.email, ida.language, ida.user_id) == ("ida@voltarra.example", "sv", None)
    assert ida.contact_id is not None
    assert (petra.email, petra.user_id) == (world.e1.email, world.e1.pk)


def test_an_unknown_key_is_nobodys(world: World) -> None:
    with world.enter(world.c1):
        assert queries.on_call(world.c1.pk, "nobody", NOW) == []


def test_many_schedules_cost_no_more_statements_than_one(world: World, vendors: OnCallSchedule) -> None:
    about = {"vendor_id": world.havnvik.pk}
    more = [make(world, world.lead, card(world, world.v1), **about, name=f"Nights {n}") for n in range(6)]

    def statements(keys: list[str]) -> int:
        with world.enter(world.c1), CaptureQueriesContext(connection) as asked:
            found = queries.on_call_many(world.c1.pk, keys, NOW)
        assert all(found.values())
        return len(asked)

    assert statements([vendors.key]) == statements([row.key for row in more]) <= 10


def test_an_override_wins_and_is_over_at_its_end(world: World, vendors: OnCallSchedule) -> None:
    override(world, vendors)

    assert who(world, vendors) == ["Vera Ahlm"]
    assert who(world, vendors, NOW + HOUR) == ["Viggo Brandt"]
    assert who(world, vendors, NOW + 3 * HOUR) == ["Vera Ahlm"]


def test_an_override_that_is_called_off_holds_no_longer(world: World, vendors: OnCallSchedule, travel: Any) -> None:
    row = override(world, vendors)
    travel.move_to(NOW + 2 * HOUR)
    with world.enter(world.lead, only=world.c1) as actor:
        actions.call_off_override(actor, client_id=world.c1.pk, schedule_id=vendors.pk, override_id=row.pk)
    travel.move_to(NOW + DAY)

    assert who(world, vendors, NOW + 2 * HOUR) == ["Vera Ahlm"]
    assert who(world, vendors, NOW + 90 * HOUR / 60) == ["Viggo Brandt"]


def test_an_override_in_the_past_is_refused_and_one_that_has_begun_holds_from_now(
    world: World, vendors: OnCallSchedule
) -> None:
    with pytest.raises(Invalid, match="time is over"):
        override(world, vendors, starts_at=NOW - 3 * HOUR, ends_at=NOW - HOUR)

    assert override(world, vendors, starts_at=NOW - 3 * HOUR).starts_at == NOW


@pytest.mark.parametrize("hours", [0, -1])
def test_an_override_ends_after_it_begins(world: World, vendors: OnCallSchedule, hours: int) -> None:
    with pytest.raises(Invalid, match="after the beginning"):
        override(world, vendors, ends_at=NOW + HOUR + hours * HOUR)


def test_nobody_is_put_on_call_who_is_not_of_that_side(world: World, vendors: OnCallSchedule, ida: Contact) -> None:
    for stranger in (card(world, world.o1), card(world, world.x), ("contact", ida.pk)):
        with pytest.raises(Invalid, match="Choose somebody"):
            override(world, vendors, who=stranger)
        with pytest.raises(Invalid, match="Rotation 1"):
            make(world, world.lead, stranger, vendor_id=world.havnvik.pk, name="Days")


def test_whoever_has_left_leaves_a_gap_and_stays_in_what_was(
    world: World, vendors: OnCallSchedule, travel: Any
) -> None:
    end_place(world, NOW + HOUR)
    travel.move_to(NOW + DAY)

    assert who(world, vendors) == []
    assert who(world, vendors, NOW) == ["Vera Ahlm"]


def test_the_next_takes_over_where_the_schedule_says_so(world: World) -> None:
    people = card(world, world.v1), card(world, world.v12)
    schedule = make(world, world.lead, *people, vendor_id=world.havnvik.pk, passes_on=True)
    end_place(world)

    assert who(world, schedule) == ["Viggo Brandt"]


def test_a_closed_account_a_resting_contact_and_a_suspension_are_gaps(
    world: World, vendors: OnCallSchedule, clients: OnCallSchedule, ida: Contact
) -> None:
    with world.enter(world.o1) as actor:
        set_contact_active(actor, client_id=world.c1.pk, contact_id=ida.pk, active=False)
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)

    assert (who(world, clients), who(world, vendors)) == ([], [])

    factories.restore(world, world.o1)
    assert who(world, vendors) == ["Vera Ahlm"]
    world.v1.is_active = False
    world.v1.save()
    assert who(world, vendors) == []


def test_what_was_stays_true_whatever_changes(world: World, clients: OnCallSchedule, ida: Contact, travel: Any) -> None:
    travel.move_to(NOW + DAY)
    with world.enter(world.o1) as actor:
        about = {"client_id": world.c1.pk, "vendor_id": None, "schedule_id": clients.pk, "expected_version": 1}
        plan = [weekly(card(world, world.a1))]
        actions.save_schedule(actor, **about, name="Nights", zone="Europe/London", layers=plan)
        set_contact_active(actor, client_id=world.c1.pk, contact_id=ida.pk, active=False)
    travel.move_to(NOW + 30 * DAY)

    assert who(world, clients, NOW) == ["Ida"]
    assert who(world, clients, NOW + DAY) == ["Alma Voltarra"]
    assert who(world, clients, NOW - DAY) == []


def test_what_is_kept_goes_on_as_one_shift(world: World, vendors: OnCallSchedule, travel: Any) -> None:
    for hours in range(1, 5):
        travel.move_to(NOW + hours * HOUR)
        with world.enter(world.c1) as actor:
            keeping.keep(actor, client_id=world.c1.pk)
            assert keeping.keep(actor, client_id=world.c1.pk) == 0

    with world.enter(world.c1):
        schedule = OnCallSchedule.objects.get(pk=vendors.pk)
        first, then = queries.plan_of(schedule, NOW, NOW + 8 * DAY).shifts(NOW, NOW + 8 * DAY)

    assert (first.start, first.end, then.end) == (NOW, NOW.replace(day=19, hour=8), NOW + 8 * DAY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"people": ()},
        {"turn": 0},
        {"turn": -1},
        {"turn": 53},
        {"hand_over": 1440},
        {"unit": "year"},
        {"hours": ((),) * 7},
    ],
)
def test_a_rotation_that_nobody_could_keep_is_refused(world: World, wrong: dict[str, Any]) -> None:
    plan = weekly(card(world, world.v1))

    with pytest.raises(Invalid, match="Rotation 1"):
        make(world, world.lead, vendor_id=world.havnvik.pk, layers=[type(plan)(**{**_fields(plan), **wrong})])


def _fields(plan: Any) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in plan.__slots__}


@pytest.mark.parametrize("wrong", [{"zone": "Mars/Base"}, {"layers": []}, {"name": " "}])
def test_a_schedule_needs_a_name_a_zone_and_a_rotation(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        make(world, world.lead, card(world, world.v1), vendor_id=world.havnvik.pk, **wrong)


def test_keys_stay_and_say_whose_they_are(world: World, vendors: OnCallSchedule, clients: OnCallSchedule) -> None:
    again = make(world, world.o1, card(world, world.a1), name="Nights!")
    with world.enter(world.o1) as actor:
        about = {"client_id": world.c1.pk, "vendor_id": None, "schedule_id": again.pk, "expected_version": 1}
        actions.save_schedule(actor, **about, name="Days", zone="UTC", layers=[weekly(card(world, world.a1))])

    with world.enter(world.c1):
        keys = OnCallSchedule.objects.order_by("pk").values_list("key", flat=True)
        assert sorted(keys) == ["havnvik_nights", "nights", "nights-2"]


def test_a_side_has_one_schedule_of_a_name_also_where_two_make_it_at_once(world: World) -> None:
    made = together(*[lambda: make(world, world.o1, card(world, world.a1))] * 4)

    refused = [each for each in made if isinstance(each, Invalid)]
    (first,) = [each for each in made if isinstance(each, OnCallSchedule)]
    assert (len(refused), refused[0].field) == (3, "name")
    # The twins: the other side's, and the same name once the first is retired.
    assert make(world, world.lead, card(world, world.v1), vendor_id=world.havnvik.pk).name == first.name
    with world.enter(world.o1) as actor:
        actions.retire_schedule(actor, client_id=world.c1.pk, schedule_id=first.pk)
    assert make(world, world.o1, card(world, world.a1)).key == "nights-2"


def test_nobody_stands_in_for_longer_than_a_year(world: World, clients: OnCallSchedule) -> None:
    about = {"client_id": world.c1.pk, "schedule_id": clients.pk, "who": card(world, world.e1)}

    def put(ends: datetime) -> None:
        with world.enter(world.o1) as actor:
            actions.override(actor, **about, starts_at=NOW - 400 * DAY, ends_at=ends)

    with pytest.raises(Invalid, match="longer than a year"):
        put(NOW + 367 * DAY)
    put(NOW + 366 * DAY)


def test_who_comes_second_does_not_overwrite(world: World, vendors: OnCallSchedule) -> None:
    about = {"client_id": world.c1.pk, "vendor_id": world.havnvik.pk, "schedule_id": vendors.pk}
    values = {"name": "Nights", "zone": "UTC", "layers": [weekly(card(world, world.v1))], "expected_version": 1}
    with world.enter(world.lead, only=world.c1) as actor:
        actions.save_schedule(actor, **about, **values)
        with pytest.raises(Conflict):
            actions.save_schedule(actor, **about, **values)


def test_each_side_plans_its_own_alone(world: World, vendors: OnCallSchedule, clients: OnCallSchedule) -> None:
    for person, schedule in ((world.o1, vendors), (world.lead, clients), (world.v1, vendors), (world.e1, clients)):
        with world.enter(person, only=world.c1) as actor, pytest.raises(RightMissing):
            actions.retire_schedule(actor, client_id=world.c1.pk, schedule_id=schedule.pk)


def test_the_database_lets_no_side_write_the_others(
    world: World, vendors: OnCallSchedule, clients: OnCallSchedule
) -> None:
    for person, schedule in ((world.o1, vendors), (world.lead, clients)):
        with pytest.raises(DatabaseError, match="row-level security"), world.enter(person, only=world.c1):
            OnCallSchedule.objects.filter(pk=schedule.pk).update(name="Mine")


def test_a_retired_schedule_is_nobodys_and_its_key_is_not_given_again(world: World, clients: OnCallSchedule) -> None:
    with world.enter(world.o1) as actor:
        actions.retire_schedule(actor, client_id=world.c1.pk, schedule_id=clients.pk)
        with pytest.raises(NotFound):
            actions.retire_schedule(actor, client_id=world.c1.pk, schedule_id=clients.pk)

    assert who(world, clients) == []
    assert make(world, world.o1, card(world, world.a1)).key == "nights-2"


def test_every_change_is_in_the_log_of_whom_it_concerns(world: World, vendors: OnCallSchedule) -> None:
    row = override(world, vendors)
    with world.enter(world.lead, only=world.c1) as actor:
        actions.call_off_override(actor, client_id=world.c1.pk, schedule_id=vendors.pk, override_id=row.pk)

    with world.enter(world.c1):
        entries = AccessLogContent.objects.filter(action=log.Action.CHANGE, records=[["on_call", vendors.pk]])
        assert {entry.detail["what"] for entry in entries} == {
            "on-call saved", "on-call overridden", "on-call override called off",
        }  # fmt: skip
        assert {entry.vendor_id for entry in entries} == {world.havnvik.pk}
