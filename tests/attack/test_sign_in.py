"""What signing in tells a stranger, how often they may try, and where they can send somebody afterwards."""

import re
from datetime import timedelta
from itertools import count

import pytest
import time_machine
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.models import ClientHost
from helpdesk.lib import clock
from post import tasks
from post.apps import _mail_password_link
from post.models import StaffLetter
from tests.cast import Browser

LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"
PASSWORD = "a correct horse, a battery"
SECRET = re.compile(rb'(?:name="csrf-token" content|name="csrfmiddlewaretoken" value)="[^"]*"|value="[^"]*@[^"]*"')


@pytest.fixture
def hashes(monkeypatch):
    """How many times a password was hashed, the one slow thing in signing in."""
    runs, slow = [], PBKDF2PasswordHasher.encode

    def counted(self, password, salt, iterations=None):
        runs.append(iterations or self.iterations)
        return slow(self, password, salt, iterations)

    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1)
    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", counted)
    return runs


@pytest.fixture
def people(world, hashes):
    """Somebody with a password, somebody switched off, somebody who never had one, and nobody."""
    for person, active in ((world.v1, True), (world.v12, False)):
        person.set_password(PASSWORD)
        person.is_active = active
        person.save()
    return {
        "known": world.v1.email,
        "in capitals": world.v1.email.upper(),
        "switched off": world.v12.email,
        "without a password": world.v1ro.email,
        "unknown": "nobody@havnvik.example",
        "a customer": world.r1.email,
        "of no domain": "nobody@nowhere.invalid",
    }


def from_peer(number):
    return Browser(REMOTE_ADDR=f"10.20.{number // 250}.{number % 250 + 1}")


def sent(world, browser, url, data):
    """What an answer shows a stranger, and the work that it took."""
    with CaptureQueriesContext(connection) as captured:
        response = browser.post(url, data)
    words = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in captured]
    shown = (response.status_code, response.get("Location"), SECRET.sub(b"", response.content))
    return shown, len(words), sorted(set(response.headers))


class TestNobodyIsTold:
    def test_a_wrong_password_is_answered_the_same_whoever_it_is_for(self, world, people, hashes):
        answers, work = set(), {}
        for number, (who, email) in enumerate(people.items()):
            hashes.clear()
            shown, statements, _headers = sent(
                world, from_peer(number), LOGIN, {"login": email, "password": "a wrong one, surely"}
            )
            answers.add((shown[0], shown[1], shown[2].replace(email.encode(), b"")))
            work[who] = (statements, tuple(hashes))

        assert len(answers) == 1
        assert len(set(work.values())) == 1, work
        assert next(iter(answers))[0] == 200
        assert from_peer(99).post(LOGIN, {"login": people["known"], "password": PASSWORD}).status_code == 302

    def test_a_person_switched_off_is_no_different_even_with_the_right_password(self, world, people, hashes):
        wrong, right = (
            sent(world, from_peer(n), LOGIN, {"login": people["switched off"], "password": word})[0]
            for n, word in enumerate(("a wrong one, surely", PASSWORD))
        )
        assert from_peer(9).session.get("_auth_user_id") is None
        assert right[0] in (200, 302)
        assert wrong[0] == 200

    def test_a_new_password_is_promised_the_same_to_everybody(self, world, people):
        answers, work = set(), {}
        for number, (who, email) in enumerate(people.items()):
            shown, statements, headers = sent(world, from_peer(number), RESET, {"email": email})
            answers.add(shown)
            work[who] = (statements, *headers)

        assert len(answers) == 1
        assert len(set(work.values())) == 1, work
        assert next(iter(answers))[:2] == (302, "/accounts/password/reset/done/")

    def test_the_request_itself_sends_nothing(self, world, people, mailoutbox):
        for number, email in enumerate(people.values()):
            from_peer(number).post(RESET, {"email": email})

        assert mailoutbox == []


@pytest.fixture
def asked(people, monkeypatch):
    """Ask for a link and run what the mail room is told; gives the mails."""
    told, numbers = [], count(300)
    monkeypatch.setattr(tasks.mail_staff_letter, "delay", told.append)

    def ask(email, **more):
        cache.delete_pattern("*")  # more often than anybody may
        response = from_peer(next(numbers)).post(RESET, {"email": email}, **more)
        while told:
            tasks.mail_staff_letter(told.pop())
        return response

    return ask


FORGED = [
    {"host": "evil.example"},
    {"host": "testserver@evil.example"},
    {"host": "testserver:80@evil.example"},
    {"host": "evil.example#testserver"},
    {"host": "testserver.evil.example"},
    {"host": "testserver evil.example"},
    {"host": "testserver,evil.example"},
    {"host": "testserver\x00.evil.example"},
    {"host": ""},
    {"host": "files.testserver"},
    {"host": "help.voltarra.example"},
    {"x-forwarded-host": "evil.example"},
    {"x-host": "evil.example"},
    {"x-forwarded-server": "evil.example"},
    {"forwarded": "host=evil.example;proto=https"},
    {"x-original-url": "https://evil.example/"},
    {"x-rewrite-url": "//evil.example/"},
    {"x-forwarded-proto": "gopher"},
    {"x-forwarded-port": "666"},
    {"referer": "https://evil.example/", "origin": "https://evil.example"},
]


class TestTheLinkToANewPassword:
    @pytest.fixture(autouse=True)
    def _in_memory(self, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def link(self, address):
        (letter,) = mail.outbox
        assert letter.to == [address]
        found = re.search(r"http://testserver(/accounts/password/reset/key/[^\s]+)", letter.body)
        return found[1]

    def test_it_goes_to_who_has_the_address_and_to_nobody_else(self, people, asked):
        for who, email in people.items():
            mail.outbox.clear()
            asked(email)
            assert len(mail.outbox) == (who in ("known", "in capitals", "without a password")), who

    def test_no_header_of_a_stranger_gets_into_it(self, world, people, asked):
        ClientHost.objects.create(client=world.c1, host="help.voltarra.example")
        for headers in FORGED:
            mail.outbox.clear()
            response = asked(people["known"], headers=headers)
            assert response.status_code in (302, 400, 404), headers
            for letter in mail.outbox:
                assert "evil" not in letter.message().as_string()
                assert "http://testserver/accounts/" in letter.body

    def test_it_works_once_for_three_days_and_changed_it_does_not(self, world, people, asked):
        asked(people["known"])
        path = self.link(people["known"])
        token = path.rstrip("/").rpartition("-")[2]
        broken = [
            path.replace(token, token[:-1] + ("0" if token[-1] != "0" else "1")),
            path.replace(token, token[:-1]),
            path.replace(token, token + "0"),
            path.replace(token, "0" * len(token)),
            re.sub(r"/key/[^-]+-", "/key/zz-", path),
            re.sub(r"/key/[^-]+-", "/key/0-", path),
            re.sub(r"/key/[^-]+-", f"/key/{'z' * 60}-", path),
            path.replace("/key/", "/key/-"),
        ]
        for bad in broken:
            assert not chosen(bad, "another horse, another"), bad
        with time_machine.travel(clock.now() + timedelta(hours=73), tick=False):
            assert not chosen(path, "another horse, another")

        assert chosen(path, "a new horse, a new battery")
        assert not chosen(path, "another horse, another")
        browser = from_peer(50)
        assert browser.post(LOGIN, {"login": people["known"], "password": PASSWORD}).status_code == 200
        good = {"login": people["known"], "password": "a new horse, a new battery"}
        assert browser.post(LOGIN, good).status_code == 302

    def test_whoever_was_signed_in_with_the_old_password_is_out(self, world, people, asked):
        other = from_peer(60)
        other.post(LOGIN, {"login": people["known"], "password": PASSWORD})
        assert other.get("/desk/").status_code == 200
        asked(people["known"])

        assert chosen(self.link(people["known"]), "a new horse, a new battery")

        assert other.get("/desk/").status_code == 302

    def test_nobody_is_a_person_too_for_the_mail_room(self, world):
        _mail_password_link(user_id=0)
        tasks.mail_staff_letter(StaffLetter.objects.get().pk)

        assert mail.outbox == []


def chosen(path, password):
    """Whether a new password could be chosen behind this link."""
    browser = Browser()
    response = browser.get(path, follow=True)
    if response.status_code != 200:
        return False
    form = response.redirect_chain[-1][0] if response.redirect_chain else path
    done = browser.post(form, {"password1": password, "password2": password})
    return done.status_code == 302 and "done" in done["Location"]


class TestHowOften:
    def test_the_sixth_wrong_password_for_an_address_waits_whatever_the_header_says(self, world, people, hashes):
        hashes.clear()
        told = []
        for number in range(20):
            headers = {"x-forwarded-for": f"1.2.3.{number}", "x-real-ip": f"1.2.4.{number}"}
            browser = from_peer(number)
            answer = browser.post(LOGIN, {"login": people["known"], "password": "no"}, headers=headers)
            told.append(answer.status_code)

        assert told == [200] * 5 + [429] * 15
        assert len(hashes) == 5

    def test_one_peer_is_stopped_though_it_says_it_is_many(self, world, people, hashes):
        hashes.clear()
        browser, told = Browser(REMOTE_ADDR="10.40.0.1"), []
        for number in range(40):
            headers = {"x-forwarded-for": f"1.2.3.{number}", "forwarded": f"for=1.2.3.{number}"}
            answer = browser.post(LOGIN, {"login": f"n{number}@x.example", "password": "no"}, headers=headers)
            told.append(answer.status_code)

        assert told == [200] * 20 + [429] * 20
        assert len(hashes) == 20

    def test_who_wants_too_many_links_is_told_to_wait_whoever_it_is_for(self, people):
        for email in (people["known"], people["unknown"]):
            answers = [from_peer(number).post(RESET, {"email": email}) for number in range(8)]
            assert [answer.status_code for answer in answers][:5] == [302] * 5
            assert answers[-1].status_code == 429
            assert int(answers[-1]["Retry-After"]) > 0
            assert b"Too Many Requests</h1>" not in answers[-1].content

    def test_nobody_is_locked_out_of_their_own_browser(self, world, people, hashes):
        good = {"login": people["known"], "password": PASSWORD}
        own = from_peer(90)
        assert own.post(LOGIN, good).status_code == 302
        own.post("/accounts/logout/")
        for number in range(10):
            from_peer(number).post(LOGIN, {"login": people["known"], "password": "no"})
        assert from_peer(91).post(LOGIN, good).status_code == 429

        assert own.post(LOGIN, good).status_code == 302

    @pytest.mark.parametrize("whose", ["none", "forged", "another person's"])
    def test_a_browser_is_known_by_its_own_person_only(self, world, people, hashes, whose):
        for number in range(6):
            from_peer(number).post(LOGIN, {"login": people["known"], "password": "no"})
        browser = from_peer(92)
        if whose == "another person's":
            world.lead.set_password(PASSWORD)
            world.lead.save()
            assert browser.post(LOGIN, {"login": world.lead.email, "password": PASSWORD}).status_code == 302
            browser.post("/accounts/logout/")
        elif whose == "forged":
            browser.cookies["signed_in_before"] = "a" * 64 + ":1tXyZ:" + "b" * 43

        assert browser.post(LOGIN, {"login": people["known"], "password": PASSWORD}).status_code == 429

    def test_a_known_browser_may_not_guess_for_ever_either(self, world, people, hashes):
        browser = from_peer(93)
        browser.post(LOGIN, {"login": people["known"], "password": PASSWORD})
        browser.post("/accounts/logout/")

        told = [browser.post(LOGIN, {"login": people["known"], "password": "no"}).status_code for _each in range(8)]

        assert told == [200] * 5 + [429] * 3

    def test_the_victim_is_not_locked_out_for_good(self, world, people, hashes):
        for number in range(10):
            from_peer(number).post(LOGIN, {"login": people["known"], "password": "no"})
        with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
            good = {"login": people["known"], "password": PASSWORD}
            assert from_peer(77).post(LOGIN, good).status_code == 302
        # Somebody else at the same office works on.
        world.lead.set_password(PASSWORD)
        world.lead.save()
        assert from_peer(3).post(LOGIN, {"login": world.lead.email, "password": PASSWORD}).status_code == 302


ELSEWHERE = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example",
    "\\/evil.example", "https://evil.example", "http:evil.example", "https:evil.example", "https:/evil.example",
    "//evil.example/%2f..", "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)",
    "java\nscript:alert(1)", "\x01javascript:1", "data:text/html,x", "vbscript:x", "//evil.example@testserver",
    "//testserver@evil.example", "http://testserver.evil.example", "//testserver:80@evil.example",
    "/%09/evil.example", "/\t/evil.example", "\t//evil.example", " //evil.example", "//evil%E3%80%82example",
    "//evil。example", "http://[::1]", "//0x7f000001", "ftp://testserver/", "//", "///", "/\\",
    "http:///evil.example", "http://evil.example\\@testserver", "https://testserver\\.evil.example",
    "//evil.example#testserver", "//evil.example?testserver", "\r\nLocation: https://evil.example",
    "/\r\nSet-Cookie: a=b", "x" * 9000 + "://evil",
]  # fmt: skip


def leads_away(location):
    """Whether a browser that follows this leaves the site; it reads a backslash as a slash and skips controls."""
    plain = re.sub(r"[\x00-\x20]", "", location).replace("\\", "/")
    return bool(re.match(r"//+[^/]", plain)) or (
        bool(re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", plain)) and "testserver" not in plain[:18]
    )


class TestWhereOneIsSentAfterwards:
    def test_no_way_back_leads_away(self, world, people, hashes):
        world.lead.set_password(PASSWORD)
        world.lead.save()
        away = []
        for number, where in enumerate(ELSEWHERE):
            staff = from_peer(number)
            tries = {
                "sign in": staff.post(LOGIN, {"login": world.lead.email, "password": PASSWORD, "next": where}),
                "in the address": from_peer(100 + number).post(
                    f"{LOGIN}?next=" + re.sub(r"[\s#&?]", "%20", where[:500]),
                    {"login": world.lead.email, "password": PASSWORD},
                ),
                "language": staff.post("/language/", {"language": "sv", "next": where}),
                "sign out": staff.post("/accounts/logout/", {"next": where}),
            }
            for what, response in tries.items():
                assert response.status_code < 500
                if leads_away(response.get("Location", "/")):
                    away.append((what, where, response["Location"]))
        assert away == []

    def test_a_way_back_to_our_own_page_is_taken(self, world, people):
        good = {"login": people["known"], "password": PASSWORD, "next": "/desk/my-access/"}

        assert from_peer(1).post(LOGIN, good)["Location"] == "/desk/my-access/"
        assert from_peer(1).post("/language/", {"language": "sv", "next": "/voltarra/"})["Location"] == "/voltarra/"
