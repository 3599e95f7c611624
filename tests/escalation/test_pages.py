"""Every page answers, for those who may see it, and refuses the others."""

import pytest
from django.urls import reverse

from tests import factories
from tests.cast import World
from tests.escalation.test_life import escalate


@pytest.fixture
def asked(world: World):
    ticket = factories.ticket(world, world.r1)
    return escalate(world, ticket)


PAGES = ["home", "inbox", "matrix", "matrix_edit", "matrix_paste", "contacts"]


@pytest.mark.parametrize("name", PAGES)
def test_the_client_admin_reads_every_page_of_the_console(world: World, asked, name: str) -> None:
    answer = world.browser(world.o1).get(reverse(f"console:{name}", kwargs={"client": "voltarra"}))

    assert answer.status_code == 200, answer.content.decode()[:500]


@pytest.mark.parametrize("name", PAGES)
def test_another_clients_admin_finds_none_of_them(world: World, asked, name: str) -> None:
    answer = world.browser(world.o2).get(reverse(f"console:{name}", kwargs={"client": "voltarra"}))

    assert answer.status_code == 404
