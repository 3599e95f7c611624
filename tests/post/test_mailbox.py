"""The demo's mailbox, which exists in the demo alone."""

import pytest
from django.urls import reverse

from post.models import OutboxMail
from tickets.actions import intake


@pytest.fixture
def letter(world):
    for customer in (world.r1, world.r2):
        with world.enter(customer) as actor:
            intake.open_ticket(
                actor, client_id=customer.client_id, customer=customer, subject=f"For {customer.name}", body="x"
            )
    with world.enter(world.c1):
        return OutboxMail.objects.get()


def test_every_clients_letters_stand_in_one_list(world, letter):
    page = world.browser().get("/dev/mail/").content.decode()

    assert "rita@mail.example" in page
    assert "rolf@mail.example" in page
    assert "Alderby" in page


def test_a_letter_is_read_with_its_link(world, letter):
    page = world.browser().get(reverse("mailbox_letter", kwargs={"slug": "voltarra", "number": letter.pk}))

    assert page.status_code == 200
    assert 'href="http://testserver/voltarra/enter/' in page.content.decode()
    assert page["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/dev/mail/voltarra/999999/", "/dev/mail/nobody/1/"])
def test_a_letter_that_is_not_there(world, path):
    assert world.browser().get(path).status_code == 404


def test_outside_the_demo_there_is_no_mailbox(world, letter, settings):
    settings.DEMO = False

    assert world.browser(world.v1).get("/dev/mail/").status_code == 404
    assert world.browser(world.v1).get(f"/dev/mail/voltarra/{letter.pk}/").status_code == 404


def test_an_empty_mailbox_says_what_to_do(world):
    assert "No mail yet" in world.browser().get("/dev/mail/").content.decode()
