"""Signing in as a person does, step by step, for the tests of sign-in."""

import html
import json
import re
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp

from access.models import User
from tests.access.keys import SoftKey
from tests.cast import Browser

PASSWORD = "a-lantern-in-the-harbour"
LOGIN, SECOND, SECURITY = "/accounts/login/", "/accounts/second-step/", "/accounts/security/"


def with_password(person: User) -> User:
    person.set_password(PASSWORD)
    person.save()
    return person


def first_step(person: User, browser: Browser | None = None, **more: str) -> tuple[Browser, Any]:
    browser = browser or Browser()
    return browser, browser.post(LOGIN, {"login": person.email, "password": PASSWORD, **more})


def signed_in(person: User) -> Browser:
    """A browser in which the person has just come in by the password alone."""
    browser, answer = first_step(person)
    assert answer.status_code == 302, answer.content
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/desk/my-access/").status_code == 200


def options_of(answer: Any, name: str) -> dict[str, Any]:
    """The challenge that a page carries in this attribute."""
    found = re.search(rf'data-{name}="([^"]*)"', answer.content.decode())
    assert found, answer.content.decode()
    return json.loads(html.unescape(found[1]))


def add_key(
    browser: Browser, key: SoftKey | None = None, *, kind: str = "passkey", name: str = "Yellow key"
) -> SoftKey:
    key = key or SoftKey()
    page = browser.get(f"{SECURITY}key/?kind={kind}")
    given = key.create(options_of(page, "key-create"))
    answer = browser.post(f"{SECURITY}key/?kind={kind}", {"name": name, "given": given})
    assert answer.status_code == 302, answer.content
    return key


def add_device(browser: Browser) -> str:
    """Add a device with codes; gives its secret."""
    page = browser.get(f"{SECURITY}device/").content.decode()
    found = re.search(r'id="secret"[^>]*value="([A-Z2-7 ]+)"', page)
    assert found
    secret = found[1].replace(" ", "")
    answer = browser.post(f"{SECURITY}device/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content
    return secret


def code_of(secret: str, ahead: int = 0) -> str:
    """What a device shows now, or so many half minutes ahead."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + ahead))


def recovery_codes(browser: Browser) -> list[str]:
    page = browser.post(f"{SECURITY}recovery-codes/").content.decode()
    found = re.search(r'<textarea[^>]*id="codes"[^>]*>([^<]*)<', page)
    assert found
    return found[1].split()


def second_step(browser: Browser, way: str, given: str) -> Any:
    return browser.post(SECOND, {"way": way, "given": given})


def use_key(browser: Browser, key: SoftKey, **more: Any) -> Any:
    return second_step(browser, "key", key.get(options_of(browser.get(SECOND), "key-get"), **more))


def factors_of(person: User) -> list[str]:
    return sorted(Authenticator.objects.filter(user=person).values_list("type", flat=True))
