"""From a ticket's number or a customer's whole value to what the access log says of them."""

import pytest
from django.urls import reverse

from access.models import AccessLogContent
from access.rights import Role
from tests import factories
from tickets.models import Customer
from tickets.models.customers import RecordSettings

LOG = "/client/voltarra/access-log/"


@pytest.fixture
def overseer(world):
    from access.actions import add_member, create_user

    user = create_user(email="overseer@voltarra.example", name="Ottilia Voltarra")
    add_member(client=world.c1, user=user, role=Role.OVERSEER)
    return user


def searches(world):
    with world.enter(world.c1):
        return [row.detail for row in AccessLogContent.objects.filter(action="search").order_by("entry_id")]


@pytest.mark.parametrize("words", ["#{number}", "{number}", " # {number} "])
def test_a_tickets_number_leads_to_what_is_about_it(world, words):
    ticket = factories.ticket(world, world.r1)

    answer = world.browser(world.o1).get(LOG, {"about": words.format(number=ticket.number), "days": "7"})

    assert answer.url == f"{LOG}?days=7&ticket={ticket.number}"


@pytest.mark.parametrize("words", ["rita@mail.example", "RITA@mail.example", "+46 70 444 00 01", "K-7001"])
def test_a_customer_is_found_by_a_whole_value_which_stands_in_no_address_after_that(world, words):
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(phone="+46704440001", external_id="K-7001")

    answer = world.browser(world.o1).get(LOG, {"about": words})

    assert answer.url == f"{LOG}?kind=customer&record={world.r1.pk}"
    (detail,) = searches(world)
    assert detail["hits"] == 1
    assert "rita@mail.example" not in str(detail).lower()


@pytest.mark.parametrize("words", ["rita", "Rita Svensson", "rita@mail", "70 444 00", "nobody@mail.example"])
def test_nobody_is_found_by_a_part_or_a_name(world, words):
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(phone="+46704440001")

    answer = world.browser(world.o1).get(LOG, {"about": words})

    assert answer.status_code == 200
    assert "No customer has exactly this" in answer.content.decode()
    assert not answer.context["page"].items
    assert [detail["hits"] for detail in searches(world)] == [0]


def test_another_clients_customer_is_nobody_here(world):
    answer = world.browser(world.o1).get(LOG, {"about": world.r2.email})

    assert "No customer has exactly this" in answer.content.decode()


def test_whoever_may_not_search_customers_looks_for_tickets_alone(world, overseer):
    """That an address is known here is not theirs to learn."""
    browser = world.browser(overseer)

    told = browser.get(LOG, {"about": world.r1.email}).content.decode()

    assert "Give the number of a ticket" in told
    assert "whole address" not in told
    assert searches(world) == []
    assert browser.get(LOG, {"about": "#1"}).url == f"{LOG}?ticket=1"


def test_the_record_leads_there_for_whoever_reads_the_log(world):
    ticket = factories.ticket(world, world.r1)
    way = f"{reverse('console:access_log', kwargs={'client': 'voltarra'})}?kind=customer&amp;record={world.r1.pk}"

    for path in (f"/desk/voltarra/customers/{world.r1.pk}/", f"/desk/voltarra/{ticket.number}/"):
        assert way in world.browser(world.o1).get(path).content.decode()
        assert way not in world.browser(world.v1).get(path).content.decode()
    world.browser(world.v1).get(f"/desk/voltarra/customers/{world.r1.pk}/")
    entries = world.browser(world.o1).get(LOG, {"kind": "customer", "record": world.r1.pk}).context["page"].items
    assert {row.user_id for row in entries} >= {world.v1.pk, world.o1.pk}


def test_a_sensitive_number_finds_nobody(world):
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(external_id="K-7001")
        RecordSettings.objects.update_or_create(client=world.c1, defaults={"classes": {"external_id": "sensitive"}})

    assert "No customer has exactly this" in world.browser(world.o1).get(LOG, {"about": "K-7001"}).content.decode()
