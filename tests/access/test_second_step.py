"""Keys, devices with codes, recovery codes: added, asked for, used up and removed."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings

from access.models import AccessLogContent, User
from helpdesk.lib import clock
from tests.access.entering import (
    LOGIN,
    SECOND,
    SECURITY,
    add_device,
    add_key,
    code_of,
    factors_of,
    first_step,
    is_in,
    options_of,
    recovery_codes,
    second_step,
    signed_in,
    use_key,
    with_password,
)
from tests.access.keys import SoftKey
from tests.cast import Browser, World


@pytest.fixture
def person(world: World) -> User:
    return with_password(world.v1)


def test_a_key_is_asked_for_after_the_password_and_lets_in(person: User) -> None:
    key = add_key(signed_in(person), kind="key")

    browser, answer = first_step(person)
    assert (answer.status_code, answer["Location"]) == (302, SECOND)
    assert not is_in(browser)
    assert use_key(browser, key).status_code == 302
    assert is_in(browser)


def test_a_passkey_lets_in_by_itself(person: User) -> None:
    key = add_key(signed_in(person))

    browser = Browser()
    options = browser.get("/accounts/passkey/").json()
    answer = browser.post("/accounts/passkey/", {"given": key.get(options), "next": "/desk/my-access/"})

    assert (answer.status_code, answer["Location"]) == (302, "/desk/my-access/")
    assert is_in(browser)


@pytest.mark.parametrize(
    "wrong", ["no PIN", "another origin", "another challenge", "another key", "nobody", "nonsense"]
)
def test_a_passkey_that_is_not_right_lets_nobody_in(person: User, wrong: str) -> None:
    key = add_key(signed_in(person))
    browser = Browser()
    options = browser.get("/accounts/passkey/").json()
    other = SoftKey(user_handle=key.user_handle)
    if wrong == "no PIN":
        key.verifies = False
    if wrong == "another challenge":
        browser.get("/accounts/passkey/")
    given = {
        "another origin": lambda: key.get(options, origin="https://files.testserver"),
        "another key": lambda: other.get(options),
        "nobody": lambda: key.get(options, handle=b"zzz"),
        "nonsense": lambda: '{"id": [], "response": {"userHandle": 7}}',
    }.get(wrong, lambda: key.get(options))()

    answer = browser.post("/accounts/passkey/", {"given": given})

    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert not is_in(browser)


NONSENSE = [
    "", "{}", "[]", "null", "7", "{" * 9000, '{"response": null}', '{"response": {"clientDataJSON": 3}}', "x" * 30000,
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30"}}',
]  # fmt: skip


@pytest.mark.parametrize("given", NONSENSE)
def test_nonsense_for_a_key_is_answered_as_a_wrong_one(person: User, given: str) -> None:
    inside = signed_in(person)
    assert inside.post(f"{SECURITY}key/", {"given": given}).status_code == 200
    add_key(inside, kind="key")
    browser, _answer = first_step(person)
    browser.get(SECOND)

    assert second_step(browser, "key", given).status_code == 200
    assert not is_in(browser)


def test_a_device_shows_a_code_that_counts_once(person: User) -> None:
    secret = add_device(signed_in(person))
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        browser, _answer = first_step(person)
        assert second_step(browser, "code", "000000").status_code == 200
        code = code_of(secret)
        assert second_step(browser, "code", f" {code[:3]} {code[3:]} ").status_code == 302
        assert is_in(browser)
        again, _answer = first_step(person)
        assert second_step(again, "code", code).status_code == 200
        assert second_step(again, "code", code_of(secret, -1)).status_code == 200
        assert not is_in(again)


def test_a_recovery_code_counts_once_and_new_ones_end_the_old(person: User) -> None:
    inside = signed_in(person)
    add_key(inside, kind="key")
    old, codes = recovery_codes(inside), recovery_codes(inside)
    browser, _answer = first_step(person)

    assert second_step(browser, "code", old[0]).status_code == 200
    assert second_step(browser, "code", codes[3]).status_code == 302
    assert is_in(browser)
    again, _answer = first_step(person)
    assert second_step(again, "code", codes[3]).status_code == 200
    assert not is_in(again)


def test_the_secrets_are_locked_in_the_database(person: User) -> None:
    secret = add_device(inside := signed_in(person))
    codes = recovery_codes(inside)

    kept = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert secret not in kept
    assert not any(code in kept for code in codes)


def test_adding_and_removing_one_ends_the_sessions_elsewhere(person: User) -> None:
    here, there = signed_in(person), signed_in(person)
    add_key(here)
    assert (is_in(here), is_in(there)) == (True, False)

    factor = Authenticator.objects.get(user=person)
    recovery_codes(here)
    assert here.post(f"{SECURITY}factors/{factor.pk}/remove/").status_code == 302
    assert factors_of(person) == []
    assert is_in(here)


def test_nobody_removes_what_is_not_theirs(world: World, person: User) -> None:
    add_key(signed_in(person))
    factor = Authenticator.objects.get(user=person)
    other = signed_in(with_password(world.lead))

    assert other.post(f"{SECURITY}factors/{factor.pk}/remove/").status_code == 404
    assert factors_of(person) == ["webauthn"]


def test_a_passkey_without_a_pin_is_not_kept(person: User) -> None:
    browser = signed_in(person)
    key = SoftKey(verifies=False)
    given = key.create(options_of(browser.get(f"{SECURITY}key/"), "key-create"))

    assert browser.post(f"{SECURITY}key/", {"given": given}).status_code == 200
    assert factors_of(person) == []
    add_key(browser, key, kind="key")
    assert factors_of(person) == ["webauthn"]


def test_the_session_has_another_name_after_each_step(person: User) -> None:
    key = add_key(signed_in(person), kind="key")
    browser = Browser()
    browser.get("/accounts/passkey/")
    names = [browser.cookies[settings.SESSION_COOKIE_NAME].value]
    first_step(person, browser)
    names.append(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    use_key(browser, key)
    names.append(browser.cookies[settings.SESSION_COOKIE_NAME].value)

    assert len(set(names)) == 3
    for old in names[:2]:
        thief = Browser()
        thief.cookies[settings.SESSION_COOKIE_NAME] = old
        assert not is_in(thief)
        assert thief.get(SECOND).status_code == 302


def test_the_log_says_by_what_somebody_came_in(world: World, person: User) -> None:
    key = add_key(signed_in(person))
    first, _answer = first_step(person)
    use_key(first, key)
    alone = Browser()
    alone.post("/accounts/passkey/", {"given": key.get(alone.get("/accounts/passkey/").json())})

    with world.enter(world.c1):
        told = [row.detail for row in AccessLogContent.objects.filter(action="sign_in").order_by("entry_id")]
    assert [each["by"] for each in told] == [["password"], ["password", "webauthn"], ["passkey"]]


def test_nobody_reaches_the_second_step_without_the_first(person: User) -> None:
    add_key(signed_in(person))

    assert Browser().get(SECOND)["Location"] == LOGIN
    assert Browser().post(SECOND, {"way": "code", "given": "1"})["Location"] == LOGIN


def test_the_first_step_is_forgotten_after_a_quarter_of_an_hour(person: User) -> None:
    key = add_key(signed_in(person), kind="key")
    browser, _answer = first_step(person)
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert browser.get(SECOND)["Location"] == LOGIN
    assert key


def test_the_security_page_shows_what_there_is(person: User) -> None:
    browser = signed_in(person)
    add_key(browser, name="<b>Blue</b> key")
    add_device(browser)
    recovery_codes(browser)

    page = browser.get(SECURITY).content.decode()

    assert "&lt;b&gt;Blue&lt;/b&gt; key" in page
    assert "10 codes left" in page
    assert "this one" in page
