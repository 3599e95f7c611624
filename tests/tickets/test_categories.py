"""A client's categories as a tree: arranged, changed, chosen, and what follows for tickets when one moves."""

from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from access.errors import Conflict, Invalid, NotFound, RightMissing
from tests import factories
from tests.cast import World
from tests.faults.together import together
from tests.tickets.desk.acting import address, fresh
from tickets.actions import categories as actions
from tickets.actions import handling
from tickets.actions.categories import Definition
from tickets.categories import DEEPEST, arranged, height, with_parts
from tickets.models import TicketCategory
from tickets.queries import categories as queries

parents = st.integers(1, 9).flatmap(
    lambda most: st.dictionaries(st.integers(1, most), st.none() | st.integers(1, 10), min_size=1)
)


def category(world: World, name: str, parent: TicketCategory | None = None, **given: Any) -> TicketCategory:
    with world.enter(world.o1) as actor:
        wanted = Definition(name, parent.pk if parent else None, **given)
        return actions.add_category(actor, client_id=world.c1.pk, given=wanted)


def move(world: World, row: TicketCategory, parent: TicketCategory | None, **given: Any) -> TicketCategory:
    with world.enter(world.o1) as actor:
        wanted = Definition(row.name, parent.pk if parent else None, **given)
        return actions.change_category(actor, client_id=world.c1.pk, category_id=row.pk, given=wanted)


def paths(world: World) -> list[str]:
    with world.enter(world.c1):
        return [each.path for each in queries.tree(world.c1.pk)[0]]


@given(parents, st.randoms(use_true_random=False))
def test_whatever_the_tree_each_stands_once_and_behind_what_it_is_a_part_of(above: dict[int, int | None], luck) -> None:
    rows = [TicketCategory(pk=pk, name=f"c{pk}", parent_id=up) for pk, up in above.items()]
    luck.shuffle(rows)

    found = arranged(rows)

    assert sorted(each.category.pk for each in found) == sorted(above)
    for at, each in enumerate(found):
        line = [step.category.pk for step in found[:at]]
        assert [row.pk for row in each.above] == [pk for pk in line if pk in {row.pk for row in each.above}]
        assert not each.above or each.above[-1].pk == each.category.parent_id
        assert each.depth < height(above, each.above[0].pk if each.above else each.category.pk)


@given(parents, st.integers(1, 9))
def test_all_that_leads_up_to_one_is_a_part_of_it(above: dict[int, int | None], top: int) -> None:
    def leads(pk: int | None) -> bool:
        for _step in range(len(above) + 1):
            if pk == top:
                return True
            pk = above.get(pk) if pk is not None else None
        return False

    assert with_parts(above, {top}) == {top} | {pk for pk in above if leads(pk)}


def test_a_category_has_its_place_name_and_key(world: World) -> None:
    lamps = category(world, "Lamps & light")
    category(world, "Bulbs", lamps)
    shades = category(world, "Shades", lamps)
    with world.enter(world.o1) as actor:
        actions.order_category(actor, client_id=world.c1.pk, category_id=shades.pk, up=True)
        actions.order_category(actor, client_id=world.c1.pk, category_id=shades.pk, up=True)

    assert lamps.slug == "lamps-light"
    assert paths(world)[-3:] == ["Lamps & light", "Lamps & light › Shades", "Lamps & light › Bulbs"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_is_needed_and_has_an_end(world: World, name: str) -> None:
    with pytest.raises(Invalid):
        category(world, name)


def test_names_are_a_clients_own_once(world: World) -> None:
    category(world, "Lamps", is_retired=True)

    with pytest.raises(Conflict):
        category(world, "LAMPS")
    with world.enter(world.o2) as actor:
        actions.add_category(actor, client_id=world.c2.pk, given=Definition("Lamps"))


def test_nothing_is_a_part_of_itself_or_stands_too_deep_or_in_anothers_tree(world: World) -> None:
    line = [category(world, "0")]
    for number in range(1, DEEPEST):
        line.append(category(world, str(number), line[-1]))
    other = category(world, "other")
    with world.enter(world.o2) as actor:
        foreign = actions.add_category(actor, client_id=world.c2.pk, given=Definition("Foreign"))

    for row, parent in ((line[0], line[0]), (line[0], line[2]), (line[0], other), (line[1], line[3]), (other, foreign)):
        with pytest.raises(Invalid):
            move(world, row, parent)
    with pytest.raises(Invalid):
        category(world, "one more", line[-1])
    with pytest.raises(NotFound), world.enter(world.o1) as actor:
        actions.change_category(actor, client_id=world.c1.pk, category_id=foreign.pk, given=Definition("Mine"))
    assert move(world, other, line[2]).parent_id == line[2].pk


def test_two_that_move_under_one_another_at_once_make_no_circle(world: World) -> None:
    one, other = category(world, "One"), category(world, "Other")

    results = together(lambda: move(world, one, other), lambda: move(world, other, one))

    assert sorted(type(each) for each in results if isinstance(each, Exception)) == [Invalid]
    with world.enter(world.c1):
        rows = TicketCategory.objects.filter(pk__in=(one.pk, other.pk), parent=None)
        assert rows.count() == 1


def test_only_whoever_edits_the_matrix_arranges_them(world: World) -> None:
    row = category(world, "Lamps")

    for person in (world.v12, world.e1, world.r1):
        with pytest.raises(RightMissing), world.enter(person) as actor:
            actions.add_category(actor, client_id=world.c1.pk, given=Definition("Mine"))
        with pytest.raises(RightMissing), world.enter(person) as actor:
            actions.order_category(actor, client_id=world.c1.pk, category_id=row.pk, up=True)


def test_a_retired_category_stays_on_its_tickets_and_is_chosen_no_more(world: World) -> None:
    row = category(world, "Lamps")
    has_it, has_none = factories.ticket(world, world.r1, category_id=row.pk), factories.ticket(world, world.r1)
    move(world, row, None, is_retired=True)
    browser = world.browser(world.v12)

    assert "Lamps" in browser.get(address(has_it, "ticket")).content.decode()
    assert ">Lamps</option>" not in browser.get(address(has_none, "ticket")).content.decode()
    form = {"impact": "2", "urgency": "2", "category": row.pk, "need": "A light"}
    assert browser.post(address(has_it, "sort"), form).status_code == 302
    assert fresh(world, has_it).need == "A light"
    assert browser.post(address(has_none, "sort"), form).status_code == 400
    with pytest.raises(Invalid):
        factories.ticket(world, world.r1, category_id=row.pk)
    with pytest.raises(Invalid), world.enter(world.v12) as actor:
        handling.sort(actor, client_id=world.c1.pk, ticket_id=has_none.pk, impact=2, urgency=2, category_id=row.pk)


def test_forms_show_the_way_to_a_category_and_the_portal_only_what_it_offers(world: World) -> None:
    lamps = category(world, "Lamps")
    inside = category(world, "Inside the house", lamps, is_offered=False)
    category(world, "Bulbs", inside)

    desk = world.browser(world.v12).get(address(factories.ticket(world, world.r1), "ticket")).content.decode()
    portal = world.browser().get(reverse("portal:new", kwargs={"client": "voltarra"})).content.decode()

    assert ">Lamps › Inside the house › Bulbs</option>" in desk
    assert ">Bulbs</option>" in portal
    assert "Inside the house" not in portal


def test_the_queue_filters_by_a_category_with_its_parts(world: World) -> None:
    lamps = category(world, "Lamps")
    bulbs = category(world, "Bulbs", category(world, "Inside", lamps))
    ticket = factories.ticket(world, world.r1, category_id=bulbs.pk, subject="It flickers")

    browser = world.browser(world.v12)
    found = [browser.get("/desk/", {"category": name}).content.decode() for name in ("Lamps", "Bulbs", "Nothing")]

    assert [ticket.subject in page for page in found] == [True, True, False]


def test_the_page_shows_the_tree_and_adds_moves_and_orders(world: World) -> None:
    browser = world.browser(world.o1)
    at = {"client": "voltarra"}
    browser.post(reverse("console:new_category", kwargs=at), {"name": "Lamps", "parent": "", "is_offered": "on"})
    with world.enter(world.c1):
        lamps = TicketCategory.objects.get(client=world.c1, name="Lamps")
    form = browser.get(reverse("console:new_category", kwargs=at), {"under": lamps.pk}).content.decode()
    browser.post(reverse("console:new_category", kwargs=at), {"name": "Bulbs", "parent": lamps.pk})
    page = browser.get(reverse("console:categories", kwargs=at)).content.decode()

    assert f'<option value="{lamps.pk}" selected>Lamps</option>' in form
    assert paths(world)[-2:] == ["Lamps", "Lamps › Bulbs"]
    assert 'class="branch branch-1"' in page
    with world.enter(world.c1):
        bulbs = TicketCategory.objects.get(client=world.c1, name="Bulbs")
    here = reverse("console:category", kwargs={**at, "category_id": bulbs.pk})
    answer = browser.post(here, {"name": "Bulbs", "parent": ""}, follow=True)
    assert "has moved" in answer.content.decode()
    twice = browser.post(here, {"name": "lamps"})
    assert twice.status_code == 409
    assert "called so already" in twice.content.decode()
    browser.post(reverse("console:order_category", kwargs={**at, "category_id": bulbs.pk}), {"to": "up"})
    assert paths(world)[-2:] == ["Bulbs", "Lamps"]


def test_programs_filter_by_a_category_with_its_parts(world: World) -> None:
    lamps = category(world, "Lamps")
    ticket = factories.ticket(world, world.r1, category_id=category(world, "Bulbs", lamps).pk)
    program = world.program(world.v1, world.c1)

    found = [
        [each["number"] for each in program.get("/api/v1/tickets/", {"category": slug}).json()["results"]]
        for slug in ("lamps", "bulbs", "nothing")
    ]

    assert found == [[ticket.number], [ticket.number], []]
