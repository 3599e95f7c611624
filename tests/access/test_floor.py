"""The floor board and the skills matrix: who is blocked where and why, and the one click that helps."""

import re
from datetime import timedelta

import pytest
import time_machine

from access import actions
from access.actions import clearing, suspending
from access.models import Assignment, CertificationHeld, ClearanceRules
from access.rights import Role
from helpdesk.lib import clock


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.fixture
def lead_page(world):
    browser = world.browser(world.lead)
    return lambda path="": browser.get(f"/desk/floor/{path}")


@pytest.fixture
def office_page(world):
    browser = world.browser(world.office)
    return lambda path: browser.get(f"/office/{path}/")


@pytest.fixture
def certificate(world):
    """Asked for by the first client, good for a year; V1 passed thirteen months ago."""
    with world.enter(world.o1) as actor:
        row = clearing.require_certification(actor, client_id=world.c1.pk, name="Heat pumps", valid_days=365)
        passed = clock.now() - timedelta(days=395)
        for person in (world.v1, world.v12, world.v1ro, world.v1own, world.lead):
            clearing.record_certificate(
                actor,
                client_id=world.c1.pk,
                user_id=person.pk,
                certification_id=row.pk,
                passed_at=passed if person == world.v1 else None,
            )
    return row


def _day(world, ago):
    """The day so long ago as the people here count days."""
    return clock.as_local(clock.now() - ago, world.c1.time_zone).strftime("%-d %b")


def test_with_nothing_missing_everybody_takes_new_tickets(lead_page, office_page):
    assert "Nothing is missing" in text(lead_page())
    assert "5 of 5 take new tickets, 0 of them on shift now" in text(office_page("floor"))


def test_a_new_nda_blocks_those_who_have_not_accepted_it_since_its_day(world, lead_page, office_page):
    with time_machine.travel(clock.now() - timedelta(days=3)), world.enter(world.o2) as actor:
        clearing.publish_nda(actor, client_id=world.c2.pk, text="Quiet.", at_once=True)
    since = _day(world, timedelta(days=3))

    for said in (text(office_page("floor")), text(office_page("floor"))):
        assert f"NDA v1 since {since}" in said
        assert "The agent: read and accept it under My access." in said
    # A lead who is shut out of the client leads nobody there.
    assert "NDA v1" not in text(lead_page())
    assert "NDA v1" in text(office_page("skills"))


def test_the_day_beside_a_version_is_that_versions_own(world, office_page):
    """Somebody who has accepted the first lacks the third since its day, not since that of the second."""
    for days, number in ((9, 1), (6, 2), (2, 3)):
        with time_machine.travel(clock.now() - timedelta(days=days)):
            with world.enter(world.o1) as actor:
                clearing.publish_nda(actor, client_id=world.c1.pk, text=f"Quiet, {number}.", at_once=True)
            if number == 1:
                with world.enter(world.v1) as actor:
                    clearing.accept_nda(actor, client_id=world.c1.pk, number=1, typed_name="Vera Ahlm")
    said = text(office_page("floor")).partition("Vera Ahlm, ")[2]

    assert f"NDA v3 since {_day(world, timedelta(days=2))}" in said


def test_whoever_is_shut_out_is_told_apart_from_who_takes_no_new_tickets(world, certificate, lead_page):
    with world.enter(world.o1) as actor:
        suspending.suspend(actor, client_id=world.c1.pk, vendor_id=world.havnvik.pk, user_id=world.v12.pk)
    said = text(lead_page())

    assert re.search(r"Viggo Brandt, .*?closed: suspended", said)
    assert re.search(r"Vera Ahlm, .*?cleared, no new tickets.*?Heat pumps", said)
    assert "The client alone lets them in again." in said


def test_who_should_be_at_work_stands_first(world, certificate, office_page):
    with world.enter(world.c1):
        Assignment.objects.filter(user=world.v1).update(shifts=[[[0, 1440]]] * 7)
    with world.enter(world.o1) as actor:
        suspending.suspend(actor, client_id=world.c1.pk, vendor_id=world.havnvik.pk, user_id=world.v12.pk)
    said = text(office_page("floor"))

    assert said.index("Vera Ahlm") < said.index("Viggo Brandt")
    assert "3 of 5 take new tickets, 0 of them on shift now" in said


def test_a_certificate_with_grace_left_is_due_and_keeps_nobody_yet(world, certificate, lead_page):
    with world.enter(world.c1):
        ClearanceRules.objects.update_or_create(client_id=world.c1.pk, defaults={"certification_grace_days": 31})
        CertificationHeld.objects.filter(user=world.v1).update(expires_at=clock.now() - timedelta(days=1))
    said = text(lead_page())

    assert "cleared, due soon" in said
    assert "5 of 5 take new tickets" in said


class TestTheClickThatHelps:
    def click(self, world, certificate, person, *, follow=False, **data):
        path = f"/desk/floor/voltarra/{person.pk}/certificates/{certificate.pk}/"
        return world.browser(world.lead).post(path, data, follow=follow)

    def test_a_lead_extends_once_by_three_days(self, world, certificate, lead_page):
        assert "Extend by 72 hours" in text(lead_page())

        assert self.click(world, certificate, world.v1, extend="1").status_code == 302
        assert "Vera Ahlm" not in text(lead_page()) or "due soon" in text(lead_page())
        again = self.click(world, certificate, world.v1, extend="1")
        assert again.status_code == 409
        assert "extended once already, by Lea Dahl" in text(again)

    def test_a_lead_records_that_somebody_has_passed(self, world, certificate, lead_page):
        said = text(self.click(world, certificate, world.v1, follow=True))

        assert "Nothing is missing" in said
        assert "Vera Ahlm passed Heat pumps today." in said

    def test_a_click_leads_back_to_the_person(self, world, certificate):
        clicked = self.click(world, certificate, world.v1)

        assert clicked["Location"] == f"/desk/floor/#post-{world.c1.pk}-{world.v1.pk}"

    def test_and_takes_it_back(self, world, certificate, lead_page):
        self.click(world, certificate, world.v1)
        page = lead_page().content.decode().partition('id="recorded-h"')[2]
        (undo,) = re.findall(rf'/{world.v1.pk}/certificates/.*?name="undo" value="([^"]+)"', page, re.S)

        said = text(self.click(world, certificate, world.v1, undo=undo, follow=True))

        assert "Taken back: that Vera Ahlm passed Heat pumps." in said
        assert re.search(r"Vera Ahlm, .*?cleared, no new tickets.*?Heat pumps", said)

    def test_what_is_no_record_takes_nothing_back(self, world, certificate):
        self.click(world, certificate, world.v1)

        for undo in ("", "zebra", "2026-01-01", "2026-01-01T10:00:00+00:00"):
            assert self.click(world, certificate, world.v1, undo=undo).status_code == 409

    def test_not_their_own(self, world, certificate, lead_page):
        with world.enter(world.c1):
            ago = clock.now() - timedelta(days=30)
            CertificationHeld.objects.filter(user=world.lead).update(expires_at=ago)
        refused = self.click(world, certificate, world.lead, extend="1")

        assert refused.status_code == 400
        assert "Nobody extends their own." in text(refused)
        own = text(lead_page()).partition("Lea Dahl, ")[2].partition("Vera Ahlm, ")[0]
        assert "Extend by" not in own

    def test_the_office_sees_what_helps_and_records_nothing(self, world, certificate, office_page):
        said = text(office_page("floor"))

        assert "A lead records it once they have passed" in said
        assert "Passed today" not in said


class TestWhoSeesWhom:
    @pytest.fixture
    def rival(self, world):
        vendor = actions.create_vendor(slug="rival", name="Rival Desk")
        actions.sign_contract(client=world.c1, vendor=vendor)
        lead = actions.create_user(email="rut@rival.example", name="Rut Rival", vendor=vendor)
        actions.hire(client=world.c1, user=lead, role=Role.TEAM_LEAD)
        return world.browser(lead)

    def test_no_vendor_sees_the_others_people(self, world, rival, office_page):
        theirs, ours = text(rival.get("/desk/floor/skills/")), text(office_page("skills"))

        assert "Rut Rival" in theirs
        assert "Vera Ahlm" not in theirs
        assert "Rut Rival" not in ours

    def test_a_vendor_reads_the_name_that_the_client_does_not(self, world, contract_terms, office_page):
        contract_terms(names_shown="first")
        admin = world.browser(world.o1)

        assert "Vera Ahlm" in text(office_page("skills"))
        assert "Vera Ahlm" not in text(admin.get("/client/voltarra/people/"))
        assert "Vera Ahlm" not in text(admin.get("/desk/floor/skills/"))

    def test_an_agent_has_no_floor(self, world):
        browser = world.browser(world.v1)

        assert browser.get("/desk/floor/").status_code == 403
        assert "/desk/floor/" not in browser.get("/desk/my-access/").content.decode()

    def test_whose_time_is_over_is_on_no_board(self, world, office_page):
        assert "Xenia Gone" not in text(office_page("skills"))


def test_the_board_costs_the_same_however_many_clients(world, office_page, django_assert_max_num_queries):
    office_page("floor")
    with django_assert_max_num_queries(45):
        office_page("floor")
