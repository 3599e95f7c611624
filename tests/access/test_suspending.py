"""The client stops a vendor, a team or a person, sees what ended, and lets them in again as before."""

import re

import pytest

from access import actions
from access.actions import suspending
from access.errors import NotFound, RightMissing
from access.models import AccessLogContent, ApiToken, Assignment, ClientPermission, Suspension
from access.rights import Right
from helpdesk.lib import clock
from tests import factories

pytestmark = pytest.mark.usefixtures("trial")


def status(browser, path="/try/voltarra/here"):
    return browser.get(path).status_code


def test_a_person_is_stopped_and_a_colleague_works_on(world):
    stopped, colleague = world.browser(world.v1), world.browser(world.lead)

    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)

    assert (status(stopped), status(colleague)) == (403, 200)


def test_a_team_is_stopped_and_another_works_on(world):
    with world.enter(world.c1):
        Assignment.objects.filter(user=world.v1).update(team="Nights")
    stopped, colleague = world.browser(world.v1), world.browser(world.v12)

    factories.suspend(world, world.o1, world.havnvik, team="Nights")

    assert (status(stopped), status(colleague)) == (403, 200)


def test_the_session_of_who_serves_this_client_alone_is_over(world):
    alone, elsewhere = world.browser(world.v1), world.browser(world.v12)

    factories.suspend(world, world.o1, world.havnvik)

    assert (status(alone), status(alone)) == (403, 302)
    assert status(elsewhere) == 403
    assert status(elsewhere, "/try/alderby/here") == 200


def test_the_proof_counts_what_ended(world):
    world.program(world.v1, world.c1)
    world.program(world.v12, world.c1)
    world.program(world.v12, world.c2)

    suspension = factories.suspend(world, world.o1, world.havnvik)

    # Xenia's place has ended long ago: she was not let in, so nothing ended for her.
    assert suspension.proof == {"people": 5, "signed_out": 3, "keys": 2}


PAGE = "/client/voltarra/suspend/"


def said(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_before_and_after_count_the_same_people_and_no_line_counts_nobody(world):
    with world.enter(world.c1):
        Assignment.objects.filter(user=world.v12).update(ends_at=clock.now())
    browser = world.browser(world.o1)
    data = {"target": f"{world.havnvik.pk}", "reason": ""}

    before = said(browser.post(PAGE, data))
    after = said(browser.post(PAGE, {**data, "sure": "on"}, follow=True))

    assert "4 people who are cleared now are refused with their next click." in before
    assert "4 people who were cleared are refused with their next click." in after
    assert "3 of them work for you alone" in after
    assert not re.search(r"\b0 (of them|people|keys|requests|sessions)", before + after)


def test_of_somebody_who_is_not_cleared_nothing_is_counted(world):
    browser = world.browser(world.o1)
    data = {"target": f"{world.havnvik.pk}/user/{world.x.pk}", "reason": ""}

    assert "Nobody of them is cleared now." in said(browser.post(PAGE, data))
    assert "Nobody of them was cleared." in said(browser.post(PAGE, {**data, "sure": "on"}, follow=True))


def test_whoever_came_from_the_list_of_people_goes_back_to_the_person(world):
    browser = world.browser(world.o1)
    target = f"{world.havnvik.pk}/user/{world.v1.pk}"
    assert re.search(r'name="listed"[^>]*value="True"', browser.get(PAGE, {"who": target}).content.decode())

    asked = browser.post(PAGE, {"target": target, "listed": "True"}).content.decode()
    listed = browser.post(PAGE, {"target": target, "listed": "on", "sure": "on"})
    with world.enter(world.c1):
        place = f"{PAGE}#suspended-{Suspension.objects.get().pk}"

    assert f'href="/client/voltarra/people/#person-{world.v1.pk}"' in asked
    assert listed["Location"] == f"/client/voltarra/people/#person-{world.v1.pk}"
    assert browser.post(PAGE, {"target": target, "sure": "on"})["Location"] == place
    assert "Suspended: Vera Ahlm, Havnvik Support." in said(browser.get(PAGE))


def test_restoring_gives_back_exactly_what_was(world):
    key = world.program(world.v1, world.c1)
    with world.enter(world.c1):
        before = sorted(ClientPermission.objects.values_list("user_id", "permission__codename"))
    factories.suspend(world, world.o1, world.havnvik)
    assert key.get("/api/v1/tickets/").status_code == 401

    factories.restore(world, world.o1)

    assert key.get("/api/v1/tickets/").status_code == 200
    assert status(world.browser(world.v1)) == 200
    with world.enter(world.c1):
        assert sorted(ClientPermission.objects.values_list("user_id", "permission__codename")) == before


def test_a_key_that_was_taken_back_stays_dead(world):
    world.program(world.v1, world.c1)
    actions.revoke_token(user=world.v1, token_id=ApiToken.objects.get(user=world.v1).pk)

    factories.suspend(world, world.o1, world.havnvik)
    factories.restore(world, world.o1)

    assert ApiToken.objects.get(user=world.v1).revoked_at is not None


def test_both_are_logged_with_their_reason(world):
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk, reason="Reads records without tickets")
    factories.restore(world, world.o1)

    with world.enter(world.c1):
        lines = AccessLogContent.objects.filter(action="clearance").order_by("-entry_id")[:2]
        told = [(line.detail["what"], line.reason, line.records) for line in lines]
    assert told == [
        ("restored", "", [["user", world.v1.pk]]),
        ("suspended", "Reads records without tickets", [["user", world.v1.pk]]),
    ]


def test_twice_is_once(world):
    first = factories.suspend(world, world.o1, world.havnvik)

    assert factories.suspend(world, world.o1, world.havnvik).pk == first.pk


@pytest.mark.parametrize("person", ["lead", "a1", "e1"])
def test_who_may_not_suspend_changes_nothing(world, person):
    with pytest.raises(RightMissing), world.enter(getattr(world, person), world.c1) as actor:
        suspending.suspend(actor, client_id=world.c1.pk, vendor_id=world.havnvik.pk)

    with world.enter(world.c1):
        assert not Suspension.objects.exists()


def test_nobody_is_suspended_at_somebody_elses_client(world):
    with pytest.raises(NotFound), world.enter(world.o1) as actor:
        suspending.suspend(actor, client_id=world.c2.pk, vendor_id=world.havnvik.pk)
    with pytest.raises(NotFound), world.enter(world.o1) as actor:
        suspending.suspend(actor, client_id=world.c1.pk, vendor_id=world.havnvik.pk, user_id=world.o2.pk)


def test_only_the_clients_own_people_can_hold_it(world):
    with world.enter(world.lead) as actor:
        assert not actor.may(Right.ACCESS_SUSPEND, world.c1.pk)
