"""The pages of on-call: who reads them, who plans by them, and that nothing typed is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import Client
from escalation.models import OnCallOverride, OnCallSchedule, OnCallSwap
from tests.cast import World
from tests.escalation.oncall.conftest import NOW, card, make
from tests.escalation.oncall.test_schedules import end_place, who
from tests.escalation.oncall.test_swaps import ask


def page(name: str, **more: Any) -> str:
    return reverse(name, kwargs={"client": "voltarra", **more})


def filled(*people: tuple[str, int], **more: str) -> dict[str, str]:
    return {
        "rotations": "1",
        "name": "Weekends",
        "zone": "Europe/Stockholm",
        "layer-1-turn": "1",
        "layer-1-unit": "week",
        "layer-1-weekday": "0",
        "layer-1-hand_over": "09:00",
        "layer-1-first": "2026-01-14",
        **{f"layer-1-p{number}": f"{kind}-{key}" for number, (kind, key) in enumerate(people, start=1)},
        **more,
    }


def test_the_list_says_who_is_on_now_and_next_and_where_a_gap_is(
    world: World, vendors: OnCallSchedule, clients: OnCallSchedule
) -> None:
    end_place(world, NOW + timedelta(days=1))
    text = world.browser(world.o1).get(page("console:on_call")).content.decode()

    assert "Vera Ahlm" in text
    assert "Ida" in text
    assert "2 gaps" in text


def asked(world: World, person: Any, at: str, zone: str = "Europe/Stockholm", place: str = "console") -> Any:
    return world.browser(person).get(page(f"{place}:on_call"), {"at": at, "zone": zone})


def named(answer: Any) -> dict[int, str]:
    """Who the page says is on call then, by schedule."""
    return {each.schedule.pk: each.shift.name if each.shift else "-" for each in answer.context["then"]}


def test_the_list_says_who_is_on_call_at_any_moment(
    world: World, vendors: OnCallSchedule, clients: OnCallSchedule
) -> None:
    for at, vera, ida in (
        ("2026-01-19T08:59", "Vera Ahlm", "Ida"),
        ("2026-01-19T09:00", "Viggo Brandt", "Petra Lund"),
        ("2027-02-01T09:00", "Viggo Brandt", "Petra Lund"),
        ("2026-01-14T12:59", "-", "-"),
    ):
        for person, place in ((world.o1, "console"), (world.lead, "desk")):
            found = named(asked(world, person, at, place=place))
            assert found == {vendors.pk: vera, clients.pk: ida}, (at, place)
    assert "before the schedule was made" in asked(world, world.o1, "2026-01-14T12:59").content.decode()


def test_the_moment_is_on_the_clock_that_was_chosen(world: World, vendors: OnCallSchedule) -> None:
    with world.enter(world.o1):
        Client.objects.filter(pk=world.c1.pk).update(time_zone="Asia/Tokyo")

    # It is eight hours later there.
    assert named(asked(world, world.o1, "2026-01-19T16:59", "Asia/Tokyo"))[vendors.pk] == "Vera Ahlm"
    answer = asked(world, world.o1, "2026-01-19T17:00", "Asia/Tokyo")
    assert named(answer)[vendors.pk] == "Viggo Brandt"
    assert "Mon 19 Jan 2026 17:00 (Asia/Tokyo)" in answer.content.decode()


def test_a_gap_at_the_moment_is_told_as_one(world: World, vendors: OnCallSchedule) -> None:
    end_place(world, NOW + timedelta(hours=1))

    text = asked(world, world.o1, "2026-01-15T12:00").content.decode()

    assert "Vera Ahlm is not here any more, and nobody stands in" in text.partition("Who is on call at a moment")[2]


@pytest.mark.parametrize("at", ["2026-03-29T02:30", "never", "", "9999-12-31T23:59", "1900-01-01T00:00"])
def test_a_moment_that_is_none_is_told_and_the_page_stays(world: World, vendors: OnCallSchedule, at: str) -> None:
    answer = asked(world, world.o1, at)

    assert answer.status_code == 200
    assert "then" not in answer.context
    assert answer.context["form"].errors["at"]
    assert "Vera Ahlm" in answer.content.decode()


def test_an_hour_that_comes_twice_is_the_first_one_and_says_so(world: World, vendors: OnCallSchedule) -> None:
    answer = asked(world, world.o1, "2026-10-25T02:30")

    assert answer.context["moment"].isoformat() == "2026-10-25T00:30:00+00:00"
    assert "the first one is meant" in answer.content.decode()
    assert "comes twice" not in asked(world, world.o1, "2026-10-25T03:30").content.decode()


def test_asking_for_a_moment_costs_the_same_for_one_schedule_and_for_many(
    world: World, vendors: OnCallSchedule, clients: OnCallSchedule
) -> None:
    counts = []
    for turn in range(2):
        with CaptureQueriesContext(connection) as statements:
            asked(world, world.o1, "2026-01-19T09:00")
        counts.append(len(statements))
        make(world, world.o1, card(world, world.a1), name=f"Weekends {turn}")

    assert counts[0] == counts[1]


def test_each_side_finds_its_own_buttons_alone(world: World, vendors: OnCallSchedule, clients: OnCallSchedule) -> None:
    edit = "Change the rotations"
    for person, place, row, plans in (
        (world.o1, "console", clients, True),
        (world.o1, "console", vendors, False),
        (world.lead, "desk", vendors, True),
        (world.lead, "desk", clients, False),
        (world.v1, "console", vendors, False),
    ):
        text = world.browser(person).get(page(f"{place}:on_call_schedule", schedule_id=row.pk)).content.decode()
        assert (edit in text) is plans, (person, place)


def test_a_schedule_is_previewed_and_then_saved(world: World) -> None:
    browser, people = world.browser(world.lead), (card(world, world.v1), card(world, world.v12))

    preview = browser.post(page("desk:add_on_call"), filled(*people, do="preview"))
    assert "Preview: not saved yet" in preview.content.decode()
    with world.enter(world.c1):
        assert not OnCallSchedule.objects.exists()

    assert browser.post(page("desk:add_on_call"), filled(*people, do="save")).status_code == 302
    with world.enter(world.c1):
        schedule = OnCallSchedule.objects.get()
    assert who(world, schedule) == ["Vera Ahlm"]
    assert who(world, schedule, NOW + timedelta(days=7)) == ["Viggo Brandt"]


def test_rotations_come_and_go_and_keep_what_was_typed(world: World) -> None:
    browser, path = world.browser(world.o1), page("console:add_on_call")
    who = card(world, world.a1)

    more = browser.post(path, filled(who, do="add")).content.decode()
    less = browser.post(path, filled(who, do="drop-1", rotations="2", **{"layer-2-layer_name": "Fridays"}))

    assert "Rotation 2" in more
    assert f'value="card-{who[1]}" selected' in more
    assert "Fridays" in less.content.decode()
    assert "Rotation 2" not in less.content.decode()


def test_what_is_wrong_stands_beside_what_was_typed(world: World) -> None:
    browser, path = world.browser(world.o1), page("console:add_on_call")
    who = card(world, world.a1)
    for wrong in ({"layer-1-turn": "0"}, {"layer-1-turn": "-3"}, {"name": ""}, {"layer-1-days": "5"}):
        answer = browser.post(path, filled(who, do="save", **wrong))
        assert answer.status_code == 400, wrong
    assert browser.post(path, filled(do="save")).status_code == 400
    with world.enter(world.c1):
        assert not OnCallSchedule.objects.exists()


def test_an_override_in_an_hour_that_the_clock_skips_begins_at_the_jump(world: World, clients: OnCallSchedule) -> None:
    kind, key = card(world, world.a1)
    data = {"who": f"{kind}-{key}", "starts_at": "2026-03-29T02:30", "ends_at": "2026-03-29T09:00"}
    path = page("console:override_on_call", schedule_id=clients.pk)

    assert world.browser(world.o1).post(path, data).status_code == 302
    with world.enter(world.c1):
        assert OnCallOverride.objects.get().starts_at.isoformat() == "2026-03-29T01:00:00+00:00"
    for wrong in ("never", "9999-12-31T23:59", "2026-01-01T09:00"):
        assert world.browser(world.o1).post(path, {**data, "ends_at": wrong}).status_code == 400


def test_my_on_call_asks_for_a_swap_and_answers_it(world: World, vendors: OnCallSchedule) -> None:
    mine, other = world.browser(world.v1), world.browser(world.v12)
    text = mine.get(reverse("desk:my_on_call")).content.decode()
    assert "Nights" in text
    shift = f"{vendors.pk}|{NOW.isoformat()}|{NOW.replace(day=19, hour=8).isoformat()}"

    data = {"shift": shift, "other": card(world, world.v12)[1], "reason": ""}
    assert mine.post(page("desk:ask_swap"), data).status_code == 302
    assert "Vera Ahlm asks you" in other.get(reverse("desk:my_on_call")).content.decode()

    with world.enter(world.c1):
        swap = OnCallSwap.objects.get()
    path = page("desk:answer_swap", swap_id=swap.pk)
    assert other.post(path, {"do": "accept"}).status_code == 302
    assert other.post(path, {"do": "accept"}).status_code == 409
    assert who(world, vendors) == ["Viggo Brandt"]


def test_a_swap_that_was_asked_can_be_taken_back_on_the_page(world: World, vendors: OnCallSchedule) -> None:
    swap = ask(world, vendors)
    path = page("desk:answer_swap", swap_id=swap.pk)

    assert world.browser(world.v12).post(path, {"do": "x"}).status_code == 400
    assert world.browser(world.v1).post(path, {"do": "withdraw"}).status_code == 302
    assert world.browser(world.v12).post(path, {"do": "accept"}).status_code == 409


def test_the_address_of_my_calendar_is_shown_once_and_works(world: World, vendors: OnCallSchedule) -> None:
    browser = world.browser(world.v1)
    answer = browser.post(page("desk:on_call_address"), {"do": "make"})

    address = answer.context["address"]
    assert "no-store" in answer["Cache-Control"]
    assert browser.get(address.split("/", 3)[3].join(["/", ""])).status_code == 200
    assert address not in browser.get(reverse("desk:my_on_call")).content.decode()


def test_a_schedule_is_used_no_longer(world: World, clients: OnCallSchedule) -> None:
    browser = world.browser(world.o1)
    path = page("console:retire_on_call", schedule_id=clients.pk)

    assert browser.get(path).status_code == 200
    assert browser.post(path).status_code == 302
    assert browser.get(page("console:on_call_schedule", schedule_id=clients.pk)).status_code == 404
