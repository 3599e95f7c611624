"""Signing in ends with the browser, and after a working day in any case."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command

from access.actions import create_user
from access.models import AccessLogContent, Client, User
from helpdesk.lib import clock
from tests import factories
from tests.access.entering import signed_in, with_password
from tests.cast import Browser, World

PASSWORD = "a-lantern-in-the-harbour"


@pytest.fixture
def person(world: World) -> User:
    user = create_user(email="new@havnvik.example", name="Nova Lind", vendor=world.havnvik)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(person: User, **more: str) -> Browser:
    browser = Browser()
    answer = browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD, **more})
    assert answer.status_code == 302
    return browser


@pytest.mark.parametrize("more", [{}, {"remember": "on"}])
def test_the_cookie_ends_with_the_browser_whatever_is_sent(person: User, more: dict[str, str]) -> None:
    cookie = sign_in(person, **more).cookies[settings.SESSION_COOKIE_NAME]

    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert cookie["httponly"]


def test_nothing_can_be_ticked_that_makes_it_longer(db: None) -> None:
    page = Browser().get("/accounts/login/").content.decode()

    assert "remember" not in page
    assert 'type="checkbox"' not in page


def test_a_browser_that_stays_open_is_signed_out_after_twelve_hours(person: User) -> None:
    browser = sign_in(person)
    assert browser.get("/desk/my-access/").status_code == 200

    for hours, status in ((11, 200), (13, 302)):
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            assert browser.get("/desk/my-access/").status_code == status
    assert Session.objects.get().expire_date < clock.now() + timedelta(hours=12, minutes=1)


def test_the_settings_raise_no_warning() -> None:
    call_command("check", fail_level="WARNING")


def told(world: World, client: Client) -> list[tuple[int | None, str]]:
    with world.enter(client):
        rows = AccessLogContent.objects.filter(action__in=("sign_in", "sign_out")).order_by("entry_id")
        return [(row.user_id, row.action) for row in rows]


def test_it_is_in_the_log_where_somebody_works_although_another_gate_is_closed(world: World) -> None:
    with_password(world.v1)
    with_password(world.x)
    factories.suspend(world, world.o1, world.havnvik)

    browser = signed_in(world.v1)
    signed_in(world.x)
    browser.post("/accounts/logout/")

    assert told(world, world.c1) == [(world.v1.pk, "sign_in"), (world.v1.pk, "sign_out")]
    assert told(world, world.c2) == []
