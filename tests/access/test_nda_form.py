"""The form of the next NDA: what it begins with, and what it says before it is pressed."""

import re

import pytest

from access.actions import clearing, suspending
from helpdesk.lib import clock

CLEARANCE = "/client/voltarra/clearance/"
TEXT = "I keep to myself what I read."


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.fixture
def admin(world):
    return world.browser(world.o1)


def publish(admin, text=TEXT, **data):
    return admin.post(f"{CLEARANCE}nda/", {"text": text, "when": "week", **data})


def field(admin):
    page = admin.get(CLEARANCE).content.decode()
    return re.search(r"<textarea[^>]*name=\"text\"[^>]*>\s*(.*?)</textarea>", page, re.S)[1]


def test_it_begins_with_the_newest_text(admin):
    assert field(admin) == ""
    publish(admin)
    assert field(admin) == TEXT
    assert "The field holds the text of version 1: change it there." in text(admin.get(CLEARANCE))


def test_what_at_once_costs_stands_beside_it(admin):
    said = "at once: 5 people who are cleared are shut out until they have accepted it"

    assert said in text(admin.get(CLEARANCE))
    # In a form that is shown again as well.
    assert said in text(publish(admin, text=" "))


def test_where_it_costs_nothing_nothing_is_said(admin, world):
    with world.enter(world.o1) as actor:
        suspending.suspend(actor, client_id=world.c1.pk, vendor_id=world.havnvik.pk)

    assert "people who are cleared are shut out" not in text(admin.get(CLEARANCE))


def test_a_refused_form_keeps_what_was_typed(admin):
    publish(admin)
    again = publish(admin)

    assert again.status_code == 400
    assert TEXT in again.content.decode()


def test_published_it_says_which_and_when(admin, world):
    publish(admin)
    day = clock.as_local(clock.now() + clearing.NOTICE, world.c1.time_zone).strftime("%-d %b %Y")

    assert f"Version 1 of your NDA takes effect on {day}." in text(admin.get(CLEARANCE))
