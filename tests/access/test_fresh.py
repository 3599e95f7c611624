"""*Is it you?*: who is asked, by which ways they answer, and what becomes of what they had typed."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from access.fresh import fresh_sign_in, is_local
from access.models import User
from helpdesk.lib import clock
from tests.access.entering import (
    PASSWORD,
    SECURITY,
    add_device,
    add_key,
    code_of,
    factors_of,
    options_of,
    recovery_codes,
    signed_in,
    with_password,
)
from tests.cast import Browser, World

CONFIRM, DEVICE = "/accounts/reauthenticate/", f"{SECURITY}device/"


@pytest.fixture
def person(world: World) -> User:
    return with_password(world.v1)


def prove(browser: Browser, way: str, given: str, onwards: str = DEVICE) -> Any:
    return browser.post(CONFIRM, {"way": way, "given": given, "next": onwards})


def test_who_has_just_signed_in_is_not_asked_and_six_minutes_later_is(person: User) -> None:
    browser = signed_in(person)
    assert browser.get(DEVICE).status_code == 200

    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        answer = browser.get(DEVICE)
        assert answer["Location"] == f"{CONFIRM}?next=%2Faccounts%2Fsecurity%2Fdevice%2F"
        assert prove(browser, "password", "not it").status_code == 200
        assert browser.get(DEVICE).status_code == 302
        assert prove(browser, "password", PASSWORD)["Location"] == DEVICE
        assert browser.get(DEVICE).status_code == 200


@pytest.mark.parametrize("way", ["key", "code", "recovery"])
def test_each_of_ones_own_ways_will_do(person: User, way: str) -> None:
    browser = signed_in(person)
    key, secret = add_key(browser), add_device(browser)
    codes = recovery_codes(browser)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        page = browser.get(CONFIRM)
        given = {
            "key": lambda: key.get(options_of(page, "key-get")),
            "code": lambda: code_of(secret),
            "recovery": lambda: codes[0],
        }[way]()
        assert prove(browser, "key" if way == "key" else "code", given).status_code == 302
        assert browser.get(DEVICE).status_code == 200


def test_a_leads_code_is_no_proof_before_a_change(person: User) -> None:
    browser = signed_in(person)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert prove(browser, "shift_code", "AAAA-BBBB-CCCC").status_code == 200


def test_what_was_typed_waits_and_is_done_with_one_click(world: World, person: User) -> None:
    browser = signed_in(person)
    add_key(browser, kind="key")
    assert factors_of(person) == ["webauthn"]
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        late = browser.post(f"{SECURITY}recovery-codes/?a=1", {"note": "<b>&\"'", "more": ["1", "2"], "password1": "x"})
        back = prove(browser, "password", PASSWORD, onwards=next_of(late))["Location"]
        page = browser.get(back).content.decode()

        assert 'action="/accounts/security/recovery-codes/?a=1"' in page
        assert 'name="note" value="&lt;b&gt;&amp;&quot;&#x27;"' in page
        assert re.findall(r'name="more" value="(\d)"', page) == ["1", "2"]
        assert "password1" not in page
        assert factors_of(person) == ["webauthn"]
        # Once only, and nobody else's.
        assert browser.get(back).status_code == 302


def next_of(answer: Any) -> str:
    assert answer.status_code == 302
    found = re.search(r"next=([^&]+)", answer["Location"])
    assert found
    return found[1].replace("%2F", "/")


def test_what_waits_is_shown_after_the_proof_only_and_not_for_long(person: User) -> None:
    browser = signed_in(person)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        back = next_of(browser.post(f"{SECURITY}recovery-codes/", {"note": "zebra"}))
        assert "zebra" not in browser.get(back, follow=True).content.decode()
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        prove(browser, "password", PASSWORD)
        assert browser.get(back)["Location"] == "/start/"


def test_a_part_of_a_page_sends_the_whole_page_there(person: User) -> None:
    browser = signed_in(person)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        answer = browser.post(f"{SECURITY}recovery-codes/", headers={"HX-Request": "true"})
        assert answer["HX-Redirect"].startswith(f"{CONFIRM}?next=%2Faccounts%2Fgo-on%2F")


ELSEWHERE = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "evil",
    "\t//evil.example",
]


@pytest.mark.parametrize("onwards", ELSEWHERE)
def test_nobody_is_sent_elsewhere_afterwards(person: User, onwards: str) -> None:
    browser = signed_in(person)

    assert prove(browser, "password", PASSWORD, onwards=onwards)["Location"] == "/"
    assert not is_local(onwards)


def test_a_stranger_is_asked_to_sign_in_instead(world: World) -> None:
    assert Browser().get(CONFIRM)["Location"].startswith("/accounts/login/")


def test_guesses_are_counted_by_person(person: User) -> None:
    browser = signed_in(person)

    told = [prove(browser, "password", "no").status_code for _each in range(12)]

    assert told == [200] * 10 + [429] * 2


def test_the_guard_keeps_what_the_view_declares() -> None:
    def view(request: Any) -> None:
        """A view."""

    view.door = "its door"  # type: ignore[attr-defined]

    assert fresh_sign_in("do it")(view).door == "its door"  # type: ignore[attr-defined, type-var]


ABOUT = "You were about to"


def question(browser: Browser, onwards: str) -> str:
    page = browser.get(CONFIRM, {"next": onwards}).content.decode()
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_the_question_says_what_the_person_was_about_to_do(person: User) -> None:
    browser = signed_in(person)
    add_key(browser, kind="key")
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        kept = next_of(browser.post(f"{SECURITY}recovery-codes/", {"note": "zebra"}))
        told = [question(browser, onwards) for onwards in (DEVICE, f"{DEVICE}?a=1", kept)]

    assert f"{ABOUT} add a device with codes to your sign-in." in told[0]
    assert f"{ABOUT} add a device with codes to your sign-in." in told[1]
    assert f"{ABOUT} make new recovery codes." in told[2]


@pytest.mark.parametrize("onwards", [*ELSEWHERE, "/nowhere/<b>zebra</b>/", "/accounts/go-on/zebra/", "/"])
def test_it_says_nothing_of_an_address_that_it_does_not_know(person: User, onwards: str) -> None:
    said = question(signed_in(person), onwards)

    assert "Is it you?" in said
    assert ABOUT not in said
    assert "zebra" not in said
