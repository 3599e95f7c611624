"""A lead's code for one shift: who makes it, what it opens, for how long, and where it stands in the log."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from access import actions
from access.actions import clearing, shift_codes
from access.errors import Invalid, NotFound, RightMissing
from access.models import AccessLogContent, Client, ShiftCode, User
from access.rights import Role
from access.second_factor import SecondFactor, facts
from helpdesk.lib import clock
from tests import factories
from tests.access.entering import (
    SECURITY,
    add_key,
    first_step,
    is_in,
    second_step,
    signed_in,
    use_key,
    with_password,
)
from tests.cast import World


@pytest.fixture
def person(world: World) -> User:
    return with_password(world.v12)


def make(world: World, maker: User, person: User, client: Client | None = None) -> str:
    place = client or world.c1
    with world.enter(maker, only=place) as actor:
        return shift_codes.make_shift_code(actor=actor, client_id=place.pk, user_id=person.pk)


def what(world: World, client: Client) -> list[tuple[str, str]]:
    with world.enter(client):
        rows = AccessLogContent.objects.filter(action="clearance").order_by("entry_id")
        told = [(row.actor_name, row.detail["what"]) for row in rows]
        return [each for each in told if each[1].startswith("shift_code")]


def test_it_stands_in_for_the_key_at_sign_in_once(world: World, person: User) -> None:
    add_key(signed_in(person), kind="key")
    code = make(world, world.lead, person)
    browser, _answer = first_step(person)

    assert second_step(browser, "shift_code", "AAAA-BBBB-CCCC").status_code == 200
    assert second_step(browser, "shift_code", code.lower().replace("-", " ")).status_code == 302
    assert is_in(browser)
    again, _answer = first_step(person)
    assert second_step(again, "shift_code", code).status_code == 200
    assert not is_in(again)


def test_it_is_in_the_log_of_every_client_where_the_colleague_stands(world: World, person: User) -> None:
    add_key(signed_in(person), kind="key")
    code = make(world, world.lead, person)
    browser, _answer = first_step(person)
    second_step(browser, "shift_code", code)

    for client in (world.c1, world.c2):
        assert what(world, client) == [("Lea Dahl", "shift_code_made"), ("Viggo Brandt", "shift_code_used")]
    assert what(world, world.c3) == []
    page = world.browser(world.o1).get("/client/voltarra/access-log/").content.decode()
    assert "made a code for one shift" in page
    assert "a lead’s code" in page


def test_it_is_dead_after_half_an_hour_and_when_a_new_one_is_made(world: World, person: User) -> None:
    add_key(signed_in(person), kind="key")
    first, second = make(world, world.lead, person), make(world, world.lead, person)
    browser, _answer = first_step(person)
    assert second_step(browser, "shift_code", first).status_code == 200

    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        late, _answer = first_step(person)
        assert second_step(late, "shift_code", second).status_code == 200
        assert not is_in(late)


def test_another_persons_code_opens_nothing(world: World, person: User) -> None:
    add_key(signed_in(person), kind="key")
    make(world, world.lead, person)
    code = make(world, world.lead, world.v1)
    browser, _answer = first_step(person)

    assert second_step(browser, "shift_code", code).status_code == 200
    assert not is_in(browser)


def test_the_session_ends_with_the_shift_whatever_is_done_in_it(world: World, person: User) -> None:
    add_key(signed_in(person), kind="key")
    code = make(world, world.lead, person)
    browser, _answer = first_step(person)
    second_step(browser, "shift_code", code)
    began = clock.now()
    with time_machine.travel(began + timedelta(hours=11)):
        session = browser.session
        session["something"] = "new"
        session.save()
        assert is_in(browser)
    with time_machine.travel(began + timedelta(hours=12, minutes=1)):
        assert not is_in(browser)


def test_it_is_nowhere_stored_and_cannot_be_tried_out_in_a_copy(world: World, person: User) -> None:
    code = make(world, world.lead, person)

    assert len(code.replace("-", "")) == 12
    kept = str(ShiftCode.objects.values().get())
    assert code not in kept
    assert code.replace("-", "") not in kept


def test_guesses_are_counted(world: World, person: User) -> None:
    add_key(signed_in(person), kind="key")
    code = make(world, world.lead, person)
    browser, _answer = first_step(person)

    told = [second_step(browser, "shift_code", "AAAA-BBBB-CCCC").status_code for _each in range(11)]

    assert told == [200] * 10 + [429]
    assert second_step(browser, "shift_code", code).status_code == 429


class TestWhoMakesIt:
    def test_only_a_lead_for_colleagues_of_the_same_vendor_at_that_client(self, world: World) -> None:
        for maker, error in ((world.v1, RightMissing), (world.v1ro, RightMissing)):
            with pytest.raises(error):
                make(world, maker, world.v12)
        with pytest.raises(Invalid):
            make(world, world.lead, world.lead)
        for stranger in (world.o1, world.a1, world.x):
            with pytest.raises(NotFound):
                make(world, world.lead, stranger)
        with pytest.raises(NotFound):
            make(world, world.lead, world.v1, world.c2)
        assert not ShiftCode.objects.exists()
        assert make(world, world.lead, world.v1)

    def test_a_client_admin_for_the_clients_own_people(self, world: World) -> None:
        for stranger in (world.v1, world.lead, world.o2):
            with pytest.raises(NotFound):
                make(world, world.o1, stranger)
        with pytest.raises(RightMissing):
            make(world, world.a1, world.e1)
        assert make(world, world.o1, world.a1)

    def test_not_for_somebody_who_works_for_another_client_too(self, world: World) -> None:
        actions.add_member(client=world.c2, user=world.a1, role=Role.CLIENT_AGENT)
        with pytest.raises(Invalid):
            make(world, world.o1, world.a1)

    def test_another_vendors_people_are_no_colleagues(self, world: World) -> None:
        other = actions.create_vendor(slug="sydkraft", name="Sydkraft")
        theirs = actions.create_user(email="s@sydkraft.example", name="Sven", vendor=other)
        with pytest.raises(NotFound):
            make(world, world.lead, theirs)

    def test_the_page_shows_it_once(self, world: World) -> None:
        browser = world.browser(world.lead)
        page = browser.post("/desk/my-access/voltarra/shift-code/", {"person": world.v1.pk}).content.decode()

        found = re.search(r'value="([2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4})"', page)
        assert found
        assert "Vera Ahlm" in page
        assert found[1] not in browser.get("/desk/my-access/voltarra/shift-code/").content.decode()


class TestWhatTheGateIsTold:
    def test_nothing_without_a_second_factor(self, world: World) -> None:
        assert facts(world.v1.pk) == SecondFactor(None, None)

    def test_since_the_oldest_key_with_no_end(self, world: World, person: User) -> None:
        browser = signed_in(person)
        add_key(browser)
        told = facts(person.pk)
        add_key(browser, name="Another")

        assert told.since is not None
        assert told.until is None
        assert facts(person.pk) == told

    def test_a_used_code_counts_until_the_shift_is_over(self, world: World, person: User) -> None:
        code = make(world, world.lead, person)
        assert facts(person.pk) == SecondFactor(None, None)
        browser = signed_in(person)
        elsewhere = signed_in(person)

        assert browser.post(f"{SECURITY}shift-code/", {"given": code}).status_code == 302

        told = facts(person.pk)
        assert told.since is not None
        assert told.until == told.since + timedelta(hours=12)
        assert (is_in(browser), is_in(elsewhere)) == (True, False)
        with time_machine.travel(clock.now() + timedelta(hours=12, minutes=1)):
            assert facts(person.pk) == SecondFactor(None, None)

    def test_what_changes_it_raises_the_persons_version_and_a_use_does_not(
        self, world: World, person: User, superuser: Any
    ) -> None:
        def version() -> int:
            row = superuser.execute("SELECT version FROM access_rightsversionuser WHERE user_id = %s", [person.pk])
            return int(row.fetchone()[0])

        browser, before = signed_in(person), version()
        key = add_key(browser, kind="key")
        added = version()
        inside, _answer = first_step(person)
        use_key(inside, key)
        assert added > before
        assert version() == added
        make(world, world.lead, person)
        made = version()
        shift_codes.use_shift_code(user=person, code="AAAA")
        assert version() == made
        superuser.execute("DELETE FROM mfa_authenticator")
        assert version() > made


class TestWhatItOpens:
    @pytest.fixture
    def code(self, world: World, person: User) -> str:
        """For somebody without another second factor, at a client that asks for one."""
        made = make(world, world.lead, person)
        with world.enter(world.o1) as actor:
            clearing.set_rules(
                actor, client_id=world.c1.pk, needs_second_factor=True, certification_grace_days=0,
                must_read_grace_days=0, unanswered_emergency=False,
            )  # fmt: skip
        return made

    def test_the_session_that_it_was_given_in_and_no_other(self, world: World, person: User, code: str) -> None:
        page = f"/desk/voltarra/{factories.ticket(world, world.r1).number}/"
        mine, before = signed_in(person), signed_in(person)
        shut = mine.get(page).status_code

        mine.post(f"{SECURITY}shift-code/", {"given": code})
        after = signed_in(person)

        told = [browser.get(page).status_code for browser in (mine, before, after, mine)]
        assert (shut, told) == (403, [200, 302, 403, 200])

    def test_no_program(self, world: World, person: User, code: str, superuser: Any) -> None:
        superuser.execute("UPDATE access_clearancerules SET needs_second_factor = false")
        program = world.program(person, world.c1)
        superuser.execute("UPDATE access_clearancerules SET needs_second_factor = true")
        browser = signed_in(person)
        browser.post(f"{SECURITY}shift-code/", {"given": code})

        shut = program.get("/api/v1/tickets/").status_code
        add_key(browser)

        assert (shut, program.get("/api/v1/tickets/").status_code) == (403, 200)
