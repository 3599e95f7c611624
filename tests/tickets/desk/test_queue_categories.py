"""The category filter above the queue: by client, without what nobody can mean."""

import re

from tests import factories
from tickets.models import TicketCategory

SELECT = re.compile('<select[^>]*name="category".*?</select>', re.DOTALL)


def category(world, client, name, **fields):
    with world.enter(client):
        return TicketCategory.objects.create(client_id=client.pk, name=name, slug=name.lower(), **fields)


def shown(world, person, **asked):
    """The groups of the filter, with the names in each; "" for what stands outside."""
    select = SELECT.search(world.browser(person).get("/desk/", asked).content.decode())[0]
    parts = re.split('<optgroup label="([^"]*)">(.*?)</optgroup>', select)
    groups = {"": "".join(parts[0::3]), **dict(zip(parts[1::3], parts[2::3], strict=True))}
    return {label: set(re.findall('<option value="([^"]+)"', options)) for label, options in groups.items()}


def test_categories_stand_under_their_clients(world):
    category(world, world.c1, "Kettles")
    category(world, world.c2, "Rockets")
    for client in (world.c1, world.c2):
        category(world, client, "Lamps")

    groups = shown(world, world.v12)

    assert groups[""] == set()
    assert "Kettles" in groups[world.c1.name]
    assert "Rockets" in groups[world.c2.name]
    assert "Lamps" in groups["Several clients"]
    assert not any("Lamps" in groups[client.name] for client in (world.c1, world.c2))


def test_of_a_client_chosen_only_its_own_are_listed(world):
    category(world, world.c1, "Kettles")
    category(world, world.c2, "Rockets")

    groups = shown(world, world.v12, client=world.c1.slug)

    assert list(groups) == [""]
    assert "Kettles" in groups[""]
    assert "Rockets" not in groups[""]


def test_what_is_not_offered_is_listed_once_a_ticket_has_it(world):
    old = category(world, world.c1, "Fax", is_offered=False)
    assert "Fax" not in shown(world, world.v1, client=world.c1.slug)[""]

    factories.ticket(world, factories.customer(world, world.c1), category_id=old.pk)

    assert "Fax" in shown(world, world.v1, client=world.c1.slug)[""]


def test_the_chosen_one_stays_chosen(world):
    category(world, world.c1, "Kettles")

    page = world.browser(world.v12).get("/desk/", {"category": "Kettles"}).content.decode()

    assert '<option value="Kettles" selected>' in page
