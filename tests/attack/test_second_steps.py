"""The steps after the password: what they tell a stranger, how often they may be tried, and what they leave open."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.models import User
from helpdesk.lib import clock
from tests.access.company import Company, come_in, keep
from tests.access.entering import (
    LOGIN,
    PASSWORD,
    SECOND,
    add_device,
    add_key,
    code_of,
    first_step,
    is_in,
    recovery_codes,
    second_step,
    signed_in,
    use_key,
    with_password,
)
from tests.access.keys import SoftKey
from tests.attack.test_sign_in import ELSEWHERE, from_peer, leads_away
from tests.cast import Browser

PASSKEY = "/accounts/passkey/"


@pytest.fixture
def person(world):
    return with_password(world.v12)


def challenge(browser):
    return browser.get(PASSKEY).json()


def shown(browser, url, data):
    """What an answer shows a stranger, and the statements that it took."""
    with CaptureQueriesContext(connection) as captured:
        response = browser.post(url, data)
    told = b"".join(str(each).encode() for each in browser.get(LOGIN).context["messages"])
    return (response.status_code, response.get("Location"), len(response.content), told), len(captured)


class TestNobodyIsTold:
    def test_a_passkey_tells_nothing_of_whose_it_might_be(self, world, person):
        add_key(signed_in(person))
        add_device(signed_in(with_password(world.lead)))
        handles = {"with a key": person, "with a device": world.lead, "with a password": world.o1}
        answers, work = set(), {}
        for who in (*handles, "nobody"):
            browser = Browser()
            pk = handles[who].pk if who in handles else 987654
            given = SoftKey().get(challenge(browser), handle=str(pk).encode())
            answer, work[who] = shown(browser, PASSKEY, {"given": given})
            answers.add(answer)

        assert len(answers) == 1
        assert len(set(work.values())) == 1, work

    def test_a_companys_domain_is_told_and_no_person(self, world, company: Company, key):
        come_in(company, Browser(), key)
        keep(world, world.o1, company, required=True)
        answers = set()
        for address in (world.a1.email, world.o1.email, "nn@voltarra.example"):
            with CaptureQueriesContext(connection) as captured:
                response = Browser().post(LOGIN, {"login": address, "password": PASSWORD})
            plain = re.sub(rb'(csrf-token" content|csrfmiddlewaretoken" value)="[^"]*"', b"", response.content)
            answers.add((response.status_code, plain, len(captured)))
        assert len(answers) == 1

    def test_a_wrong_code_is_answered_the_same_for_whatever_the_person_has(self, world, person):
        add_device(inside := signed_in(person))
        recovery_codes(inside)
        other = with_password(world.v1)
        add_key(signed_in(other), kind="key")
        told = set()
        for who in (person, other):
            browser, _answer = first_step(who)
            for way, given in (("code", "123456"), ("code", "1234567890"), ("shift_code", "AAAA-BBBB-CCCC")):
                answer = second_step(browser, way, given)
                told.add((way, answer.status_code, "is not right" in answer.content.decode()))
        assert {each[1:] for each in told} == {(200, True)}


class TestHowOften:
    def test_codes_are_counted_by_person_whatever_the_peer_and_the_header(self, world, person):
        secret = add_device(signed_in(person))
        told = []
        for number in range(14):
            browser, _answer = first_step(person, from_peer(number))
            headers = {"x-forwarded-for": f"1.2.3.{number}", "forwarded": f"for=1.2.3.{number}"}
            answer = browser.post(SECOND, {"way": "code", "given": "000000"}, headers=headers)
            told.append(answer.status_code)
        assert told == [200] * 10 + [429] * 4

        with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
            browser, _answer = first_step(person, from_peer(99))
            assert second_step(browser, "code", code_of(secret)).status_code == 302
            assert is_in(browser)

    def test_and_by_peer_whoever_it_is_for(self, world):
        browser = Browser(REMOTE_ADDR="10.40.0.9")
        told = [browser.post(PASSKEY, {"given": "{}"}).status_code for _each in range(64)]
        assert told == [302] * 60 + [429] * 4
        assert Browser(REMOTE_ADDR="10.40.0.10").post(PASSKEY, {"given": "{}"}).status_code == 302

    def test_challenges_are_counted_too(self, world):
        browser = Browser(REMOTE_ADDR="10.40.1.9")
        told = [browser.get(PASSKEY).status_code for _each in range(64)]
        assert told == [200] * 60 + [429] * 4

    def test_a_colleague_is_not_locked_out_with_the_victim(self, world, person):
        add_device(signed_in(person))
        for _each in range(12):
            browser, _answer = first_step(person, Browser(REMOTE_ADDR="10.41.0.1"))
            second_step(browser, "code", "000000")
        other = with_password(world.v1)
        secret = add_device(signed_in(other))
        with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
            inside, _answer = first_step(other, Browser(REMOTE_ADDR="10.41.0.1"))
            assert second_step(inside, "code", code_of(secret)).status_code == 302


class TestAFoundOrGivenSession:
    def test_a_cookie_that_was_put_there_before_is_worth_nothing_after_any_step(self, person):
        own = add_key(signed_in(person), kind="key")
        thief = Browser()
        thief.get(PASSKEY)
        planted = thief.cookies[settings.SESSION_COOKIE_NAME].value
        victim = Browser()
        victim.cookies[settings.SESSION_COOKIE_NAME] = planted

        first_step(person, victim)
        assert thief.get(SECOND)["Location"] == LOGIN
        assert use_key(victim, own).status_code == 302

        assert is_in(victim)
        assert not is_in(thief)
        assert thief.get(SECOND)["Location"] == LOGIN

    def test_a_session_that_was_ended_elsewhere_is_refused_on_the_next_request(self, person):
        here, there = signed_in(person), signed_in(person)
        page = here.get("/accounts/security/").content.decode()
        (session_id,) = re.findall(r"/accounts/security/sessions/(\d+)/end/", page)
        assert is_in(there)

        assert here.post(f"/accounts/security/sessions/{session_id}/end/").status_code == 302

        assert (is_in(here), is_in(there)) == (True, False)

    def test_a_portal_visited_with_it_does_not_hide_it(self, world, person):
        here, thief = signed_in(person), signed_in(person)
        assert thief.post("/voltarra/sign-out/").status_code == 302
        assert is_in(thief)

        assert len(self.ids(person)) == 2
        here.post("/accounts/security/sessions/end/")

        assert (is_in(here), is_in(thief)) == (True, False)

    def test_nobody_ends_another_persons(self, world, person):
        theirs = signed_in(person)
        (session_id,) = self.ids(person)
        other = signed_in(with_password(world.lead))
        assert other.post(f"/accounts/security/sessions/{session_id}/end/").status_code == 404
        other.post("/accounts/security/sessions/end/")
        assert is_in(theirs)

    def ids(self, person):
        return list(UserSession.objects.filter(user=person).values_list("pk", flat=True))

    def test_a_request_writes_no_row_of_it(self, person, superuser):
        browser = signed_in(person)
        before = superuser.execute("SELECT xmin::text, * FROM usersessions_usersession").fetchall()
        for _each in range(3):
            assert is_in(browser)
        assert superuser.execute("SELECT xmin::text, * FROM usersessions_usersession").fetchall() == before


class TestThePassword:
    CHANGE = "/accounts/password/change/"

    def test_a_new_one_needs_the_old_one_and_ends_the_other_sessions(self, person):
        here, there = signed_in(person), signed_in(person)
        new = {"password1": "another horse, a battery", "password2": "another horse, a battery"}
        for old in ({}, {"oldpassword": ""}, {"oldpassword": "wrong"}):
            assert here.post(self.CHANGE, {**new, **old}).status_code == 200
        assert is_in(there)

        assert here.post(self.CHANGE, {**new, "oldpassword": PASSWORD}).status_code == 302

        assert (is_in(here), is_in(there)) == (True, False)

    def test_a_program_changes_nobodys_sign_in(self, world, person):
        program = world.program(person, world.c1)
        for url in (self.CHANGE, "/accounts/security/", "/accounts/security/key/", "/accounts/security/device/"):
            assert program.get(url)["Location"].startswith(LOGIN)
        assert User.objects.get(pk=person.pk).check_password(PASSWORD)


class TestWhereOneIsSentAfterwards:
    def test_no_way_back_of_a_passkey_leads_away(self, person):
        own = add_key(signed_in(person))
        away = []
        for number, where in enumerate(ELSEWHERE):
            browser = from_peer(number)
            answer = browser.post(PASSKEY, {"given": own.get(challenge(browser)), "next": where})
            assert answer.status_code == 302
            if leads_away(answer["Location"]):
                away.append((where, answer["Location"]))
        assert away == []

    def test_nor_one_of_a_companys(self, company: Company, key):
        away = []
        for number, where in enumerate(ELSEWHERE[::3]):
            browser = from_peer(number)
            there = browser.get(f"/accounts/company/{key}/", {"next": where[:500]})
            answer = browser.get(company.authorize(there["Location"]))
            if leads_away(answer["Location"]):
                away.append((where, answer["Location"]))
        assert away == []

    def test_a_forged_host_does_not_get_into_the_way_back_of_a_company(self, company: Company, key):
        for headers in ({"host": "evil.example"}, {"x-forwarded-host": "evil.example"}):
            there = Browser().get(f"/accounts/company/{key}/", headers=headers)
            assert "evil" not in there.get("Location", "")


class TestNothingIsKeptThatShouldNotBe:
    def test_a_session_between_the_steps_holds_no_secret(self, company: Company, key, world):
        add_key(signed_in(with_password(world.a1)), kind="key")
        browser = Browser()
        assert come_in(company, browser, key)["Location"] == SECOND
        text = json.dumps(dict(browser.session.items()), default=str)

        assert "pbkdf2" not in text
        assert "opaque" not in text
        assert "s3cret" not in text
