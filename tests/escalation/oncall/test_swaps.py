"""A asks B to take a shift; B's yes makes the override, and both are told."""

from datetime import timedelta
from typing import Any

import pytest

from access.errors import Conflict, Invalid, NotFound
from access.models import Assignment
from escalation.models import OnCallOverride, OnCallSchedule, OnCallSwap
from escalation.oncall import swaps
from post.models import OutboxMail
from tests.cast import World
from tests.escalation.oncall.conftest import NOW, card, make
from tests.escalation.oncall.test_schedules import DAY, HOUR, end_place, override, who
from tests.faults.together import together


def ask(world: World, schedule: OnCallSchedule, asker: Any = None, other: Any = None, **more: Any) -> OnCallSwap:
    values = {"starts_at": NOW + HOUR, "ends_at": NOW + DAY, "reason": "A wedding", **more}
    card_id = card(world, other or world.v12)[1]
    with world.enter(asker or world.v1, only=world.c1) as actor:
        return swaps.ask_swap(actor, client_id=world.c1.pk, schedule_id=schedule.pk, other_card_id=card_id, **values)


def answer(world: World, swap: OnCallSwap, person: Any, *, accept: bool = True) -> OnCallSwap:
    with world.enter(person, only=world.c1) as actor:
        return swaps.answer_swap(actor, client_id=world.c1.pk, swap_id=swap.pk, accept=accept)


def letters(world: World) -> list[tuple[str, str]]:
    with world.enter(world.c1):
        return sorted(OutboxMail.objects.values_list("kind", "to_address"))


def test_a_yes_hands_the_shift_over_and_tells_both(world: World, vendors: OnCallSchedule) -> None:
    swap = ask(world, vendors)
    assert letters(world) == [("on_call_asked", world.v12.email)]
    assert who(world, vendors, NOW + 2 * HOUR) == ["Vera Ahlm"]

    answer(world, swap, world.v12)

    assert who(world, vendors, NOW + 2 * HOUR) == ["Viggo Brandt"]
    assert who(world, vendors, NOW + DAY) == ["Vera Ahlm"]
    told = [to for kind, to in letters(world) if kind == "on_call_answered"]
    assert told == sorted([world.v1.email, world.v12.email])


def test_a_no_leaves_the_shift_where_it_was(world: World, vendors: OnCallSchedule) -> None:
    answer(world, ask(world, vendors), world.v12, accept=False)

    assert who(world, vendors, NOW + 2 * HOUR) == ["Vera Ahlm"]
    assert len(letters(world)) == 3


def test_only_who_was_asked_answers_and_only_who_asked_takes_it_back(world: World, vendors: OnCallSchedule) -> None:
    swap = ask(world, vendors)

    for person in (world.v1, world.lead, world.o1):
        with pytest.raises(NotFound):
            answer(world, swap, person)
    with world.enter(world.v12, only=world.c1) as actor, pytest.raises(NotFound):
        swaps.withdraw_swap(actor, client_id=world.c1.pk, swap_id=swap.pk)
    with world.enter(world.v1, only=world.c1) as actor:
        swaps.withdraw_swap(actor, client_id=world.c1.pk, swap_id=swap.pk)
    with pytest.raises(Conflict):
        answer(world, swap, world.v12)


def test_of_two_answers_the_second_finds_it_answered(world: World, vendors: OnCallSchedule) -> None:
    swap = ask(world, vendors)
    answer(world, swap, world.v12)

    with pytest.raises(Conflict):
        answer(world, swap, world.v12, accept=False)
    with world.enter(world.c1):
        assert OnCallOverride.objects.count() == 1


def test_of_two_colleagues_who_are_asked_the_first_yes_has_it(world: World, vendors: OnCallSchedule) -> None:
    first, second = ask(world, vendors), ask(world, vendors, other=world.lead)
    answer(world, second, world.lead)

    with pytest.raises(Conflict, match="has changed"):
        answer(world, first, world.v12)
    assert who(world, vendors, NOW + 2 * HOUR) == ["Lea Dahl"]


def test_of_two_who_say_yes_at_the_same_moment_one_has_it(world: World, vendors: OnCallSchedule) -> None:
    first, second = ask(world, vendors), ask(world, vendors, other=world.lead)

    done = together(lambda: answer(world, first, world.v12), lambda: answer(world, second, world.lead))

    assert sorted(type(each).__name__ for each in done) == ["Conflict", "OnCallSwap"]
    name = "Viggo Brandt" if isinstance(done[0], OnCallSwap) else "Lea Dahl"
    assert who(world, vendors, NOW + 2 * HOUR) == [name]
    with world.enter(world.c1):
        assert OnCallOverride.objects.count() == 1


def test_a_yes_and_a_no_at_the_same_moment_are_one_answer(world: World, vendors: OnCallSchedule) -> None:
    swap = ask(world, vendors)

    done = together(
        lambda: answer(world, swap, world.v12),
        lambda: answer(world, swap, world.v12, accept=False),
        lambda: answer(world, swap, world.v12),
    )

    assert sorted(type(each).__name__ for each in done) == ["Conflict", "Conflict", "OnCallSwap"]
    with world.enter(world.c1):
        assert OnCallOverride.objects.count() == (0 if isinstance(done[1], OnCallSwap) else 1)


def test_nobody_gives_away_what_is_not_theirs(world: World, vendors: OnCallSchedule, clients: OnCallSchedule) -> None:
    with pytest.raises(Invalid, match="not on call"):
        ask(world, vendors, ends_at=NOW + 10 * DAY)
    with pytest.raises(Invalid, match="not on call"):
        ask(world, vendors, asker=world.v12, other=world.v1)
    with pytest.raises(NotFound):
        ask(world, clients)
    with pytest.raises(NotFound):
        ask(world, vendors, asker=world.e1, other=world.a1)


def test_nobody_of_another_side_and_nobody_who_has_left_is_asked(world: World, vendors: OnCallSchedule) -> None:
    for stranger in (world.o1, world.x, world.v1):
        with pytest.raises(Invalid):
            ask(world, vendors, other=stranger)
    with world.enter(world.c1):
        Assignment.objects.filter(user=world.v12).update(ends_at=NOW + 2 * HOUR)
    with pytest.raises(Invalid, match="not here for all"):
        ask(world, vendors)


def test_a_shift_that_is_over_is_neither_asked_nor_taken(world: World, vendors: OnCallSchedule, travel: Any) -> None:
    swap = ask(world, vendors)
    with pytest.raises(Conflict):
        ask(world, vendors)
    travel.move_to(NOW + 2 * DAY)

    with pytest.raises(Conflict, match="over"):
        answer(world, swap, world.v12)
    with pytest.raises(Invalid, match="over"):
        ask(world, vendors)


def test_what_has_changed_since_it_was_asked_is_not_taken(world: World, vendors: OnCallSchedule) -> None:
    swap = ask(world, vendors)
    override(world, vendors, who=card(world, world.lead))

    with pytest.raises(Conflict, match="has changed"):
        answer(world, swap, world.v12)


def test_whoever_has_left_takes_nothing(world: World, vendors: OnCallSchedule) -> None:
    days = make(world, world.lead, card(world, world.v12), vendor_id=world.havnvik.pk, name="Days")
    swap = ask(world, days, world.v12, world.v1)
    end_place(world, NOW + timedelta(minutes=30))

    with pytest.raises(Conflict, match="has changed"):
        answer(world, swap, world.v1)
