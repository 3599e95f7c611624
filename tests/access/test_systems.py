"""The systems register: who holds accounts where, and that whoever leaves leaves none behind."""

from datetime import date, timedelta

import pytest
import time_machine

from access import actions as organisations
from access.actions import systems
from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.models import AccessLogContent, Assignment, Contract, SystemAccount
from access.rights import Role
from access.tasks import ask_removals
from helpdesk.lib import clock
from tests.cast import World


def _today(world: World) -> date:
    """The client's day."""
    return clock.as_local(clock.now(), world.c1.time_zone).date()


@pytest.fixture
def shop(world):
    """One system of the first client."""
    with world.enter(world.o1) as actor:
        return systems.add_system(actor, client_id=world.c1.pk, name="Shop", removed_by="IT desk, ext. 12")


@pytest.fixture
def account(world, shop):
    """V1's account there."""
    return register(world, world.o1, shop, world.v1)


def register(world, by, shop, person, **more):
    with world.enter(by, only=world.c1) as actor:
        given = {"system_id": shop.pk, "user_id": person.pk, "login": "vera.a", **more}
        return systems.register_account(actor, client_id=world.c1.pk, **given)


def stands(world):
    with world.enter(world.c1):
        return SystemAccount.objects.get()


def logged(world):
    with world.enter(world.c1):
        rows = AccessLogContent.objects.filter(detail__what__startswith="account_").order_by("entry_id")
        return [row.detail["what"] for row in rows]


def test_ending_an_assignment_opens_the_removal_and_the_client_confirms_it(world, account):
    assert stands(world).asked_at is None

    organisations.end_assignment(client=world.c1, user=world.v1)

    row = stands(world)
    assert row.is_asked_by_itself
    assert row.due_at - row.asked_at == timedelta(hours=24)
    with world.enter(world.o1) as actor:
        done = systems.confirm_removal(actor, client_id=world.c1.pk, account_id=row.pk)
    assert (done.confirmed_by, done.removed_on) == ("Olle Voltarra", _today(world))
    assert logged(world) == ["account_registered", "account_removal_asked", "account_removed"]


def test_a_place_that_ends_by_its_date_opens_it_by_time_alone(world, account):
    ends = clock.now() + timedelta(days=2)
    organisations.end_assignment(client=world.c1, user=world.v1, at=ends)
    ask_removals(world.c1.pk)
    assert stands(world).asked_at is None

    with time_machine.travel(ends + timedelta(seconds=1)):
        assert ask_removals(world.c1.pk) == 1
        assert ask_removals(world.c1.pk) == 0

    assert stands(world).is_asked_by_itself


@pytest.mark.parametrize("over", [{"state": Contract.State.ENDED}, {"valid_until": None}])
def test_a_contract_that_ends_opens_it_for_everybody(world, account, over):
    if "valid_until" in over:
        over = {"valid_until": clock.now()}
    with world.enter(world.c1):
        Contract.objects.update(**over)

    assert ask_removals(world.c1.pk) == 1


def test_whoever_has_another_place_there_keeps_it(world, account):
    ask_removals(world.c1.pk)

    assert stands(world).asked_at is None


def test_only_the_client_confirms(world, account):
    with world.enter(world.lead, only=world.c1) as actor:
        systems.ask_removal(actor, client_id=world.c1.pk, account_id=account.pk)
        with pytest.raises(RightMissing):
            systems.confirm_removal(actor, client_id=world.c1.pk, account_id=account.pk)
    assert stands(world).asked_by == "Lea Dahl"


def test_confirmed_twice_is_refused_and_a_new_account_can_be_written_down(world, shop, account):
    with world.enter(world.o1) as actor:
        systems.confirm_removal(actor, client_id=world.c1.pk, account_id=account.pk)
    with pytest.raises(NotFound), world.enter(world.o1) as actor:
        systems.confirm_removal(actor, client_id=world.c1.pk, account_id=account.pk)

    assert register(world, world.o1, shop, world.v1).confirmed_at is None


@pytest.mark.parametrize("days", [1, -4000])
def test_a_day_that_cannot_be_is_refused(world, account, days):
    day = _today(world) + timedelta(days=days)

    with pytest.raises(Invalid), world.enter(world.o1) as actor:
        systems.confirm_removal(actor, client_id=world.c1.pk, account_id=account.pk, removed_on=day)


def test_the_lead_writes_accounts_down_and_agents_do_not(world, shop):
    register(world, world.lead, shop, world.v12, login="viggo")

    for person in (world.v1, world.v1ro, world.a1):
        with pytest.raises(RightMissing):
            register(world, person, shop, world.v1)
    with pytest.raises(NotFound), world.enter(world.o2) as actor:
        systems.register_account(actor, client_id=world.c1.pk, system_id=shop.pk, user_id=world.v1.pk, login="x")


def test_what_cannot_be_written_down(world, shop, account):
    with pytest.raises(Conflict, match="already"):
        register(world, world.o1, shop, world.v1)
    with pytest.raises(Invalid):
        register(world, world.o1, shop, world.v1, login=" ")
    with pytest.raises(Invalid):
        register(world, world.o1, shop, world.v1, login="later", since=_today(world) + timedelta(days=2))
    with pytest.raises(NotFound):
        register(world, world.o1, shop, world.a1, login="own")
    with pytest.raises(Conflict, match="already"), world.enter(world.o1) as actor:
        systems.add_system(actor, client_id=world.c1.pk, name="Shop", removed_by="x")


def test_a_system_with_accounts_is_not_retired(world, shop, account):
    with pytest.raises(Conflict), world.enter(world.o1) as actor:
        systems.retire_system(actor, client_id=world.c1.pk, system_id=shop.pk)
    with world.enter(world.o1) as actor:
        systems.confirm_removal(actor, client_id=world.c1.pk, account_id=account.pk)
        assert systems.retire_system(actor, client_id=world.c1.pk, system_id=shop.pk).retired_at is not None


def test_another_vendor_reads_none_of_it(world, shop, account):
    vendor = organisations.create_vendor(slug="nordhjalp", name="Nordhjälp")
    organisations.sign_contract(client=world.c1, vendor=vendor)
    nanna = organisations.create_user(email="nanna@nordhjalp.example", name="Nanna Holt", vendor=vendor)
    organisations.hire(client=world.c1, user=nanna, role=Role.TEAM_LEAD)

    shown = world.browser(nanna).get("/desk/my-access/voltarra/systems/").content.decode()

    assert "Shop" in shown
    assert "vera.a" not in shown
    with pytest.raises(NotFound), world.enter(nanna) as actor:
        systems.ask_removal(actor, client_id=world.c1.pk, account_id=account.pk)


class TestPages:
    ROOT = "/client/voltarra/systems/"

    def test_the_client_writes_down_and_confirms_and_home_says_what_is_late(self, world):
        browser = world.browser(world.o1)
        browser.post(f"{self.ROOT}add/", {"name": "Shop", "removed_by": "IT desk"})
        with world.enter(world.o1):
            place = Assignment.objects.get(user=world.v1)
        shop_id = self.option(browser, "Shop")
        sent = {"system": shop_id, "person": place.user_id, "login": "vera.a", "since": "2024-02-01"}
        assert browser.post(f"{self.ROOT}accounts/", sent).status_code == 302
        assert "vera.a" in world.browser(world.v1).get("/desk/my-access/").content.decode()
        organisations.end_assignment(client=world.c1, user=world.v1)

        with time_machine.travel(clock.now() + timedelta(hours=25)):
            home = world.browser(world.o1).get("/client/voltarra/").content.decode()
            shown = world.browser(world.o1).get(self.ROOT).content.decode()
        assert "1 account in your own systems is to be removed. 1 is overdue." in home
        assert "overdue" in shown
        with time_machine.travel(clock.now() + timedelta(hours=25)):
            asked = world.browser(world.o1).get("/client/voltarra/requests/").content.decode()
        assert "vera.a" in asked
        assert "overdue" in asked

        row = stands(world)
        browser.post(f"{self.ROOT}accounts/{row.pk}/removed/", {"removed_on": date(2024, 2, 3).isoformat()})
        shown = browser.get(self.ROOT).content.decode()
        assert "removed on 3 Feb 2024, confirmed by Olle Voltarra" in shown
        assert "to be removed" not in browser.get("/client/voltarra/").content.decode()

    def option(self, browser, name):
        form = browser.get(self.ROOT).context["account_form"]
        return next(pk for pk, label in form.fields["system"].choices if label == name)

    def test_what_was_wrong_stands_beside_its_field(self, world, shop, account):
        browser = world.browser(world.o1)

        for path, data in (
            ("add/", {"name": "Shop", "removed_by": "IT"}),
            ("accounts/", {"system": shop.pk, "person": world.v1.pk, "login": "vera.a"}),
            ("accounts/", {"system": "0", "person": "x", "login": ""}),
            (f"accounts/{account.pk}/removed/", {"removed_on": "someday"}),
            (f"{shop.pk}/retire/", {}),
        ):
            answer = browser.post(self.ROOT + path, data)
            assert answer.status_code in (400, 409), path

    def test_the_lead_sees_and_writes_them_down(self, world, shop, account):
        browser = world.browser(world.lead)
        url = "/desk/my-access/voltarra/systems/"
        assert "vera.a" in browser.get(url).content.decode()
        assert url in browser.get("/desk/my-access/").content.decode()

        sent = {"system": shop.pk, "person": world.v12.pk, "login": "viggo"}
        assert browser.post(url, sent).status_code == 302
        assert browser.post(url, sent).status_code == 409
        assert browser.post(f"{url}{account.pk}/removal/").status_code == 302

        assert stands_of(world, "vera.a").asked_by == "Lea Dahl"


def stands_of(world, login):
    with world.enter(world.c1):
        return SystemAccount.objects.get(login=login)
