"""People and clearance: everybody's state in one word, an order that stands still, and certificates with their undo."""

import re
from datetime import timedelta

import pytest

from access import clearance
from access.actions import clearing
from access.models import Assignment, CertificationHeld
from access.states import State
from helpdesk.lib import clock
from tests import factories

PEOPLE = "/client/voltarra/people/"


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def rows(response):
    """Each line of the table by name, in its order: what stands in the column of states."""
    table = response.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    found = {}
    for row in re.findall(r"<tr.*?</tr>", table, re.S):
        name = re.search(r'class="nowrap">([^<]*)<', row)[1]
        state = re.search(r'data-label="State">(.*?)</td>', row, re.S)[1]
        found[name] = " ".join(re.sub(r"<[^>]*>", " ", state).split())
    return found


@pytest.fixture
def admin(world):
    return world.browser(world.o1)


@pytest.fixture
def certificate(world):
    """Asked for: V1 and the lead have it, the others don't."""
    with world.enter(world.o1) as actor:
        row = clearing.require_certification(actor, client_id=world.c1.pk, name="Heat pumps")
        for person in (world.v1, world.lead):
            about = {"user_id": person.pk, "certification_id": row.pk, "passed_at": clock.now() - timedelta(days=9)}
            clearing.record_certificate(actor, client_id=world.c1.pk, **about)
    return row


class TestStates:
    def test_each_line_says_it_in_one_word(self, world, admin, certificate):
        factories.suspend(world, world.o1, world.havnvik, user_id=world.v12.pk)

        found = rows(admin.get(PEOPLE))

        assert found["Viggo Brandt"] == "closed: suspended"
        assert found["Vilma Read"] == "cleared, no new tickets"
        assert found["Vera Ahlm"] == "cleared"
        assert found["Olle Voltarra"] == "cleared"
        assert found["Xenia Gone"] == "closed: not in its dates"

    def test_the_sum_above_counts_the_lines_with_the_same_words(self, world, admin, certificate):
        factories.suspend(world, world.o1, world.havnvik, user_id=world.v12.pk)
        page = admin.get(PEOPLE)
        states = [rows(page)[name] for name in ("Vera Ahlm", "Viggo Brandt", "Vilma Read", "Valter Own", "Lea Dahl")]

        assert states.count("cleared, no new tickets") == 2
        assert "Havnvik Support: 4 of 6 cleared, 2 of them take no new tickets; 2 closed" in text(page)
        assert "Voltarra: 3 of 3 cleared" in text(page)

    def test_the_first_page_counts_as_the_list_does(self, world, admin, certificate):
        factories.suspend(world, world.o1, world.havnvik, user_id=world.v12.pk)
        home = text(admin.get("/client/voltarra/"))

        assert "4 of 6 people of Havnvik Support are cleared to work for you now, 2 of them take no new tickets" in home
        assert re.search(r"Viggo Brandt\s+closed: suspended", home)

    def test_the_vendor_reads_the_same_words(self, world, certificate):
        with world.enter(world.c1):
            place = Assignment.objects.filter(user=world.v1).get()
        page = text(world.browser(world.office).get(f"/office/clients/voltarra/contracts/{place.contract_id}/people/"))

        assert re.search(r"Vilma Read.*?cleared, no new tickets", page)

    def test_whoever_is_closed_stands_first_and_whoever_has_left_last(self, world, admin, certificate):
        factories.suspend(world, world.o1, world.havnvik, user_id=world.v12.pk)

        assert list(rows(admin.get(PEOPLE))) == [
            "Viggo Brandt", "Valter Own", "Vilma Read", "Lea Dahl", "Vera Ahlm",
            "Alma Voltarra", "Olle Voltarra", "Petra Lund", "Xenia Gone",
        ]  # fmt: skip

    def test_a_person_on_two_contracts_is_one_place_on_the_page_and_counts_once_as_shut_out(self, world, admin):
        with world.enter(world.o1):
            lines = clearance.grid(world.c1.pk, "Voltarra")
            twice = [*lines, *lines]
            assert len(clearance.cleared_people(twice)) == len(clearance.cleared_people(lines))
        page = admin.get(PEOPLE).content.decode()

        assert page.count(f'id="person-{world.v1.pk}"') == 1

    def test_my_access_says_it_too(self, world, certificate):
        page = text(world.browser(world.v1ro).get("/desk/my-access/"))

        assert re.search(r"Voltarra.*?cleared, no new tickets", page)
        with world.enter(world.o1):
            line = next(line for line in clearance.grid(world.c1.pk, "") if line.user_id == world.v1ro.pk)
        assert line.state is State.NO_NEW


class TestCertificates:
    def press(self, admin, world, certificate, **data):
        return admin.post(f"{PEOPLE}{world.v1ro.pk}/certificates/{certificate.pk}/", data)

    def line(self, admin, world, certificate):
        page = admin.get(PEOPLE).content.decode()
        return re.search(rf'<li[^>]* id="cert-{certificate.pk}-{world.v1ro.pk}">.*?</li>', page, re.S)[0]

    def test_passed_today_says_who_and_leads_back_to_the_place(self, admin, world, certificate):
        answer = self.press(admin, world, certificate)

        assert answer["Location"] == f"{PEOPLE}#cert-{certificate.pk}-{world.v1ro.pk}"
        assert "Vilma Read passed Heat pumps today." in text(admin.get(PEOPLE))

    def test_undo_stands_in_its_stead_and_takes_it_back(self, admin, world, certificate):
        assert "Undo" not in self.line(admin, world, certificate)
        self.press(admin, world, certificate)
        line = self.line(admin, world, certificate)
        assert "Passed today" not in line

        answer = self.press(admin, world, certificate, undo=re.search(r'name="undo" value="([^"]+)"', line)[1])

        assert answer.status_code == 302
        assert "Taken back: that Vilma Read passed Heat pumps." in text(admin.get(PEOPLE))
        assert "not passed" in self.line(admin, world, certificate)
        with world.enter(world.c1):
            assert not CertificationHeld.objects.filter(user=world.v1ro).exists()

    def test_a_page_that_is_outdated_takes_nothing_back(self, admin, world, certificate):
        self.press(admin, world, certificate)

        refused = self.press(admin, world, certificate, undo=(clock.now() - timedelta(days=1)).isoformat())

        assert refused.status_code == 409
        assert "It is recorded differently by now." in text(refused)

    def test_no_click_changes_the_order(self, admin, world, certificate):
        def order():
            return re.findall(rf'id="cert-{certificate.pk}-(\d+)"', admin.get(PEOPLE).content.decode())

        before = order()
        self.press(admin, world, certificate)
        factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)

        assert order() == before
        assert len(before) == len(set(before)) == 6
