"""My access, the access log, and who works for a client."""

import csv
import re

import pytest

from access import actions, log
from access.log import Action
from access.models import ApiToken, Client
from access.rights import Role
from access.standing import forget_all
from tests import factories
from tests.cast import Browser


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


class TestMyAccess:
    def test_every_gate_is_told_in_a_sentence(self, world):
        page = text(world.browser(world.x).get("/desk/my-access/"))

        assert "A contract with Voltarra is in force." in page
        assert "Your assignment to Voltarra is not in its dates." in page
        assert "Ask your team lead to extend it" in page

    def test_it_names_what_one_may_do_and_nothing_of_other_clients(self, world):
        page = text(world.browser(world.v1ro).get("/desk/my-access/"))

        assert "read every ticket" in page
        assert "answer customers" not in page
        assert "Alderby" not in page

    def test_a_new_token_is_shown_once_and_works(self, world):
        browser = world.browser(world.v1)
        made = browser.post("/desk/my-access/voltarra/token/", {"rights": ["read_tickets"], "days": "30"})
        token = re.search(r'id="token"[^>]*value="([^"]+)"', made.content.decode()).group(1)

        program = Browser(headers={"authorization": f"Bearer {token}"})
        assert program.get("/api/v1/tickets/").status_code == 200
        assert token not in browser.get("/desk/my-access/").content.decode()

    def test_nobody_gives_a_token_more_than_they_have(self, world):
        data = {"rights": ["edit_matrix"], "days": "30"}
        world.browser(world.v1).post("/desk/my-access/voltarra/token/", data)

        assert not ApiToken.objects.exists()

    def test_a_token_is_taken_back(self, world):
        program = world.program(world.v1, world.c1)

        answer = world.browser(world.v1).post(f"/desk/my-access/tokens/{ApiToken.objects.get().pk}/revoke/")

        assert answer.status_code == 302
        assert program.get("/api/v1/tickets/").status_code == 401


class TestAccessLog:
    PATH = "/client/voltarra/access-log/"

    @pytest.fixture
    def ticket(self, world):
        return factories.ticket(world, world.r1)

    @pytest.fixture
    def seen(self, world, ticket):
        with world.enter(world.v1, only=world.c1) as actor:
            about = {"ticket_id": ticket.pk, "ticket_number": ticket.number, "reason": "answers a question"}
            log.record(actor, world.c1.pk, Action.VIEW, (log.CUSTOMER, world.r1.pk), **about)

    def rows(self, response):
        return re.findall(r"<tr>\s*<td\b.*?</tr>", response.content.decode(), re.S)

    def test_a_vendors_reader_is_offered_no_other_vendors_people(self, world):
        vendor = actions.create_vendor(slug="grannen", name="Grannen Support")
        lead = actions.create_user(email="lead@grannen.example", name="Gun Granne", vendor=vendor)
        actions.sign_contract(client=world.c1, vendor=vendor, reference="G-1")
        actions.hire(client=world.c1, user=lead, role=Role.TEAM_LEAD)
        forget_all()

        for path in (self.PATH, f"{self.PATH}flags/"):
            theirs, ours, clients = (
                world.browser(person).get(path).content.decode() for person in (lead, world.lead, world.o1)
            )
            assert ("Gun Granne" in theirs, "Vera Ahlm" in theirs) == (True, False)
            assert ("Gun Granne" in ours, "Vera Ahlm" in ours) == (False, True)
            assert "Gun Granne" in clients
            assert "Vera Ahlm" in clients

    def test_a_customers_hidden_name_is_the_clients_own_readers_to_know(self, world):
        factories.ticket(world, factories.customer(world, world.c1, name="Ulrika Hemlig"))

        def named(person):
            page = world.browser(person).get(self.PATH).content.decode()
            table = b"".join(world.browser(person).get(f"{self.PATH}log.csv").streaming_content).decode()
            return "Ulrika Hemlig" in page, "Ulrika Hemlig" in table

        assert named(world.lead) == named(world.o1) == (True, True)
        with world.enter(world.c1):
            Client.objects.filter(pk=world.c1.pk).update(name_class="sensitive")
        forget_all()
        assert (named(world.lead), named(world.o1)) == ((False, False), (True, True))

    def test_a_line_says_who_what_and_why_and_leads_to_the_ticket(self, world, ticket, seen):
        first = self.rows(world.browser(world.o1).get(self.PATH, {"action": "view"}))[0]

        for words in ("Vera Ahlm", "opened", f"customer {world.r1.pk}", "answers a question", f"#{ticket.number}"):
            assert words in first
        assert f'href="/desk/voltarra/{ticket.number}/"' in first

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"action": "view"}, True),
            ({"action": "export"}, False),
            ({"days": "1", "action": "view"}, True),
            ({"kind": "customer", "record": "1", "action": "view"}, True),
            ({"kind": "customer", "record": "999999", "action": "view"}, False),
            ({"kind": "customer", "record": "9" * 30}, True),
            ({"action": "nonsense"}, True),
        ],
    )
    def test_filters_narrow_and_bad_ones_are_left_open(self, world, seen, query, found):
        response = world.browser(world.o1).get(self.PATH, query)

        assert response.status_code == 200
        assert any("answers a question" in row for row in self.rows(response)) is found

    def test_one_tickets_entries(self, world, ticket, seen):
        browser = world.browser(world.o1)

        own = self.rows(browser.get(self.PATH, {"ticket": ticket.number, "action": "view"}))
        others = self.rows(browser.get(self.PATH, {"ticket": ticket.number + 1}))

        assert len(own) == 1
        assert others == []

    def test_a_record_opened_without_a_ticket_begins_with_that(self, world, seen):
        with world.enter(world.v1, only=world.c1) as actor:
            log.record(actor, world.c1.pk, Action.VIEW, (log.CUSTOMER, world.r1.pk))

        without, on_ticket = self.rows(world.browser(world.o1).get(self.PATH, {"action": "view"}))[:2]

        assert re.search(r'<td class="not-phone">\s*<span[^>]*>.*without a ticket', without, re.S)
        assert "without a ticket" not in on_ticket

    def csv(self, world, person, query):
        response = world.browser(person).get(f"{self.PATH}log.csv", query)
        return list(csv.DictReader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))

    def test_the_filtered_log_is_downloaded_without_formulas_and_logged(self, world, ticket, seen):
        with world.enter(world.v1, only=world.c1) as actor:
            log.record(actor, world.c1.pk, Action.VIEW, (log.CUSTOMER, world.r1.pk), reason="=1+1")
            log.record(actor, world.c1.pk, Action.LIST, (log.CUSTOMER, world.r1.pk))

        first, second = self.csv(world, world.o1, {"action": "view", "person": world.v1.pk})

        assert (first["who"], first["reason"], first["without_ticket"]) == ("Vera Ahlm", "'=1+1", "yes")
        assert (second["ticket"], second["without_ticket"]) == (str(ticket.number), "")
        (entry,) = self.csv(world, world.o1, {"action": "export"})[-1:]
        assert entry["who"] == "Olle Voltarra"

    def test_more_than_one_piece_comes_whole(self, world, monkeypatch):
        monkeypatch.setattr("access.log_stream.CSV_AT_ONCE", 7)
        with world.enter(world.v1, only=world.c1) as actor:
            log.write(actor, [log.Entry(world.c1.pk, Action.VIEW, [(log.CUSTOMER, n)]) for n in range(1, 31)])

        found = [row["records"] for row in self.csv(world, world.o1, {"action": "view"})]

        assert found == [f"customer {n}" for n in range(30, 0, -1)]

    def test_one_persons_entries(self, world, seen):
        browser = world.browser(world.o1)

        mine = self.rows(browser.get(self.PATH, {"person": world.v1.pk, "action": "view"}))
        others = self.rows(browser.get(self.PATH, {"person": world.a1.pk, "action": "view"}))

        assert (len(mine), len(others)) == (1, 0)

    def test_pages_follow_each_other_without_a_gap(self, world):
        with world.enter(world.v1, only=world.c1) as actor:
            log.write(actor, [log.Entry(world.c1.pk, Action.VIEW, [(log.CUSTOMER, n)]) for n in range(1, 121)])
        browser, seen, at = world.browser(world.o1), [], ""
        while at is not None:
            response = browser.get(self.PATH, {"action": "view", "at": at})
            page = response.content.decode()
            seen += [int(n) for n in re.findall(r'<td class="not-phone">\s*<a [^>]*>customer (\d+)<', page)]
            following = re.search(r'rel="next" href="[^"]*at=([^"&]+)"', page)
            at = following.group(1) if following else None

        assert seen == list(range(120, 0, -1))

    def test_a_made_up_place_in_the_list_is_not_found(self, world):
        assert world.browser(world.o1).get(self.PATH, {"at": "made-up"}).status_code == 404


class TestPeople:
    def test_who_is_cleared_and_what_is_missing(self, world):
        page = text(world.browser(world.o1).get("/client/voltarra/people/"))

        assert "Havnvik Support: 5 of 6 cleared" in page
        assert re.search(r"Vera Ahlm Havnvik Support cleared Agent 1 Jan 2024 Open: 1 Jan 2024 Open: yes", page)
        assert re.search(r"Xenia Gone Havnvik Support closed: not in its dates Agent .*? not in its dates", page)
        assert "Olga Alderby" not in page

    def test_a_suspended_vendor_is_shown_as_such(self, world):
        factories.suspend(world, world.o1, world.havnvik)

        page = text(world.browser(world.o1).get("/client/voltarra/people/"))

        assert re.search(r"Vera Ahlm .*? suspended", page)
