"""Staffing a contract, and a core team that nobody leaves unseen."""

import re
from datetime import timedelta

import pytest
import time_machine

from access import actions, standing
from access.actions import clearing, core_team, places
from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.models import AccessLogContent, Assignment, Contract, CoreRemoval, StaffCard
from access.rights import Role
from helpdesk.lib import clock
from post.models import OutboxMail


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.fixture
def contract(world, contract_terms):
    contract_terms(core_notice_days=30)
    with world.enter(world.c1):
        return Contract.objects.get(vendor=world.havnvik)


@pytest.fixture
def page(world, contract):
    browser = world.browser(world.office)

    def ask(path="", data=None):
        address = f"/office/clients/voltarra/contracts/{contract.pk}/people/{path}"
        return browser.get(address) if data is None else browser.post(address, data)

    return ask


@pytest.fixture
def newcomer(world):
    return actions.create_user(email="nils@havnvik.example", name="Nils Newcomer", vendor=world.havnvik)


def about(contract):
    return {"client_id": contract.client_id, "contract_id": contract.pk}


def place(world, person):
    with world.enter(world.c1):
        return Assignment.objects.get(user=person)


def days(count):
    return clock.now() + timedelta(days=count)


class TestStaffing:
    def hire(self, page, person, **more):
        given = {"person": person.pk, "role": "agent", "starts_on": "2024-01-01", **more}
        return page("", given)

    def test_somebody_is_put_on_and_works_once_cleared(self, world, page, newcomer):
        assert self.hire(page, newcomer, team="Days").status_code == 302

        assert "Nils Newcomer" in text(page())
        assert place(world, newcomer).team == "Days"
        assert world.browser(newcomer).get("/desk/?client=voltarra").status_code == 200

    def test_the_client_never_sees_more_of_a_name_than_the_terms_say(self, world, contract_terms, page, newcomer):
        contract_terms(names_shown="first")
        self.hire(page, newcomer)

        with world.enter(world.c1):
            assert StaffCard.objects.get(user=newcomer).name == "Nils"
        page(f"{newcomer.pk}/alias/", {"alias": "Agent 12"})
        with world.enter(world.c1):
            assert StaffCard.objects.get(user=newcomer).name == "Nils"
        contract_terms(names_shown="alias")
        with world.enter(world.c1):
            assert StaffCard.objects.get(user=newcomer).name == "Agent 12"

    def test_nobody_is_called_what_somebody_else_is(self, page, world):
        refused = page(f"{world.v1.pk}/alias/", {"alias": "viggo brandt"})

        assert refused.status_code == 409
        assert "Somebody else is called so" in text(refused)

    def test_another_vendors_people_and_clients_roles_are_not_offered(self, world, page):
        rival = actions.create_vendor(slug="rival", name="Rival Desk")
        theirs = actions.create_user(email="rut@rival.example", name="Rut Rival", vendor=rival)

        assert self.hire(page, theirs).status_code == 400
        assert self.hire(page, world.o1).status_code == 400
        refused = page("", {"person": theirs.pk, "role": "client_admin", "starts_on": "2024-01-01"})
        assert refused.status_code == 400

    def test_nobody_staffs_themselves(self, world, page, contract):
        actions.hire(client=world.c1, user=world.office, role=Role.AGENT)

        refused = page(f"{world.office.pk}/place/", {"starts_on": "2024-01-01", "team": "x"})
        assert refused.status_code == 400
        assert "Nobody changes their own place." in text(refused)

    def test_an_end_counts_from_the_next_click(self, world, page):
        browser = world.browser(world.v12)
        assert browser.get("/desk/?client=voltarra").status_code == 200

        page(f"{world.v12.pk}/end/", {"reason": ""})

        assert browser.get("/desk/voltarra/1/").status_code == 403
        assert browser.get("/desk/?client=alderby").status_code == 200
        assert "new dates bring them back" in text(page(f"{world.v12.pk}/"))

    def test_new_dates_bring_somebody_back(self, world, page):
        page(f"{world.x.pk}/place/", {"starts_on": "2024-01-01", "ends_on": "2199-01-01"})

        assert world.browser(world.x).get("/desk/?client=voltarra").status_code == 200

    def test_an_end_before_the_beginning_is_refused(self, world, page):
        refused = page(f"{world.v1.pk}/place/", {"starts_on": "2025-01-01", "ends_on": "2024-01-01"})

        assert "It ends before it begins." in text(refused)

    def test_a_role_and_its_rights(self, world, page):
        page(f"{world.v1.pk}/role/", {"role": "team_lead"})

        assert place(world, world.v1).role == "team_lead"
        assert world.browser(world.v1).get("/desk/floor/").status_code == 200

    def test_from_where_somebody_works_closes_and_opens_the_gate(self, world, contract_terms, page):
        contract_terms(locations=("SE",))
        browser = world.browser(world.v1)
        assert browser.get("/desk/?client=voltarra").status_code == 403

        page(f"{world.v1.pk}/location/", {"location": "se"})

        assert browser.get("/desk/?client=voltarra").status_code == 200
        assert page(f"{world.v1.pk}/location/", {"location": "1x"}).status_code == 400

    def test_a_change_of_location_stands_in_every_clients_log(self, world, page):
        page(f"{world.v12.pk}/location/", {"location": "se"})

        for client in (world.c1, world.c2):
            with world.enter(client):
                assert AccessLogContent.objects.filter(detail__what="location_set").count() == 1


class TestOnePerson:
    """One page of everything about a place: what is rarely changed is folded."""

    def folded(self, response):
        """The folded parts by their id: whether each is open, and what stands in it."""
        found = re.findall(
            r'<details class="card fold setting" id="(\w+)"( open)?>(.*?)</details>', response.content.decode(), re.S
        )
        return {name: (bool(is_open), inside) for name, is_open, inside in found}

    def test_each_part_says_how_it_stands_before_it_is_opened(self, world, page):
        page(f"{world.v1.pk}/shifts/", {"day_0": "07:00-16:00", "day_2": "22:00-06:00"})
        page(f"{world.v1.pk}/alias/", {"alias": "Agent 7"})
        parts = self.folded(page(f"{world.v1.pk}/"))

        told = {name: re.sub(r"<[^>]*>", "", inside.split("</summary>")[0]) for name, (_open, inside) in parts.items()}
        assert not any(is_open for is_open, _inside in parts.values())
        assert "2 days a week" in told["shifts"]
        assert "agent" in told["role"].lower()
        assert "Agent 7, no country" in told["name"]

    @pytest.mark.parametrize(
        ("path", "given", "part", "sentence"),
        [
            ("alias/", {"alias": "viggo brandt"}, "name", "Somebody else is called so"),
            ("location/", {"location": "1x"}, "name", "A country has two letters"),
            ("shifts/", {"day_3": "noon"}, "shifts", "Write it as 07:00-11:30"),
        ],
    )
    def test_what_is_wrong_stands_in_its_part_and_the_page_opens_there(self, world, page, path, given, part, sentence):
        refused = page(f"{world.v1.pk}/{path}", given)

        parts = self.folded(refused)
        assert [name for name, (is_open, _inside) in parts.items() if is_open] == [part]
        assert sentence in parts[part][1]
        assert parts[part][1].count("autofocus") == refused.content.decode().count("autofocus") == 1

    def test_after_saving_one_comes_back_to_the_part(self, world, page):
        assert page(f"{world.v1.pk}/alias/", {"alias": "Agent 7"})["Location"].endswith(f"/{world.v1.pk}/#name")
        assert page(f"{world.v1.pk}/role/", {"role": "senior"})["Location"].endswith(f"/{world.v1.pk}/#role")
        place = {"starts_on": "2024-01-01", "team": "Days"}
        assert page(f"{world.v1.pk}/place/", place)["Location"].endswith(f"/{world.v1.pk}/")


class TestCoreTeam:
    @pytest.fixture(autouse=True)
    def core(self, world, contract):
        with world.enter(world.c1):
            Assignment.objects.filter(user=world.v1).update(is_core=True)

    def plan(self, office, contract, world, *, at=31, follower=None):
        with office() as boss:
            follower = follower or world.v12
            more = {"user_id": world.v1.pk, "follower_id": follower.pk, "leaves_at": days(at)}
            return core_team.plan(boss, **more, **about(contract))

    def test_it_takes_the_notice_that_the_terms_promise(self, world, contract, office):
        with pytest.raises(Invalid, match="30 days of notice"):
            self.plan(office, contract, world, at=29)

        assert self.plan(office, contract, world).notice_days == 30
        assert place(world, world.v1).ends_at is not None

    def test_who_follows_is_on_the_contract_and_not_in_the_core_team(self, world, contract, office):
        with pytest.raises(Invalid, match="not in the core team yet"):
            self.plan(office, contract, world, follower=world.x)
        with world.enter(world.c1):
            Assignment.objects.filter(user=world.lead).update(is_core=True)
        with pytest.raises(Invalid, match="not in the core team yet"):
            self.plan(office, contract, world, follower=world.lead)

    def test_nobody_slips_out_by_other_dates_or_without_the_mark(self, world, contract, office):
        base = {"user_id": world.v1.pk, "starts_at": place(world, world.v1).starts_at, "team": ""}
        for more in ({"ends_at": days(60), "is_core": True}, {"ends_at": None, "is_core": False}):
            with pytest.raises(Invalid, match="plan their leaving"), office() as boss:
                places.change_place(boss, **base, **more, **about(contract))

    def test_the_client_sees_it_coming_and_has_a_mail(self, world, contract, office):
        with world.enter(world.o1) as actor:
            clearing.publish_nda(actor, client_id=world.c1.pk, text="Quiet.", at_once=True)
        self.plan(office, contract, world)

        admin = world.browser(world.o1)
        for path in ("people/", f"contracts/{contract.pk}/"):
            said = text(admin.get(f"/client/voltarra/{path}"))
            assert "Vera Ahlm leaves on" in said
            assert "Viggo Brandt follows; missing: NDA v1" in said
        with world.enter(world.c1):
            mail = OutboxMail.objects.get(kind="arrangement")
        assert (mail.to_address, "Vera Ahlm leaves your core team on" in mail.subject) == (world.o1.email, True)
        assert f"/client/voltarra/contracts/{contract.pk}/" in mail.text

    def test_on_its_day_who_follows_is_in_the_core_team_and_the_leaver_is_out(self, world, contract, office):
        self.plan(office, contract, world)
        with time_machine.travel(days(32)):
            with world.enter(world.c1) as system:
                assert core_team.settle(system, client_id=world.c1.pk) == 1
                assert core_team.settle(system, client_id=world.c1.pk) == 0
            assert place(world, world.v12).is_core
            standing.forget_all()
            assert world.browser(world.v1).get("/desk/?client=voltarra").status_code == 403

    def test_whoever_follows_untrained_keeps_them_a_day_longer(self, world, contract, office):
        row = self.plan(office, contract, world)
        with world.enter(world.o1) as actor:
            clearing.publish_nda(actor, client_id=world.c1.pk, text="Quiet.", at_once=True)
        with time_machine.travel(row.leaves_at - timedelta(hours=1)):
            with world.enter(world.c1) as system:
                core_team.settle(system, client_id=world.c1.pk)
                assert core_team.settle(system, client_id=world.c1.pk) == 0
            assert place(world, world.v1).ends_at == row.leaves_at + timedelta(days=1)
            with world.enter(world.v12) as actor:
                clearing.accept_nda(actor, client_id=world.c1.pk, number=1, typed_name="Viggo Brandt")
        with time_machine.travel(row.leaves_at + timedelta(hours=23)), world.enter(world.c1) as system:
            assert core_team.settle(system, client_id=world.c1.pk) == 0

    def test_it_can_be_called_off_and_all_is_as_before(self, world, contract, office, page):
        row = self.plan(office, contract, world)
        page(f"leaving/{row.pk}/call-off/", {})

        assert place(world, world.v1).ends_at is None
        with world.enter(world.c1):
            assert OutboxMail.objects.filter(subject__contains="stays in your core team").exists()
        with time_machine.travel(days(40)), office() as boss:
            assert core_team.call_off(boss, client_id=world.c1.pk, removal_id=row.pk).called_off_by == "Ove Kontor"

    def test_once_they_have_left_nothing_is_called_off(self, world, contract, office):
        row = self.plan(office, contract, world)

        with time_machine.travel(days(40)), pytest.raises(Conflict, match="left already"), office() as boss:
            core_team.call_off(boss, client_id=world.c1.pk, removal_id=row.pk)

    def test_at_once_needs_a_reason_and_is_shown_as_a_promise_broken(self, world, contract, page):
        refused = page(f"{world.v1.pk}/end/", {"reason": ""})
        assert refused.status_code == 400
        assert place(world, world.v1).ends_at is None

        page(f"{world.v1.pk}/end/", {"reason": "A breach of trust."})

        assert world.browser(world.v1).get("/desk/?client=voltarra").status_code == 403
        said = text(world.browser(world.o1).get(f"/client/voltarra/contracts/{contract.pk}/"))
        assert "Vera Ahlm left at once on" in said
        assert "30 days of notice not kept" in said
        assert "A breach of trust." in said

    def test_one_removal_of_a_person_at_a_time(self, world, contract, office):
        self.plan(office, contract, world)

        with pytest.raises((Conflict, Invalid)):
            self.plan(office, contract, world, follower=world.v1own)

    def test_only_the_vendors_own_office(self, world, contract, office, office_of):
        rival = actions.create_vendor(slug="rival", name="Rival Desk")
        actions.sign_contract(client=world.c1, vendor=rival)
        more = {"user_id": world.v1.pk, "follower_id": world.v12.pk, "leaves_at": days(31)}
        with pytest.raises(NotFound), office_of(rival.pk) as boss:
            core_team.plan(boss, **more, **about(contract))
        with pytest.raises(RightMissing), world.enter(world.o1) as actor:
            core_team.plan(actor, **more, **about(contract))
        with world.enter(world.c1):
            assert not CoreRemoval.objects.exists()
