"""My access: what needs the reader first."""

import re

from access import log, queries
from access.actions import clearing
from access.models import Assignment
from helpdesk.lib import clock
from tests import factories

PAGE = "/desk/my-access/"


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def order(browser):
    return re.findall(r'<h2 id="at-([a-z]+)"', browser.get(PAGE).content.decode())


def publish(world, *, at_once):
    with world.enter(world.o1) as actor:
        clearing.publish_nda(actor, client_id=world.c1.pk, text="Quiet.", at_once=at_once)


def test_where_one_is_kept_out_stands_first(world):
    browser = world.browser(world.v12)
    assert order(browser) == ["alderby", "voltarra"]

    publish(world, at_once=True)

    assert order(browser) == ["voltarra", "alderby"]


def test_where_one_has_no_place_any_more_stands_last(world):
    with world.enter(world.c2):
        Assignment.objects.filter(user=world.v12, client_id=world.c2.pk).update(ends_at=clock.now())

    assert order(world.browser(world.v12)) == ["voltarra", "alderby"]


def test_an_nda_that_is_to_come_can_be_accepted_from_there(world):
    publish(world, at_once=False)
    browser = world.browser(world.v1)
    assert "Version 1 of the NDA takes effect" in text(browser.get(PAGE))

    answer = browser.post(f"{PAGE}nda/voltarra/", {"number": "1", "typed_name": "Vera Ahlm"}, follow=True)

    assert answer.status_code == 200
    assert "takes effect" not in text(answer)


def test_one_at_a_client_that_is_closed_is_not_offered_twice(world):
    publish(world, at_once=True)

    page = world.browser(world.v1).get(PAGE).content.decode()

    assert page.count(f'href="{PAGE}nda/voltarra/"') == 1


def test_the_log_about_me_says_what_was_done(world):
    with world.enter(world.v1) as actor:
        detail = {"what": "nda_accepted", "number": 1}
        log.record(actor, world.c1.pk, log.Action.CLEARANCE, ("nda", 1), detail=detail)
        assert [entry.did for entry in queries.own_entries(actor, 1)] == ["NDA accepted"]


def test_open_gates_are_folded_and_a_closed_one_is_not(world, superuser):
    text = world.browser(world.v1).get("/desk/my-access/").content.decode()
    assert "What lets you in" in text
    assert 'class="btn btn-sm btn-primary"' not in text

    factories.suspend(world, world.o1, world.havnvik)

    text = world.browser(world.v1).get("/desk/my-access/").content.decode()
    assert text.index("has suspended") < text.index("What lets you in")
