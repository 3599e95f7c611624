"""The mailbox that a customer had before: nothing that was mailed to it opens anything any more."""

from datetime import timedelta

import pytest
from django.urls import reverse

from access import links
from access.models import AddressVersion, SignedLink
from tests import factories
from tickets.actions import customers
from tickets.models import Customer, Ticket

Purpose = SignedLink.Purpose
MINE = "/voltarra/questions/"


@pytest.fixture(autouse=True)
def _not_the_demo(settings):
    settings.DEMO = False


@pytest.fixture
def asked(world):
    return factories.ticket(world, world.r1, unconfirmed=True)


def entrance(world, purpose, asked):
    """The page of a link as the customer's mails have it, for the address they have now."""
    given = {
        Purpose.CUSTOMER: {"subject_id": world.r1.pk},
        Purpose.TICKET: {"subject_id": asked.pk, "recipient_id": world.r1.pk},
    }[purpose]
    with world.enter(world.c1):
        token = links.make(purpose=purpose, client_id=world.c1.pk, lasts=timedelta(days=1), **given)
    return reverse("portal:enter", kwargs={"client": "voltarra", "token": token})


def move(world, email="new@mail.example"):
    """A person of the staff enters another address."""
    with world.enter(world.o1, only=world.c1) as actor:
        customers.change_customer(actor, client_id=world.c1.pk, customer_id=world.r1.pk, email=email)


def is_confirmed(world):
    with world.enter(world.c1):
        return Customer.objects.get(pk=world.r1.pk).email_confirmed_at is not None


@pytest.mark.parametrize("purpose", [Purpose.CUSTOMER, Purpose.TICKET])
def test_a_link_to_the_old_address_is_not_there_and_confirms_nothing(world, asked, purpose):
    place = entrance(world, purpose, asked)
    move(world)
    browser = world.browser()

    assert browser.get(place).status_code == 404
    assert browser.post(place).status_code == 404

    assert browser.get(MINE).status_code == 302
    assert not is_confirmed(world)
    with world.enter(world.c1):
        assert Ticket.objects.get(pk=asked.pk).reporter_unconfirmed


@pytest.mark.parametrize("purpose", [Purpose.CUSTOMER, Purpose.TICKET])
def test_a_session_from_the_old_address_is_signed_out(world, asked, purpose):
    browser = world.browser()
    assert browser.post(entrance(world, purpose, asked)).status_code == 302
    page = f"{MINE}{asked.number}/"
    assert browser.get(page).status_code == 200
    move(world)

    assert browser.get(page).status_code == 302
    assert browser.post(f"{page}reply/", {"body": "I am still here"}).status_code == 302
    assert str(world.c1.pk) not in browser.session["customers"]
    with world.enter(world.c1):
        assert asked.messages.count() == 1


def test_the_address_itself_coming_back_opens_no_old_link(world, asked):
    place, before = entrance(world, Purpose.TICKET, asked), world.r1.email
    move(world)
    move(world, before)

    assert world.browser().post(place).status_code == 404


def test_the_new_mailbox_comes_in_and_confirms_itself(world, asked):
    move(world)
    place = entrance(world, Purpose.TICKET, asked)
    browser = world.browser()

    assert browser.post(place).status_code == 302
    assert browser.get(f"{MINE}{asked.number}/").status_code == 200
    assert is_confirmed(world)


def test_the_same_address_in_other_letters_is_no_other_mailbox(world, asked):
    place = entrance(world, Purpose.TICKET, asked)
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(email=world.r1.email.upper(), name="Someone")

    assert world.browser().post(place).status_code == 302
    assert not AddressVersion.objects.exists()


def test_whatever_changes_the_address_ends_what_the_old_one_has(world, asked):
    place = entrance(world, Purpose.TICKET, asked)
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(email="by-hand@mail.example")

    assert world.browser().post(place).status_code == 404


def test_a_link_confirms_the_one_ticket_that_it_is_for(world, asked):
    forged = factories.ticket(world, world.r1, subject="Not mine", unconfirmed=True)

    world.browser().post(entrance(world, Purpose.TICKET, asked))
    world.browser().post(entrance(world, Purpose.CUSTOMER, asked))

    with world.enter(world.c1):
        assert not Ticket.objects.get(pk=asked.pk).reporter_unconfirmed
        assert Ticket.objects.get(pk=forged.pk).reporter_unconfirmed


def test_the_page_that_thanks_shows_no_later_address(world):
    browser = world.browser()
    question = {"subject": "Lost", "body": "Help.", "impact": "3", "email": world.r1.email, "once": "1"}
    thanks = browser.post("/voltarra/new/", question).url
    assert world.r1.email in browser.get(thanks).content.decode()
    move(world)

    assert browser.get(thanks).status_code == 404
